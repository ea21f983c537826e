"""Pairs of words that follow each other, as numbers, and how often each occurs.

A pair is two words, with up to two connectors between them. Its key is one int64: 25 bits for the
rank of the first word, 13 for the connectors, 25 for the rank of the second word.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled, inlined
from firth.compilation.prefetching import prefetch_item
from firth.corpus.chunks import UNIT_END

_RANK_BITS = 25
_BETWEEN_BITS = 13
MOST_RANKS = 1 << _RANK_BITS
# Two connectors, each one of these or missing, fit `_BETWEEN_BITS`.
MOST_CONNECTORS = 89
# The role of a word that is no part of any phrase; connectors have -2, -3 and so on.
NO_PART = -1
FIRST_CONNECTOR = -2

# How many different pairs are counted at a time; the table grows as needed, to 1 GiB at most.
MOST_PAIRS = 40_000_000
_FIRST_SLOTS = 1 << 16
_EMPTY = -1
_AHEAD = 16
# Fibonacci hashing: 2^64 over the golden ratio (Knuth, The Art of Computer Programming, 6.4).
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Pending(NamedTuple):
    """The beginning of a pair: what one block of words hands to the next."""

    rank: int = -1  # of the first word, -1 if there is none
    between: int = 0  # the connectors after it
    connectors: int = 0  # their number


class PairTable:
    """Numbers for pairs, by their keys, in an open-addressing hash table.

    Parameters
    ----------
    most : int
        How many pairs the table holds. If there are more, the rarest are dropped while counting.

    Attributes
    ----------
    dropped : int
        Occurrences of a pair that may not have been counted, 0 if none was dropped.

    Examples
    --------
    >>> table = PairTable()
    >>> table.count(np.array([7, 9, 7]))
    >>> [each.tolist() for each in table.items()]
    [[7, 9], [2, 1]]
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = MOST_PAIRS if most is None else most
        self._size = 0
        # Key and number of a pair lie together, most often in one cache line.
        self.slots = _empty_slots(_FIRST_SLOTS)
        self.dropped = 0

    def __len__(self) -> int:
        """Return the number of different pairs."""
        return self._size

    def count(self, keys: NDArray[np.int64]) -> None:
        """Add one to the number of each key."""
        while len(keys):
            room = min(self._most, 5 * (len(self.slots) // 2) // 8)
            read, self._size = _count(keys, self.slots, self._size, room)
            keys = keys[read:]
            if len(keys) and room < self._most:
                self._refill(len(self.slots), 1)
            elif len(keys):
                self._drop_rarest()

    def put(self, keys: NDArray[np.int64], numbers: NDArray[np.int64]) -> None:
        """Set the number of each key; the keys differ, and the table is new."""
        slots = _FIRST_SLOTS
        while 5 * slots // 8 < len(keys):
            slots *= 2
        self.slots, self._size = _empty_slots(slots), len(keys)
        _enter(keys, numbers, self.slots)

    def items(self, least: int = 1) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the keys whose number is not below `least`, rising, and their numbers."""
        keys, numbers = self._entries(least)
        order = np.argsort(keys)
        return keys[order], numbers[order]

    def _entries(self, least: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        keys, numbers = np.empty((2, self._size), np.int64)
        written = _list_entries(self.slots, least, keys, numbers)
        return keys[:written], numbers[:written]

    def _refill(self, slots: int, least: int) -> None:
        """Make a table of so many slots, of the pairs whose number is not below `least`."""
        keys, numbers = self._entries(least)
        self.slots, self._size = _empty_slots(slots), len(keys)
        _enter(keys, numbers, self.slots)

    def _drop_rarest(self) -> None:
        """Drop the pairs that are as rare as needed for a quarter of the table to be free."""
        _, numbers = self._entries(1)
        free = self._size - 3 * self._most // 4
        rarest = int(np.partition(numbers, free - 1)[free - 1])
        # A pair that comes again is counted from zero, so it may miss what was dropped each time.
        self.dropped += rarest
        self._refill(len(self.slots) // 2, rarest + 1)


def _empty_slots(slots: int) -> NDArray[np.int64]:
    return np.full(2 * slots, _EMPTY, np.int64)


Number = TypeVar("Number", int, NDArray[np.int64])


def keys_of(first: Number, between: Number, last: Number) -> Number:
    """Return the keys of pairs, from the ranks of their words and what is between them."""
    return (((first << 13) | between) << 25) | last


key_of = inlined(keys_of)


def split_keys(
    keys: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the rank of the first word of each pair, the connectors, the rank of the last."""
    between = (keys >> _RANK_BITS) & ((1 << _BETWEEN_BITS) - 1)
    return keys >> (_RANK_BITS + _BETWEEN_BITS), between, keys & (MOST_RANKS - 1)


def code_of(connectors: list[int], base: int) -> int:
    """Return the code of connectors that stand between two words.

    Parameters
    ----------
    connectors : list of int
        Their numbers, from 0.
    base : int
        The number of all connectors, and one for none.
    """
    return sum((number + 1) * base**place for place, number in enumerate(connectors))


def connectors_of(code: int, base: int) -> list[int]:
    """Return the numbers of the connectors that `code_of` was given."""
    digits = (code % base, code // base)
    return [digit - 1 for digit in digits if digit > 0]


@inlined
def _slot_of(key: np.int64, mask: int) -> np.int64:
    # The high bits of the product depend on all bits of the key.
    return np.int64((np.uint64(key) * _MULTIPLIER) >> np.uint64(32)) & mask


@inlined
def _find(key: np.int64, slots: NDArray[np.int64], mask: int) -> np.int64:
    """Return the slot of a key, or the empty one where it would be entered."""
    slot = _slot_of(key, mask)
    while slots[2 * slot] != key and slots[2 * slot] != _EMPTY:
        slot = (slot + 1) & mask
    return slot


@inlined
def number_of(key: np.int64, slots: NDArray[np.int64]) -> np.int64:
    """Return the number of a key, -1 if it has none."""
    return np.int64(slots[2 * _find(key, slots, len(slots) // 2 - 1) + 1])


@compiled
def _count(
    keys: NDArray[np.int64], slots: NDArray[np.int64], size: int, room: int
) -> tuple[int, int]:
    """Count keys until a new one has no room; return how many were read, and the new size."""
    mask, last = len(slots) // 2 - 1, len(keys) - 1
    for place in range(len(keys)):
        # The table is larger than the near caches.
        prefetch_item(slots, 2 * _slot_of(keys[min(place + _AHEAD, last)], mask))
        key = keys[place]
        slot = _find(key, slots, mask)
        if slots[2 * slot] == _EMPTY:
            if size == room:
                return place, size
            slots[2 * slot] = key
            slots[2 * slot + 1] = 0
            size += 1
        slots[2 * slot + 1] += 1
    return len(keys), size


@compiled
def _enter(keys: NDArray[np.int64], numbers: NDArray[np.int64], slots: NDArray[np.int64]) -> None:
    """Enter keys that differ into an empty table."""
    mask = len(slots) // 2 - 1
    for place in range(len(keys)):
        slot = _find(keys[place], slots, mask)
        slots[2 * slot] = keys[place]
        slots[2 * slot + 1] = numbers[place]


@compiled
def _list_entries(
    slots: NDArray[np.int64], least: int, keys: NDArray[np.int64], numbers: NDArray[np.int64]
) -> int:
    """Write the keys whose number is not below `least`, and their numbers; return how many."""
    written = 0
    for slot in range(len(slots) // 2):
        if slots[2 * slot] != _EMPTY and slots[2 * slot + 1] >= least:
            keys[written], numbers[written] = slots[2 * slot], slots[2 * slot + 1]
            written += 1
    return written


@compiled
def list_pairs(
    words: NDArray[np.int32],
    roles: NDArray[np.int32],
    base: int,
    counts: NDArray[np.float64],
    bounds: NDArray[np.float64],
    pending: Pending,
    keys: NDArray[np.int64],
) -> tuple[Pending, int]:
    """Write the key of each pair of words in a block that could be a phrase.

    A word is the end of one pair and the beginning of the next. No pair goes over a `UNIT_END`, a
    word without a role, or more than two connectors.

    Parameters
    ----------
    words : int32
        Numbers of words, with `UNIT_END` after each unit.
    roles : int32, (all words,)
        The rank of a word that may be part of a phrase, or `NO_PART`, or of a connector
        `FIRST_CONNECTOR` - its number.
    base : int
        Of the code for connectors.
    counts, bounds : float64, (ranks,)
        How often each word occurs; how often a word must not occur to make a phrase with it.
    pending : Pending
        Of the block before.
    keys : int64
        Written; at least as long as `words`.

    Returns
    -------
    pending, written
        What the next block begins with, and the number of keys.
    """
    rank, between, connectors = pending
    written = 0
    for word in words:
        role = NO_PART if word == UNIT_END else roles[word]
        if role >= 0:
            if rank >= 0:
                # The pair occurs at most as often as the rarer word.
                rarer, other = (rank, role) if counts[rank] <= counts[role] else (role, rank)
                if counts[other] < bounds[rarer]:
                    keys[written] = key_of(rank, between, role)
                    written += 1
            rank, between, connectors = int(role), 0, 0
        elif role != NO_PART and rank >= 0 and connectors < 2:
            between += (FIRST_CONNECTOR - role + 1) * base**connectors
            connectors += 1
        else:
            rank, between, connectors = -1, 0, 0
    return Pending(rank, between, connectors), written
