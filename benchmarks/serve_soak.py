"""Ask `firth serve` for an hour, have it read its vectors anew, and watch its memory.

python benchmarks/serve_soak.py VECTORS [--minutes 60] [--rate 50] [--output FILE]

VECTORS: a folder with output vectors. One question in ten is wrong. Memory is what the processes of
the service hold for themselves (on Linux), without the vectors, which they map; a leak would raise
it from minute to minute.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import numpy as np

import firth
import machine
from serve_speed import free_port, service
from soak import summarise

RESULTS = Path(__file__).parent / "results" / "serve_soak.json"
CLIENTS = 4
# After so many looks at the memory the vectors are read anew.
RELOAD = 6
# Looks before caches and pools have their final size.
WARM_UP = 12


def main() -> None:
    """Ask, watch, print the memory at the start and at the end, write all results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=50.0, help="questions a second")
    parser.add_argument("--look", type=float, default=10.0, help="seconds between two looks")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS)
    asked = parser.parse_args()
    words, port = firth.load(asked.vectors).words[:20_000], free_port()
    command = [
        sys.executable, "-m", "firth", "serve", f"bench={asked.vectors}", "--port", str(port),
        "--workers", str(asked.workers),
    ]  # fmt: skip
    statuses: collections.Counter[str] = collections.Counter()
    is_over = threading.Event()
    clients = [
        threading.Thread(
            target=keep_asking, args=(port, words, seed, asked.rate, is_over, statuses)
        )
        for seed in range(CLIENTS)
    ]
    with service(command, port, "/health") as process:
        for client in clients:
            client.start()
        try:
            memory = watch(process, round(60.0 * asked.minutes / asked.look), asked.look)
        finally:
            is_over.set()
            for client in clients:
                client.join()
    summary = summarise(np.array(memory), WARM_UP)
    report = {
        "command": machine.command(),
        "machine": machine.describe(),
        "answers_by_status": dict(sorted(statuses.items())),
        "looks": summary.pop("turns"),
        "megabytes_an_hour": round(summary.pop("megabytes_a_turn") * 3600 / asked.look, 2),
        **summary,
        "megabytes": [round(size, 1) for size in memory],
    }
    print(json.dumps({**report, "megabytes": "..."}, indent=2))
    asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def keep_asking(
    port: int,
    words: list[str],
    seed: int,
    rate: float,
    is_over: threading.Event,
    statuses: collections.Counter[str],
) -> None:
    """Ask at a steady rate until it is over, and count the answers by their status."""
    rng = random.Random(seed)
    while not is_over.wait(rng.expovariate(rate / CLIENTS)):
        path, body = question(rng, words)
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                answer.read()
                statuses[str(answer.status)] += 1
        except urllib.error.HTTPError as error:
            error.read()
            statuses[str(error.code)] += 1
        except OSError as error:
            statuses[type(error).__name__] += 1


def question(rng: random.Random, words: list[str]) -> tuple[str, object]:
    """Draw a path with a question, and a body or None; one in ten is wrong."""
    some = rng.choices(words, k=8)
    first, second, third = (urllib.parse.quote(word, safe="") for word in some[:3])
    right = [
        (f"/similar?word={first}&top={rng.randint(1, 50)}", None),
        (f"/analogy?positive={first}&positive={second}&negative={third}", None),
        (f"/similarity?a={first}&b={second}", None),
        (f"/company?word={first}", None),
        ("/similar", {"queries": some}),
        ("/v1/embeddings", {"model": "bench", "input": [" ".join(some), some[0]]}),
        ("/health", None),
        ("/metrics", None),
    ]
    wrong = [
        (f"/similar?word={first}-{rng.random()}", None),
        (f"/similar?word={first}&top=many", None),
        (f"/{first}", None),
        ("/v1/embeddings", {"model": "another", "input": some}),
        ("/similar", {"queries": "x" * 100_000}),
    ]
    return rng.choice(wrong if rng.random() < 0.1 else right)


def watch(process: subprocess.Popen[bytes], looks: int, seconds: float) -> list[float]:
    """Return the memory of a service in MB, look by look, and have its vectors read anew."""
    memory = []
    for look in range(1, looks + 1):
        time.sleep(seconds)
        memory.append(own_megabytes(process.pid))
        if look % RELOAD == 0:
            process.send_signal(signal.SIGHUP)
    return memory


def own_megabytes(pid: int) -> float:
    """Return what a process and its children hold for themselves."""
    total = 0.0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    for each in (pid, *map(int, children)):
        for line in Path(f"/proc/{each}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("RssAnon:"):
                total += int(line.split()[1]) / 1e3
    return total


if __name__ == "__main__":
    main()
