"""Train with Firth, by the steps of `firth train`; report the time of the training loop alone.

    python firth_trainer.py TEXT VECTORS SETTINGS

SETTINGS are the fields of `TrainConfig` as JSON. The last line printed is the report, as JSON.
"""

from __future__ import annotations

import json
import sys
import time

from firth.corpus import read_corpus
from firth.training import Callback, RunEnd, TrainConfig, train_corpus
from firth.training.engines.base import INPUT
from firth.vectors import RawTables, Vectors


class Watch(Callback):
    """Stores the end of the run."""

    end: RunEnd

    def on_end(self, end: RunEnd) -> None:
        """Store it."""
        self.end = end


def main() -> None:
    """Train, save, report."""
    text, output, settings = sys.argv[1:]
    config = TrainConfig(**json.loads(settings))
    began = time.perf_counter()
    corpus = read_corpus(text, min_count=config.min_count)
    read = time.perf_counter()
    watch = Watch()
    result = train_corpus(corpus, config, callbacks=[watch])
    raw = RawTables(result.tables[INPUT], result.subwords)
    words, outputs = corpus.vocabulary.words, result.output_vectors
    Vectors.from_tables(words, raw, output_vectors=outputs).save(output)
    report = {
        "train_seconds": watch.end.seconds,
        "words": watch.end.words,
        "read_seconds": read - began,
        "loss": result.losses[-1],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
