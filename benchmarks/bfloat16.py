"""Products of bfloat16 beside products of float32: held-out loss, scores and speed.

Each model is trained with both kinds of products in turn, for several seeds, each in a process of
its own. Only a processor that multiplies pairs of bfloat16 numbers gains by them; the scores can be
had on any.

    python benchmarks/bfloat16.py TEXT --sets FOLDER [--megabytes 10 100] [--models NAME...]
        [--seeds 1 2 3] [--threads 1] [--output results/bfloat16.json]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import machine
from firth.io.compression import open_decompressed

RESULTS = Path(__file__).parent / "results" / "bfloat16.json"
WORD2VEC = {"preset": "word2vec", "model": "skipgram"}
MODELS: dict[str, dict[str, Any]] = {
    "D 100, K 5": {**WORD2VEC, "dim": 100, "negative": 5},
    "D 100, K 15": {**WORD2VEC, "dim": 100, "negative": 15},
    "D 300, K 5": {**WORD2VEC, "dim": 300, "negative": 5},
    "D 300, K 15": {**WORD2VEC, "dim": 300, "negative": 15},
    "subwords, D 100, K 5": {"dim": 100, "negative": 5, "epochs": 5},
    "subwords, D 300, K 5": {"dim": 300, "negative": 5, "epochs": 5},
    "subwords, D 100, K 15": {"dim": 100, "negative": 15, "epochs": 5},
    "subwords, D 300, K 15": {"dim": 300, "negative": 15, "epochs": 5},
}
SETS = {"analogies": ["questions-words.txt"], "similarity": ["wordsim353.tsv", "simlex999.txt"]}
PRODUCTS = {"float32": "0", "bfloat16": "1"}
# One model: a child prints its report.
TRAIN = """
import json, sys, firth
text, options, sets = sys.argv[1], *map(json.loads, sys.argv[2:])
class Watch(firth.Callback):
    def on_end(self, end):
        self.speed = end.words / end.seconds
watch = Watch()
vectors = firth.train(text, **options, callbacks=[watch], progress=False)
found = {"words_per_second": watch.speed, "held_out_loss": vectors.config["held_out_losses"][-1]}
results = firth.evaluate(vectors, **sets)
found |= {scores.file.rpartition("/")[2]: 100 * scores.accuracy for scores in results.analogies}
found |= {scores.file.rpartition("/")[2]: 100 * scores.spearman for scores in results.similarity}
print(json.dumps(found))
"""
Report = dict[str, Any]


def main() -> None:
    """Train what is missing, write all results, print the table."""
    asked = parse_arguments()
    report = json.loads(asked.output.read_text("utf-8")) if asked.output.exists() else {}
    report = {"commands": [], "texts": {}, **report}
    with tempfile.TemporaryDirectory(prefix="firth-") as folder:
        for megabytes in asked.megabytes:
            text = cut(asked.text, megabytes, Path(folder))
            models = report["texts"].setdefault(f"{megabytes} MB", {})
            for name in asked.models:
                models[name] = measure(MODELS[name], text, asked)
                print(f"{megabytes} MB, {name}: {summary(models[name])}", flush=True)
                report["machine"] = machine.describe()
                write(report, asked.output)
    # Several commands may fill one file.
    report["commands"] = list(dict.fromkeys([*report["commands"], command_of(asked)]))
    write(report, asked.output)


def write(report: Report, output: Path) -> None:
    """Keep what was found."""
    output.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path, help="plain, .gz, .bz2, .xz or .zst")
    parser.add_argument("--sets", type=Path, required=True, help="the folder of evaluation sets")
    parser.add_argument("--megabytes", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args()


def command_of(asked: argparse.Namespace) -> str:
    """Return the command that makes these results, without paths."""
    models = " ".join(f'"{name}"' for name in asked.models)
    numbers = (
        f"--{name} {' '.join(map(str, getattr(asked, name)))}" for name in ("megabytes", "seeds")
    )
    return (
        f"python benchmarks/bfloat16.py TEXT --sets FOLDER {' '.join(numbers)} --models {models} "
        f"--threads {asked.threads}"
    )


def cut(source: Path, megabytes: int, folder: Path) -> Path:
    """Write the first megabytes of a text, up to the end of a word; return the path."""
    with open_decompressed(source) as (file, _):
        content = file.read(megabytes * 1_000_000)
    target = folder / f"text_{megabytes}.txt"
    target.write_bytes(content[: max(content.rfind(b" "), content.rfind(b"\n"))])
    return target


def measure(options: Report, text: Path, asked: argparse.Namespace) -> Report:
    """Train with both kinds of products in turn, for each seed."""
    found: Report = {products: [] for products in PRODUCTS}
    for seed in asked.seeds:
        for products, flag in PRODUCTS.items():
            given = {**options, "seed": seed, "threads": asked.threads, "holdout": 0.01}
            sets = {
                kind: [str(asked.sets / file) for file in files] for kind, files in SETS.items()
            }
            command = [sys.executable, "-c", TRAIN, str(text), json.dumps(given), json.dumps(sets)]
            environment = {**os.environ, "FIRTH_BFLOAT16": flag}
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(done.stderr)
            found[products].append(json.loads(done.stdout.splitlines()[-1]))
    return found


def summary(found: Report) -> str:
    """Return the means over seeds of both kinds, and the median ratio of their speeds."""
    ratio = statistics.median(
        two["words_per_second"] / one["words_per_second"]
        for one, two in zip(found["float32"], found["bfloat16"], strict=True)
    )
    told = []
    for products, runs in found.items():
        means = {name: statistics.mean(run[name] for run in runs) for name in runs[0]}
        scores = ", ".join(f"{means[file]:.1f}" for files in SETS.values() for file in files)
        told.append(f"{products}: held-out loss {means['held_out_loss']:.4f}; {scores}")
    return "; ".join([*told, f"{ratio:.2f} times the speed"])


if __name__ == "__main__":
    main()
