"""Unicode normalization: one spelling for letters that have several in Unicode.

`é` is one code point, or an `e` and a combining mark. Both look the same, so they must count as the
same in texts, queries and evaluation files.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np

Normalization = Literal["NFC", "NFKC", "none"]

_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")


def normalize(text: str, form: Normalization = "NFC") -> str:
    r"""Return `text` in a normalization form; `none` leaves it unchanged.

    NFC composes letters and their marks. NFKC also replaces compatibility characters, such as
    full-width letters, by plain ones. A text may be normalized piece by piece if it is cut after
    white space.

    Examples
    --------
    >>> normalize("cafe\u0301") == "caf\xe9", normalize("\uff34ea"), normalize("\uff34ea", "NFKC")
    (True, 'Ｔea', 'Tea')
    """
    if form == "none" or text.isascii():
        return text
    # A line that is already normalized is recognized quickly, so normalize line by line.
    return "\n".join([unicodedata.normalize(form, line) for line in text.split("\n")])


def is_normalized(text: str, form: Normalization = "NFC") -> bool:
    """Return whether `normalize` would leave `text` unchanged."""
    return form == "none" or unicodedata.is_normalized(form, text)


def spellings(word: str) -> list[str]:
    r"""Return a word as given, then composed (NFC) and decomposed (NFD) if those differ.

    Examples
    --------
    >>> spellings("tea"), [ascii(word) for word in spellings("e\u0301")]
    (['tea'], ["'e\\u0301'", "'\\xe9'"])
    """
    if word.isascii():
        return [word]
    return list(dict.fromkeys([word, *(unicodedata.normalize(form, word) for form in _FORMS)]))


def find_word(word: object, places: Mapping[str | int, int]) -> int | None:
    r"""Return the place of a word, or None if it has none. All its `spellings` are tried.

    Examples
    --------
    >>> find_word("cafe\u0301", {"tea": 0, "caf\u00e9": 1}), find_word("milk", {"tea": 0})
    (1, None)
    """
    if isinstance(word, str):
        place = places.get(word)
        if place is not None or word.isascii():
            return place
        return next((places[known] for known in spellings(word) if known in places), None)
    is_integer = isinstance(word, int | np.integer) and not isinstance(word, bool)
    return places.get(int(word)) if is_integer else None  # type: ignore[call-overload]


class Places(Mapping[str | int, int]):
    r"""A read-only mapping of words to places, which looks words up with `find_word`.

    Parameters
    ----------
    places : mapping of str or int to int
        It is not copied.

    Examples
    --------
    >>> places = Places({"caf\u00e9": 0, "tea": 1})
    >>> places["cafe\u0301"], "milk" in places, len(places)
    (0, False, 2)
    """

    def __init__(self, places: Mapping[str | int, int]) -> None:
        self._places = places

    def __getitem__(self, word: object) -> int:
        """Return the place of a word."""
        place = find_word(word, self._places)
        if place is None:
            raise KeyError(word)
        return place

    def __iter__(self) -> Iterator[str | int]:
        """Iterate over the words in the order of their places."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self._places)

    def __repr__(self) -> str:
        """Return the size only."""
        return f"<places of {len(self):,} words>"
