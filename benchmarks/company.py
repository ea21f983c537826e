"""How nearly the probabilities of `Vectors.company` are those of the text.

python benchmarks/company.py VECTORS [--inputs 4000]

VECTORS is a folder that training saved. For input words drawn from the text, the probabilities of
the words near each should add up to 1, and their mean should be the share of each word.
"""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path

import numpy as np

import firth
import machine
from firth.vectors.questions.company import chances_of, trained_vector

RESULT = Path(__file__).parent / "results" / "company.json"
BANDS = (100, 1_000, 5_000, 20_000, 40_000)
ASKED = (("tea",), ("guitar",), ("king",), ("tea", "coffee"), ("good", "bad"), ("tea", "king"))


def main() -> None:
    """Measure, print a table, keep the results."""
    options = parse()
    vectors = firth.load(options.vectors)
    chances = chances_of(vectors)
    rng = np.random.default_rng(1)
    drawn = rng.choice(len(vectors), size=options.inputs, p=np.exp(chances.near))
    inputs = np.stack([trained_vector(vectors, vectors.words[row]) for row in drawn])
    total, sums = np.zeros(len(vectors)), []
    for start in range(0, len(inputs), 200):
        scores = inputs[start : start + 200] @ vectors.output_vectors.T
        near = 1.0 / (1.0 + np.exp(-(scores + chances.noise)))
        total += near.sum(axis=0)
        sums.extend(near.sum(axis=1).tolist())
    ratios = np.log(total / len(inputs)) - chances.near
    edges = [0, *(band for band in BANDS if band < len(vectors)), len(vectors)]
    bands = [
        {"from": a, "to": b, "mean": float(ratios[a:b].mean()), "sd": float(ratios[a:b].std())}
        for a, b in itertools.pairwise(edges)
    ]
    found = {
        "machine": machine.describe(),
        "command": machine.command(),
        "options": vectors.config["options"],
        "mean_sum": float(np.mean(sums)),
        "sd_of_sums": float(np.std(sums)),
        "log_of_mean_over_share": bands,
        "company": {" ".join(words): ask(vectors, words) for words in ASKED},
    }
    options.output.write_text(json.dumps(found, indent=1) + "\n")
    print(f"sum of p(w | c) over w: {found['mean_sum']:.3f}, sd {found['sd_of_sums']:.3f}")
    for band in bands:
        print(
            f"words {band['from']:>6,} to {band['to']:>6,}: log of the mean over the share "
            f"{band['mean']:+.2f}, sd {band['sd']:.2f}"
        )
    for words, companions in found["company"].items():
        print(f"{words}: " + ", ".join(f"{word} {score:.1f}" for word, score in companions))


def ask(vectors: firth.Vectors, words: tuple[str, ...]) -> list[tuple[str, float]]:
    """Return the company of one word or of two."""
    if not all(word in vectors for word in words):
        return []
    found = vectors.company(*words) if len(words) == 1 else vectors.shared_company(*words)
    return [(str(word), score) for word, score, _ in found]


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--inputs", type=int, default=4_000)
    parser.add_argument("--output", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    main()
