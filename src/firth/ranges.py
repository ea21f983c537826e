"""Ranges of places, one after another: to take several stretches of an array at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class JoinedRanges(NamedTuple):
    """The places of n ranges, and where each range begins and ends among them."""

    places: NDArray[np.int64]  # (bounds[-1],)
    bounds: NDArray[np.int64]  # (n + 1,) range i is places[bounds[i]:bounds[i + 1]]


def joined_ranges(firsts: NDArray[np.int64], lengths: NDArray[np.int64]) -> JoinedRanges:
    """Return the places of ranges that begin at `firsts` (n,) and have `lengths` (n,).

    Examples
    --------
    >>> found = joined_ranges(np.array([7, 0, 2]), np.array([2, 0, 3]))
    >>> found.places.tolist(), found.bounds.tolist()
    ([7, 8, 2, 3, 4], [0, 2, 2, 5])
    """
    bounds = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64, copy=False)
    places = np.arange(bounds[-1]) + np.repeat(firsts - bounds[:-1], lengths)
    return JoinedRanges(places, bounds)
