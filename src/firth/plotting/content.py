"""The choice of words and of analogies for a map.

V words
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.checks import whole_number
from firth.errors import ConfigError
from firth.vectors import Vectors
from firth.vectors.table import Token

# A word with a larger share of the text counts as a function word ("the", "however"). In English
# and Chinese texts these are the 300 to 350 most frequent words.
MOST_FREQUENT = 3e-4

Analogy = tuple[Token, Token, Token, Token]


def content_words(vectors: Vectors, top: int) -> list[Token]:
    """Return the most frequent words that are likely to carry meaning, in any language.

    This excludes words without a letter (punctuation, numbers), single letters of scripts with
    capitals, and function words, which are words with more than 3 in 10,000 of the text. Without
    counts, Zipf's law estimates the share of a word from its rank. If fewer than `top` words are
    left, function words are added, the rarest first. Integers are items, not words: none is
    excluded.

    Parameters
    ----------
    vectors : Vectors
    top : int
        The number of words to return; all words if there are fewer.

    Returns
    -------
    list of tokens
        By falling frequency.

    Raises
    ------
    ConfigError
        If `top` is below 1.

    Examples
    --------
    >>> words = ["the", ".", "of", "1987", "s", "river", "violin"]
    >>> counts = [70_000, 60_000, 40_000, 900, 800, 30, 20]
    >>> vectors = Vectors(words, np.eye(7, dtype=np.float32), counts=np.array(counts))
    >>> content_words(vectors, 2), content_words(vectors, 3)
    (['river', 'violin'], ['of', 'river', 'violin'])
    """
    whole_number("top", top, least=1)
    return [vectors.words[row] for row in content_rows(vectors.words, vectors.counts, top)]


def content_rows(words: Sequence[Token], counts: NDArray[np.int64] | None, top: int) -> list[int]:
    """Return the rows of the words that `content_words` chooses, from words and their counts."""
    shares = _shares(len(words), counts)
    order = np.argsort(-shares, kind="stable").tolist()
    rows = [row for row in order if _has_meaning(words[row])]
    if len(rows) < top:
        # Item ids written as text, or a text of very few words.
        rows = order
    if rows and isinstance(words[rows[0]], str):
        skipped = sum(share > MOST_FREQUENT for share in shares[rows].tolist())
        rows = rows[max(0, min(skipped, len(rows) - top)) :]
    return rows[:top]


def _has_meaning(word: Token) -> bool:
    """Return whether the letters of a word allow a meaning."""
    if not isinstance(word, str):
        return True
    letters = [unicodedata.category(letter) for letter in word]
    if len(letters) == 1:
        # Not a letter such as "s", but a Chinese character.
        return letters[0] == "Lo"
    return any(category[0] == "L" for category in letters)


def _shares(V: int, counts: NDArray[np.int64] | None) -> NDArray[np.float64]:
    """Return the share of each word (V,) in the text, from its count or, without counts, rank."""
    # Zipf's law: the share of the word of rank r is 1 / (r H), H = 1 + 1/2 + ... + 1/V.
    weights = 1.0 / np.arange(1, V + 1) if counts is None else counts.astype(np.float64)
    return np.asarray(weights / max(weights.sum(), 1.0))


def checked_analogy(analogy: Sequence[Token]) -> Analogy:
    """Return an analogy as a tuple; raise if it is not four different words."""
    if isinstance(analogy, str) or len(words := tuple(analogy)) != 4 or len({*words}) != 4:
        raise ConfigError(
            "an analogy is four different words (a is to b as c is to d), such as "
            f"('man', 'king', 'woman', 'queen'); got {analogy!r}"
        )
    a, b, c, d = words
    return a, b, c, d
