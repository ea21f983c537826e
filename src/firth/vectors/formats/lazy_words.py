"""The words and counts of a folder, where they are many: only the places of words are looked for.

What `native.write_words` writes is understood; anything else is left to a JSON parser.
"""

from __future__ import annotations

import codecs
import os
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.io.compression import open_regular
from firth.vectors.formats.arrays import FILTERS
from firth.vectors.lazy_words import LazyWords

# Of shorter files, making an object of each word takes no time.
LEAST_BYTES = 1 << 22
_HEAD = b'{"words": ["'
_TAIL = b'], "counts": '
_QUOTE, _BACKSLASH, _COMMA, _SPACE = b'"\\, '
# Numbers beyond 64 bits are read as the largest that fits.
_LARGEST = 10**18
_PIECE = 1 << 22


def read_lazy_words(path: Path) -> tuple[LazyWords, NDArray[np.int64] | None] | None:
    """Read words and counts; None if the file is short, or not written as Firth writes it."""
    parts = _parts(path)
    if parts is None:
        return None
    words, counts = parts
    try:
        return _words(words), _counts(counts)
    except (ValueError, DeprecationWarning):
        return None


def read_words_alone(path: Path) -> LazyWords | None:
    """Read words as `read_lazy_words` does, without a look at their counts."""
    parts = _parts(path)
    if parts is None:
        return None
    try:
        return _words(parts[0])
    except ValueError:
        return None


def _parts(path: Path) -> tuple[bytes, bytes] | None:
    """Read the list of words, without its brackets, and what stands for the counts."""
    with open_regular(path) as file:
        if os.fstat(file.fileno()).st_size < LEAST_BYTES:
            return None
        text = file.read()
    end = text.rfind(_TAIL)
    if end < 0 or not text.startswith(_HEAD) or not text.endswith(b"}"):
        return None
    return text[len(_HEAD) - 1 : end], text[end + len(_TAIL) : -1]


def _words(text: bytes) -> LazyWords:
    """Return the words of a JSON list without its brackets.

    Raises
    ------
    ValueError
        If it is not one of strings, with one space after each comma.
    """
    codes = np.frombuffer(text, np.uint8)
    _check_utf8(text)
    quotes = _unescaped(codes, np.flatnonzero(codes == _QUOTE))
    begins, ends = quotes[::2], quotes[1::2]
    if len(begins) != len(ends) or begins[0] != 0 or ends[-1] != len(text) - 1:
        raise ValueError("quotes do not match")
    comma, space, begin = (ends[:-1] + after for after in (1, 2, 3))
    is_list = (
        np.array_equal(begin, begins[1:])
        and (codes[comma] == _COMMA).all()
        and (codes[space] == _SPACE).all()
    )
    if not is_list or codes.min() < _SPACE:
        raise ValueError("other characters than a comma and a space between words")
    # Words with backslashes are decoded, which raises a ValueError for what JSON does not know.
    return LazyWords(text, begins, ends)


def _unescaped(codes: NDArray[np.uint8], quotes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of those quotes that an even number of backslashes precedes."""
    escaped = []
    for quote in quotes[codes[quotes - 1] == _BACKSLASH].tolist():
        first = quote
        while first > 0 and codes[first - 1] == _BACKSLASH:
            first -= 1
        if (quote - first) % 2:
            escaped.append(quote)
    return np.delete(quotes, np.searchsorted(quotes, escaped)) if escaped else quotes


def _check_utf8(text: bytes) -> None:
    """Raise a ValueError if a text is not UTF-8, without decoding all of it at once."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogatepass")
    for start in range(0, len(text), _PIECE):
        decoder.decode(text[start : start + _PIECE])
    decoder.decode(b"", final=True)


def _counts(text: bytes) -> NDArray[np.int64] | None:
    """Return the numbers of a JSON list, or None for `null`.

    Raises
    ------
    ValueError
        If it is neither null nor a list of whole numbers up to 10**18.
    """
    if text == b"null":
        return None
    if not (text.startswith(b"[") and text.endswith(b"]")):
        raise ValueError("no list")
    text = text[1:-1]
    if text.translate(None, b"0123456789, "):
        raise ValueError("other characters than digits, commas and spaces")
    # A warning tells of what is no number.
    with FILTERS, warnings.catch_warnings(action="error"):
        counts = np.fromstring(text, dtype=np.int64, sep=",")
    if len(counts) != text.count(b",") + 1 or counts.max() > _LARGEST:
        raise ValueError("no list of whole numbers of 64 bits")
    return counts
