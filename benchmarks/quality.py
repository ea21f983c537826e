"""Recipes for good vectors, beside each other: scores, speed and memory on several texts.

    python benchmarks/quality.py --english TEXT --chinese TEXT --sets FOLDER
        [--megabytes 10 100] [--recipes NAME...] [--threads 2] [--output results/quality.json]

Each model is trained in a process of its own. Results are kept after each recipe, and those that
are there already are not made again. The folder holds the files of `SETS` that were found.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from apart import run_in_thread
from quality_recipes import RECIPES, Options, Recipe

RESULTS = Path(__file__).parent / "results" / "quality.json"
TRAINER = Path(__file__).parent / "trainers" / "recipe_trainer.py"
# Of each language: script, options of reading, and names, kinds and files of the sets.
LANGUAGES: dict[str, tuple[str, Options, tuple[tuple[str, str, str], ...]]] = {
    "english": (
        "letters",
        {},
        (
            ("Google", "analogies", "questions-words.txt"),
            ("WordSim-353", "similarity", "wordsim353.tsv"),
            ("SimLex-999", "similarity", "simlex999.txt"),
        ),
    ),
    "chinese": (
        "characters",
        {"tokenizer": "chinese"},
        (
            ("CA8 semantic", "analogies", "zh_ca8_semantic.txt"),
            ("WordSim-240", "similarity", "zh_wordsim240.txt"),
        ),
    ),
}
Report = dict[str, Any]


def main() -> None:
    """Make what is missing, write all results, print the tables."""
    asked = parse_arguments()
    report = json.loads(asked.output.read_text("utf-8")) if asked.output.exists() else {}
    # Results are made by several commands: each recipe is made once.
    commands = dict.fromkeys([*report.get("command", []), command_line(asked)])
    report |= {"command": list(commands), "texts": report.get("texts", {})}
    with tempfile.TemporaryDirectory(prefix="firth-") as folder:
        for language, megabytes in wanted_texts(asked):
            text = cut(getattr(asked, language), megabytes, Path(folder))
            name = f"{language}, {text.stat().st_size / 1e6:.3g} MB"
            done = report["texts"].setdefault(name, {})
            for recipe in wanted_recipes(LANGUAGES[language][0], asked.recipes, done):
                done[recipe.name] = measure(recipe, text, language, asked, Path(folder))
                print(f"{name}, {recipe.name}: {summary(done[recipe.name])}", file=sys.stderr)
                write(report, asked.output)
    # Imported late: this process must be small while it starts others (apart.py).
    import machine

    write({**report, "machine": machine.describe()}, asked.output)
    for name, rows in report["texts"].items():
        print_table(name, rows)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for language in LANGUAGES:
        parser.add_argument(f"--{language}", type=Path, help="plain, .gz, .bz2, .xz or .zst")
    parser.add_argument("--sets", type=Path, required=True, help="the folder of evaluation sets")
    parser.add_argument("--megabytes", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--recipes", nargs="+", help="names; by default all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args()


def wanted_texts(asked: argparse.Namespace) -> Iterable[tuple[str, int]]:
    """Yield language and size of each text."""
    for language in LANGUAGES:
        if getattr(asked, language) is not None:
            yield from ((language, megabytes) for megabytes in asked.megabytes)


def wanted_recipes(script: str, names: list[str] | None, done: Report) -> Iterable[Recipe]:
    """Yield the recipes that are for a script, asked for and not done yet."""
    for recipe in RECIPES:
        is_asked = names is None or recipe.name in names
        if is_asked and recipe.only in (None, script) and recipe.name not in done:
            yield recipe


def cut(source: Path, megabytes: int, folder: Path) -> Path:
    """Write the first megabytes of a text, up to the end of a word; return the path."""
    from firth.io.compression import open_decompressed

    target = folder / f"{source.name.partition('.')[0]}_{megabytes}.txt"
    if not target.exists():
        with open_decompressed(source) as (file, _):
            content = file.read(megabytes * 1_000_000)
        ends = [content.rfind(end) for end in (b" ", b"\n")]
        target.write_bytes(content[: max(ends)] if max(ends) > 0 else content)
    return target


def measure(
    recipe: Recipe, text: Path, language: str, asked: argparse.Namespace, folder: Path
) -> Report:
    """Train the models of a recipe that are not there yet, and evaluate what is made of them."""
    _, reading, _ = LANGUAGES[language]
    shared = {**reading, "threads": asked.threads, "seed": asked.seed}
    models = [train({**shared, **options}, text, folder) for options in recipe.models]
    scores = evaluate_apart(recipe, [model["path"] for model in models], language, asked.sets)
    seconds = sum(model["train_seconds"] for model in models)
    return {
        "words_per_second": sum(model["words"] for model in models) / seconds,
        "train_seconds": seconds,
        "processor_seconds": sum(model["processor_seconds"] for model in models),
        "peak_megabytes": max(model["peak_megabytes"] for model in models),
        "options": [model["options"] for model in models],
        "readout": recipe.readout,
        "scores": scores,
    }


def train(options: Options, text: Path, folder: Path) -> Report:
    """Train a model in a process of its own, unless it is there; return its report."""
    asked = json.dumps(options, sort_keys=True)
    name = f"{text.stem}_{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
    kept = folder / f"{name}.json"
    if not kept.exists():
        command = [sys.executable, str(TRAINER), str(text), str(folder / name), asked]
        run = run_in_thread(command)
        report = json.loads(run.output.splitlines()[-1])
        report |= {"path": str(folder / name), "peak_megabytes": run.peak_bytes / 1e6}
        kept.write_text(json.dumps(report))
    found: Report = json.loads(kept.read_text())
    return found


def evaluate_apart(recipe: Recipe, paths: list[str], language: str, sets: Path) -> Report:
    """Evaluate in a process of its own, which keeps this one small."""
    request = {
        "paths": paths,
        "readout": recipe.readout,
        "dim": recipe.dim,
        "sets": [
            (name, kind, str(sets / file))
            for name, kind, file in LANGUAGES[language][2]
            if (sets / file).exists()
        ],
    }
    scorer = Path(__file__).parent / "quality_scores.py"
    run = run_in_thread([sys.executable, str(scorer), json.dumps(request)])
    found: Report = json.loads(run.output.splitlines()[-1])
    return found


def summary(row: Report) -> str:
    """Return scores and speed in a line."""
    scores = [f"{name} {halves['report']['score']:.1f}" for name, halves in row["scores"].items()]
    return ", ".join([*scores, f"{row['train_seconds']:.1f} s"])


def print_table(name: str, rows: Mapping[str, Report]) -> None:
    """Print a table in Markdown: the half to report, its interval, and all of each set."""
    sets = list(next(iter(rows.values()))["scores"])
    titles = ["recipe", *sets, "s", "processor s", "MB"]
    print(f"\n{name}\n\n| {' | '.join(titles)} |\n|{'---|' * len(titles)}")
    for recipe, row in rows.items():
        scores = [
            f"{half['score']:.1f} ({half['low']:.1f} to {half['high']:.1f}), {whole['score']:.1f}"
            for half, whole in (
                (row["scores"][each]["report"], row["scores"][each]["all"]) for each in sets
            )
        ]
        costs = (row[name] for name in ("train_seconds", "processor_seconds", "peak_megabytes"))
        cells = [*scores, *(f"{cost:.0f}" for cost in costs)]
        print(f"| {recipe} | {' | '.join(cells)} |")


def command_line(asked: argparse.Namespace) -> str:
    """Return the command, with the names of files only."""
    words = ["python benchmarks/quality.py"]
    for name, value in vars(asked).items():
        if name != "output" and value is not None:
            values = value if isinstance(value, list) else [value]
            shown = [each.name if isinstance(each, Path) else str(each) for each in values]
            words.append(f"--{name} {shlex.join(shown)}")
    return " ".join(words)


def write(report: Report, target: Path) -> None:
    """Write the results as JSON."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
