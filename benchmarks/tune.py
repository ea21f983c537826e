"""Search options on a sample of a text, and try them on the whole text and on other sets.

The search trains on a sample, and is scored on some evaluation sets. Then the whole text is trained
with the defaults and with the winner, by several seeds, and scored on these sets and on others that
the search has not seen.

    python benchmarks/tune.py TEXT --similarity wordsim353.tsv --unseen simlex999.txt
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import firth
from machine import describe


def main() -> None:
    """Search, train the whole text, print a table, and keep the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("text")
    parser.add_argument("--similarity", nargs="*", default=[])
    parser.add_argument("--analogies", nargs="*", default=[])
    parser.add_argument("--unseen", nargs="*", default=[], help="similarity files not searched by")
    parser.add_argument("--unseen-analogies", nargs="*", default=[])
    parser.add_argument("--search", nargs="*", help="options to search, by default all")
    parser.add_argument("--budget", default="6m")
    parser.add_argument("--trials", type=int, help="search so many, however long they take")
    parser.add_argument("--words", type=int, default=1_000_000)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--fixed", type=json.loads, default={}, help="options, as JSON")
    parser.add_argument("--output", type=Path, default="benchmarks/results/tune.json")
    arguments = parser.parse_args()
    sets = {"similarity": arguments.similarity, "analogies": arguments.analogies}
    others = {"similarity": arguments.unseen, "analogies": arguments.unseen_analogies}
    tuning = firth.tune(
        arguments.text,
        **sets,
        budget=None if arguments.trials else arguments.budget,
        trials=arguments.trials,
        words=arguments.words,
        space=arguments.search,
        report=_print_trial,
        **arguments.fixed,
    )
    results: dict[str, Any] = {
        "machine": describe(),
        "command": " ".join(["python", *sys.argv]),
        "tuning": tuning.to_dict(),
        "whole": [],
    }
    for name, options in (("defaults", tuning.fixed), ("tuned", tuning.options)):
        for seed in range(1, arguments.seeds + 1):
            began = time.monotonic()
            vectors = firth.train(arguments.text, **{**options, "seed": seed})
            seconds = time.monotonic() - began
            seen = firth.evaluate(vectors, **sets)
            unseen = firth.evaluate(vectors, **others)
            run = {
                "name": name,
                "seed": seed,
                "seconds": seconds,
                "seen": seen.to_dict(),
                "unseen": unseen.to_dict(),
            }
            results["whole"].append(run)
            scores = [_score(each) for each in (*seen.results, *unseen.results)]
            print(f"{name:9} seed {seed}  {seconds:6.1f} s  {'  '.join(scores)}", flush=True)
            arguments.output.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


def _print_trial(trial: firth.Trial) -> None:
    score = "-" if trial.score is None else f"{100 * trial.score:.2f}"
    print(f"trial {trial.number:3}  {score:>6}  {trial.seconds:6.1f} s  {dict(trial.options)}")


def _score(result: Any) -> str:  # noqa: ANN401
    score = getattr(result, "accuracy", getattr(result, "spearman", None))
    return f"{Path(result.file).stem} {100 * score:.1f}"


if __name__ == "__main__":
    main()
