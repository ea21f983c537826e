"""What share of their time the machines of a cluster spend training: computed, not measured.

python benchmarks/cluster_model.py [--machines 8,64] [--words 1e9,1e10,1e11,1e12] [--gbits 10]
    [--trip 0.1] [--speed 40e6] [--vocabulary 1000000] [--dim 100] [--epochs 5]
    [--output results/cluster_model.json]

A worker on each machine trains `speed` words a second, with one thread for each of its processors.
Steps, rows and bytes are counted by the code that trains. A sum over N workers takes

    4 (N - 1) trips + 2 (N - 1) / N bytes / bandwidth

The number of trips, which take `trip` milliseconds each, was measured by cluster_sums.py: each of
the 2 (N - 1) messages of a ring goes there after word that it may come. Many rows are several sums,
counted one after another. A step takes the longer one of its training and its sums, and the time in
which rows are read and written. Where all rows come together, workers wait.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import machine
from firth.cluster.agreement import RULE
from firth.cluster.plan import block_length, hot_rows, steps_of
from firth.training.config import TrainConfig
from firth.training.engines.team import ROWS_AT_ONCE

RESULTS = Path(__file__).parent / "results" / "cluster_model.json"
# Of rows, while they are read and written.
BYTES_A_SECOND = 2e9


class Cluster(NamedTuple):
    """What a cluster can do."""

    machines: int
    speed: float  # words a second, of each
    bandwidth: float  # bytes a second
    trip: float  # seconds

    def seconds_to_add_up(self, size: float, sums: int) -> float:
        """Return how long so many bytes take, in so many sums."""
        others = self.machines - 1
        return 4 * others * self.trip * sums + 2 * others / self.machines * size / self.bandwidth


def share_of_training(cluster: Cluster, words: float, vocabulary: int, config: TrainConfig) -> dict:
    """Return the seconds of training of a run, and their share of its time."""
    size = int(words)
    length = block_length(config, size)
    blocks = config.epochs * -(-size // length)
    steps = steps_of(config, size, length)
    training = length / (cluster.machines * cluster.speed)
    row = 4.0 * config.dim * 2  # of both tables, as float32
    hot = hot_rows(config, size)
    seconds = 0.0
    sent = 0.0
    for step in range(1, steps + 1):
        # The last step of a block brings all rows together.
        rows = vocabulary if step == steps else min(vocabulary, hot * (step & -step))
        bytes_sent = rows * row * (1.0 if step == steps else 0.5)
        summing = cluster.seconds_to_add_up(bytes_sent, -(-rows // ROWS_AT_ONCE))
        sent += bytes_sent
        handling = 2 * rows * row / BYTES_A_SECOND
        here = training / steps
        seconds += handling + (here + summing if step == steps else max(here, summing))
    return {
        "machines": cluster.machines,
        "words": words,
        "steps": blocks * steps,
        "megabytes_a_step": round(sent / steps / 1e6, 2),
        "seconds_training": round(blocks * training, 1),
        "seconds": round(blocks * seconds, 1),
        "share_training": round(training / seconds, 3),
    }


def main() -> None:
    """Compute all shares; print a line for each, and write all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--machines", default="8,64")
    parser.add_argument("--words", default="1e9,1e10,1e11,1e12")
    parser.add_argument("--gbits", type=float, default=10.0, help="bandwidth of a machine")
    parser.add_argument("--trip", type=float, default=0.1, help="milliseconds of one way")
    parser.add_argument("--speed", type=float, default=40e6, help="words a second of a machine")
    parser.add_argument("--vocabulary", type=int, default=1_000_000, help="rows of a table")
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--output", type=Path, default=RESULTS)
    asked = parser.parse_args()
    rows = []
    for machines in map(int, asked.machines.split(",")):
        cluster = Cluster(machines, asked.speed, asked.gbits * 1e9 / 8, asked.trip / 1e3)
        config = TrainConfig(dim=asked.dim, epochs=asked.epochs, workers=machines, threads=1)
        for words in map(float, asked.words.split(",")):
            rows.append(share_of_training(cluster, words, asked.vocabulary, config))
            print(json.dumps(rows[-1]), flush=True)
    report = {"command": machine.command(), "hot": RULE.hot, "rows": rows}
    asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
