"""Scores of vectors on each half of the questions and pairs of each set, with intervals.

Options were chosen on one half, see `halves.py`; the other is to be reported. The intervals
resample items, and are too narrow for analogies: many questions of a section share their words.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

import firth
from firth.evaluation.analogies import answer_analogies
from firth.evaluation.analogy_files import read_analogies
from firth.evaluation.lookup import first_rows, rows_of
from firth.evaluation.similarity import Pair, read_pairs, spearman
from firth.vectors import Vectors
from firth.vectors.search import unit_rows
from halves import half_of_pairs, half_of_questions

RESAMPLES = 1_000
SEED = 1
RESTRICT = 30_000
# Whether a part is the half for tuning; None for all.
PARTS = {"choose": True, "report": False, "all": None}


@dataclass(frozen=True)
class Score:
    """A score in percent, the interval that holds 95 % of its resamples, and its items."""

    score: float
    low: float
    high: float
    items: int
    missing: int


@dataclass(frozen=True)
class EvaluationSet:
    """A file of analogies or of pairs."""

    name: str
    kind: Literal["analogies", "similarity"]
    path: Path

    def scores(self, vectors: Vectors) -> dict[str, Score]:
        """Return the score of each half, and of all."""
        measure = _analogies if self.kind == "analogies" else _similarity
        return {part: measure(self.path, vectors, tuning) for part, tuning in PARTS.items()}


def _analogies(path: Path, vectors: Vectors, tuning: bool | None) -> Score:
    sections = read_analogies(path)
    chosen = sections if tuning is None else half_of_questions(sections, tuning=tuning)
    total = answer_analogies(vectors, chosen, file=path.name, restrict=RESTRICT, fold=True).total
    right = total.correct / max(total.answered, 1)
    # Resampled, the number of right answers is binomial.
    resampled = np.random.default_rng(SEED).binomial(total.answered, right, RESAMPLES)
    return _score(right, resampled / max(total.answered, 1), total.answered, total.skipped)


def _similarity(path: Path, vectors: Vectors, tuning: bool | None) -> Score:
    pairs = read_pairs(path)
    if tuning is not None:
        pairs = half_of_pairs(pairs, tuning=tuning)
    cosines, scores = _cosines(vectors, pairs)
    chance = np.random.default_rng(SEED)
    resampled = []
    for _ in range(RESAMPLES):
        drawn = chance.integers(0, len(scores), len(scores))
        resampled.append(spearman(cosines[drawn], scores[drawn]) or 0.0)
    found = spearman(cosines, scores) or 0.0
    return _score(found, np.array(resampled), len(scores), len(pairs) - len(scores))


def _cosines(
    vectors: Vectors, pairs: Sequence[Pair]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return cosines and scores of the pairs whose words have vectors."""
    rows = first_rows(vectors, fold=True)
    found = [rows_of(pair[:2], rows, fold=True) for pair in pairs]
    known = [place for place, both in enumerate(found) if min(both) >= 0]
    first, second = np.array([found[place] for place in known], np.int64).reshape(-1, 2).T
    units = unit_rows(vectors.input_vectors[first]), unit_rows(vectors.input_vectors[second])
    cosines: NDArray[np.float32] = np.einsum("nd,nd->n", *units)
    return cosines, np.array([pairs[place].score for place in known])


def _score(found: float, resampled: NDArray[np.float64], items: int, missing: int) -> Score:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Score(*(round(100.0 * float(value), 2) for value in (found, low, high)), items, missing)


def main() -> None:
    """Make vectors of what was trained, and print their scores as JSON."""
    request = json.loads(sys.argv[1])
    models = [firth.load(path) for path in request["paths"]]
    if request["readout"] != "auto":
        models = [model.read_out(request["readout"]) for model in models]
    vectors = models[0] if request["dim"] is None else firth.combine(models, dim=request["dim"])
    scores = {
        name: EvaluationSet(name, kind, Path(path)).scores(vectors)
        for name, kind, path in request["sets"]
    }
    print(json.dumps(scores, default=dataclasses.asdict))


if __name__ == "__main__":
    main()
