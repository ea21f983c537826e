"""The speed of the training loop with subwords, beside that of whole words.

All settings train the same stretches of one text in turn, in one process and one thread, so other
load on the machine affects all of them. Results are medians of processor time.

    python benchmarks/subword_cost.py TEXT [--rounds 40] [--output FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import machine
from firth.corpus import Corpus, read_corpus
from firth.subwords import make_subwords
from firth.training import TrainConfig
from firth.training.engines.base import Engine, Stretch
from firth.training.engines.hogwild import HogwildEngine
from firth.training.task import Task

RESULT = Path(__file__).parent / "results" / "subword_cost.json"
# The first is what the others are compared with.
SETTINGS: dict[str, dict[str, object]] = {
    "whole words": {},
    "subwords 3-6": {"subwords": "3-6"},
    "subwords 4-6": {"subwords": "4-6"},
    "subwords 3-6, 500,000 buckets": {"subwords": "3-6", "buckets": 500_000},
    "whole words, K 10": {"negative": 10},
    "subwords 3-6, K 10": {"subwords": "3-6", "negative": 10},
    "CBOW, whole words": {"model": "cbow"},
    "CBOW, subwords 3-6": {"model": "cbow", "subwords": "3-6"},
}
STRETCH = 32_768
# The first stretches touch most of the memory for the first time.
WARM_UP = 5


def main() -> None:
    """Measure, print a table, write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--rounds", type=int, default=40, help="stretches of each setting")
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    corpus = read_corpus(arguments.text)
    engines = {name: make(corpus, options) for name, options in SETTINGS.items()}
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    for number in range(WARM_UP + arguments.rounds):
        for name, engine in engines.items():
            seconds[name].append(train(engine, number, corpus.tokens.size))
    medians = {name: statistics.median(times[WARM_UP:]) for name, times in seconds.items()}
    first = next(iter(medians.values()))
    results = {
        name: {"words_per_second": STRETCH / median, "times_the_first": median / first}
        for name, median in medians.items()
    }
    for name, result in results.items():
        speed, cost = result.values()
        print(f"{name:<34}{speed:>12,.0f} words/s {cost:>6.2f} times the first")
    report = {
        "command": f"python benchmarks/subword_cost.py {arguments.text.name} "
        f"--rounds {arguments.rounds}",
        "machine": machine.describe(),
        "vocabulary": len(corpus.vocabulary),
        "results": results,
    }
    arguments.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def make(corpus: Corpus, options: dict[str, object]) -> Engine:
    """Make an engine of one thread, ready to train."""
    config = TrainConfig(threads=1, **options)
    words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
    subwords = make_subwords(config.subwords, words, counts, config.buckets)
    composition = Task(corpus, config, HogwildEngine, subwords=subwords).composition
    engine = HogwildEngine(config, counts, corpus.tokens, STRETCH, composition=composition)
    engine.compile()
    return engine


def train(engine: Engine, number: int, size: int) -> float:
    """Train a stretch of a corpus of so many words; return the seconds of processor time."""
    start = number * STRETCH % max(size - STRETCH, 1)
    stretch = Stretch(0, start, min(start + STRETCH, size), lr=0.025, slope=0.0)
    began = time.process_time()
    engine.train(0, stretch)
    return time.process_time() - began


if __name__ == "__main__":
    main()
