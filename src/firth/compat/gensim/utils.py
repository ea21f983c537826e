"""gensim's `utils`: how most of its programs cut a text into words."""

from __future__ import annotations

import re
import unicodedata

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
    text = doc.lower()
    if deacc:
        parts = unicodedata.normalize("NFD", text)
        kept = "".join(part for part in parts if unicodedata.category(part) != "Mn")
        text = unicodedata.normalize("NFC", kept)
    words = _LETTERS.findall(text)
    return [word for word in words if min_len <= len(word) <= max_len and word[0] != "_"]
