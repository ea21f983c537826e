"""Cutting many words in compiled code: n-grams are listed, hashed and numbered without strings.

A word is a range of `points`, the Unicode code points of all words; an n-gram is a place in them
and a length. Equal hashes are compared by their code points, so that numbers are exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import called, compiled
from firth.compilation.prefetching import prefetch_item
from firth.subwords.cutting import BASIS, PRIME
from firth.subwords.options import check_ngrams_of_word

# Bounds what is held of n-grams at a time; the words of a block are whole.
_NGRAMS_AT_ONCE = 1 << 19
_FIRST_CAPACITY = 1 << 10
_EMPTY = -1
# An entry is prefetched so many n-grams before it is needed, its slot twice as many.
_AHEAD = 8

_ONE_BYTE, _TWO_BYTES, _THREE_BYTES = 0x80, 0x800, 0x10000

# A distinct n-gram: where it stands, how many words hold it, the last of them (from 1), and the sum
# of their counts.
_ENTRY = np.dtype(
    [
        ("hash", np.uint32),
        ("length", np.int32),
        ("first", np.int64),
        ("total", np.int64),
        ("words", np.int32),
        ("last_word", np.int32),
    ],
    align=True,
)


class Spelled(NamedTuple):
    """Texts as code points: text i is `points[bounds[i] : bounds[i + 1]]`."""

    points: NDArray[np.uint32]
    bounds: NDArray[np.int64]


class Ngrams(NamedTuple):
    """The n-grams of a block of words: those of word i are from `offsets[i]` to `offsets[i + 1]`.

    Attributes
    ----------
    hashes : uint32, (n,)
        fastText's hash of each n-gram.
    firsts : int64, (n,)
        Where it starts in the code points.
    lengths : int32, (n,)
        Its length in code points.
    offsets : int64, (words + 1,)
    """

    hashes: NDArray[np.uint32]
    firsts: NDArray[np.int64]
    lengths: NDArray[np.int32]
    offsets: NDArray[np.int64]


def spell(texts: Sequence[str]) -> Spelled:
    """Return the code points of some texts."""
    encoded = "".join(texts).encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(encoded, "<u4").astype(np.uint32, copy=False)
    return Spelled(points, _offsets(np.fromiter(map(len, texts), np.int64, len(texts))))


def list_ngrams(
    spelled: Spelled, least: int, most: int, offsets: NDArray[np.int64]
) -> Iterator[tuple[int, Ngrams]]:
    """Yield the n-grams of bounded words by blocks, each with the number of its first word.

    `offsets` is what `ngram_offsets` returns.
    """
    points, bounds = spelled
    start = 0
    while start < len(offsets) - 1:
        end = np.searchsorted(offsets, offsets[start] + _NGRAMS_AT_ONCE, side="right")
        stop = max(start + 1, int(end) - 1)
        within = offsets[start : stop + 1] - offsets[start]
        hashes, firsts = np.empty(within[-1], np.uint32), np.empty(within[-1], np.int64)
        lengths = np.empty(within[-1], np.int32)
        _list_ngrams(points, bounds[start : stop + 1], least, most, hashes, firsts, lengths)
        yield start, Ngrams(hashes, firsts, lengths, within)
        start = stop


def ngram_offsets(spelled: Spelled, least: int, most: int) -> NDArray[np.int64]:
    """Return where the n-grams of each bounded word begin in a list of all, and where it ends.

    Raises
    ------
    ConfigError
        If a word has too many.
    """
    sizes = np.diff(spelled.bounds)
    check_ngrams_of_word(int(sizes.max(initial=0)), least, most)
    numbers = np.zeros(len(sizes), np.int64)
    for length in range(least, most + 1):
        # The two marks alone are no n-grams.
        numbers += np.maximum(sizes - (length - 1 if length > 1 else 2), 0)
    return _offsets(numbers)


def hash_rows(
    spelled: Spelled, least: int, most: int, buckets: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the offsets and the rows of the hashed n-grams of bounded words."""
    offsets = ngram_offsets(spelled, least, most)
    rows = np.empty(offsets[-1], np.int32)
    for start, ngrams in list_ngrams(spelled, least, most, offsets):
        first = offsets[start]
        rows[first : first + len(ngrams.hashes)] = ngrams.hashes % np.uint32(buckets)
    return offsets, rows


