"""Checks of lists of whole numbers: nothing is rounded, and no text is read as a number."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.checks import INT64_MAX, shown
from firth.errors import ConfigError


def whole_counts(counts: ArrayLike) -> NDArray[np.int64]:
    """Return counts as an array: int64 (n,).

    Raises
    ------
    ConfigError
        If they are not a list of whole numbers, or one is negative.

    Examples
    --------
    >>> whole_counts([0, 2, 1])
    array([0, 2, 1])
    >>> whole_counts([0, 2, 0.5])
    Traceback (most recent call last):
    firth.errors.ConfigError: counts must be a list of whole numbers, got [0, 2, 0.5]
    """
    found = as_whole(counts)
    if found is None:
        raise ConfigError(f"counts must be a list of whole numbers, got {shown(counts)}")
    if found.min(initial=0) < 0:
        raise ConfigError(f"counts must be at least 0, got {found.min()}")
    return found


def as_whole(numbers: ArrayLike) -> NDArray[np.int64] | None:
    """Return a list of whole numbers as an array, int64 (n,); None if it is something else."""
    try:
        given = np.asarray(numbers)
    except (ValueError, TypeError):  # lists of different lengths, tensors of another device
        return None
    if given.ndim != 1:
        return None
    # NumPy makes floats of an empty list.
    if len(given) and (given.dtype.kind not in "iu" or given.max() > INT64_MAX):
        return None
    return given.astype(np.int64)
