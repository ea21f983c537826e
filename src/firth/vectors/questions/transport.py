"""Word mover's distance: what it costs to move the words of one text to those of another.

Kusner, Sun, Kolkin and Weinberger (2015), "From Word Embeddings To Document Distances". A text is
its different words, each with its share of the tokens. The cost of moving a share from a word to
another is the Euclidean distance of their vectors, and the distance is the least total cost.

n, m different words of the two texts · D dimensions
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, MissingExtraError, VocabularyError, counted
from firth.vectors.queries import token_list
from firth.vectors.search import unit_rows
from firth.vectors.table import Token
from firth.vectors.word_rows import WordRows

# POT's own limit of 100,000 steps is too low for texts of thousands of different words.
_MOST_STEPS = 10_000_000


class Bag(NamedTuple):
    """The vectors of the different words of a text (n, D), and the share of each (n,)."""

    vectors: NDArray[np.float32]
    shares: NDArray[np.float64]


def word_movers_distance(vectors: WordRows, a: Iterable[Token], b: Iterable[Token]) -> float:
    """Return the word mover's distance of two texts, by unit vectors."""
    first, second = (_bag_of(vectors, words) for words in (a, b))
    return movers_distance(first, second)


def _bag_of(vectors: WordRows, words: Iterable[Token]) -> Bag:
    if isinstance(words, Mapping):
        kind = type(words).__name__
        raise ConfigError(
            f"a text is a list of words, each as often as it stands there, got a {kind}; of a "
            "Counter, give list(counter.elements())"
        )
    tokens, is_one = token_list(words)
    if is_one:
        raise ConfigError(f"a text is a list of words, got {tokens[0]!r}; split it first")
    counts = Counter(tokens)
    if not counts:
        raise VocabularyError("a text has no words: the distance is undefined")
    found = {word: vectors.get(word) for word in counts}
    rows = {word: row for word, row in found.items() if row is not None}
    if not rows:
        raise VocabularyError(
            f"of the {counted(len(counts), 'different word')} of a text none has a vector: the "
            "distance is undefined"
        )
    return bag(np.vstack(list(rows.values())), [counts[word] for word in rows])


def bag(rows: NDArray[np.float32], counts: Iterable[int], *, norm: bool = True) -> Bag:
    """Return different words with their vectors (n, D) and counts as a `Bag`.

    Parameters
    ----------
    rows : (n, D)
    counts : iterable of int
    norm : bool
        Whether to scale the vectors to length one.
    """
    sizes = np.array(list(counts), np.float64)
    return Bag(unit_rows(rows) if norm else rows, sizes / sizes.sum())


def movers_distance(first: Bag, second: Bag) -> float:
    """Return the least cost of moving one bag to another.

    Raises
    ------
    MissingExtraError
        If POT is not installed.
    """
    try:
        import ot
        from scipy.spatial.distance import cdist
    except ImportError as error:
        raise MissingExtraError("POT", "wmd") from error
    costs = cdist(first.vectors.astype(np.float64), second.vectors.astype(np.float64))
    return float(ot.emd2(first.shares, second.shares, costs, numItermax=_MOST_STEPS))
