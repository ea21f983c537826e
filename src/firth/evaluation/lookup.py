"""Lookup of evaluation words in a vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def rows_of(words: Iterable[str], rows: Mapping[str, int], *, fold: bool) -> list[int]:
    """Return the row of each word, -1 for those without one.

    Parameters
    ----------
    words : iterable of str
        As an evaluation set spells them.
    rows : mapping of str to int
        What `first_rows` returned.
    fold : bool
        As it was given there.

    Examples
    --------
    >>> rows_of(["Rome", "Polish", "milk"], {"polish": 0, "rome": 1}, fold=True)
    [1, 0, -1]
    """
    return [rows.get(normalise(word, fold=fold), -1) for word in words]


def normalise(word: str, *, fold: bool) -> str:
    r"""Return a word as `first_rows` spells it: composed (NFC), and in lower case if folded.

    Examples
    --------
    >>> normalise("E\u0301tude", fold=True) == "\xe9tude"
    True
    """
    return normalize(word.lower() if fold else word)
