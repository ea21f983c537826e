"""Train one model by `firth.train`; report what was chosen, and the time of the training loop.

    python recipe_trainer.py TEXT VECTORS OPTIONS

OPTIONS are keywords of `firth.train` as JSON. The last line printed is the report, as JSON.
"""

from __future__ import annotations

import json
import sys

import firth
from firth.training import RunEnd


class Watch(firth.Callback):
    """Stores the end of the run."""

    end: RunEnd

    def on_end(self, end: RunEnd) -> None:
        """Store it."""
        self.end = end


def main() -> None:
    """Train, save, report."""
    text, output, options = sys.argv[1:]
    watch = Watch()
    vectors = firth.train(text, **json.loads(options), callbacks=[watch], progress=False)
    vectors.save(output)
    report = {
        "train_seconds": watch.end.seconds,
        "words": watch.end.words,
        "vocabulary": len(vectors),
        "options": vectors.config["options"],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