def find_rows(
    spelled: Spelled, least: int, most: int, table: NgramTable
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the offsets and the rows of those n-grams of bounded words that have rows."""
    all_offsets = ngram_offsets(spelled, least, most)
    offsets = np.zeros_like(all_offsets)
    # What is not filled takes no memory: it is never touched.
    rows = np.empty(all_offsets[-1], np.int32)
    size = 0
    for start, ngrams in list_ngrams(spelled, least, most, all_offsets):
        found = table.find(ngrams, spelled.points)
        known = found >= 0
        kept = _offsets(known)[ngrams.offsets]
        offsets[start : start + len(kept)] = size + kept
        rows[size : size + kept[-1]] = found[known]
        size += int(kept[-1])
    return offsets, rows[:size]


def count_holders(
    spelled: Spelled, least: int, most: int, counts: NDArray[np.int64]
) -> NDArray[np.void]:
    """Return the distinct n-grams of bounded words by first appearance, with what holds them."""
    table = NgramTable(spelled.points)
    offsets = ngram_offsets(spelled, least, most)
    for start, ngrams in list_ngrams(spelled, least, most, offsets):
        table.count(ngrams, start, counts)
    return table.entries


def table_of(ngrams: Sequence[str]) -> NgramTable:
    """Return a table in which each n-gram has the number of its place."""
    points, bounds = spell(ngrams)
    hashes = np.empty(len(ngrams), np.uint32)
    _hash_texts(points, bounds, hashes)
    table = NgramTable(points)
    lengths = np.diff(bounds).astype(np.int32)
    table.add(Ngrams(hashes, bounds[:-1], lengths, np.arange(len(bounds))))
    return table


class NgramTable:
    """Numbers distinct n-grams by first appearance, in an open-addressing hash table.

    Parameters
    ----------
    points : uint32
        The code points in which the n-grams of the table stand. They are not copied.
    """

    def __init__(self, points: NDArray[np.uint32]) -> None:
        self._points = points
        self._size = 0
        self._entries = np.zeros(_FIRST_CAPACITY, _ENTRY)
        self._slots = np.full(2 * _FIRST_CAPACITY, _EMPTY, np.int32)

    @property
    def entries(self) -> NDArray[np.void]:
        """The distinct n-grams, in the order of their numbers."""
        return self._entries[: self._size]

    def add(self, ngrams: Ngrams) -> NDArray[np.int32]:
        """Return the number of each n-gram; new ones get the next numbers."""
        self._make_room(len(ngrams.hashes))
        return self._number(ngrams, self._points, adds=True)

    def find(self, ngrams: Ngrams, points: NDArray[np.uint32]) -> NDArray[np.int32]:
        """Return the number of each n-gram, which stands in `points`; -1 for unknown ones."""
        return self._number(ngrams, points, adds=False)

    def count(self, ngrams: Ngrams, first_word: int, counts: NDArray[np.int64]) -> None:
        """Add the n-grams of a block of words, and count the words that hold each of them."""
        numbers = self.add(ngrams)
        _count(numbers, ngrams.offsets, first_word, counts, self._entries)

    def _number(
        self, ngrams: Ngrams, points: NDArray[np.uint32], *, adds: bool
    ) -> NDArray[np.int32]:
        numbers = np.empty(len(ngrams.hashes), np.int32)
        self._size = _number(
            ngrams.hashes,
            ngrams.firsts,
            ngrams.lengths,
            points,
            self._points,
            self._entries,
            self._slots,
            self._size,
            adds,
            numbers,
        )
        return numbers

    def _make_room(self, more: int) -> None:
        capacity = len(self._entries)
        while capacity < self._size + more:
            capacity *= 2
        if capacity > len(self._entries):
            entries = np.zeros(capacity, _ENTRY)
            entries[: self._size] = self.entries
            self._entries = entries
            self._slots = np.full(2 * capacity, _EMPTY, np.int32)
            _refill(entries, self._size, self._slots)


def _offsets(numbers: NDArray[Any]) -> NDArray[np.int64]:
    """Return the running sum of some numbers, from 0."""
    offsets = np.zeros(len(numbers) + 1, np.int64)
    np.cumsum(numbers, out=offsets[1:])
    return offsets


@called
def _add_byte(value: int, byte: int) -> int:
    """Return a hash with one more byte, which is extended by its sign. Its low 32 bits count."""
    return (value ^ (byte - ((byte & 0x80) << 1))) * PRIME


@called
def _add_point(value: int, point: int) -> int:
    """Return a hash with the bytes of one more code point in UTF-8."""
    if point < _ONE_BYTE:
        return _add_byte(value, point)
    if point < _TWO_BYTES:
        value = _add_byte(value, 0xC0 | point >> 6)
    else:
        if point < _THREE_BYTES:
            value = _add_byte(value, 0xE0 | point >> 12)
        else:
            value = _add_byte(value, 0xF0 | point >> 18)
            value = _add_byte(value, 0x80 | point >> 12 & 0x3F)
        value = _add_byte(value, 0x80 | point >> 6 & 0x3F)
    return _add_byte(value, 0x80 | point & 0x3F)


@compiled
def _list_ngrams(
    points: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    least: int,
    most: int,
    hashes: NDArray[np.uint32],
    firsts: NDArray[np.int64],
    lengths: NDArray[np.int32],
) -> None:
    """List the n-grams of each word by their first character, then by length."""
    place = 0
    for word in range(len(bounds) - 1):
        start, stop = bounds[word], bounds[word + 1]
        for first in range(start, stop):
            value = BASIS
            for last in range(first, min(first + most, stop)):
                value = _add_point(value, points[last])
                is_mark = first == last and (first == start or last == stop - 1)
                if last - first + 1 >= least and not is_mark:
                    hashes[place] = value
                    firsts[place] = first
                    lengths[place] = last - first + 1
                    place += 1


@compiled
def _hash_texts(
    points: NDArray[np.uint32], bounds: NDArray[np.int64], hashes: NDArray[np.uint32]
) -> None:
    """Compute the hash of each text."""
    for text in range(len(hashes)):
        value = BASIS
        for place in range(bounds[text], bounds[text + 1]):
            value = _add_point(value, points[place])
        hashes[text] = value


@compiled
def _number(
    hashes: NDArray[np.uint32],
    firsts: NDArray[np.int64],
    lengths: NDArray[np.int32],
    points: NDArray[np.uint32],
    known_points: NDArray[np.uint32],
    entries: NDArray[np.void],
    slots: NDArray[np.int32],
    size: int,
    adds: bool,
    numbers: NDArray[np.int32],
) -> int:
    """Look up the number of each n-gram; return the number of entries, with those added."""
    last, mask = len(hashes) - 1, len(slots) - 1
    for place in range(len(hashes)):
        later, soon = min(place + 2 * _AHEAD, last), min(place + _AHEAD, last)
        prefetch_item(slots, hashes[later] & mask)
        prefetch_item(entries, slots[hashes[soon] & mask])
        value, length, first = hashes[place], lengths[place], firsts[place]
        slot = value & mask
        number = slots[slot]
        while number != _EMPTY:
            entry = entries[number]
            if entry.hash == value and entry.length == length:
                known_first = entry.first
                if _are_equal(points, first, known_points, known_first, length):
                    break
            slot = (slot + 1) & mask
            number = slots[slot]
        if number == _EMPTY and adds:
            number = size
            slots[slot] = number
            entries[number].hash = value
            entries[number].length = length
            entries[number].first = first
            size += 1
        numbers[place] = number
    return size


@called
def _are_equal(
    points: NDArray[np.uint32],
    first: int,
    other_points: NDArray[np.uint32],
    other_first: int,
    length: int,
) -> bool:
    """Return whether two ranges of code points are the same."""
    step = 0
    while step < length and points[first + step] == other_points[other_first + step]:
        step += 1
    return step == length


@compiled
def _refill(entries: NDArray[np.void], size: int, slots: NDArray[np.int32]) -> None:
    """Put the numbers of the entries into empty slots."""
    for number in range(size):
        slot = entries[number].hash & (len(slots) - 1)
        while slots[slot] != _EMPTY:
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = number


@compiled
def _count(
    numbers: NDArray[np.int32],
    offsets: NDArray[np.int64],
    first_word: int,
    counts: NDArray[np.int64],
    entries: NDArray[np.void],
) -> None:
    """Count each n-gram once for each word that holds it, and add the word's count."""
    for place in range(len(offsets) - 1):
        word = first_word + place
        for number in numbers[offsets[place] : offsets[place + 1]]:
            if entries[number].last_word != word + 1:
                entries[number].last_word = word + 1
                entries[number].words += 1
                entries[number].total += counts[word]
