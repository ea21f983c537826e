"""gensim's `utils`: how most of its programs cut a text into words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from firth.compat.gensim.vocabularies import (  # noqa: F401 - gensim has them in this module.
    RULE_DEFAULT,
    RULE_DISCARD,
    RULE_KEEP,
)
from firth.normalization import in_form

_LETTERS = re.compile(r"(?:(?!\d)\w)+")


def simple_preprocess(
    doc: str, deacc: bool = False, min_len: int = 2, max_len: int = 15
) -> list[str]:
    """Return the words of a text: runs of letters, in lower case, neither short nor long.

    With `deacc`, accents are removed. Words that begin with `_` are left out.

    Examples
    --------
    >>> simple_preprocess("2 Cafés in\u00a0Montréal, _a_ day!", deacc=True)
    ['cafes', 'in', 'montreal', 'day']
    """
    words = tokenize(doc, lowercase=True, deacc=deacc)
    return [word for word in words if min_len <= len(word) <= max_len and word[0] != "_"]


def tokenize(text: str, lowercase: bool = False, deacc: bool = False) -> Iterator[str]:
    """Iterate over the runs of letters in a text, in lower case and without accents on request.

    Examples
    --------
    >>> list(tokenize("2 Cafés, big_city!", deacc=True))
    ['Cafes', 'big_city']
    """
    text = text.lower() if lowercase else text
    return (word[0] for word in _LETTERS.finditer(deaccent(text) if deacc else text))


def deaccent(text: str) -> str:
    """Return a text without accents.

    Examples
    --------
    >>> deaccent("Šéf")
    'Sef'
    """
    parts = in_form(text, "NFD")
    kept = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    return in_form(kept, "NFC")


def to_unicode(text: str | bytes, encoding: str = "utf8", errors: str = "strict") -> str:
    """Return text as it is, and bytes decoded."""
    return text if isinstance(text, str) else text.decode(encoding, errors)
