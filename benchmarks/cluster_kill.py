"""Kill workers of a cluster at random moments, and compare the vectors byte by byte.

python benchmarks/cluster_kill.py TEXT [--runs 25] [--seed 1] [--output results/cluster_kill.json]

Needs the extra `cluster`, and Linux. A Ray cluster of this machine serves all runs. Each run of
`firth train` on the first 2 MB of a text has 2, 3 or 4 workers of one thread, and checkpoints so
frequent that kills happen while one is written. At a random moment from the start of its first
worker to its end, a random worker gets SIGKILL. The run must end, with the vectors and losses of an
undisturbed one. In one more run the command itself is killed, and resumed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import ray
import torch

import machine
from firth.corpus.sources import TextFile

RESULTS = Path(__file__).parent / "results" / "cluster_kill.json"
DRIVER = Path(__file__).parent / "trainers" / "cluster_driver.py"
WORKERS = (2, 3, 4)
MEGABYTES = 2
OPTIONS = [
    "--dim", "50", "--epochs", "5", "--tokenizer", "words", "--subwords", "none", "--threads", "1",
]  # fmt: skip
CHECKPOINTS = ["--checkpoint-every", "0.3s"]
# What workers do while they are in a method, as a table of the results names it.
PLACES = {
    "start": "while workers start",
    "describe": "while workers start",
    "read": "while they read",
    "counts": "while they read",
    "encode": "while they read",
    "prepare": "while they get ready",
    "restore": "while they get ready",
    "train": "while they train and agree",
    "tables": "while tables are fetched",
}
BETWEEN = "between two calls"
WRITING = "while a checkpoint is written"
SECONDS = 300.0


@dataclass(frozen=True)
class Cluster:
    """A Ray cluster of this machine."""

    address: str
    head: int  # its first process, of which the workers' descend

    def workers(self) -> list[int]:
        """Return the processes of workers."""
        return [pid for pid in _processes("ray::_MemberActor") if _descends_from(pid, self.head)]


@dataclass
class Run:
    """A run of `firth train` in a folder."""

    folder: Path
    cluster: Cluster
    workers: int
    name: str

    def start(self, *more: str) -> None:
        """Start it, once the workers of the run before it are gone."""
        while self.cluster.workers():
            time.sleep(0.02)
        arguments = [
            "text.txt", *OPTIONS, "--workers", self.workers, "--cluster", self.cluster.address,
            "--output", self.name, "--checkpoint", f"{self.name}.run", *CHECKPOINTS, "--quiet",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, DRIVER, f"{self.name}.notes", "train", *map(str, arguments), *more],
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
        )

    def place(self) -> str:
        """Return what the workers are doing."""
        if any((self.folder / f"{self.name}.run").glob(".checkpoint-*")):
            return WRITING
        with suppress(OSError):
            return PLACES.get((self.folder / f"{self.name}.notes").read_text(), BETWEEN)
        return BETWEEN

    def end(self) -> str:
        """Wait until it ends well; return what it told."""
        told = self.process.communicate(timeout=SECONDS)[1]
        if self.process.returncode != 0:
            raise SystemExit(f"{self.name} ended with {self.process.returncode}: {told}")
        return told

    def result(self) -> tuple[bytes, list[float]]:
        """Return the vectors and the losses."""
        made = self.folder / self.name
        config = json.loads((made / "config.json").read_text(encoding="utf-8"))
        return (made / "model.safetensors").read_bytes(), config["losses"]


def main() -> None:
    """Kill workers; report the moments of the kills, and whether all runs had the same result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, started_cluster(Path(name) / "ray") as cluster:
        (Path(name) / "text.txt").write_bytes(beginning(asked.text))
        report = measure(Path(name), cluster, asked.runs, asked.seed)
    print(json.dumps(report, indent=2))
    report = {
        "command": f"python benchmarks/cluster_kill.py {asked.text.name} --runs {asked.runs} "
        f"--seed {asked.seed}",
        "machine": {**machine.describe(), "ray": ray.__version__, "torch": torch.__version__},
        **report,
    }
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    sys.exit(0 if report["runs_that_differ"] == 0 else 1)


