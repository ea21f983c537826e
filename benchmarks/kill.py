"""Kill training runs at random moments, resume them, and compare their vectors byte by byte.

python benchmarks/kill.py [--kills 200] [--seed 1] [--threads 2] [--output results/kill.json]

A run of `firth train --deterministic --checkpoint FOLDER --resume` gets SIGKILL at a random moment,
starts again in the same folder, and is killed again, until it finishes. The range of the moment
grows with each kill that leaves no new checkpoint, so runs finish on a busy machine too. Their
vectors must be those of an undisturbed run. After each kill, the last checkpoint must be readable.
Checkpoints are so frequent that many kills happen while one is written.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import firth
import machine
from firth.training.checkpoints.folder import list_checkpoints

RESULTS = Path(__file__).parent / "results" / "kill.json"
OPTIONS = [
    "--dim",
    "40",
    "--epochs",
    "12",
    "--min-count",
    "1",
    "--holdout",
    "0.05",
    "--patience",
    "9",
]


def main() -> None:
    """Kill runs; report the moments of the kills, and whether all runs had the same result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder), asked.kills, asked.seed, asked.threads)
    print(json.dumps(report, indent=2))
    arguments = f"--kills {asked.kills} --seed {asked.seed} --threads {asked.threads}"
    report = {
        "command": f"python benchmarks/kill.py {arguments}",
        "machine": machine.describe(),
        **report,
    }
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    sys.exit(0 if report["runs_that_differ"] == 0 else 1)


def measure(folder: Path, kills: int, seed: int, threads: int) -> dict[str, object]:
    """Run the benchmark in an empty folder."""
    write_text(folder / "text.txt", seed)
    arguments = ["text.txt", *OPTIONS, "--threads", str(threads), "--deterministic", "--quiet"]
    # The first run compiles; the second measures the time of a run.
    for name in ("compiled", "alone"):
        began = time.perf_counter()
        start(folder, [*arguments, "--output", name]).wait()
        seconds = time.perf_counter() - began
    alone = read(folder / "alone")

    chance = random.Random(seed)
    fell, differ, ends = Counter[str](), 0, 0
    while sum(fell.values()) < kills:
        checkpoints = folder / f"checkpoints-{ends}"
        more = ["--output", f"end-{ends}", "--checkpoint", checkpoints.name, "--resume"]
        more += ["--checkpoint-every", "0.02s"]
        for where in kill_until_it_ends(folder, [*arguments, *more], checkpoints, chance, seconds):
            fell[where] += 1
        differ += read(folder / f"end-{ends}") != alone
        ends += 1
    return {
        "kills": sum(fell.values()),
        "where_they_fell": dict(fell.most_common()),
        "runs_that_ended": ends,
        "runs_that_differ": differ,
        "seconds_of_a_run": round(seconds, 2),
    }


def write_text(path: Path, seed: int) -> None:
    """Write 500,000 words in lines of 20, with frequencies after Zipf's law."""
    rng = np.random.default_rng(seed)
    ids = rng.zipf(1.2, size=(25_000, 20)) % 20_000
    path.write_text("\n".join(" ".join(f"w{k}" for k in line) for line in ids), encoding="utf-8")


def start(folder: Path, arguments: list[str]) -> subprocess.Popen[str]:
    """Start `firth train`."""
    return subprocess.Popen(
        [sys.executable, "-m", "firth", "train", *arguments],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_until_it_ends(
    folder: Path, arguments: list[str], checkpoints: Path, chance: random.Random, seconds: float
) -> Iterator[str]:
    """Start a run repeatedly until it finishes; report the moment of each kill."""
    while True:
        before = list_checkpoints(checkpoints)
        run = start(folder, arguments)
        try:
            run.wait(timeout=seconds * chance.random() ** 0.5)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
        errors = run.communicate()[1]
        if run.returncode == 0:
            return
        if run.returncode != -signal.SIGKILL:
            raise SystemExit(f"firth train ended with {run.returncode}: {errors}")
        found = list_checkpoints(checkpoints)
        if found:
            firth.load(found[-1])
        seconds *= 1.0 if found != before else 1.2
        if any(checkpoints.glob(".checkpoint-*")):
            yield "while a checkpoint was written"
        elif found == before:
            yield "in set-up, or before its first checkpoint"
        else:
            yield "in training"


def read(vectors: Path) -> tuple[bytes, object, object]:
    """Return the vectors and losses of a run."""
    config = json.loads((vectors / "config.json").read_text(encoding="utf-8"))
    matrices = (vectors / "model.safetensors").read_bytes()
    return matrices, config["losses"], config["held_out_losses"]


if __name__ == "__main__":
    main()
