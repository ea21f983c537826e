"""Random draws that belong to a position of the corpus, not to a worker.

Each token position of each epoch has a random stream of its own (SplitMix64, started from the
hashed position), so a draw never depends on who makes it or in what order, a neighbour's draw can
be repeated where it is needed, and no two workers can share a stream. Integers are unsigned 64-bit
and wrap.

Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, with
the constants of Vigna's `splitmix64.c`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.compilation import inlined

GAMMA = 0x9E3779B97F4A7C15
_GAMMA = np.uint64(GAMMA)
# SplitMix64's output function: shift and exclusive or, then multiply, and so on.
MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, None))
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


def epoch_key(seed: int, epoch: int, first: int = 0) -> np.uint64:
    """Return the key from which all streams of one epoch start.

    With `first`, position 0 has the stream of position `first`: for a part of a corpus.

    Examples
    --------
    >>> stream_at(epoch_key(1, 0), 12) == stream_at(epoch_key(1, 0, first=10), 2)
    True
    """
    key = np.random.SeedSequence([seed, epoch]).generate_state(1, np.uint64)[0]
    return np.uint64((int(key) + first * GAMMA) % 2**64)


@inlined
def mix(value: np.uint64) -> np.uint64:
    """Hash 64 bits to 64 bits (SplitMix64's output function)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(value ^ (value >> np.uint64(31)))


@inlined
def stream_at(key: np.uint64, position: int) -> np.uint64:
    """Return the stream of a position: the seed of its further draws, itself 64 random bits."""
    return mix(key + np.uint64(position + 1) * _GAMMA)


@inlined
def is_kept(stream: np.uint64, threshold: np.uint32) -> np.bool:
    """Return whether subsampling keeps a token; `threshold` is its keep probability in 2**-32."""
    return (stream >> _HALF) <= np.uint64(threshold)


@inlined
def reach_at(stream: np.uint64, window: int, shrink: bool) -> int | np.int64:
    """Return the window's reach: `window`, or uniform in 1 .. window when it shrinks."""
    if not shrink:
        return window
    low = stream & _LOW
    return 1 + np.int64((low * np.uint64(window)) >> _HALF)


@inlined
def noise_bits(stream: np.uint64, k: int) -> np.uint64:
    """Return the 64 random bits from which `noise_of` makes the k-th noise word."""
    return mix(stream + np.uint64(k + 1) * _GAMMA)


@inlined
def noise_column(draw: np.uint64, size: int) -> np.int64:
    """Return the column of an alias table of `size` words at which a draw will look."""
    return np.int64(((draw >> _HALF) * np.uint64(size)) >> _HALF)


@inlined
def noise_of(draw: np.uint64, alias: NDArray[np.uint64]) -> np.int64:
    """Return the noise word of a draw: one look at the alias table, whatever V is.

    Column c of the table holds, in its upper half, the probability of word c in 2**-32, and in its
    lower half the word to take otherwise.
    """
    column = noise_column(draw, len(alias))
    entry = alias[column]
    # Chosen by a mask and not by a branch, which would be mispredicted half of the time.
    own = np.uint64(0) - np.uint64((draw & _LOW) <= (entry >> _HALF))
    return np.int64((np.uint64(column) & own) | (entry & _LOW & ~own))
