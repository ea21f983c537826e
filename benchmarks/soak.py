"""Train, save, load, query and resume for an hour in one process, and watch its memory.

python benchmarks/soak.py TEXT [--minutes 60] [--threads 1] [--output results/soak.json]

TEXT: some megabytes. Each turn trains skip-gram or CBOW, writes checkpoints and resumes from one,
saves and loads each format, and searches for neighbours and analogies. Memory is the resident set
of the process after each turn; a leak would raise it from turn to turn.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import tempfile
import time
from pathlib import Path

import numpy as np

import firth
import machine

RESULTS = Path(__file__).parent / "results" / "soak.json"
KINDS = list(itertools.product(("skipgram", "cbow"), (False, True)))
# After these turns, caches and pools have their final size.
WARM_UP = 2 * len(KINDS)


def main() -> None:
    """Repeat the turns; print the memory at the start and at the end, write all results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS)
    asked = parser.parse_args()
    began, memory = time.monotonic(), []
    for model, deterministic in itertools.cycle(KINDS):
        options = {"model": model, "deterministic": deterministic, "threads": asked.threads}
        with tempfile.TemporaryDirectory() as folder:
            take_turn(asked.text, Path(folder), options)
        gc.collect()
        memory.append(resident_bytes())
        if time.monotonic() - began > 60.0 * asked.minutes and len(memory) > 2 * WARM_UP:
            break
    report = {
        "command": f"python benchmarks/soak.py {asked.text.name} --minutes {asked.minutes:g} "
        f"--threads {asked.threads}",
        "machine": machine.describe(),
        "minutes": round((time.monotonic() - began) / 60.0, 1),
        **summarise(np.array(memory) / 1e6, WARM_UP),
        "megabytes": [round(size / 1e6, 1) for size in memory],
    }
    print(json.dumps({**report, "megabytes": "..."}, indent=2))
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def take_turn(text: Path, folder: Path, options: dict[str, object]) -> None:
    """Run one turn of a user's typical work."""
    run = {**options, "epochs": 2, "holdout": 0.02, "checkpoint": folder / "checkpoints"}
    firth.train(text, **run)
    vectors = firth.train(text, resume=True, **run)
    for name in ("vectors", "vectors.bin", "vectors.vec"):
        vectors.save(folder / name)
        loaded = firth.load(folder / name)
    words = loaded.words[:1000]
    loaded.similar(words, top=10)
    for a, b, c in zip(words[:100], words[100:200], words[200:300], strict=True):
        loaded.analogy(positive=[a, b], negative=[c], top=5)


def resident_bytes() -> int:
    """Return the current resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def summarise(megabytes: np.ndarray, warm_up: int) -> dict[str, float]:
    """Return the turns, and memory after the warm-up: first and last tenth, and the slope."""
    settled = megabytes[warm_up:]
    tenth = max(1, len(settled) // 10)
    slope = np.polyfit(np.arange(len(settled)), settled, 1)[0]
    return {
        "turns": len(megabytes),
        "first_tenth_mean": round(float(settled[:tenth].mean()), 1),
        "last_tenth_mean": round(float(settled[-tenth:].mean()), 1),
        "most": round(float(settled.max()), 1),
        "megabytes_a_turn": round(float(slope), 4),
    }


if __name__ == "__main__":
    main()
