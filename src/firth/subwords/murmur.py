"""Rows of many words by floret's hash, in compiled code; `floret` has the same for one word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.compilation import called, compiled
from firth.subwords.compiled import ngram_offsets, spell
from firth.subwords.floret import FACTORS, MIXERS, STEPS, Floret

# Numba makes floats of numbers of 64 bits with and without a sign; so all are without one.
_U = np.uint64
_FACTOR, _OTHER_FACTOR = map(_U, FACTORS)
_STEP, _OTHER_STEP = map(_U, STEPS)
_MIXER, _OTHER_MIXER = map(_U, MIXERS)
_FIVE, _SHIFT, _BITS, _BITS_OF_ROW = _U(5), _U(33), _U(64), _U(32)
_LOW = _U(0xFFFFFFFF)
_WORDS_AT_ONCE = 1 << 16


def murmur_rows(
    texts: Sequence[str], least: int, most: int, buckets: int, floret: Floret
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the offsets and the rows of bounded words and their n-grams; empty texts have none."""
    blocks, counts = [], [np.zeros(1, np.int64)]
    for first in range(0, len(texts), _WORDS_AT_ONCE):
        some = texts[first : first + _WORDS_AT_ONCE]
        spelled = spell(some)
        bounds = ngram_offsets(spelled, least, most)
        sizes = np.diff(bounds) + (np.diff(spelled.bounds) > 0)
        counts.append(sizes * floret.hashes)
        rows = np.empty(counts[-1].sum(), np.int32)
        encoded = "".join(some).encode("utf-8", "surrogatepass")
        data = np.frombuffer(encoded, np.uint8)
        # Where each character begins.
        places = np.append(np.flatnonzero(data & 0xC0 != 0x80), len(data))
        _list_rows(
            data, places, spelled.bounds, (least, most), (floret.hashes, floret.seed, buckets), rows
        )
        blocks.append(rows)
    offsets = np.cumsum(np.concatenate(counts))
    return offsets, np.concatenate([*blocks, np.empty(0, np.int32)])


@compiled
def _list_rows(
    data: NDArray[np.uint8],
    places: NDArray[np.int64],
    bounds: NDArray[np.int64],
    lengths: tuple[int, int],
    hashing: tuple[int, int, int],
    rows: NDArray[np.int32],
) -> None:
    """List the rows of each word as a whole, then of its n-grams by their first character."""
    (least, most), place = lengths, 0
    for word in range(len(bounds) - 1):
        start, stop = bounds[word], bounds[word + 1]
        if start < stop:
            place = _add_rows(data, places[start], places[stop], hashing, rows, place)
        for first in range(start, stop):
            for last in range(first + least, min(first + most, stop) + 1):
                is_mark = last == first + 1 and (first == start or last == stop)
                if not is_mark:
                    place = _add_rows(data, places[first], places[last], hashing, rows, place)


@called
def _add_rows(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    hashing: tuple[int, int, int],
    rows: NDArray[np.int32],
    place: int,
) -> int:
    """Write the rows of one n-gram, and return the place after them."""
    hashes, seed, buckets = hashing
    one, two = _hashed(data, begin, end, _U(seed))
    for number in range(hashes):
        half = one if number < 2 else two
        part = half >> _BITS_OF_ROW if number % 2 else half & _LOW
        rows[place + number] = part % _U(buckets)
    return place + hashes


@called
def _hashed(
    data: NDArray[np.uint8], begin: int, end: int, seed: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """Return the two halves of the hash of some bytes."""
    length = _U(end - begin)
    one = two = seed
    while end - begin >= 16:
        one ^= _scrambled(_part(data, begin, begin + 8), _FACTOR, _U(31), _OTHER_FACTOR)
        one = (_turned(one, _U(27)) + two) * _FIVE + _STEP
        two ^= _scrambled(_part(data, begin + 8, begin + 16), _OTHER_FACTOR, _U(33), _FACTOR)
        two = (_turned(two, _U(31)) + one) * _FIVE + _OTHER_STEP
        begin += 16
    middle = min(begin + 8, end)
    one ^= _scrambled(_part(data, begin, middle), _FACTOR, _U(31), _OTHER_FACTOR) ^ length
    two ^= _scrambled(_part(data, middle, end), _OTHER_FACTOR, _U(33), _FACTOR) ^ length
    one += two
    two += one
    one, two = _mixed(one), _mixed(two)
    one += two
    return one, two + one


@called
def _part(data: NDArray[np.uint8], begin: int, end: int) -> np.uint64:
    """Return up to 8 bytes as a number, the first byte lowest."""
    number = _U(0)
    for place in range(begin, end):
        number |= _U(data[place]) << _U(8 * (place - begin))
    return number


@called
def _turned(number: np.uint64, bits: np.uint64) -> np.uint64:
    return number << bits | number >> (_BITS - bits)


@called
def _scrambled(part: np.uint64, factor: np.uint64, bits: np.uint64, other: np.uint64) -> np.uint64:
    return _turned(part * factor, bits) * other


@called
def _mixed(number: np.uint64) -> np.uint64:
    number = (number ^ number >> _SHIFT) * _MIXER
    number = (number ^ number >> _SHIFT) * _OTHER_MIXER
    return number ^ number >> _SHIFT
