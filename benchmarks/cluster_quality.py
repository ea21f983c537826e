"""Quality of vectors that several workers train, and what their agreement costs.

python benchmarks/cluster_quality.py TEXT --analogies FILE --similarity FILE FILE
    [--workers 1,2,4,8] [--seeds 1] [--epochs 5] [--window 5]
    [--subwords none] [--output results/cluster_quality.json]

Workers are threads of one process, with tables of their own, and word2vec's values. On fewer
processors than workers the seconds say what the processors did in all, and not how long a cluster
takes. The bytes are those that each worker would send and receive on a network, counted at each
step.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import firth
import machine
from firth.cluster import local_team

RESULTS = Path(__file__).parent / "results" / "cluster_quality.json"


class Counted(local_team.LocalGroup):
    """A group that counts the steps of the first worker, and the bytes that it adds up."""

    steps, bytes = 0, 0

    def add_up(self, numbers: object, *, short: bool = False) -> object:
        """Add up, and count; bfloat16 takes half the bytes."""
        if self.rank == 0:
            Counted.steps += 1
            Counted.bytes += numbers.nbytes // (2 if short else 1)
        return super().add_up(numbers, short=short)


def train(text: Path, workers: int, seed: int, **options: object) -> tuple[firth.Vectors, dict]:
    """Train with word2vec's values, or n-grams; return the vectors and what it cost."""
    Counted.steps = Counted.bytes = 0
    began, processor = time.perf_counter(), time.process_time()
    vectors = firth.train(
        text, preset="word2vec", tokenizer="words", workers=workers, threads=1, seed=seed, **options
    )  # fmt: skip
    return vectors, {
        "workers": workers,
        "seed": seed,
        "seconds": time.perf_counter() - began,
        "processor_seconds": time.process_time() - processor,
        "steps": Counted.steps,
        "bytes_added_up": Counted.bytes,
        "loss": vectors.config["losses"][-1],
    }


def scores(vectors: firth.Vectors, analogies: Path, similarity: list[Path]) -> dict[str, float]:
    """Return the scores of each set in percent, and their mean."""
    found = firth.evaluate(vectors, analogies=analogies, similarity=similarity)
    each = {Path(result.file).stem: 100 * result.accuracy for result in found.analogies}
    each |= {Path(result.file).stem: 100 * result.spearman for result in found.similarity}
    return {**each, "mean": sum(each.values()) / len(each)}


def main() -> None:
    """Train and evaluate with each number of workers; print a line each, and write all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--analogies", type=Path, required=True)
    parser.add_argument("--similarity", type=Path, nargs="+", required=True)
    parser.add_argument("--workers", default="1,2,4,8")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--window", type=int, default=5)
    parser.add_argument("--subwords", default="none", help="such as 3-6")
    parser.add_argument("--output", type=Path, default=RESULTS)
    asked = parser.parse_args()
    local_team.LocalGroup = Counted
    runs = []
    names = " ".join(path.name for path in asked.similarity)
    command = (
        f"python benchmarks/cluster_quality.py {asked.text.name} --analogies "
        f"{asked.analogies.name} --similarity {names} --workers {asked.workers} "
        f"--seeds {asked.seeds} --epochs {asked.epochs} --window {asked.window} "
        f"--subwords {asked.subwords}"
    )
    options = {"epochs": asked.epochs, "window": asked.window, "subwords": asked.subwords}
    for seed in range(1, asked.seeds + 1):
        for workers in map(int, asked.workers.split(",")):
            vectors, cost = train(asked.text, workers, seed, **options)
            runs.append({**cost, **scores(vectors, asked.analogies, asked.similarity)})
            print("  ".join(f"{name} {value:.5g}" for name, value in runs[-1].items()), flush=True)
            report = {"command": command, "machine": machine.describe(), "runs": runs}
            asked.output.parent.mkdir(parents=True, exist_ok=True)
            asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
