"""How sure a score is, by the bootstrap (Efron 1979) over the items of an evaluation set.

An evaluation set is a sample of the questions that people could have asked. Samples drawn from it,
with replacement and of the same size, scatter about its score as other sets would about the true
one. Items are drawn within their stratum, such as a section of analogies, so every sample has as
many of each. Two vector sets are compared on the same samples: most items are easy for both or hard
for both, so their difference scatters much less than their scores do.

n items
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from firth.checks import real_number, whole_number
from firth.errors import ConfigError

RESAMPLES = 1_000
LEVEL = 0.95
_SEED = 1


class Interval(NamedTuple):
    """Where the true score lies, with a probability of `level`."""

    low: float
    high: float


class Scored(Protocol):
    """A score over items, of which each has an outcome or none."""

    @property
    def undefined(self) -> str | None:
        """Why the score is undefined, or None if it is defined."""

    @property
    def summary(self) -> str:
        """The score, and how many items it is of, in one line."""

    @property
    def strata(self) -> NDArray[np.int64]:
        """The stratum of each item (n,); -1 for items without an outcome."""

    def score_of(self, items: NDArray[np.int64]) -> float | None:
        """Return the score of some items that have outcomes; None if it is undefined."""


class Measured(Scored, Protocol):
    """A score over the items of a set."""

    @property
    def file(self) -> str:
        """The name of the set."""


@dataclass(frozen=True)
class Comparison:
    """How two vector sets differ on the items of a set for which both have an outcome.

    Parameters
    ----------
    file : str
        The name of the set.
    first, second : float
        The scores of the two.
    low, high : float
        The interval of `first - second`, which holds the true difference with 95 %.
    p : float
        How likely a difference at least this large is where there is none. Few items cannot tell:
        of n, it is at least 2 / 2**n.
    items : int
        The number of common items.
    """

    file: str
    first: float
    second: float
    low: float
    high: float
    p: float
    items: int

    @property
    def is_noise(self) -> bool:
        """Whether the difference may be chance: its interval holds 0, or there are few items."""
        return self.low <= 0.0 <= self.high or _least_p(self.items) > 1.0 - LEVEL

    def to_dict(self) -> dict[str, object]:
        """Return the comparison for JSON."""
        return {**asdict(self), "is_noise": self.is_noise}


def interval(
    result: Scored, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = _SEED
) -> Interval | None:
    """Return the interval of a score, from the quantiles of the scores of samples.

    Parameters
    ----------
    result : Scored
        Such as a `SimilarityResult`, or a section of analogies.
    level : float
        The probability that the interval holds the true score.
    resamples, seed : int
        How many samples are drawn, and the seed of drawing.

    Returns
    -------
    Interval or None
        None if the score is undefined, or that of most samples is.

    Raises
    ------
    ConfigError
        If an option is out of range.
    """
    real_number("level", level, least=0.0, most=1.0)
    whole_number("resamples", resamples, least=1)
    return _quantiles(_scores(result.strata, result.score_of, resamples, seed), level)


def compare_results(
    first: Measured, second: Measured, resamples: int = RESAMPLES, seed: int = _SEED
) -> Comparison | None:
    """Compare the scores of two vector sets on the items of one evaluation set.

    Parameters
    ----------
    first, second : Measured
        Results on the same set.
    resamples, seed : int
        How many samples are drawn, and the seed of drawing.

    Returns
    -------
    Comparison or None
        None if there are no common items, or a score is undefined.

    Raises
    ------
    ConfigError
        If the results are not of the same set.
    """
    if first.file != second.file or len(first.strata) != len(second.strata):
        raise ConfigError(f"cannot compare results on {first.file} and {second.file}: give one set")
    whole_number("resamples", resamples, least=1)
    strata = np.where(second.strata >= 0, first.strata, -1)
    items = np.flatnonzero(strata >= 0)
    of_first, of_second = first.score_of(items), second.score_of(items)
    if of_first is None or of_second is None:
        return None

    def difference(chosen: NDArray[np.int64]) -> float | None:
        a, b = first.score_of(chosen), second.score_of(chosen)
        return None if a is None or b is None else a - b

    differences = _scores(strata, difference, resamples, seed)
    found = _quantiles(differences, LEVEL)
    if found is None:
        return None
    defined = differences[~np.isnan(differences)]
    least = min((defined <= 0).sum(), (defined >= 0).sum())
    p = min(1.0, 2.0 * float(least + 1) / (len(defined) + 1))
    p = max(p, _least_p(len(items)))
    return Comparison(first.file, of_first, of_second, *found, p, len(items))


def _least_p(n: int) -> float:
    """Return the least p of n items.

    Where there is no difference, either of the two is as likely to be the better one on an item. So
    one is the better on all of them with this probability. Samples of few items do not show that.
    """
    return min(1.0, 2.0 * 0.5**n)


def _scores(
    strata: NDArray[np.int64],
    score_of: Callable[[NDArray[np.int64]], float | None],
    resamples: int,
    seed: int,
) -> NDArray[np.float64]:
    """Return the scores of samples; NaN where one is undefined."""
    drawn = (score_of(items) for items in _samples(strata, resamples, seed))
    return np.array([np.nan if score is None else score for score in drawn])


def _samples(strata: NDArray[np.int64], resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield samples of the items with an outcome: as many of each stratum as there are."""
    items = np.flatnonzero(strata >= 0)
    items = items[np.argsort(strata[items], kind="stable")]
    _, starts, sizes = np.unique(strata[items], return_index=True, return_counts=True)
    first, size = np.repeat(starts, sizes), np.repeat(sizes, sizes)
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        yield items[first + (rng.random(len(items)) * size).astype(np.int64)]


def _quantiles(scores: NDArray[np.float64], level: float) -> Interval | None:
    """Return the interval that holds the middle of scores; None if most are undefined."""
    defined = scores[~np.isnan(scores)]
    if 2 * len(defined) < len(scores) or not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))
