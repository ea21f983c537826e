"""The speed of `Vectors.similar`, for one word and for thousands, beside gensim's `most_similar`.

python benchmarks/query_speed.py [--gensim-python PYTHON] [--words 400000] [--dim 300] [--rounds 3]
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

import numpy as np

import machine
from firth import Vectors

HERE = Path(__file__).parent
RESULT = HERE / "results" / "query_speed.json"
PEER = HERE / "trainers" / "gensim_queries.py"
TOP = 10


def main() -> None:
    """Let the tools take turns, print a table, keep every run."""
    options = parse()
    matrix = np.random.default_rng(1).normal(size=(options.words, options.dim)).astype(np.float32)
    vectors = Vectors([f"w{row}" for row in range(options.words)], matrix)
    began = time.perf_counter()
    vectors.similar("w0")
    first = time.perf_counter() - began
    results: dict[str, object] = {
        "machine": machine.describe(),
        "command": sys.argv,
        "first_query_seconds": first,
        "rounds": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "matrix.npy")
        np.save(path, matrix)
        rounds = [measure(vectors, path, options) for _ in range(options.rounds)]
    results["rounds"] = rounds
    results["median"] = {
        name: statistics.median(each[name] for each in rounds) for name in rounds[0]
    }
    results["peak_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    options.output.write_text(json.dumps(results, indent=1) + "\n")
    print(f"the first query takes {first:.1f} s: rows are scaled to length one")
    for name, value in results["median"].items():
        print(f"{name:>28}  {value:10.2f}")


def measure(vectors: Vectors, path: Path, options: argparse.Namespace) -> dict[str, float]:
    """Measure each way of asking once."""
    words = vectors.words
    found = {"one_word_ms": 1e3 * seconds(vectors, words[: options.singles]) / options.singles}
    # What it costs to read the table once: a lower bound for one word.
    unit = vectors._exact._matrix
    began = time.perf_counter()
    for row in unit[: options.singles]:
        unit @ row
    found["one_product_ms"] = 1e3 * (time.perf_counter() - began) / options.singles
    began = time.perf_counter()
    answers = vectors.similar(words[: options.queries], top=TOP)
    found["many_words_ms"] = 1e3 * (time.perf_counter() - began) / options.queries
    found["many_words_per_second"] = 1e3 / found["many_words_ms"]
    if options.gensim_python:
        command = [options.gensim_python, PEER, path, str(options.singles), str(TOP)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        peer = json.loads(done.stdout.splitlines()[-1])
        found["gensim_ms"] = peer["milliseconds"]
        found["gensim_per_second"] = 1e3 / peer["milliseconds"]
        found["times_gensim"] = found["gensim_ms"] / found["many_words_ms"]
        same = [
            [word for word, _ in ours] == theirs
            for ours, theirs in zip(answers, peer["answers"], strict=False)
        ]
        found["share_of_same_answers"] = sum(same) / len(same)
    return found


def seconds(vectors: Vectors, words: tuple[str | int, ...]) -> float:
    """Return the time of asking for one word after another."""
    began = time.perf_counter()
    for word in words:
        vectors.similar(word, top=TOP)
    return time.perf_counter() - began


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=400_000)
    parser.add_argument("--dim", type=int, default=300)
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--singles", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gensim-python", help="a Python that has gensim")
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    main()
