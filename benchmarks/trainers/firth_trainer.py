"""Train with Firth, by the steps of `firth train`; report the time of the training loop alone.

    python firth_trainer.py TEXT VECTORS SETTINGS

SETTINGS are the fields of `TrainConfig` as JSON. The last line printed is the report, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque

from firth.corpus import read_corpus
from firth.training import Progress, TrainConfig, train_corpus
from firth.vectors import Vectors


def main() -> None:
    """Train, save, report."""
    text, output, settings = sys.argv[1:]
    config = TrainConfig(**json.loads(settings))
    began = time.perf_counter()
    corpus = read_corpus(text, min_count=config.min_count)
    read = time.perf_counter()
    progress: deque[Progress] = deque(maxlen=1)
    result = train_corpus(corpus, config, on_progress=progress.append)
    Vectors(corpus.vocabulary.words, result.input_vectors).save(output)
    report = {
        "train_seconds": progress[0].seconds,
        "words": progress[0].words,
        "read_seconds": read - began,
        "loss": result.losses[-1],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
