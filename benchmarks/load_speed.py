"""How fast vectors of word2vec's formats are read, and analogies answered, beside gensim.

python benchmarks/load_speed.py --gensim-python PYTHON [--text] [--words 830000] [--rounds 3]
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

RESULTS = Path(__file__).parent / "results"
PEER = Path(__file__).parent / "trainers" / "gensim_loading.py"
# Each prints the seconds of what it names, as JSON.
RAW = """
import json, sys, time
began = time.perf_counter()
with open(sys.argv[1], "rb") as file:
    file.read()
print(json.dumps({"seconds": time.perf_counter() - began}))
"""
FIRTH = """
import json, sys, time
from firth.evaluation.analogy_files import read_analogies
from firth.evaluation.analogies import answer_analogies
from firth.vectors import load
from firth.vectors.questions.analogy import METHODS
began = time.perf_counter()
vectors = load(sys.argv[1])
loaded = time.perf_counter() - began
sections = read_analogies(sys.argv[2])
began = time.perf_counter()
found = answer_analogies(
    vectors, sections, file="", restrict=len(vectors), fold=False, unknown="skip",
    method=METHODS["add"],
)
taken = time.perf_counter() - began
print(json.dumps({
    "seconds": loaded, "questions": found.total.answered,
    "milliseconds_a_question": 1e3 * taken / found.total.answered,
}))
"""


def main() -> None:
    """Let the readers take turns, print medians, keep every run."""
    options = parse()
    runs: dict[str, list[dict[str, float]]] = {"raw": [], "firth": [], "gensim": []}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder, "vectors.txt" if options.text else "vectors.bin")
        questions = Path(folder, "questions.txt")
        call_apart(write, path, questions, options.words, options.dim, options.questions)
        size = path.stat().st_size
        commands = {
            "raw": [sys.executable, "-c", RAW, str(path)],
            "firth": [sys.executable, "-c", FIRTH, str(path), str(questions)],
            "gensim": [options.gensim_python, str(PEER), str(path), str(questions)],
        }
        for _ in range(options.rounds):
            for name, command in commands.items():
                done = run_in_thread(command)
                told = json.loads(done.output.splitlines()[-1])
                runs[name].append({**told, "megabytes": done.peak_bytes / 1e6})
    medians = {
        name: {key: statistics.median(run[key] for run in found) for key in found[0]}
        for name, found in runs.items()
    }
    result = {
        "machine": machine.describe(),
        # Without the folders of this machine.
        "command": machine.command(),
        "bytes": size,
        "words": options.words,
        "dim": options.dim,
        "median": medians,
        "share_of_raw": medians["raw"]["seconds"] / medians["firth"]["seconds"],
        "times_gensim": medians["gensim"]["seconds"] / medians["firth"]["seconds"],
        "runs": runs,
    }
    output = options.output or RESULTS / f"load_speed{'_text' if options.text else ''}.json"
    output.write_text(json.dumps(result, indent=1) + "\n")
    for name, median in medians.items():
        print(name, {key: round(value, 2) for key, value in median.items()})


def write(path: Path, questions: Path, words: int, dim: int, many: int) -> None:
    """Write random vectors, and analogies of random words."""
    import numpy as np

    from firth import Vectors

    random = np.random.default_rng(1)
    matrix = random.standard_normal((words, dim), dtype=np.float32)
    Vectors([f"w{row}" for row in range(words)], matrix).save(path)
    rows = [random.choice(words, size=4, replace=False) for _ in range(many)]
    lines = [" ".join(f"w{row}" for row in four) for four in rows]
    questions.write_text("\n".join([": random", *lines]) + "\n")


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gensim-python", required=True, help="a Python that has gensim")
    parser.add_argument("--text", action="store_true", help="the text format, not the binary one")
    parser.add_argument("--words", type=int, default=830_000)
    parser.add_argument("--dim", type=int, default=300)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to put the files")
    parser.add_argument("--output", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
