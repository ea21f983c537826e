"""Words that stand in a text, one after another: hashed all at once, decoded one by one.

V words
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

Hash = TypeVar("Hash", bound=np.integer)

# Odd numbers without a pattern, which spread the bits of a product.
_FACTORS = tuple(map(np.uint64, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)))
# The first n of 8 bytes.
_FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
# The pieces of a word that are taken together with those of the others.
_MOST_PIECES = 8
# So few that what is computed stays in the processor's cache.
_WORDS_AT_ONCE = 1 << 14


class TextWords(Sequence[str]):
    """Words of a text of UTF-8.

    Parameters
    ----------
    text : bytes
    begins, ends : (V,) int
        Where the words begin in it, and where they end.

    Examples
    --------
    >>> words = TextWords(b"tea milk", np.array([0, 4]), np.array([3, 8]))
    >>> len(words), words[1], list(words.hashes()) == list(TextWords.of(["tea", "milk"]).hashes())
    (2, 'milk', True)
    """

    def __init__(self, text: bytes, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        self._text, self._begins, self._ends = text, begins, ends

    @classmethod
    def of(cls, words: Sequence[str]) -> TextWords:
        """Return words that are decoded already."""
        encoded = [word.encode() for word in words]
        ends = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)))
        return cls(b"".join(encoded), np.append(0, ends)[:-1], ends)

    def hashes(self) -> NDArray[np.uint64]:
        """Return the hashes (V,) of the words; see `text_hashes`."""
        return text_hashes(self._text, self._begins, self._ends)

    def __len__(self) -> int:
        """Return V."""
        return len(self._begins)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        """Return one word, or those of several places."""
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return self._text[self._begins[place] : self._ends[place]].decode()


def text_hashes(
    text: bytes, begins: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Return a number for each word (V,) of a text; those of different words hardly ever agree.

    Those of words of more than 64 bytes differ from one process to another.

    Examples
    --------
    >>> hashes = text_hashes(b"a tea a", np.array([0, 2, 6]), np.array([1, 5, 7]))
    >>> [bool(each == hashes[0]) for each in hashes]
    [True, False, True]
    """
    # Item i has the 8 bytes from byte i of the text on.
    eights = np.ndarray(len(text) + 1, "<u8", text + bytes(8), strides=(1,))
    hashes = np.empty(len(begins), np.uint64)
    for start in range(0, len(begins), _WORDS_AT_ONCE):
        rows = np.arange(start, min(start + _WORDS_AT_ONCE, len(begins)))
        begin, end = begins[rows], ends[rows]
        hashes[rows] = (end - begin).astype(np.uint64) * _FACTORS[2]
        for _ in range(_MOST_PIECES):
            pieces = eights[begin] & _FIRST_BYTES[np.minimum(end - begin, 8)]
            hashes[rows] = _mix(hashes[rows], pieces)
            longer = np.flatnonzero(end - begin > 8)
            if not len(longer):
                break
            begin, end, rows = begin[longer] + 8, end[longer], rows[longer]
        else:
            rests = [hash(text[slice(*place)]) for place in zip(begin, end, strict=True)]
            hashes[rows] = _mix(hashes[rows], np.array(rests, np.int64).view(np.uint64))
    return hashes


def repeated(hashes: NDArray[Hash]) -> NDArray[Hash]:
    """Return the hashes that stand twice or more: words with them may be the same.

    Examples
    --------
    >>> repeated(np.array([3, 1, 2])).tolist(), repeated(np.array([3, 1, 3])).tolist()
    ([], [3])
    """
    with ThreadPoolExecutor(2) as pool:
        halves = list(pool.map(np.sort, np.array_split(hashes, 2)))
    # A stable sort takes little time for two that are sorted.
    ordered: NDArray[Hash] = np.sort(np.concatenate(halves), kind="stable")
    found: NDArray[Hash] = ordered[1:][ordered[1:] == ordered[:-1]]
    return found


def _mix(hashes: NDArray[np.uint64], pieces: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return hashes (n,) that depend on the next pieces (n,) of words, too."""
    mixed = (hashes ^ pieces) * _FACTORS[0]
    mixed ^= mixed >> np.uint64(32)
    mixed *= _FACTORS[1]
    mixed ^= mixed >> np.uint64(29)
    return mixed
