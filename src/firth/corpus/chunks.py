"""Numbering the distinct chunks of a text in compiled code.

A chunk is what stands between white space. Chunks are found in the UTF-8 bytes and looked up in an
open-addressing hash table. The bytes of distinct chunks stand in an arena of int64, eight to a word
and little end first, so that most chunks are compared by one word. The last word of a chunk may end
with zero bytes; text holds none itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.compilation import compiled, inlined
from firth.compilation.prefetching import prefetch_item
from firth.errors import CorpusError

# Ends a unit in a stream of symbols (chunk numbers and the like, which are never negative).
UNIT_END = -1

_FIRST_CAPACITY = 1 << 14
_MAX_CHUNKS = np.iinfo(np.int32).max

# Kinds of bytes in UTF-8 text, as the scan tells them apart.
_INSIDE, _SPACE, _LINE_END, _MAYBE_SPACE = 0, 1, 2, 3


def _byte_kinds() -> NDArray[np.uint8]:
    kinds = np.full(256, _INSIDE, np.uint8)
    kinds[list(b"\t\x0b\x0c\x1c\x1d\x1e\x1f ")] = _SPACE
    kinds[list(b"\n\r")] = _LINE_END
    # First bytes of U+0085 and U+00A0; of U+1680; of U+2000 to U+205F; of U+3000.
    kinds[[0xC2, 0xE1, 0xE2, 0xE3]] = _MAYBE_SPACE
    return kinds


_KINDS = _byte_kinds()

_EMPTY = -1
# A slot holds 31 bits of hash above 32 bits of place in the arena, so that most mismatches are seen
# without a look at the arena, and a larger table is filled without hashing anew.
_MASK = 0xFFFFFFFF
_TAG_MASK = 0x7FFFFFFF
# 2^31 over the golden ratio: Knuth's multiplicative hashing, with products that fit int64.
_MULTIPLIER = 0x4F1BBCDD
# The record of a chunk in the arena: its length in words above its number; its count; its words.
# All that a look-up needs of it lies together, most often in one cache line.
_HEADER = 2
# The slot is asked for twice so many chunks before it is needed, the record so many.
_AHEAD = 16
# Of each byte in a word of the arena.
_HIGH_BITS = np.uint64(0x8080808080808080).astype(np.int64)


class Chunks(NamedTuple):
    """The chunks of a piece of text, and where its units end, one after the other."""

    tags: NDArray[np.int64]  # of each its hash, or `UNIT_END`
    words: NDArray[np.int64]  # their bytes, packed
    bounds: NDArray[np.int64]  # the i-th is words[bounds[i]:bounds[i + 1]]


class ChunkTable:
    r"""Numbers the distinct chunks of a text by first appearance, and counts them.

    Examples
    --------
    >>> table = ChunkTable()
    >>> table.number("to be or\u2003not\nto be\n")
    array([ 0,  1,  2,  3, -1,  0,  1, -1], dtype=int32)
    >>> table.spell([0, 3]), table.counts
    (['to', 'not'], array([2, 2, 1, 1]))
    """

    def __init__(self) -> None:
        self._size = 0
        self._unit_is_open = False
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

    def number(self, text: str) -> NDArray[np.int32]:
        """Return the chunk numbers of `text`, with `UNIT_END` after each line that is not blank.

        Parameters
        ----------
        text : str
            Must end with white space and hold no NUL. Its last line may go on in the next call.

        Raises
        ------
        CorpusError
            If the distinct chunks are too many to be numbered by int32.
        """
        return self.enter(self.split(text))

    def split(self, text: str) -> Chunks:
        """Cut `text`, given as to `number`, into chunks; none is looked up or entered yet."""
        # So long that there are two places for `eights`: one or none would be an array of another
        # type to Numba, which would compile `_split` once more.
        data = np.frombuffer(text.ljust(9).encode(), np.uint8)
        words = np.empty(len(data) // 2, np.int64)
        bounds = np.empty(len(data) + 1, np.int64)
        tags = np.empty(len(data), np.int64)
        # The eight bytes from each place on, as one integer: they overlap, and most are not
        # aligned, which x86 and ARM allow.
        eights = np.ndarray(len(data) - 7, "<u8", data, strides=(1,))
        length, self._unit_is_open = _split(data, eights, words, bounds, tags, self._unit_is_open)
        return Chunks(tags[:length], words, bounds)

    def enter(self, chunks: Chunks) -> NDArray[np.int32]:
        """Return the numbers of chunks that `split` gave, as `number` does.

        Another thread may split what follows meanwhile.

        Raises
        ------
        CorpusError
            If the distinct chunks are too many to be numbered by int32.
        """
        tags, words, bounds = chunks
        self._make_room(chunks=len(tags), words=int(bounds[len(tags)]))
        stream = np.empty(len(tags), np.int32)
        self._size = _number(
            tags,
            words,
            bounds,
            stream,
            self._arena,
            self._starts,
            self._slots,
            self._size,
        )
        return stream

    def number_integers(self, units: Sequence[NDArray[np.int64]]) -> NDArray[np.int32]:
        """Return the numbers of integers, each a chunk of its own, with `UNIT_END` after each unit.

        A table holds either text or integers.

        Raises
        ------
        CorpusError
            If the distinct integers are too many to be numbered by int32.
        """
        words = np.concatenate(units)
        ends = np.cumsum([len(unit) + 1 for unit in units]) - 1
        is_integer = np.ones(len(words) + len(units), np.bool_)
        is_integer[ends] = False
        bounds = np.concatenate([[0], np.cumsum(is_integer)])
        tags = np.full(len(is_integer), UNIT_END, np.int64)
        _hash_integers(words, bounds, tags)
        return self.enter(Chunks(tags, words, bounds))

    def spell(self, numbers: ArrayLike) -> list[str]:
        """Return the chunks of these numbers as text."""
        data, ends = self._bytes_of(numbers)
        return [
            data[start:end].replace(b"\0", b"").decode()
            for start, end in zip([0, *ends], ends, strict=False)
        ]

    def non_ascii(self) -> NDArray[np.int64]:
        """Return the numbers of the chunks that are not ASCII."""
        starts = self._starts[: self._size]
        if self._size == 0:
            return np.zeros(0, np.int64)
        has_high_bit = (self._arena[: self._starts[self._size]] & _HIGH_BITS) != 0
        for place in range(_HEADER):
            has_high_bit[starts + place] = False
        return np.flatnonzero(np.logical_or.reduceat(has_high_bit, starts))

    def join(self, numbers: ArrayLike) -> str:
        """Return the chunks of these numbers as one text with nothing between them."""
        return self._bytes_of(numbers)[0].replace(b"\0", b"").decode()

    def integers(self, numbers: ArrayLike) -> list[int]:
        """Return the integers of these numbers."""
        records = self._starts[np.asarray(numbers, np.int64)]
        integers: list[int] = self._arena[records + _HEADER].tolist()
        return integers

    def _bytes_of(self, numbers: ArrayLike) -> tuple[bytes, list[int]]:
        """Return the bytes of some chunks, each padded with zeros, and where each ends."""
        records = self._starts[np.asarray(numbers, np.int64)]
        lengths = self._arena[records] >> 32
        stops = np.cumsum(lengths)
        places = np.repeat(records + _HEADER - stops + lengths, lengths) + np.arange(sum(lengths))
        return self._arena[places].astype("<i8").tobytes(), (8 * stops).tolist()

    def _make_room(self, *, chunks: int, words: int) -> None:
        """Make room for so many new chunks of so many words together."""
        needed = int(self._starts[self._size]) + words + _HEADER * chunks
        if self._size + chunks > _MAX_CHUNKS or needed > _MASK:
            raise CorpusError(f"{self._size} distinct words and more are too many for int32 ids")
        if needed > len(self._arena):
            self._arena = _enlarged(self._arena, max(needed, 2 * len(self._arena)))
        capacity = len(self._slots) // 2
        while capacity < self._size + chunks:
            capacity *= 2
        if capacity > len(self._slots) // 2:
            self._starts = _enlarged(self._starts, capacity + 1)
            slots = np.full(2 * capacity, _EMPTY, np.int64)
            _refill(self._slots, slots)
            self._slots = slots


def _enlarged(array: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    larger = np.zeros(length, np.int64)
    larger[: len(array)] = array
    return larger


# `_split` and `_number` call small leaves only, inlined: their inner loops as functions of their
# own, inlined or not, made the whole slower by half.


@compiled
def _split(
    text: NDArray[np.uint8],
    eights: NDArray[np.uint64],
    words: NDArray[np.int64],
    bounds: NDArray[np.int64],
    tags: NDArray[np.int64],
    unit_is_open: bool,
) -> tuple[int, bool]:
    """Pack each chunk of `text` into `words[bounds[i]:bounds[i + 1]]`; hash it to `tags[i]`.

    Each end of a line that is not blank takes a place too, with the tag `UNIT_END`.

    Parameters
    ----------
    text : uint8
        Valid UTF-8 that ends with white space.
    eights : uint64
        The eight bytes of `text` at each place, little end first; but at the last seven.
    words, bounds, tags : int64
        Written; half as long as `text`, one longer than `text`, and as long as `text`.
    unit_is_open : bool
        Whether the unit that goes on at the start of `text` holds a chunk already.

    Returns
    -------
    length, unit_is_open
        Places taken in `tags`, and what to pass with the text that follows.
    """
    length = place = 0
    position = packed = word = hashed = np.int64(0)
    bounds[0] = 0
    while position < len(text):
        if packed % 8 == 0 and position < len(eights):
            plain, word = _plain_bytes(eights[position])
            position += plain
            packed += plain
            if plain == 8:
                words[place] = word
                place += 1
                hashed = _mix(hashed, word)
                word = np.int64(0)
                continue
        kind = _KINDS[text[position]]
        width = 0 if kind == _INSIDE else _space_width(text, position)
        if width == 0:
            word |= np.int64(text[position]) << (packed % 8 * 8)
            position += 1
            packed += 1
            if packed % 8 == 0:
                words[place] = word
                place += 1
                hashed = _mix(hashed, word)
                word = np.int64(0)
            continue
        if packed > 0:
            if packed % 8 != 0:
                words[place] = word
                place += 1
                hashed = _mix(hashed, word)
            tags[length] = hashed & _TAG_MASK
            length += 1
            bounds[length] = place
            unit_is_open = True
            packed = word = hashed = np.int64(0)
        if kind == _LINE_END and unit_is_open:
            tags[length] = UNIT_END
            length += 1
            bounds[length] = place
            unit_is_open = False
        position += width
    return length, unit_is_open


@inlined
def _plain_bytes(eight: np.uint64) -> tuple[np.int64, np.int64]:
    """Tell how many bytes come before the first that is not ASCII above a space; give those."""
    # No sum carries into the byte beside it.
    above = (eight & np.uint64(0x7F7F7F7F7F7F7F7F)) + np.uint64(0x5F5F5F5F5F5F5F5F)
    other = (eight | ~above) & np.uint64(0x8080808080808080)
    if other == 0:
        return np.int64(8), np.int64(eight)
    first = other & (~other + np.uint64(1))
    before = (first >> np.uint64(7)) - np.uint64(1)
    # A bit for each byte: 256 is 1 modulo 255.
    count = (before & np.uint64(0x0101010101010101)) % np.uint64(255)
    return np.int64(count), np.int64(eight & before)


@inlined
def _mix(hashed: np.int64, word: np.int64) -> np.int64:
    """Hash 32 bits and the 64 of `word` to 32; each product stays below 2^63."""
    hashed = (hashed ^ (word & _MASK)) * _MULTIPLIER
    hashed = (hashed ^ (hashed >> 32)) & _MASK
    hashed = (hashed ^ ((word >> 32) & _MASK)) * _MULTIPLIER
    return (hashed ^ (hashed >> 32)) & _MASK


@inlined
def _space_width(text: NDArray[np.uint8], position: int | np.int64) -> int:
    """Return the number of bytes of the white space at `position`, or 0 if it is none.

    The text is valid UTF-8, so the bytes that a first byte promises are there.
    """
    kind = _KINDS[text[position]]
    if kind != _MAYBE_SPACE:
        return 0 if kind == _INSIDE else 1
    first, second = text[position], text[position + 1]
    if first == 0xC2:
        return 2 if second == 0x85 or second == 0xA0 else 0
    third = text[position + 2]
    if first == 0xE1:
        is_space = second == 0x9A and third == 0x80
    elif first == 0xE3:
        is_space = second == 0x80 and third == 0x80
    elif second == 0x80:
        is_space = third <= 0x8A or 0xA8 <= third <= 0xA9 or third == 0xAF
    else:
        is_space = second == 0x81 and third == 0x9F
    return 3 if is_space else 0


@compiled
def _hash_integers(
    words: NDArray[np.int64], bounds: NDArray[np.int64], tags: NDArray[np.int64]
) -> None:
    """Write the hash of `words[bounds[i]]` to `tags[i]`, but not where a unit ends."""
    for place in range(len(tags)):
        if bounds[place + 1] > bounds[place]:
            tags[place] = _mix(np.int64(0), words[bounds[place]]) & _TAG_MASK


@compiled
def _number(
    tags: NDArray[np.int64],
    words: NDArray[np.int64],
    bounds: NDArray[np.int64],
    stream: NDArray[np.int32],
    arena: NDArray[np.int64],
    starts: NDArray[np.int64],
    slots: NDArray[np.int64],
    size: int,
) -> int:
    """Look up the chunks that `_split` packed; enter those that are new.

    Writes the number of each to `stream`. There must be room for all in `arena` and the table.

    Returns
    -------
    size
        Number of distinct chunks in the table.
    """
    mask, last = len(slots) - 1, len(stream) - 1
    for place in range(len(stream)):
        # Both the table and the arena are larger than the near caches. The slot of an unknown chunk
        # names no place in the arena, nor is any needed.
        prefetch_item(slots, tags[min(place + 2 * _AHEAD, last)] & mask)
        prefetch_item(arena, slots[tags[min(place + _AHEAD, last)] & mask] & _MASK)
        tag = tags[place]
        if tag == UNIT_END:
            stream[place] = UNIT_END
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
        stream[place] = arena[record] & _MASK
    return size


@inlined
def _same(
    words: NDArray[np.int64], start: int, arena: NDArray[np.int64], stored: int, length: int
) -> bool:
    """Tell whether `words[start:]` and `arena[stored:]` agree over `length` words."""
    for word in range(length):  # noqa: SIM110 (Numba compiles no generator expressions)
        if words[start + word] != arena[stored + word]:
            return False
    return True


@compiled
def _refill(slots: NDArray[np.int64], larger: NDArray[np.int64]) -> None:
    """Enter what stands in `slots` into the empty table `larger`."""
    mask = len(larger) - 1
    for entry in slots:
        if entry != _EMPTY:
            slot = (entry >> 32) & mask
            while larger[slot] != _EMPTY:
                slot = (slot + 1) & mask
            larger[slot] = entry
