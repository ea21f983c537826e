"""The speed and memory of `read_corpus`, which reads, counts and encodes a text.

Each run is a separate process: it compiles on a few words first, then reads the whole text, and
reports its time and the rise of its peak memory. The first run only warms the page cache.

    python benchmarks/read_speed.py text.txt
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
from apart import PEAK_UNIT
from firth.corpus import read_corpus

RESULTS = Path(__file__).parent / "results" / "read_speed.json"


def main() -> None:
    """Measure each tokenizer, print a table, write the results."""
    arguments = parse_arguments()
    if arguments.one:
        print(json.dumps(measure(arguments.text, arguments.one)))
        return
    tokenizers = arguments.tokenizers.split(",")
    run_in_thread(arguments.text, tokenizers[0])
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in tokenizers}
    for _ in range(arguments.runs):
        for name in tokenizers:
            runs[name].append(run_in_thread(arguments.text, name))
    figures = {name: summary(runs[name]) for name in tokenizers}
    print_table(figures)
    report = {
        "command": f"python benchmarks/read_speed.py {arguments.text.name} --runs {arguments.runs}",
        "text": {"name": arguments.text.name, "bytes": arguments.text.stat().st_size},
        "machine": machine.describe(),
        "tokenizers": figures,
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path, help="an uncompressed text file")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tokenizers", default="whitespace,words", help="names, with commas")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--one", metavar="TOKENIZER", help=argparse.SUPPRESS)
    return parser.parse_args()


def run_in_thread(text: Path, tokenizer: str) -> dict[str, float]:
    """Measure once in a separate process."""
    command = [sys.executable, __file__, str(text), "--one", tokenizer]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def measure(text: Path, tokenizer: str) -> dict[str, float]:
    """Read `text` once, after compiling; return words, seconds, and the rise of peak memory."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.txt"
        small.write_text("a few words, a few more\n" * 20, encoding="utf-8")
        read_corpus(small, tokenizer=tokenizer)
    ready, peak_before = time.perf_counter(), peak_bytes()
    busy_before = time.process_time()
    corpus = read_corpus(text, tokenizer=tokenizer)
    busy = time.process_time() - busy_before
    return {
        "words": corpus.words_read,
        "vocabulary": len(corpus.vocabulary),
        "seconds": time.perf_counter() - ready,
        "processor_seconds": busy,
        "seconds_to_load": ready - started,
        "peak_rise_bytes": peak_bytes() - peak_before,
    }


def peak_bytes() -> int:
    """Return the peak resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT


def summary(runs: list[dict[str, float]]) -> dict[str, float | list[float]]:
    """Return median and best speed in words/s, and the median of the rest."""
    speeds = [run["words"] / run["seconds"] for run in runs]
    return {
        "words": runs[0]["words"],
        "vocabulary": runs[0]["vocabulary"],
        "words_per_second_median": statistics.median(speeds),
        "words_per_second_best": max(speeds),
        "words_per_second": speeds,
        "words_per_processor_second_median": statistics.median(
            run["words"] / run["processor_seconds"] for run in runs
        ),
        "seconds_to_load_median": statistics.median(run["seconds_to_load"] for run in runs),
        "peak_rise_megabytes": statistics.median(run["peak_rise_bytes"] for run in runs) / 1e6,
    }


def print_table(figures: dict[str, dict[str, float | list[float]]]) -> None:
    """Print one line for each tokenizer."""
    print(
        f"{'tokenizer':<12}{'words':>12}{'median M/s':>12}{'best M/s':>10}{'per core':>10}"
        f"{'peak MB':>10}"
    )
    for name, figure in figures.items():
        print(
            f"{name:<12}{figure['words']:>12}"
            f"{figure['words_per_second_median'] / 1e6:>12.1f}"
            f"{figure['words_per_second_best'] / 1e6:>10.1f}"
            f"{figure['words_per_processor_second_median'] / 1e6:>10.1f}"
            f"{figure['peak_rise_megabytes']:>10.0f}"
        )


if __name__ == "__main__":
    main()
