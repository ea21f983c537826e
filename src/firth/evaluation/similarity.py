"""Similarity: how well the order of cosines agrees with people's scores.

n pairs
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
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
from firth.evaluation.lookup import first_rows, rows_of
from firth.evaluation.summaries import coverage, result_repr, score_or_reason
from firth.vectors import Vectors
from firth.vectors.search import cosines

_USUAL = Layout(first=0, second=1, score=2, fields=3)


class Pair(NamedTuple):
    """Two words, and a similarity score from people."""

    a: str
    b: str
    score: float


@dataclass(frozen=True)
class SimilarityResult:
    """The correlation of cosines with the scores of a file.

    Parameters
    ----------
    file : str
    cosines : tuple of float or None
        Of each pair; None if a word is not in the vocabulary, or its vector is zeros and so has no
        direction.
    scores : tuple of float
        Those of people.
    zeroed : int
        How many pairs with unknown words have a cosine of 0, as `unknown="zero"` asks for.
    """

    file: str
    cosines: tuple[float | None, ...] = field(repr=False)
    scores: tuple[float, ...] = field(repr=False)
    zeroed: int = 0

    @property
    def spearman(self) -> float | None:
        """Rank correlation, -1 to 1.

        It is None for fewer than two pairs, or if all scores or all cosines are the same; then
        `undefined` says why.
        """
        return self.score_of(np.flatnonzero(self.strata >= 0))

    @property
    def undefined(self) -> str | None:
        """Why there is no correlation, or None if there is one."""
        if self.answered < 2:
            known = "only 1 pair has" if self.answered else "no pair has"
            return f"{known} two words with vectors"
        found, scores = (part[self.strata >= 0] for part in self._arrays)
        if np.ptp(scores) == 0:
            return "all scores of the file are the same"
        return "all cosines are the same" if np.ptp(found) == 0 else None

    @property
    def summary(self) -> str:
        """The correlation, and how many pairs it is of."""
        score = score_or_reason("Spearman", self.spearman, self.undefined)
        return f"{score}, {coverage(self.answered, len(self.cosines), 'pair', self.zeroed)}"

    def __repr__(self) -> str:
        """Return the correlation, and how many pairs it is of."""
        return result_repr(self, self.file, self.summary)

    @property
    def answered(self) -> int:
        """The number of pairs with a cosine."""
        return len(self.cosines) - self.missing

    @property
    def missing(self) -> int:
        """The number of pairs without a cosine."""
        return self.cosines.count(None)

    @property
    def strata(self) -> NDArray[np.int64]:
        """0 for each pair with a cosine, -1 for the others: (n,)."""
        return np.where(np.isnan(self._arrays[0]), -1, 0)

    def score_of(self, items: NDArray[np.int64]) -> float | None:
        """Return Spearman's correlation of some pairs with a cosine."""
        found, scores = self._places
        return _correlation(found[items], scores[items])

    @cached_property
    def _arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found = [np.nan if cosine is None else cosine for cosine in self.cosines]
        return np.array(found, np.float64), np.array(self.scores, np.float64)

    @cached_property
    def _places(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        found, scores = self._arrays
        return _places_of(found), _places_of(scores)

    def to_dict(self) -> dict[str, object]:
        """Return the result for JSON."""
        names = ("file", "spearman", "answered", "missing", "zeroed", "undefined")
        return {name: getattr(self, name) for name in names}


def read_pairs(path: str | os.PathLike[str]) -> list[Pair]:
    """Read lines of two words and a score, separated by tabs, semicolons, commas or white space.

    A line is cut at tabs if it has any, else at semicolons, and so on. Lines that begin with `#`
    are comments. The heading or the first row determines the columns, as in the published files of
    WordSim-353, SimLex-999, MEN, RG-65, MTurk-771, Rare Words, SimVerb-3500 and SCWS, whose
    contexts are not used. Pairs that stand there again are kept.

    Raises
    ------
    FormatError
        If the file cannot be read, a line is not two words and a number, or there are no pairs.
    """
    layout: Layout | None = None
    words: list[tuple[str, str]] = []
    scores: list[float] = []
    for number, line in numbered_lines(path, comment="#"):
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


def correlate_pairs(
    vectors: Vectors, pairs: Sequence[Pair], *, file: str, fold: bool, unknown: str = "skip"
) -> SimilarityResult:
    """Correlate cosines with the scores of a file, by rank.

    Parameters
    ----------
    vectors : Vectors
    pairs : sequence of Pair
        From `read_pairs`.
    file : str
        The name of the file, for the result.
    fold : bool
        Lower-case pairs and words. Of words that become the same, the most frequent is used.
    unknown : {"skip", "zero"}
        Whether to leave out pairs with unknown words, or to take their cosine for 0.
    """
    rows = first_rows(vectors, fold=fold)
    found = np.array([rows_of(pair[:2], rows, fold=fold) for pair in pairs])
    known = found.min(axis=1) >= 0
    a, b = found[known].T
    of_known = iter(cosines(vectors.input_vectors[a], vectors.input_vectors[b]).tolist())
    without, zeroed = (None, 0) if unknown == "skip" else (0.0, int((~known).sum()))
    each = tuple(next(of_known) if is_known else without for is_known in known)
    return SimilarityResult(file, each, tuple(pair.score for pair in pairs), zeroed)


def spearman(x: NDArray[np.floating], y: NDArray[np.floating]) -> float | None:
    """Return Pearson's correlation of the `ranks` of two samples (n,).

    It is None for fewer than two values, or if a sample does not vary.

    Examples
    --------
    >>> round(spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 1000.0, 100.0])), 6)
    0.5
    """
    return _correlation(_places_of(x), _places_of(y))


def ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Rank values from 1 upwards; equal values share the mean of their ranks.

    Examples
    --------
    >>> ranks(np.array([7.0, 1.0, 7.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    return _ranks_of(_places_of(values))


def _places_of(values: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the place of each value (n,) among the different values in their order, from 0."""
    places: NDArray[np.int64] = np.unique(values, return_inverse=True)[1]
    return places


def _ranks_of(places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the `ranks` of values by their places, some of which may be missing."""
    counts = np.bincount(places)
    mean: NDArray[np.float64] = np.cumsum(counts) - (counts - 1) / 2
    return mean[places]


def _correlation(x: NDArray[np.int64], y: NDArray[np.int64]) -> float | None:
    """Return the `spearman` of values by their places.

    Samples of the same values are sorted once, not each time.
    """
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    # Doubled ranks are integers, so the sums are exact, and equal orders correlate exactly 1.
    a, b = (np.rint(2 * _ranks_of(sample)).astype(np.int64) - (len(x) + 1) for sample in (x, y))
    return int(a @ b) / math.sqrt(int(a @ a) * int(b @ b))
