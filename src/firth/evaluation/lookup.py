"""Lookup of evaluation words in a vocabulary."""

from __future__ import annotations

from itertools import islice

from firth.normalization import normalize
from firth.vectors import Vectors


def first_rows(vectors: Vectors, restrict: int | None = None, *, fold: bool) -> dict[str, int]:
    """Map each word to its row; of words with the same spelling, the first is used.

    Words whose vector is zeros have no direction, and are left out.

    Parameters
    ----------
    vectors : Vectors
        The most frequent words first. Integers are spelled as their digits.
    restrict : int, optional
        Only this many words, from the first.
    fold : bool
        Whether to lower-case the words, so that the more frequent of *Polish* and *polish* is
        used for both.

    Examples
    --------
    >>> import numpy as np
    >>> first_rows(Vectors(["polish", "Rome", "Polish"], np.eye(3)), fold=True)
    {'polish': 0, 'rome': 1}
    """
    zeros = (vectors._lengths[:restrict] == 0.0).tolist()
    rows: dict[str, int] = {}
    for row, (word, is_zero) in enumerate(zip(islice(vectors, restrict), zeros, strict=True)):
        if not is_zero:
            rows.setdefault(normalise(str(word), fold=fold), row)
    return rows


def normalise(word: str, *, fold: bool) -> str:
    r"""Return a word as `first_rows` spells it: composed (NFC), and in lower case if folded.

    Examples
    --------
    >>> normalise("E\u0301tude", fold=True) == "\xe9tude"
    True
    """
    return normalize(word.lower() if fold else word)
