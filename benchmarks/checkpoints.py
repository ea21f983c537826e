"""The cost of checkpoints: the pause of training, and the speed with and without them.

python benchmarks/checkpoints.py TEXT [--every 1s] [--rounds 3] [--dim 100] [--epochs 1]
    [--threads 2] [--output results/checkpoints.json]

Checkpoints are far more frequent than the default of ten minutes, so that there are enough of them
to measure. Runs with and without checkpoints alternate.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path

import firth
import machine
from firth.corpus import Corpus, read_corpus
from firth.training import Callback, Checkpoints, RunEnd, TrainConfig, train_corpus
from firth.training.checkpoints.folder import list_checkpoints

RESULTS = Path(__file__).parent / "results" / "checkpoints.json"


class Watch(Callback):
    """Stores the end of the run."""

    end: RunEnd

    def on_end(self, end: RunEnd) -> None:
        """Store it."""
        self.end = end


def main() -> None:
    """Measure alternately, print the medians, write all results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--every", default="1s")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS)
    asked = parser.parse_args()
    options = {name: getattr(asked, name) for name in ("dim", "epochs", "threads")}
    corpus, config = read_corpus(asked.text), TrainConfig(**options)
    rounds = [
        {"without": measure(corpus, config, None), "with": measure(corpus, config, asked.every)}
        for _ in range(asked.rounds)
    ]
    medians = {
        kind: {name: statistics.median(r[kind][name] for r in rounds) for name in rounds[0][kind]}
        for kind in ("without", "with")
    }
    print(json.dumps(medians, indent=2))
    more = " ".join(f"--{name} {value}" for name, value in options.items())
    report = {
        "command": f"python benchmarks/checkpoints.py {asked.text.name} --every {asked.every} "
        f"--rounds {asked.rounds} {more}",
        "machine": machine.describe(),
        "words": len(corpus.vocabulary),
        "medians": medians,
        "rounds": rounds,
    }
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def measure(corpus: Corpus, config: TrainConfig, every: str | None) -> dict[str, float]:
    """Train once; return the speed and the cost of a checkpoint."""
    watch = Watch()
    with tempfile.TemporaryDirectory() as name:
        folder, checkpoints = Path(name), None
        if every is not None:
            checkpoints = Checkpoints(folder, every=every)
        train_corpus(corpus, config, callbacks=[watch], checkpoints=checkpoints)
        end = watch.end
        found = {"words_per_second": end.words / end.seconds}
        written = list_checkpoints(folder)
        if written:
            last = written[-1]
            number = int(last.name.rpartition("-")[2])
            firth.load(last)
            found["checkpoints"] = number
            found["megabytes"] = sum(file.stat().st_size for file in last.iterdir()) / 1e6
            found["milliseconds_paused_for_one"] = 1e3 * end.seconds_paused / number
    return found


if __name__ == "__main__":
    main()
