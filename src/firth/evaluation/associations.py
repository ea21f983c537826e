"""Associations: whether one group of words is nearer to some attributes than another group is.

The word embedding association test (WEAT) is from Caliskan, Bryson and Narayanan (2017), Science
356(6334). With target groups X and Y, attribute groups A and B, and s the difference of mean
cosines,

    s(w) = mean cos(w, a) - mean cos(w, b)       a in A, b in B
    effect = (mean s(x) - mean s(y)) / std s     x in X, y in Y, std over both

n target words
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, counted
from firth.evaluation.lookup import first_rows
from firth.evaluation.summaries import result_repr, score_or_reason
from firth.evaluation.word_groups import Groups, find_units
from firth.vectors import Vectors

# With no more partitions than this, all are tried; else as many are drawn.
_PARTITIONS = 10_000
_SEED = 1


@dataclass(frozen=True)
class AssociationResult:
    """The association of two groups of words with two groups of attributes.

    Parameters
    ----------
    file : str
    groups : tuple of str
        The names of X, Y, A and B.
    p : float or None
        The share of partitions of the target words in which X is at least as much nearer to A.
    associations : tuple of float or None
        s of each target word, those of X first; None without a vector.
    targets : int
        The words of X.
    missing : int
        Words of the four groups without a vector.
    """

    file: str
    groups: tuple[str, ...] = field(repr=False)
    p: float | None
    associations: tuple[float | None, ...] = field(repr=False)
    targets: int
    missing: int

    @property
    def effect(self) -> float | None:
        """The effect size, above 0 if X is nearer to A; None if it is undefined.

        It is from -2 to 2 if X and Y have as many words with vectors.
        """
        return self.score_of(np.flatnonzero(self.strata >= 0))

    @property
    def undefined(self) -> str | None:
        """Why there is no effect size, or None if there is one."""
        if self.effect is not None:
            return None
        if set(self.strata.tolist()) >= {0, 1}:
            return "all target words are associated alike"
        return "one of the four groups has no word with a vector"

    @property
    def summary(self) -> str:
        """The effect size, its p-value, and how many words have no vector."""
        score = score_or_reason("effect", self.effect, self.undefined)
        p = "" if self.p is None else f", p = {self.p:.3g}"
        return f"{score}{p}, {counted(self.missing, 'word')} missing"

    def __repr__(self) -> str:
        """Return the effect size, its p-value, and how many words have no vector."""
        return result_repr(self, self.file, self.summary)

    @property
    def strata(self) -> NDArray[np.int64]:
        """0 for each word of X, 1 for each of Y, -1 without a vector: (n,)."""
        is_second = np.arange(len(self.associations)) >= self.targets
        return np.where(np.isnan(self._values), -1, is_second.astype(np.int64))

    def score_of(self, items: NDArray[np.int64]) -> float | None:
        """Return the effect size with some target words."""
        is_first = items < self.targets
        return effect_size(self._values[items[is_first]], self._values[items[~is_first]])

    @cached_property
    def _values(self) -> NDArray[np.float64]:
        return np.array([math.nan if s is None else s for s in self.associations], np.float64)

    def to_dict(self) -> dict[str, object]:
        """Return the result for JSON."""
        names = ("file", "groups", "effect", "p", "missing", "undefined")
        return {name: getattr(self, name) for name in names}


def check_associations(groups: Groups, file: str) -> None:
    """Raise FormatError unless there are four groups: two of targets, then two of attributes."""
    if len(groups) != 4:
        raise FormatError(
            f"{file}: expected four groups, two of target words and two of attributes, "
            f"got {len(groups)}"
        )


def measure_associations(
    vectors: Vectors, groups: Groups, *, file: str, fold: bool
) -> AssociationResult:
    """Measure the association of the first two groups with the last two.

    Parameters
    ----------
    vectors : Vectors
    groups : mapping of str to sequence of str
        X, Y, A and B, from `read_groups`.
    file : str
        The name of the file, for the result.
    fold : bool
        Lower-case groups and words. Of words that become the same, the most frequent is used.
    """
    x, y, a, b = groups.values()
    rows = first_rows(vectors, fold=fold)
    found = [find_units(vectors, rows, words, fold=fold) for words in ([*x, *y], a, b)]
    (targets, known), *attributes = found
    missing = sum(int((~is_known).sum()) for _, is_known in found)
    values = np.full(len(known), np.nan)
    if all(len(units) for units, _ in attributes):
        near, far = ((targets @ units.T).astype(np.float64).mean(axis=1) for units, _ in attributes)
        values[known] = near - far
    of_x, of_y = (part[~np.isnan(part)] for part in (values[: len(x)], values[len(x) :]))
    each = tuple(None if math.isnan(value) else value for value in values.tolist())
    p = None if effect_size(of_x, of_y) is None else permutation_p(of_x, of_y)
    return AssociationResult(file, tuple(groups), p, each, len(x), missing)


def effect_size(x: NDArray[np.float64], y: NDArray[np.float64]) -> float | None:
    """Return the effect size of the associations of two groups.

    It is None if a group is empty, or all associations are the same.

    Examples
    --------
    >>> effect_size(np.array([1.0, 1.0]), np.array([-1.0, -1.0]))
    1.7320508075688774
    """
    both = np.concatenate([x, y])
    if not len(x) or not len(y) or np.ptp(both) == 0:
        return None
    return float((x.mean() - y.mean()) / both.std(ddof=1))


def permutation_p(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the share of partitions into groups of these sizes with at least this difference.

    All partitions are tried if there are 10,000 or fewer, else 10,000 are drawn, and the given one
    is counted among them.

    Examples
    --------
    >>> permutation_p(np.array([3.0, 2.0]), np.array([1.0, 0.0]))
    0.16666666666666666
    """
    both, size = np.concatenate([x, y]), len(x)
    # With both sizes given, the mean of the first group decides.
    least = float(x.sum()) - 1e-9
    if math.comb(len(both), size) <= _PARTITIONS:
        chosen = np.array(list(itertools.combinations(range(len(both)), size)))
        return float((both[chosen].sum(axis=1) >= least).mean())
    rng = np.random.default_rng(_SEED)
    drawn = (float(rng.permutation(both)[:size].sum()) for _ in range(_PARTITIONS - 1))
    return (1 + sum(total >= least for total in drawn)) / _PARTITIONS
