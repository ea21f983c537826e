"""Cutting text into chunks in compiled code.

A chunk is what stands between white space. Chunks are found in the UTF-8 bytes of the text and
packed into int64, eight bytes to a word, the first byte lowest, so that most chunks fit one word.
The last word of a chunk is filled with zero bytes. Text itself holds no zero byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled, inlined

# Ends a unit in a stream of symbols. Symbols (such as chunk numbers) are never negative.
UNIT_END = -1

# White space that is not ASCII.
_WIDE_SPACES = "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
# Bits of a chunk's hash that are kept.
_TAG_MASK = 0x7FFFFFFF
_LOW_HALF = 0xFFFFFFFF
# 2^31 over the golden ratio: Knuth's multiplicative hashing, with products that fit int64.
_MULTIPLIER = 0x4F1BBCDD
_NONE = np.empty(0, np.int64)


class Chunks(NamedTuple):
    """The chunks of a piece of text in their order, and the ends of its units."""

    tags: NDArray[np.int64]  # the hash of each chunk, or `UNIT_END`
    words: NDArray[np.int64]  # the packed bytes of all chunks
    bounds: NDArray[np.int64]  # the bytes of chunk i are in words[bounds[i]:bounds[i + 1]]
    unit_is_open: bool = False  # whether the last unit goes on in the next piece
    after_return: bool = False  # whether the piece ends with CR: LF would be of the same line end
    blanks: NDArray[np.int64] = _NONE  # for each blank line, how many units end before it


def cut_text(text: str, *, unit_is_open: bool = False, after_return: bool = False) -> Chunks:
    """Cut a piece of text into chunks, with `UNIT_END` after each line that is not blank.

    Parameters
    ----------
    text : str
        Must end with white space and hold no NUL. Its last line may go on in the next piece.
    unit_is_open, after_return : bool
        Whether the unit at the start of `text` already holds a chunk, and whether CR stands before
        it (both as in the `Chunks` of the piece before).
    """
    ends_with_return = text.endswith("\r")
    if not text.isascii():
        for space in _WIDE_SPACES:
            text = text.replace(space, " ")
    # At least nine bytes, so that `eights` has at least two items. Numba gives an array of one
    # item another type, and would compile `_split` again.
    data = np.frombuffer(text.ljust(9).encode(), np.uint8)
    words = np.empty(len(data) // 2, np.int64)
    bounds = np.empty(len(data) + 1, np.int64)
    tags, blanks = np.empty((2, len(data)), np.int64)
    # The eight bytes from each position on, as one integer. They overlap, and most are not aligned,
    # which x86 and ARM allow.
    eights = np.ndarray(len(data) - 7, "<u8", data, strides=(1,))
    length, lines, unit_is_open = _split(
        data, eights, words, bounds, tags, blanks, unit_is_open, after_return
    )
    return Chunks(
        tags[:length], words, bounds, unit_is_open, ends_with_return, blanks[:lines].copy()
    )


def cut_integers(units: Sequence[NDArray[np.int64]]) -> Chunks:
    """Return each integer as a chunk of one word, with `UNIT_END` after each unit."""
    words = np.concatenate(units)
    ends = np.cumsum([len(unit) + 1 for unit in units]) - 1
    is_integer = np.ones(len(words) + len(units), np.bool_)
    is_integer[ends] = False
    bounds = np.concatenate([[0], np.cumsum(is_integer)])
    tags = np.full(len(is_integer), UNIT_END, np.int64)
    _hash_integers(words, bounds, tags)
    return Chunks(tags, words, bounds)


# `_split` calls only small inlined functions. Its inner loops as functions of their own, inlined or
# not, made the whole slower by half.


@compiled
def _split(
    text: NDArray[np.uint8],
    eights: NDArray[np.uint64],
    words: NDArray[np.int64],
    bounds: NDArray[np.int64],
    tags: NDArray[np.int64],
    blanks: NDArray[np.int64],
    unit_is_open: bool,
    after_return: bool,
) -> tuple[int, int, bool]:
    """Pack each chunk of `text` into `words[bounds[i]:bounds[i + 1]]`; hash it to `tags[i]`.

    The end of each line that is not blank takes a place too, with the tag `UNIT_END`.

    Parameters
    ----------
    text : uint8
        UTF-8 that ends with white space, all of it ASCII.
    eights : uint64
        The eight bytes of `text` from each position on, the first byte lowest. The last seven
        positions have none.
    words, bounds, tags, blanks : int64
        Written; half as long as `text`, one longer than `text`, and as long as `text`. In `blanks`,
        how many units end before each blank line.
    unit_is_open, after_return : bool
        Whether the unit at the start of `text` already holds a chunk, and whether it follows CR.

    Returns
    -------
    length, lines, unit_is_open
        Number of tags and of blank lines, and what to pass with the next piece of text.
    """
    length = place = units = lines = 0
    position = packed = word = hashed = np.int64(0)
    bounds[0] = 0
    while position < len(text):
        plain = np.int64(0)
        if packed % 8 == 0 and position < len(eights):
            plain, word = _plain_bytes(eights[position])
            position += plain
            packed += plain
        if plain < 8:
            byte = text[position]
            position += 1
            # The space first: it is the most frequent white space by far.
            if byte == 32 or 9 <= byte <= 13 or 28 <= byte <= 31:
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
                if byte == 10 or byte == 13:
                    if unit_is_open:
                        tags[length] = UNIT_END
                        length += 1
                        bounds[length] = place
                        unit_is_open = False
                        units += 1
                    else:
                        # LF after CR is of the same line end.
                        before = after_return if position == 1 else text[position - 2] == 13
                        blanks[lines] = units
                        lines += int(byte == 13 or not before)
                continue
            word |= np.int64(byte) << (packed % 8 * 8)
            packed += 1
        if packed % 8 == 0:
            words[place] = word
            place += 1
            hashed = _mix(hashed, word)
            word = np.int64(0)
    return length, lines, unit_is_open


@inlined
def _plain_bytes(eight: np.uint64) -> tuple[np.int64, np.int64]:
    """Return how many of eight bytes come before the first that is a space or less, and these."""
    # No sum carries into the byte beside it.
    above = (eight & np.uint64(0x7F7F7F7F7F7F7F7F)) + np.uint64(0x5F5F5F5F5F5F5F5F)
    other = ~(eight | above) & np.uint64(0x8080808080808080)
    if other == 0:
        return np.int64(8), np.int64(eight)
    first = other & (~other + np.uint64(1))
    before = (first >> np.uint64(7)) - np.uint64(1)
    # One bit for each byte; their sum, since 256 is 1 modulo 255.
    count = (before & np.uint64(0x0101010101010101)) % np.uint64(255)
    return np.int64(count), np.int64(eight & before)


@inlined
def _mix(hashed: np.int64, word: np.int64) -> np.int64:
    """Hash 32 bits and the 64 bits of `word` to 32 bits; each product stays below 2^63."""
    hashed = (hashed ^ (word & _LOW_HALF)) * _MULTIPLIER
    hashed = (hashed ^ (hashed >> 32)) & _LOW_HALF
    hashed = (hashed ^ ((word >> 32) & _LOW_HALF)) * _MULTIPLIER
    return (hashed ^ (hashed >> 32)) & _LOW_HALF


@compiled
def _hash_integers(
    words: NDArray[np.int64], bounds: NDArray[np.int64], tags: NDArray[np.int64]
) -> None:
    """Write the hash of `words[bounds[i]]` to `tags[i]`, except where a unit ends."""
    for place in range(len(tags)):
        if bounds[place + 1] > bounds[place]:
            tags[place] = _mix(np.int64(0), words[bounds[place]]) & _TAG_MASK
