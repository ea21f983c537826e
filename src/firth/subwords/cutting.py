"""How one word is cut: plain Python, as `compiled` does it for many.

Source of the n-grams and their hash: fastText 0.9.2, `Dictionary::computeSubwords` and
`Dictionary::hash` (Bojanowski et al. 2017, arXiv:1607.04606).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from numbers import Integral
from typing import TypeVar

from firth.checks import shown
from firth.errors import ConfigError, note_function, one_line
from firth.normalization import Normalization, normalize
from firth.subwords.options import MOST_NGRAMS, Cut, check_ngrams_of_word

# FNV-1a of 32 bits.
BASIS, PRIME = 2166136261, 16777619
# fastText's mark of the end of a line: it is a word, but has no n-grams.
END_OF_LINE = "</s>"
_CHARACTER = re.compile(rb"[^\x80-\xbf][\x80-\xbf]*")

Text = TypeVar("Text", str, list[bytes])


def checked_text(word: object, form: Normalization = "NFC") -> str:
    """Return a word in the form that is cut.

    Raises
    ------
    ConfigError
        If it is not text.
    """
    if isinstance(word, str):
        return normalize(word, form)
    given = f"the integer {shown(int(word))}" if isinstance(word, Integral) else shown(word)
    raise ConfigError(f"subwords need words of text, got {given}")


def bounded(word: str) -> str:
    """Return a word between the marks of its start and its end."""
    return f"<{word}>"


def character_ngrams(text: Text, least: int, most: int) -> Iterator[Text]:
    """Yield the n-grams of a bounded word by their first character, then by length.

    The word is a text, or a list of its characters.

    The first and the last character alone, which are marks, are no n-grams.

    Raises
    ------
    ConfigError
        If the word has too many.

    Examples
    --------
    >>> list(character_ngrams("<tea>", 3, 4)), list(character_ngrams("<tea>", 1, 1))
    (['<te', '<tea', 'tea', 'tea>', 'ea>'], ['t', 'e', 'a'])
    """
    size = len(text)
    check_ngrams_of_word(size, least, most)
    for first in range(size):
        for length in range(least, min(most, size - first) + 1):
            if not (length == 1 and first in (0, size - 1)):
                yield text[first : first + length]


def byte_ngrams(word: bytes, least: int, most: int) -> Iterator[bytes]:
    r"""Yield the n-grams of a word in UTF-8, or in what fastText takes for UTF-8.

    A character is any byte with those after it that continue a character in UTF-8.

    Examples
    --------
    >>> list(byte_ngrams("é".encode(), 1, 2)), list(byte_ngrams(b"\xe9\xe9", 2, 2))
    ([b'<\xc3\xa9', b'\xc3\xa9', b'\xc3\xa9>'], [b'<\xe9', b'\xe9\xe9', b'\xe9>'])
    """
    characters = _CHARACTER.findall(b"<%b>" % word)
    return map(b"".join, character_ngrams(characters, least, most))


def fasttext_hash(ngram: str | bytes) -> int:
    """Return the hash of an n-gram: FNV-1a over UTF-8, each byte extended by its sign.

    Examples
    --------
    >>> fasttext_hash("<te"), fasttext_hash("茶")
    (1669484008, 271952341)
    """
    encoded = ngram.encode("utf-8", "surrogatepass") if isinstance(ngram, str) else ngram
    value = BASIS
    for byte in encoded:
        value = (value ^ (byte | 0xFFFFFF00 if byte > 0x7F else byte)) * PRIME & 0xFFFFFFFF
    return value


def parts_of(word: str, cut: Cut) -> list[str]:
    """Return what a function makes of a word.

    Raises
    ------
    ConfigError
        If it is no sequence of texts, one of them is empty, or there are too many.
    Exception
        What the function raises, with a note that it did.
    """
    hint, listed = "", None
    try:
        parts = cut(word)
        if isinstance(parts, Iterable) and not isinstance(parts, str):
            # If it is a generator, the function runs here.
            listed = list(itertools.islice(parts, MOST_NGRAMS + 1))
    except Exception as error:
        note_function(error, "subwords", word)
        raise
    if isinstance(parts, str):
        hint = "; for the characters of a text, return list(text)"
    elif listed is not None:
        if len(listed) > MOST_NGRAMS:
            raise ConfigError(
                f"the function of subwords must return at most {MOST_NGRAMS:,} parts; it returned "
                f"more for {one_line(repr(word))}"
            )
        if "" in listed:
            hint = "; leave out parts that are empty"
        elif all(isinstance(part, str) for part in listed):
            return listed
    raise ConfigError(
        f"the function of subwords must return a list of texts; it returned {shown(parts)} for "
        f"{one_line(repr(word))}{hint}"
    )
