"""How much slower the textbook in PyTorch is than the kernel, and whether its vectors are as good.

Both train on the first bytes of a text, with the same options, and are measured on the same word
pairs. The speed is that of the training loop: words of the vocabulary before subsampling, times
epochs, over seconds.

    python benchmarks/torch_engine.py enwiki_a.txt.zst --similarity wordsim353.tsv
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import torch

import firth
import machine
from firth.corpus import Corpus, read_corpus
from firth.corpus.finding import find_text
from firth.corpus.sources import read_text
from firth.torch import TorchEngine
from firth.training import Callback, RunEnd, TrainConfig, train_corpus
from firth.training.engines.base import MakeEngine
from firth.training.engines.hogwild import HogwildEngine

RESULTS = Path(__file__).parent / "results"
ENGINES: Mapping[str, MakeEngine] = {"kernel": HogwildEngine, "torch": TorchEngine}


def main() -> None:
    """Measure, print a table, write the figures."""
    arguments = parse_arguments()
    corpus = read_start(arguments.text, arguments.megabytes)
    runs = []
    print(f"{'model':<10}{'engine':<8}{'words/s':>12}{'loss':>8}{'similarity':>12}")
    for model, (engine, make) in itertools.product(arguments.models.split(","), ENGINES.items()):
        config = TrainConfig(model=model, epochs=arguments.epochs, threads=arguments.threads)
        run = {"engine": engine, **measure(corpus, config, make, arguments.similarity)}
        runs.append(run)
        print(
            f"{model:<10}{engine:<8}{run['words_per_second']:>12,.0f}"
            f"{run['loss']:>8.3f}{run['similarity']:>12.1f}",
            flush=True,
        )
    report = {
        "command": " ".join(["python benchmarks/torch_engine.py", *map(shown, sys.argv[1:])]),
        "text": {"name": arguments.text.name, "megabytes": arguments.megabytes},
        "words": corpus.tokens.size,
        "vocabulary": len(corpus.vocabulary),
        "machine": {**machine.describe(), "torch": torch.__version__},
        "runs": runs,
    }
    arguments.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path, help="a text, plain or compressed")
    parser.add_argument("--similarity", type=Path, required=True, help="word pairs with scores")
    parser.add_argument("--megabytes", type=int, default=10, help="how much of the text to take")
    parser.add_argument("--models", default="skipgram,cbow", help="names, with commas")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS / "torch_engine.json")
    return parser.parse_args()


def read_start(text: Path, megabytes: int) -> Corpus:
    """Read the first bytes of a text, up to the last white space."""
    start, size = bytearray(), megabytes * 1_000_000
    for block in read_text(find_text(text) or [], "strict", lambda done, total: None):
        start += block.encode()
        if len(start) >= size:
            break
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "start.txt")
        path.write_bytes(start[:size].rpartition(b" ")[0])
        return read_corpus(path)


class Watch(Callback):
    """Keeps how the run ended."""

    end: RunEnd

    def on_end(self, end: RunEnd) -> None:
        """Keep it."""
        self.end = end


def measure(
    corpus: Corpus, config: TrainConfig, engine: MakeEngine, similarity: Path
) -> dict[str, str | float]:
    """Train once; give the speed of the loop, the last epoch's loss, and the quality."""
    watch = Watch()
    result = train_corpus(corpus, config, engine=engine, callbacks=[watch])
    vectors = firth.Vectors(corpus.vocabulary.words, result.input_vectors)
    found = firth.evaluate(vectors, similarity=similarity).similarity[0]
    return {
        "model": config.model,
        "words_per_second": watch.end.words / watch.end.seconds,
        "seconds": watch.end.seconds,
        "loss": result.losses[-1],
        "similarity": 100 * (found.spearman or 0.0),
    }


def shown(argument: str) -> str:
    """Leave folders out of an argument."""
    return argument if argument.startswith("-") else Path(argument).name


if __name__ == "__main__":
    main()
