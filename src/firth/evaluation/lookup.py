"""Finding the words of an evaluation set among the words of a vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

from firth.vectors.table import Token


def first_rows(words: Sequence[Token], *, fold: bool) -> dict[str, int]:
    """Map each word to its row; where several are written alike, the first row counts.

    Parameters
    ----------
    words : sequence of tokens
        The most frequent first. Integers are taken as their digits.
    fold : bool
        Whether to lower-case the words, so that the most frequent of *Polish* and *polish*
        stands for both.

    Examples
    --------
    >>> first_rows(["polish", "Rome", "Polish"], fold=True)
    {'polish': 0, 'rome': 1}
    """
    rows: dict[str, int] = {}
    for row, word in enumerate(words):
        rows.setdefault(normalise(str(word), fold=fold), row)
    return rows


def normalise(word: str, *, fold: bool) -> str:
    """Give a word as `first_rows` writes it."""
    return word.lower() if fold else word
