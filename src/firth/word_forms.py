"""Finding a word however its accents are encoded."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Literal

import numpy as np

_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")


def spellings(word: str) -> list[str]:
    r"""Return a word as it is given, then composed (NFC) and decomposed (NFD) where they differ.

    *é* may be one character or an e and an accent: it looks the same, and is meant to be.

    Examples
    --------
    >>> spellings("tea"), [ascii(word) for word in spellings("e\u0301")]
    (['tea'], ["'e\\u0301'", "'\\xe9'"])
    """
    if word.isascii():
        return [word]
    return list(dict.fromkeys([word, *(unicodedata.normalize(form, word) for form in _FORMS)]))


def find_word(word: object, places: Mapping[str | int, int]) -> int | None:
    r"""Return the place of a word: as it is spelled, or else composed, or else decomposed.

    Examples
    --------
    >>> find_word("cafe\u0301", {"tea": 0, "caf\u00e9": 1}), find_word("milk", {"tea": 0})
    (1, None)
    """
    if isinstance(word, str):
        return next((places[known] for known in spellings(word) if known in places), None)
    return places.get(int(word)) if isinstance(word, int | np.integer) else None