def measure(folder: Path, cluster: Cluster, runs: int, seed: int) -> dict[str, object]:
    """Run the benchmark in a folder that holds the text."""
    alone, seconds = {}, {}
    # The first run fills the cache of compiled code.
    for name, workers in [("compiled", WORKERS[0]), *((f"alone-{n}", n) for n in WORKERS)]:
        seconds[workers] = undisturbed(run := Run(folder, cluster, workers, name))
        alone[workers] = run.result()
    chance = random.Random(seed)
    fell, differ, apart, lasted = Counter[str](), 0, 0.0, []
    attempts = 0
    while len(lasted) < runs:
        attempts += 1
        run = Run(folder, cluster, chance.choice(WORKERS), f"run-{attempts}")
        began = time.monotonic()
        where = kill_a_worker(run, seconds[run.workers] * chance.random(), chance)
        if where is None:
            # It had ended before.
            continue
        lasted.append(time.monotonic() - began)
        fell[where] += 1
        (vectors, losses), (expected, usual) = run.result(), alone[run.workers]
        differ += vectors != expected or losses != usual
        apart = max(apart, abs(losses[-1] - usual[-1]))
        print(f"{run.name}: {run.workers} workers, {where}, {lasted[-1]:.1f} s", flush=True)
    # The vectors of the command that is killed and resumed.
    workers = chance.choice(WORKERS)
    resumed = kill_the_command(Run(folder, cluster, workers, "resumed"), chance)
    return {
        "megabytes": MEGABYTES,
        "options": " ".join([*OPTIONS, *CHECKPOINTS]),
        "kills": sum(fell.values()),
        "where_they_fell": dict(fell.most_common()),
        "runs_that_ended": len(lasted),
        "runs_that_differ": differ,
        "largest_difference_of_losses": apart,
        "killed_command_resumes_to_the_same": resumed == alone[workers],
        "seconds_of_an_undisturbed_run": {n: round(s, 1) for n, s in seconds.items()},
        "seconds_of_a_run": [round(s, 1) for s in sorted(lasted)],
    }


def undisturbed(run: Run) -> float:
    """Let a run end; return the seconds from its first worker to its end."""
    run.start()
    wait_for_workers(run)
    began = time.monotonic()
    run.end()
    return time.monotonic() - began


def kill_a_worker(run: Run, seconds: float, chance: random.Random) -> str | None:
    """Kill a worker so many seconds after the first has started; return what it did then.

    None if the run had ended.
    """
    run.start()
    wait_for_workers(run)
    time.sleep(seconds)
    while not (found := run.cluster.workers()):
        if run.process.poll() is not None:
            run.end()
            return None
        time.sleep(0.02)
    where = run.place()
    try:
        os.kill(chance.choice(found), signal.SIGKILL)
    except ProcessLookupError:
        run.end()
        return None
    told = run.end()
    # A worker that is killed when its work is done is not missed.
    return where if "new workers" in told else f"{where}, unnoticed"


def kill_the_command(run: Run, chance: random.Random) -> tuple[bytes, list[float]]:
    """Kill the command after its first checkpoint, and resume it; return the result."""
    run.start()
    while not any((run.folder / f"{run.name}.run").glob("checkpoint-*")):
        if run.process.poll() is not None:
            raise SystemExit(run.process.communicate()[1])
        time.sleep(0.02)
    time.sleep(chance.random())
    run.process.send_signal(signal.SIGKILL)
    run.process.communicate()
    run.start("--resume")
    run.end()
    return run.result()


def wait_for_workers(run: Run) -> None:
    """Wait until a worker has started."""
    while not run.cluster.workers() and run.process.poll() is None:
        time.sleep(0.02)


def beginning(text: Path) -> bytes:
    """Return the whole words in the first bytes of a text, in lines of 100."""
    found = b""
    for block, _ in TextFile(text).blocks():
        found += block
        if len(found) >= MEGABYTES * 1_000_000:
            break
    words = found[: MEGABYTES * 1_000_000].split()[:-1]
    lines = (words[start : start + 100] for start in range(0, len(words), 100))
    return b"".join(b" ".join(line) + b"\n" for line in lines)


@contextmanager
def started_cluster(folder: Path) -> Iterator[Cluster]:
    """Start a Ray cluster of this machine, apart from any other; end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Only this process and those that it starts may join. Workers give way to nobody.
    os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_worker_niceness="0")
    command = [
        Path(sys.executable).with_name("ray"), "start", "--head", "--block", "--port", port,
        "--num-cpus", max(WORKERS), "--include-dashboard", "false", "--temp-dir", folder,
    ]  # fmt: skip
    head = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"{ray.util.get_node_ip_address()}:{port}"
    try:
        wait_for_cluster(address, head)
        yield Cluster(address, head.pid)
    finally:
        head.terminate()
        head.wait(timeout=60)


def wait_for_cluster(address: str, head: subprocess.Popen[bytes]) -> None:
    """Wait until a cluster can be joined, by a process that starts when the cluster runs."""
    command = [Path(sys.executable).with_name("ray"), "status", "--address", address]
    end = time.monotonic() + 60
    while subprocess.run(command, capture_output=True).returncode != 0:
        if head.poll() is not None or time.monotonic() > end:
            raise SystemExit("Ray did not start")
        time.sleep(0.5)


def _processes(title: str) -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdigit() and (folder / "cmdline").read_text().startswith(title):
                yield int(folder.name)


def _descends_from(pid: int, ancestor: int) -> bool:
    with suppress(OSError):
        while pid > 1:
            if pid == ancestor:
                return True
            status = Path(f"/proc/{pid}/stat").read_text()
            pid = int(status.rpartition(")")[2].split()[1])
    return False


if __name__ == "__main__":
    main()
