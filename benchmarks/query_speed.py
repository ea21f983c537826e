"""The speed of `Vectors.similar`, for one word and for thousands, beside gensim's `most_similar`.

python benchmarks/query_speed.py [--gensim-python PYTHON] [--words 400000] [--dim 300] [--rounds 3]

With --index, an index is built, and its answers are compared with exact ones. Vectors from a file
(--vectors) are needed for that: random ones have no near neighbours.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

import machine
from firth import Vectors, load

HERE = Path(__file__).parent
RESULT = HERE / "results" / "query_speed.json"
PEER = HERE / "trainers" / "gensim_queries.py"
TOP = 10


def main() -> None:
    """Let the tools take turns, print a table, keep every run."""
    options = parse()
    vectors = given_vectors(options)
    matrix = vectors.input_vectors
    began = time.perf_counter()
    vectors.similar(vectors.words[0])
    first = time.perf_counter() - began
    results: dict[str, object] = {
        "machine": machine.describe(),
        "command": machine.command(),
        "words": len(vectors),
        "dim": vectors.dim,
        "first_query_seconds": first,
        "rounds": [],
    }
    if options.index:
        began = time.perf_counter()
        vectors.build_index()
        results["index_seconds"] = time.perf_counter() - began
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
    print(f"{len(vectors):,} words, {vectors.dim} dimensions; the first query takes {first:.2f} s")
    if options.index:
        print(f"building the index takes {results['index_seconds']:.0f} s")
    for name, value in results["median"].items():
        print(f"{name:>28}  {value:10.2f}")


def measure(vectors: Vectors, path: Path, options: argparse.Namespace) -> dict[str, float]:
    """Measure each way of asking once."""
    words = vectors.words
    singles = words[:: len(words) // options.singles][: options.singles]
    found = {"one_word_ms": 1e3 * seconds(vectors, singles, exact=True) / options.singles}
    # What it costs to read the table once: a lower bound for one word.
    unit = vectors._exact._matrix
    began = time.perf_counter()
    for row in unit[: options.singles]:
        unit @ row
    found["one_product_ms"] = 1e3 * (time.perf_counter() - began) / options.singles
    began = time.perf_counter()
    answers = vectors.similar(words[: options.queries], top=TOP, exact=True)
    found["many_words_ms"] = 1e3 * (time.perf_counter() - began) / options.queries
    found["many_words_per_second"] = 1e3 / found["many_words_ms"]
    if options.index:
        found |= measure_index(vectors, options)
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


def measure_index(vectors: Vectors, options: argparse.Namespace) -> dict[str, float]:
    """Measure the index, on words from all frequencies."""
    words = vectors.words[:: max(1, len(vectors) // options.queries)][: options.queries]
    exact = vectors.similar(words, top=TOP, exact=True)
    began = time.perf_counter()
    answers = vectors.similar(words, top=TOP, exact=False)
    many = time.perf_counter() - began
    kept = [
        len({word for word, _ in a} & {word for word, _ in b}) / TOP
        for a, b in zip(exact, answers, strict=True)
    ]
    return {
        "index_one_word_ms": 1e3 * seconds(vectors, words, exact=False) / len(words),
        "index_many_words_ms": 1e3 * many / len(words),
        "index_recall": sum(kept) / len(kept),
    }


def given_vectors(options: argparse.Namespace) -> Vectors:
    """Return the vectors to ask: from a file, or random ones."""
    if options.vectors:
        return load(options.vectors, limit=options.words)
    shape = (options.words, options.dim)
    matrix = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    return Vectors([f"w{row}" for row in range(options.words)], matrix)


def seconds(vectors: Vectors, words: tuple[str | int, ...], *, exact: bool) -> float:
    """Return the time of asking for one word after another."""
    began = time.perf_counter()
    for word in words:
        vectors.similar(word, top=TOP, exact=exact)
    return time.perf_counter() - began


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=400_000)
    parser.add_argument("--dim", type=int, default=300)
    parser.add_argument("--vectors", help="a folder or file of vectors, of which --words are read")
    parser.add_argument("--index", action="store_true", help="build an index, and ask it too")
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--singles", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gensim-python", help="a Python that has gensim")
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    main()
