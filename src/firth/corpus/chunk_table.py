"""Numbering the distinct chunks of a text in compiled code.

Chunks are looked up in an open-addressing hash table. The table refers to an arena of int64, which
holds one record for each distinct chunk: its length in words above its number, its count, its
words. All that a look-up needs of a chunk lies together, most often in one cache line.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.compilation import compiled, inlined
from firth.compilation.prefetching import prefetch_item
from firth.corpus.chunks import UNIT_END, Chunks
from firth.errors import CorpusError
from firth.ranges import joined_ranges

_FIRST_CAPACITY = 1 << 14
_MAX_CHUNKS = np.iinfo(np.int32).max

_EMPTY = -1
# A slot holds 31 bits of hash above 32 bits of place in the arena. So most mismatches are seen
# without a look at the arena, and a larger table is filled without hashing again.
_MASK = 0xFFFFFFFF
# Words in a record before those of the chunk.
_HEADER = 2
# A record is prefetched so many chunks before it is needed, its slot twice as many.
_AHEAD = 16
# The high bit of each byte in a word of the arena.
_HIGH_BITS = np.uint64(0x8080808080808080).astype(np.int64)


class ChunkTable:
    r"""Numbers the distinct chunks of a text by first appearance, and counts them.

    A table holds either text or integers.

    Examples
    --------
    >>> from firth.corpus.chunks import cut_text
    >>> table = ChunkTable()
    >>> table.number(cut_text("to be or\u2003not\nto be\n"))
    array([ 0,  1,  2,  3, -1,  0,  1, -1], dtype=int32)
    >>> table.spell([0, 3]), table.counts
    (['to', 'not'], array([2, 2, 1, 1]))
    """

    def __init__(self) -> None:
        self._size = 0
        self._arena = np.zeros(_FIRST_CAPACITY, np.int64)
        self._starts = np.zeros(_FIRST_CAPACITY + 1, np.int64)
        self._slots = np.full(2 * _FIRST_CAPACITY, _EMPTY, np.int64)

    def __len__(self) -> int:
        """Return the number of distinct chunks."""
        return self._size

    @property
    def counts(self) -> NDArray[np.int64]:
        """Occurrences of each chunk: int64 (len(self),)."""
        return self._arena[self._starts[: self._size] + 1]

    def number(self, chunks: Chunks) -> NDArray[np.int32]:
        """Return the number of each chunk, and `UNIT_END` where a unit ends.

        Raises
        ------
        CorpusError
            If there are too many distinct chunks to be numbered by int32.
        """
        tags, words, bounds = chunks[:3]
        self._make_room(chunks=len(tags), words=int(bounds[len(tags)]))
        numbers = np.empty(len(tags), np.int32)
        self._size = _number(
            tags, words, bounds, numbers, self._arena, self._starts, self._slots, self._size
        )
        return numbers

    def spell(self, numbers: ArrayLike) -> list[str]:
        """Return the chunks of these numbers as text."""
        data, ends = self._bytes_of(numbers)
        return [
            data[start:end].replace(b"\0", b"").decode()
            for start, end in zip([0, *ends], ends, strict=False)
        ]

    def join(self, numbers: ArrayLike) -> str:
        """Return the chunks of these numbers as one text with nothing between them."""
        return self._bytes_of(numbers)[0].replace(b"\0", b"").decode()

    def integers(self, numbers: ArrayLike) -> list[int]:
        """Return the integers of these numbers."""
        records = self._starts[np.asarray(numbers, np.int64)]
        integers: list[int] = self._arena[records + _HEADER].tolist()
        return integers

    def non_ascii(self) -> NDArray[np.int64]:
        """Return the numbers of the chunks that are not ASCII."""
        starts = self._starts[: self._size]
        has_high_bit = (self._arena[: self._starts[self._size]] & _HIGH_BITS) != 0
        for place in range(_HEADER):
            has_high_bit[starts + place] = False
        return np.flatnonzero(np.logical_or.reduceat(has_high_bit, starts))

    def _bytes_of(self, numbers: ArrayLike) -> tuple[bytes, list[int]]:
        """Return the bytes of some chunks, each padded with zeros, and where each ends."""
        records = self._starts[np.asarray(numbers, np.int64)]
        places, bounds = joined_ranges(records + _HEADER, self._arena[records] >> 32)
        return self._arena[places].astype("<i8").tobytes(), (8 * bounds[1:]).tolist()

    def _make_room(self, *, chunks: int, words: int) -> None:
        """Make room for so many new chunks with so many words in all."""
        needed = int(self._starts[self._size]) + words + _HEADER * chunks
        if self._size + chunks > _MAX_CHUNKS or needed > _MASK:
            raise CorpusError(f"{self._size} distinct words and more are too many for int32 ids")
        if needed > len(self._arena):
            self._arena = _enlarge(self._arena, max(needed, 2 * len(self._arena)))
        capacity = len(self._slots) // 2
        while capacity < self._size + chunks:
            capacity *= 2
        if capacity > len(self._slots) // 2:
            self._starts = _enlarge(self._starts, capacity + 1)
            slots = np.full(2 * capacity, _EMPTY, np.int64)
            _refill(self._slots, slots)
            self._slots = slots


def _enlarge(array: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    larger = np.zeros(length, np.int64)
    larger[: len(array)] = array
    return larger


@compiled
def _number(
    tags: NDArray[np.int64],
    words: NDArray[np.int64],
    bounds: NDArray[np.int64],
    numbers: NDArray[np.int32],
    arena: NDArray[np.int64],
    starts: NDArray[np.int64],
    slots: NDArray[np.int64],
    size: int,
) -> int:
    """Write the number of each chunk to `numbers`; enter new ones into the table.

    There must be room for all in `arena`, `starts` and `slots`. The number of distinct chunks in
    the table is returned.
    """
    mask, last = len(slots) - 1, len(numbers) - 1
    for place in range(len(numbers)):
        # Both the table and the arena are larger than the near caches. The slot of a new chunk is
        # empty: what it prefetches in the arena is of no use and does no harm.
        prefetch_item(slots, tags[min(place + 2 * _AHEAD, last)] & mask)
        prefetch_item(arena, slots[tags[min(place + _AHEAD, last)] & mask] & _MASK)
        tag = tags[place]
        if tag == UNIT_END:
            numbers[place] = UNIT_END
            continue
        start, length = bounds[place], bounds[place + 1] - bounds[place]
        slot = tag & mask
        record = starts[size]
        while slots[slot] != _EMPTY:
            candidate = slots[slot] & _MASK
            if (
                slots[slot] >> 32 == tag
                and arena[candidate] >> 32 == length
                and _same(words, start, arena, candidate + _HEADER, length)
            ):
                record = candidate
                break
            slot = (slot + 1) & mask
        if record == starts[size]:
            slots[slot] = (tag << 32) | record
            arena[record] = (length << 32) | size
            arena[record + 1] = 0
            for word in range(length):
                arena[record + _HEADER + word] = words[start + word]
            size += 1
            starts[size] = record + _HEADER + length
        arena[record + 1] += 1
        numbers[place] = arena[record] & _MASK
    return size


@inlined
def _same(
    words: NDArray[np.int64], start: int, arena: NDArray[np.int64], stored: int, length: int
) -> bool:
    """Return whether `words[start:]` and `arena[stored:]` agree over `length` words."""
    for word in range(length):  # noqa: SIM110 (Numba compiles no generator expressions)
        if words[start + word] != arena[stored + word]:
            return False
    return True


@compiled
def _refill(slots: NDArray[np.int64], larger: NDArray[np.int64]) -> None:
    """Enter all entries of `slots` into the empty table `larger`."""
    mask = len(larger) - 1
    for entry in slots:
        if entry != _EMPTY:
            slot = (entry >> 32) & mask
            while larger[slot] != _EMPTY:
                slot = (slot + 1) & mask
            larger[slot] = entry
