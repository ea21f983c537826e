"""Words that are decoded where they are asked for: a million need no object each.

V words
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from firth.vectors.table import Token
from firth.vectors.text_words import repeated, text_hashes

# JSON keeps lone surrogates, which a word may hold.
_SURROGATES = "surrogatepass"
_ROWS_AT_ONCE = 1 << 14
# A lookup searches through all words, so whoever asks for more gets a dictionary.
_MOST_SEARCHES = 16


class LazyWords(Sequence[str]):
    r"""Words in the text of a JSON list of strings, which is known to be valid.

    Parameters
    ----------
    text : bytes
        UTF-8.
    begins, ends : (V,) int
        Where the quotes before and after each word are.

    Examples
    --------
    >>> words = LazyWords(rb'"tea", "\"", "caf\u00e9"', np.array([0, 7, 13]), np.array([4, 10, 23]))
    >>> words[0], words[-1], words.row("tea"), words.row('"'), words.row("milk")
    ('tea', 'café', 0, 1, None)
    """

    def __init__(self, text: bytes, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        self._text, self._begins, self._ends = text, begins, ends
        self._escaped = {self[row]: row for row in self._rows_of(b"\\")}

    def repetition(self) -> tuple[int, int] | None:
        r"""Return the first row whose word stood before, and the row of that; None if words differ.

        Examples
        --------
        >>> text = rb'"tea", "caf\u00e9", "tea"'
        >>> LazyWords(text, np.array([0, 7, 20]), np.array([4, 17, 24])).repetition()
        (2, 0)
        """
        hashes = text_hashes(self._text, self._begins + 1, self._ends)
        rows = list(self._rows_of(b"\\"))
        if rows:
            words = [self[row].encode("utf-8", _SURROGATES) for row in rows]
            ends = np.cumsum(list(map(len, words)))
            hashes[rows] = text_hashes(b"".join(words), np.append(0, ends[:-1]), ends)
        equal = repeated(hashes)
        if not len(equal):
            return None
        places = np.minimum(np.searchsorted(equal, hashes), len(equal) - 1)
        seen: dict[str, int] = {}
        for row in np.flatnonzero(equal[places] == hashes).tolist():
            if seen.setdefault(word := self[row], row) != row:
                return row, seen[word]
        return None

    def __len__(self) -> int:
        """Return V."""
        return len(self._begins)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        """Return the word of a row, or those of several."""
        if isinstance(row, slice):
            return list(self._words_between(self._begins[row], self._ends[row]))
        return _word_of(self._text[self._begins[row] : self._ends[row] + 1])

    def __iter__(self) -> Iterator[str]:
        """Iterate over the words, in the order of their rows."""
        return self._words_between(self._begins, self._ends)

    def _words_between(self, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> Iterator[str]:
        for start in range(0, len(begins), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            # Python's integers cut bytes several times as fast as those of NumPy.
            for begin, end in zip(begins[rows].tolist(), ends[rows].tolist(), strict=True):
                yield _word_of(self._text[begin : end + 1])

    def row(self, word: str) -> int | None:
        """Return the row of a word, or None; all words are searched through."""
        if word in self._escaped:
            return self._escaped[word]
        if '"' in word or "\\" in word:
            # It would be escaped. As it is, it may be found across the ends of words.
            return None
        quoted = b'"%b"' % word.encode("utf-8", _SURROGATES)
        return next((row for row in self._rows_of(quoted, whole=True)), None)

    def _rows_of(self, part: bytes, *, whole: bool = False) -> Iterator[int]:
        """Iterate over the rows of the words that hold a part, each once, or begin with it."""
        found = self._text.find(part)
        while found >= 0:
            row = int(np.searchsorted(self._begins, found, side="right")) - 1
            if not whole or self._begins[row] == found:
                yield row
            after = found + 1 if whole else int(self._ends[row])
            found = self._text.find(part, after)


def _word_of(quoted: bytes) -> str:
    if b"\\" in quoted:
        return str(json.loads(quoted.decode("utf-8", _SURROGATES)))
    return quoted[1:-1].decode("utf-8", _SURROGATES)


class LazyRows(Mapping[Token, int]):
    """The rows of words: few lookups search, more make a dictionary.

    Parameters
    ----------
    words : sequence of V tokens
        Those in memory must differ.

    Examples
    --------
    >>> rows = LazyRows(LazyWords(b'"tea", "milk"', np.array([0, 7]), np.array([4, 12])))
    >>> rows["milk"], "water" in rows, len(rows), LazyRows((7, "milk"))[7]
    (1, False, 2, 0)
    """

    def __init__(self, words: Sequence[Token]) -> None:
        self._words = words
        self._searches = 0
        self._rows: dict[Token, int] | None = None

    def get(self, word: Any, default: Any = None) -> Any:  # noqa: ANN401
        """Return the row of a word, or `default`."""
        self._searches += 1
        if self._rows is None and self._searches > _MOST_SEARCHES:
            self._rows = {word: row for row, word in enumerate(self._words)}
        if self._rows is not None:
            return self._rows.get(word, default)
        row = self._search(word)
        return default if row is None else row

    def _search(self, word: Any) -> int | None:  # noqa: ANN401
        if isinstance(self._words, LazyWords):
            return self._words.row(word) if isinstance(word, str) else None
        try:
            return self._words.index(word)
        except ValueError:
            return None

    def __getitem__(self, word: Token) -> int:
        """Return the row of a word."""
        row = self.get(word)
        if row is None:
            raise KeyError(word)
        return int(row)

    def __contains__(self, word: object) -> bool:
        """Return whether there is such a word."""
        return self.get(word) is not None

    def __iter__(self) -> Iterator[Token]:
        """Iterate over the words, in the order of their rows."""
        return iter(self._words)

    def __len__(self) -> int:
        """Return V."""
        return len(self._words)
