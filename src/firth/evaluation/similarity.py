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
from firth.evaluation.layouts import (
    Layout,
    cut,
    layout_of_heading,
    layout_of_row,
    to_score,
    without_parts_of_speech,
)
from firth.evaluation.lookup import first_rows, normalise
from firth.vectors import Vectors
from firth.vectors.search import cosines

_USUAL = Layout(first=0, second=1, score=2, fields=3)


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
        Pairs with both words in the vocabulary, and the others. A word whose vector is zeros has
        no direction, and counts as missing.
    """

    file: str
    spearman: float | None
    answered: int
    missing: int

    def to_dict(self) -> dict[str, object]:
        """Return what JSON can hold."""
        return asdict(self)


def read_pairs(path: str | os.PathLike[str]) -> list[Pair]:
    """Read lines of two words and a score, between tabs, commas, semicolons or white space.

    A line is cut at tabs if it has any, else at commas, and so on. Lines that begin with `#` are
    comments. A heading tells which columns are meant, or else the first row: the published forms
    of WordSim-353, SimLex-999, MEN, RG-65, MTurk-771, Rare Words and SimVerb-3500 are read.

    Raises
    ------
    FormatError
        If the file cannot be read, a line is not two words and a number, or there are no pairs.
    """
    layout: Layout | None = None
    words: list[tuple[str, str]] = []
    scores: list[float] = []
    for number, line in numbered_lines(path):
        if line.startswith("#"):
            continue
        fields = cut(line)
        if layout is None:
            layout = layout_of_row(fields)
            if layout is None and (layout := layout_of_heading(fields)):
                continue
        a, b, score = _parse(fields, layout or _USUAL, f"{path}: line {number}", line)
        words.append((a, b))
        scores.append(score)
    if not words:
        raise FormatError(f"{path}: holds no pairs of words")
    pairs = zip(without_parts_of_speech(words), scores, strict=True)
    return [Pair(a, b, score) for (a, b), score in pairs]


def _parse(fields: Sequence[str], layout: Layout, where: str, line: str) -> Pair:
    if len(fields) != layout.fields or not all(fields[i] for i in (layout.first, layout.second)):
        expected = "two words and a score"
        if layout != _USUAL:
            expected += f" in {layout.fields} fields, as before"
        raise FormatError(f"{where}: expected {expected}, got {one_line(repr(line))}")
    score = to_score(fields[layout.score])
    if math.isnan(score):
        raise FormatError(
            f"{where}: the score {one_line(repr(fields[layout.score]))} is not a finite number; "
            "begin a heading with '#'"
        )
    return Pair(fields[layout.first], fields[layout.second], score)


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
    rows = first_rows(vectors, fold=fold)
    found = [[rows.get(normalise(word, fold=fold), -1) for word in pair[:2]] for pair in pairs]
    known = np.array(found).min(axis=1) >= 0
    a, b = np.array(found)[known].T
    found_cosines = cosines(vectors.input_vectors[a], vectors.input_vectors[b])
    scores = np.array([pair.score for pair in pairs])[known]
    answered = int(known.sum())
    return SimilarityResult(file, spearman(found_cosines, scores), answered, len(pairs) - answered)


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
    # Twice the ranks are whole, so that the sums are exact and equal orders give exactly 1.
    a, b = (np.rint(2 * ranks(sample)).astype(np.int64) - (len(x) + 1) for sample in (x, y))
    return int(a @ b) / math.sqrt(int(a @ a) * int(b @ b))


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
