"""The time beside the work itself: imports, help, compilation, a command with no work.

python benchmarks/startup.py [--runs 5]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
from apart import environment

RESULTS = Path(__file__).parent / "results" / "startup.json"
# Prints the seconds of the statement after the import.
TIMED = (
    "import time; {setup}; began = time.perf_counter(); {work}; print(time.perf_counter() - began)"
)
IMPORT = TIMED.format(setup="pass", work="import firth")
KERNEL = TIMED.format(
    setup=(
        "import numpy as np; from firth.corpus import TokenStore;"
        "from firth.training import TrainConfig;"
        "from firth.training.engines.hogwild import HogwildEngine;"
        "tokens = TokenStore(np.zeros(2, np.int32), np.array([0, 2]));"
        "engine = HogwildEngine(TrainConfig(), np.array([2, 1]), tokens, 100)"
    ),
    work="engine.compile()",
)
READING = TIMED.format(
    setup="from firth.corpus import read_corpus",
    work="read_corpus([['a', 'b']] * 9); read_corpus(__import__('sys').argv[1])",
)


def run(command: list[str], cache: str) -> str:
    """Run a command with a separate cache folder."""
    variables = environment(FIRTH_CACHE_DIR=cache)
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=variables)
    return done.stdout


def seconds_inside(program: str, cache: str, *arguments: str) -> float:
    """Return the seconds that a program prints."""
    return float(run([sys.executable, "-c", program, *arguments], cache))


def seconds_of_command(cache: str, *arguments: str) -> float:
    """Time the command `firth` from start to end."""
    began = time.perf_counter()
    run([sys.executable, "-m", "firth", *arguments], cache)
    return time.perf_counter() - began


def measure() -> dict[str, float]:
    """Measure everything once, beginning with an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        text = Path(cache) / "text.txt"
        text.write_text("a few words\n" * 9, encoding="utf-8")
        return {
            "import firth": seconds_inside(IMPORT, cache),
            "firth --help": seconds_of_command(cache, "--help"),
            "kernel, compiled": seconds_inside(KERNEL, cache),
            "kernel, from the cache": seconds_inside(KERNEL, cache),
            "reading, compiled": seconds_inside(READING, cache, str(text)),
            "reading, from the cache": seconds_inside(READING, cache, str(text)),
            "firth train, 27 words, first use": seconds_to_train(text),
            "firth train, 27 words": seconds_to_train(text),
        }


def seconds_to_train(text: Path) -> float:
    """Time the training of a text, with the code that is in the cache beside it."""
    output = str(text.with_name("vectors"))
    return seconds_of_command(
        str(text.parent), "train", str(text), "--output", output, "--overwrite", "--sample", "0"
    )


def main() -> None:
    """Measure several times, print the medians, write all results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = [measure() for _ in range(parser.parse_args().runs)]
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    for name, seconds in medians.items():
        print(f"{name:<34}{seconds:6.2f} s")
    report = {
        "command": f"python benchmarks/startup.py --runs {len(runs)}",
        "machine": machine.describe(),
        "median_seconds": medians,
        "runs": runs,
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
