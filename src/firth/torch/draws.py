"""The kernel's random draws for many positions of the corpus at once, in NumPy.

`firth.training.draws` defines them, one position at a time; here n positions make an array. All
integers are unsigned 64-bit and wrap.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.training.draws import GAMMA

Words64 = NDArray[np.uint64]

_GAMMA = np.uint64(GAMMA)
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


def streams_at(key: np.uint64, positions: NDArray[np.int64]) -> Words64:
    """Return the streams of positions: uint64 (n,)."""
    return _mix(key + (positions.astype(np.uint64) + np.uint64(1)) * _GAMMA)


def are_kept(streams: Words64, thresholds: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Tell which tokens subsampling keeps, by their words' keep probabilities in 2**-32: (n,)."""
    return (streams >> _HALF) <= thresholds


def reaches(streams: Words64, window: int, shrink: bool) -> NDArray[np.int64]:
    """Return how far each window goes: int64 (n,)."""
    if not shrink:
        return np.full(len(streams), window)
    return 1 + (((streams & _LOW) * np.uint64(window)) >> _HALF).astype(np.int64)


def noise_words(streams: Words64, negative: int, alias: Words64) -> NDArray[np.int64]:
    """Draw each stream's noise words from an alias table: int64 (n, K)."""
    steps = np.arange(1, negative + 1, dtype=np.uint64) * _GAMMA
    drawn = _mix(streams[:, np.newaxis] + steps)
    columns = ((drawn >> _HALF) * np.uint64(len(alias))) >> _HALF
    entries = alias[columns]
    own = (drawn & _LOW) <= (entries >> _HALF)
    return np.where(own, columns, entries & _LOW).astype(np.int64)


def _mix(value: Words64) -> Words64:
    """Hash 64 bits to 64 bits (SplitMix64's output function)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
