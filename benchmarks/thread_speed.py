"""Words per second by the number of threads, and of workers with tables of their own.

Threads share their tables, and lose by each row that another one has just changed. Workers lose by
bringing their tables together, the same number of times for any text. So a machine with many
processors may be faster with workers, on a text that is long enough.

    python benchmarks/thread_speed.py TEXT [--threads 1 2 4] [--workers 4] [--model skipgram]
        [--epochs 1] [--rounds 3] [--output results/thread_speed.json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import firth
import machine
from firth.corpus import Corpus
from line_time import line_times

RESULTS = Path(__file__).parent / "results" / "thread_speed.json"


def main() -> None:
    """Let all numbers of threads and workers take turns, print medians, keep every run."""
    options = parse()
    corpus = firth.read_corpus(options.text)
    cases = [{"threads": threads, "workers": 1} for threads in options.threads]
    cases += [{"threads": 1, "workers": workers} for workers in options.workers]
    runs: list[dict[str, Any]] = []
    # The first run compiles the kernel, or loads it.
    seconds_of(corpus, options, cases[0])
    for _ in range(options.rounds):
        for case in cases:
            lines = line_times(options.processors)
            seconds = seconds_of(corpus, options, case)
            speed = corpus.tokens.size * options.epochs / seconds
            runs.append({**case, "seconds": seconds, "words_per_second": speed, "line_ns": lines})
    medians = []
    for case in cases:
        speeds = [run["words_per_second"] for run in runs if case.items() <= run.items()]
        medians.append({**case, "words_per_second": statistics.median(speeds)})
        print(f"{case}: {medians[-1]['words_per_second'] / 1e6:.2f} M words/s")
    report = {
        "machine": machine.describe(),
        "command": machine.command(),
        "words": corpus.tokens.size,
        "medians": medians,
        "runs": runs,
    }
    options.output.write_text(json.dumps(report, indent=1) + "\n")


def seconds_of(corpus: Corpus, options: argparse.Namespace, case: dict[str, int]) -> float:
    """Return how long a run takes, without reading the text."""
    began = time.perf_counter()
    firth.train(
        corpus, model=options.model, epochs=options.epochs, subwords="none", readout="plain",
        progress=False, **case,
    )  # fmt: skip
    return time.perf_counter() - began


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--workers", type=int, nargs="*", default=[])
    parser.add_argument("--model", default="skipgram")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processors", type=int, default=2, help="whose line times are kept")
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
