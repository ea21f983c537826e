"""What bit-identical vectors cost: the deterministic kernel beside the racing one.

Both train on the first words of a text with the same options, in turns, an epoch each, and every
epoch is timed; the speed is that of the training loop, words of the vocabulary before subsampling
over seconds. With --quality, whole runs of both are compared by their vectors too, and the
deterministic ones by their bytes.

    python benchmarks/deterministic.py enwiki_a.txt.zst --words 4000000 --rounds 7
    python benchmarks/deterministic.py enwiki_a.txt.zst --quality --epochs 5 \
        --similarity wordsim353.tsv --analogies questions-words.txt
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread

import numpy as np

import firth
import machine
from firth.corpus import Corpus, TokenStore, read_corpus
from firth.training import TrainConfig, train_corpus
from firth.training.deterministic import LockstepEngine
from firth.training.engine import Engine, KernelEngine, MakeEngine, Stretch

RESULTS = Path(__file__).parent / "results"
ENGINES: Mapping[str, MakeEngine] = {"racing": KernelEngine, "deterministic": LockstepEngine}
STRETCH = 65_536


def main() -> None:
    """Measure, print a table, write the figures."""
    arguments = parse_arguments()
    corpus = read_corpus(arguments.text)
    runs = [
        run
        for model, dim in itertools.product(arguments.models.split(","), arguments.dim)
        for run in (compare_vectors if arguments.quality else compare_speeds)(
            corpus, model, dim, arguments
        )
    ]
    report = {
        "command": " ".join(["python benchmarks/deterministic.py", *map(shown, sys.argv[1:])]),
        "text": arguments.text.name,
        "vocabulary": len(corpus.vocabulary),
        "machine": machine.describe(),
        "runs": runs,
    }
    arguments.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path, help="a text, plain or compressed")
    parser.add_argument("--words", type=int, default=4_000_000, help="how many to train on")
    parser.add_argument("--models", default="skipgram,cbow", help="names, with commas")
    parser.add_argument("--dim", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--negative", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quality", action="store_true", help="compare vectors of whole runs")
    parser.add_argument("--epochs", type=int, default=5, help="of a run for --quality")
    parser.add_argument("--similarity", type=Path, help="word pairs with scores")
    parser.add_argument("--analogies", type=Path, help="questions")
    parser.add_argument("--output", type=Path, default=RESULTS / "deterministic.json")
    return parser.parse_args()


def compare_speeds(
    corpus: Corpus, model: str, dim: int, arguments: argparse.Namespace
) -> list[dict[str, object]]:
    """Train an epoch with each engine and number of threads, in turns; give all speeds."""
    ids = np.array(corpus.tokens.ids[: arguments.words])
    ends = corpus.tokens.offsets[corpus.tokens.offsets < len(ids)]
    tokens = TokenStore(ids, np.append(ends, len(ids)).astype(np.int64))
    made = {}
    for threads, name in itertools.product(arguments.threads, ENGINES):
        config = TrainConfig(model=model, dim=dim, negative=arguments.negative, threads=threads)
        engine = ENGINES[name](config, corpus.vocabulary.counts, tokens, STRETCH)
        engine.compile()
        made[threads, name] = engine
    seconds, losses = defaultdict(list), {}
    for epoch in range(arguments.rounds):
        for key, engine in made.items():
            taken, losses[key] = train_epoch(engine, tokens.size, epoch, config.step_size)
            seconds[key].append(taken)
    print(f"\n{model}, D {dim}, K {arguments.negative}")
    print(f"{'threads':<9}{'engine':<15}{'words/s':>12}{'best':>12}{'time':>7}{'loss':>8}")
    runs = []
    for (threads, name), taken in seconds.items():
        median = statistics.median(taken)
        ratio = median / statistics.median(seconds[threads, "racing"])
        print(
            f"{threads:<9}{name:<15}{tokens.size / median:>12,.0f}"
            f"{tokens.size / min(taken):>12,.0f}{ratio:>7.2f}{losses[threads, name]:>8.3f}",
            flush=True,
        )
        runs.append(
            {
                "model": model, "dim": dim, "negative": arguments.negative, "threads": threads,
                "engine": name, "words": tokens.size, "seconds": taken, "time_of_racing": ratio,
                "loss": losses[threads, name],
            }
        )  # fmt: skip
    return runs


def train_epoch(engine: Engine, size: int, epoch: int, lr: float) -> tuple[float, float]:
    """Train an epoch on as many threads as the engine has workers; give seconds and mean loss."""
    starts = iter(range(0, size, STRETCH))
    results: list[tuple[float, int]] = []

    def work(worker: int) -> None:
        for start in starts:
            stretch = Stretch(epoch, start, min(start + STRETCH, size), lr, 0.0)
            results.append(engine.train(worker, stretch))

    began = time.perf_counter()
    threads = [Thread(target=work, args=(worker,)) for worker in range(engine.workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - began
    return taken, sum(loss for loss, _ in results) / sum(pairs for _, pairs in results)


def compare_vectors(
    corpus: Corpus, model: str, dim: int, arguments: argparse.Namespace
) -> list[dict[str, object]]:
    """Train on the whole text with each engine and number of threads; give quality and bytes."""
    print(f"\n{model}, D {dim}, K {arguments.negative}, {arguments.epochs} epochs")
    print(
        f"{'threads':<9}{'engine':<15}{'seconds':>9}{'loss':>8}{'similarity':>12}{'analogies':>11}"
        f"  SHA-256"
    )
    runs = []
    for threads, (name, make) in itertools.product(arguments.threads, ENGINES.items()):
        config = TrainConfig(
            model=model, dim=dim, negative=arguments.negative, epochs=arguments.epochs,
            threads=threads, deterministic=name == "deterministic",
        )  # fmt: skip
        began = time.perf_counter()
        result = train_corpus(corpus, config, engine=make)
        seconds = time.perf_counter() - began
        vectors = firth.Vectors(corpus.vocabulary.words, result.input_vectors)
        similarity, analogies = quality(vectors, arguments.similarity, arguments.analogies)
        digest = hashlib.sha256(result.input_vectors.tobytes()).hexdigest()
        print(
            f"{threads:<9}{name:<15}{seconds:>9.1f}{result.losses[-1]:>8.3f}"
            f"{sum(similarity):>12.1f}{sum(analogies):>11.1f}  {digest[:12]}",
            flush=True,
        )
        runs.append(
            {
                "model": model, "dim": dim, "negative": arguments.negative, "threads": threads,
                "engine": name, "epochs": arguments.epochs, "seconds": seconds,
                "loss": result.losses[-1], "similarity": similarity, "analogies": analogies,
                "sha256": digest,
            }
        )  # fmt: skip
    return runs


def quality(
    vectors: firth.Vectors, similarity: Sequence[Path] | None, analogies: Sequence[Path] | None
) -> tuple[list[float], list[float]]:
    """Return the correlation x 100 of each set of pairs, and the percent of analogies right."""
    if not (similarity or analogies):
        return [], []
    found = firth.evaluate(vectors, similarity=similarity or (), analogies=analogies or ())
    return (
        [100 * (report.spearman or 0.0) for report in found.similarity],
        [100 * (report.accuracy or 0.0) for report in found.analogies],
    )


def shown(argument: str) -> str:
    """Leave folders out of an argument."""
    return argument if argument.startswith("-") else Path(argument).name


if __name__ == "__main__":
    main()
