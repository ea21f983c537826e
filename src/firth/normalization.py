"""Unicode normalization: one spelling for letters that have several in Unicode.

`é` is one code point, or an `e` and a combining mark. Both look the same, so they must count as the
same in texts, queries and evaluation files.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np

Normalization = Literal["NFC", "NFKC", "none"]

_Form = Literal["NFC", "NFKC", "NFD"]

_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
# In texts of so many characters, marks are looked for at every so many, and sorted where two of
# these follow each other. Shorter texts and runs take little time anyway.
_LONG_TEXT, _STEP = 1024, 512
# How each form decomposes characters, and which of these are no marks, but are decomposed to marks.
_DECOMPOSED: dict[_Form, Literal["NFD", "NFKD"]] = {"NFC": "NFD", "NFD": "NFD", "NFKC": "NFKD"}
_AS_MARKS = {"NFD": "\u0f73\u0f75\u0f81", "NFKD": "\u0f73\u0f75\u0f81\uff9e\uff9f"}


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
    # A line that is already normalized is recognized quickly, so normalize line by line. Texts have
    # very many short lines: for them a call is saved.
    return "\n".join(
        [
            unicodedata.normalize(form, line) if len(line) < _LONG_TEXT else in_form(line, form)
            for line in text.split("\n")
        ]
    )


def in_form(text: str, form: _Form) -> str:
    """Return a text in a form of Unicode, in a time that grows with its length.

    Python sorts the marks that follow a letter in quadratic time, so 100,000 of them take half a
    minute.
    """
    return unicodedata.normalize(form, _with_sorted_marks(text, form))


def _with_sorted_marks(text: str, form: _Form) -> str:
    """Return a text whose long runs of marks are in the order of the form, which changes no more.

    Each letter keeps its marks. They are sorted by their classes, and those of a class keep their
    order (Unicode, section 3.11, canonical ordering).
    """
    if len(text) < _LONG_TEXT:
        return text
    decomposed = _DECOMPOSED[form]
    as_marks = _AS_MARKS[decomposed]

    def is_mark(character: str) -> bool:
        return unicodedata.combining(character) > 0 or character in as_marks

    if bytes([True, True]) not in bytes(map(is_mark, text[::_STEP])):
        return text
    runs = []
    for are_marks, characters in itertools.groupby(text, is_mark):
        run = "".join(characters)
        if are_marks:
            parts = "".join(unicodedata.normalize(decomposed, mark) for mark in run)
            run = "".join(sorted(parts, key=unicodedata.combining))
        runs.append(run)
    return "".join(runs)


def is_normalized(text: str, form: Normalization = "NFC") -> bool:
    """Return whether `normalize` would leave `text` unchanged."""
    if form == "none" or text.isascii():
        return True
    return _with_sorted_marks(text, form) == text and unicodedata.is_normalized(form, text)


def spellings(word: str) -> list[str]:
    r"""Return a word as given, then composed (NFC) and decomposed (NFD) if those differ.

    Examples
    --------
    >>> spellings("tea"), [ascii(word) for word in spellings("e\u0301")]
    (['tea'], ["'e\\u0301'", "'\\xe9'"])
    """
    if word.isascii():
        return [word]
    return list(dict.fromkeys([word, *(in_form(word, form) for form in _FORMS)]))


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
        self.noun = getattr(places, "noun", "word")

    def __getitem__(self, word: object) -> int:
        """Return the place of a word."""
        place = find_word(word, self._places)
        if place is None:
            raise KeyError(word)
        return place

    def get(self, word: Any, default: Any = None) -> Any:  # noqa: ANN401
        """Return the place of a word, or `default`: without an error for each that has none."""
        place = find_word(word, self._places)
        return default if place is None else place

    def __iter__(self) -> Iterator[str | int]:
        """Iterate over the words in the order of their places."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self._places)

    def __repr__(self) -> str:
        """Return the size only."""
        return f"<places of {len(self):,} {self.noun}{'' if len(self) == 1 else 's'}>"
