"""The time and the memory of one question to a large set of vectors, from the shell.

python benchmarks/first_answer.py [--words 1700000] [--dim 300] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import machine
from apart import call_apart, run_in_thread

RESULT = Path(__file__).parent / "results" / "first_answer.json"


def main() -> None:
    """Ask each kind of file in turn, print medians, keep every run."""
    options = parse()
    runs: dict[str, list[dict[str, float]]] = {"folder": [], "binary": []}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        paths = {"folder": Path(folder, "vectors"), "binary": Path(folder, "vectors.bin")}
        call_apart(write, paths, options.words, options.dim)
        size = (paths["folder"] / "model.safetensors").stat().st_size
        for _ in range(options.rounds):
            for name, path in paths.items():
                command = [sys.executable, "-m", "firth", "similar", str(path), "w7"]
                run = run_in_thread(command)
                runs[name].append({"seconds": run.seconds, "megabytes": run.peak_bytes / 1e6})
    medians = {
        name: {key: statistics.median(run[key] for run in found) for key in found[0]}
        for name, found in runs.items()
    }
    result = {
        "machine": machine.describe(),
        "command": machine.command(),
        "words": options.words,
        "dim": options.dim,
        "bytes": size,
        "median": medians,
        "runs": runs,
    }
    options.output.write_text(json.dumps(result, indent=1) + "\n")
    for name, median in medians.items():
        print(f"{name}: {median['seconds']:.2f} s, {median['megabytes']:.0f} MB")


def write(paths: dict[str, Path], words: int, dim: int) -> None:
    """Write random vectors in each format."""
    import numpy as np

    from firth import Vectors

    random = np.random.default_rng(1)
    matrix = random.standard_normal((words, dim), dtype=np.float32)
    counts = np.sort(random.integers(5, 10**7, words))[::-1]
    vectors = Vectors([f"w{row}" for row in range(words)], matrix, counts=counts)
    for path in paths.values():
        vectors.save(path)


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=1_700_000)
    parser.add_argument("--dim", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where to put the files")
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    main()
