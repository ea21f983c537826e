"""Comparing words and sets of words with each other.

V words · D dimensions
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from firth.errors import ConfigError
from firth.html import TableList
from firth.vectors.queries import check_unweighted, token_list
from firth.vectors.questions.directions import NoDirectionError
from firth.vectors.questions.nearest import Neighbour
from firth.vectors.search import cosines, unit_rows, zero_rows
from firth.vectors.table import Token
from firth.vectors.word_rows import WordRows


def similarity(vectors: WordRows, a: Token | Sequence[Token], b: Token | Sequence[Token]) -> float:
    """Return the cosine of two words, or of the means of the unit vectors of two sets."""
    check_unweighted("similarity", a, b)
    first, second = token_list(a), token_list(b)
    if not (first[0] and second[0]):
        raise ConfigError("similarity needs at least one word on each side, got an empty list")
    found = vectors._find_and_warn([*first[0], *second[0]]).vectors
    sides = np.split(found, [len(first[0])])
    rows = [
        side if is_one else unit_rows(side).mean(axis=0, dtype=np.float64, keepdims=True)
        for side, (_, is_one) in zip(sides, (first, second), strict=True)
    ]
    return float(cosines(*rows)[0])


def odd_one_out(vectors: WordRows, words: Sequence[Token]) -> Token:
    """Find the word with the smallest cosine to the mean of all the unit vectors."""
    check_unweighted("odd_one_out", words)
    tokens, _ = token_list(words)
    if len(tokens) < 3:
        raise ConfigError(f"odd_one_out needs at least three words, got {words!r}")
    unit = unit_rows(vectors._find_and_warn(tokens).vectors)
    mean = unit.mean(axis=0, dtype=np.float64, keepdims=True)
    if not mean.any():
        raise NoDirectionError("the mean of the words", "ask with other words")
    return tokens[int(np.argmin(cosines(unit, mean)))]


def closer_than(vectors: WordRows, a: Token, b: Token) -> list[Neighbour]:
    """Return the words that are nearer to `a` than `b` is, best first."""
    rows, scores = _closer(vectors, a, b)
    words = vectors._words
    return TableList(Neighbour(words[i], score) for i, score in zip(rows, scores, strict=True))


def rank(vectors: WordRows, a: Token, b: Token) -> int:
    """Return the place of `b` among the neighbours of `a`, from 1."""
    return 1 + len(_closer(vectors, a, b)[0])


def _closer(vectors: WordRows, a: Token, b: Token) -> tuple[list[int], list[float]]:
    """Return the rows and cosines of the words that are nearer to `a` than `b` is."""
    found = vectors._find_and_warn([a, b])
    if a == b or (found.rows[0] == found.rows[1] >= 0):
        raise ConfigError(f"a word is not among its own neighbours, got {a!r} twice")
    unit = unit_rows(found.vectors)
    for word, is_zero in zip((a, b), zero_rows(unit), strict=True):
        if is_zero:
            raise ConfigError(f"the vector of {word!r} is zero, so it is near no word")
    scores = vectors._exact.cosines(unit[0])
    least = cosines(unit[:1], unit[1:])[0] if found.rows[1] < 0 else scores[found.rows[1]]
    # Rows of zeros have no cosine, so they are not closer.
    closer = scores > least
    closer[found.rows[0]] &= found.rows[0] < 0
    rows = np.flatnonzero(closer)
    rows = rows[np.argsort(-scores[rows], kind="stable")]
    return rows.tolist(), scores[rows].tolist()
