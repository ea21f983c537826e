"""Unicode normalization: one spelling for letters that Unicode can write in several ways.

`é` is one code point, or an `e` and a combining mark. They look the same, so in texts, queries and
evaluation files they shall be the same.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

Normalization = Literal["NFC", "NFKC", "none"]


def normalize(text: str, form: Normalization = "NFC") -> str:
    r"""Return `text` in a normalization form; `none` leaves it as it is.

    NFC composes letters with their marks. NFKC also takes compatibility characters, such as
    full-width letters, for the plain ones. A text may be normalized piece by piece if it is cut
    after white space.

    Examples
    --------
    >>> normalize("cafe\u0301") == "caf\xe9", normalize("\uff34ea"), normalize("\uff34ea", "NFKC")
    (True, 'Ｔea', 'Tea')
    """
    if form == "none" or text.isascii():
        return text
    # Lines that are normal already are passed over far faster than any that is not.
    return "\n".join([unicodedata.normalize(form, line) for line in text.split("\n")])


def is_normalized(text: str, form: Normalization = "NFC") -> bool:
    """Tell whether `normalize` would leave `text` as it is."""
    return form == "none" or unicodedata.is_normalized(form, text)
