"""Similarity: how well cosines order pairs of words as people do.

n pairs
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, one_line
from firth.evaluation.files import numbered_lines
from firth.evaluation.lookup import first_rows, normalise
from firth.vectors import Vectors
from firth.vectors.search import unit_rows


class Pair(NamedTuple):
    """Two words and how similar people found them."""

    a: str
    b: str
    score: float


@dataclass(frozen=True)
class SimilarityResult:
    """How well the cosines of a file's pairs follow its scores.

    Parameters
    ----------
    file : str
    spearman : float or None
        Rank correlation, -1 to 1; None where it is not defined: with fewer than two pairs, or
        all scores or all cosines the same.
    answered, missing : int
        Pairs with both words in the vocabulary, and the others.
    """

    file: str
    spearman: float | None
    answered: int
    missing: int

    def to_dict(self) -> dict[str, object]:
        """Give what JSON can hold."""
        return asdict(self)


def read_pairs(path: str | os.PathLike[str]) -> list[Pair]:
    """Read lines of two words and a score, between tabs, commas or white space.

    A line is cut at tabs if it has any, else at commas, else at white space. Lines that begin
    with `#` are comments.

    Raises
    ------
    FormatError
        If the file cannot be read, a line is not two words and a number, or there are no pairs.
    """
    lines = ((number, line) for number, line in numbered_lines(path) if not line.startswith("#"))
    pairs = [_parse(line, number, path) for number, line in lines]
    if not pairs:
        raise FormatError(f"{path}: holds no pairs of words")
    return pairs


def _parse(line: str, number: int, path: str | os.PathLike[str]) -> Pair:
    separator = next((mark for mark in "\t," if mark in line), None)
    fields = [field.strip() for field in line.split(separator)]
    if len(fields) != len(Pair._fields) or not all(fields):
        shown = one_line(repr(line))
        raise FormatError(f"{path}: line {number}: expected two words and a score, got {shown}")
    try:
        score = float(fields[2])
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise FormatError(
            f"{path}: line {number}: the score {one_line(repr(fields[2]))} is not a finite number; "
            "begin a heading with '#'"
        )
    return Pair(fields[0], fields[1], score)


def evaluate_similarity(
    vectors: Vectors, path: str | os.PathLike[str], *, fold: bool = True
) -> SimilarityResult:
    """Correlate cosines with the scores of a file, by rank.

    Parameters
    ----------
    vectors : Vectors
    path : path
        Pairs as `read_pairs` takes them.
    fold : bool
        Lower-case pairs and words. Of words that become the same, the most frequent counts.

    Raises
    ------
    FormatError
        If the file cannot be read.
    """
    return correlate_pairs(vectors, read_pairs(path), file=os.fspath(path), fold=fold)


def correlate_pairs(
    vectors: Vectors, pairs: Sequence[Pair], *, file: str, fold: bool
) -> SimilarityResult:
    """Correlate cosines with scores that were read from a file, as `evaluate_similarity` does."""
    rows = first_rows(vectors.words, fold=fold)
    found = [[rows.get(normalise(word, fold=fold), -1) for word in pair[:2]] for pair in pairs]
    known = np.array(found).min(axis=1) >= 0
    a, b = np.array(found)[known].T
    unit_a, unit_b = (unit_rows(vectors.input_vectors[row]) for row in (a, b))
    cosines = np.einsum("nd,nd->n", unit_a, unit_b)
    scores = np.array([pair.score for pair in pairs])[known]
    answered = int(known.sum())
    return SimilarityResult(file, spearman(cosines, scores), answered, len(pairs) - answered)


def spearman(x: NDArray[np.floating], y: NDArray[np.floating]) -> float | None:
    """Correlate two samples by rank: Pearson's correlation of their `ranks`.

    Parameters
    ----------
    x, y : (n,) floating

    Returns
    -------
    float or None
        None if there are fewer than two values, or a sample does not vary.

    Examples
    --------
    >>> round(spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 1000.0, 100.0])), 6)
    0.5
    """
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(ranks(x), ranks(y))[0, 1])


def ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Rank from 1 upwards; equal values share the mean of the ranks they take up.

    Examples
    --------
    >>> ranks(np.array([7.0, 1.0, 7.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: NDArray[np.float64] = last - (counts - 1) / 2
    return mean[places]
