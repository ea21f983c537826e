"""Train one model by `firth.train`; report what was chosen, and the time of the training loop.

    python recipe_trainer.py TEXT VECTORS OPTIONS

OPTIONS are keywords of `firth.train` as JSON. The last line printed is the report, as JSON.
"""

from __future__ import annotations

import json
import sys
import time

import firth
from firth.training import RunEnd, RunStart


class Watch(firth.Callback):
    """Adds up the time, the processors' time and the words of all models."""

    def __init__(self) -> None:
        self.seconds, self.processor_seconds, self.words = 0.0, 0.0, 0

    def on_start(self, start: RunStart) -> None:
        """Note when a model begins."""
        self._began = time.process_time()

    def on_end(self, end: RunEnd) -> None:
        """Add those of a model."""
        self.seconds, self.words = self.seconds + end.seconds, self.words + end.words
        self.processor_seconds += time.process_time() - self._began


def main() -> None:
    """Train, save, report."""
    text, output, options = sys.argv[1:]
    watch = Watch()
    vectors = firth.train(text, **json.loads(options), callbacks=[watch], progress=False)
    vectors.save(output)
    report = {
        "train_seconds": watch.seconds,
        "processor_seconds": watch.processor_seconds,
        "words": watch.words,
        "vocabulary": len(vectors),
        "options": vectors.config["options"],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
