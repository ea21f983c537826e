"""What a question asks for: words, vectors, or weighted sums of both.

D dimensions · n queries · e words to leave out
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.checks import as_array, real_number, shown
from firth.errors import ConfigError, one_line
from firth.vectors.queries import query_vectors, token_list, unit_queries
from firth.vectors.search import unit_rows, zero_rows
from firth.vectors.table import Token
from firth.vectors.word_rows import WordRows

Parts = list[tuple[object, float]]

# What rounding leaves of a sum that cancels, as a share of its parts.
_ROUNDING = 1e-12


class NoDirectionError(ConfigError):
    """What is asked for is zero: no word is nearer to it than another."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what} is zero, so it has no direction and no word is near it; {advice}")
        self.what, self.advice = what, advice

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to make a copy, for `pickle`."""
        return type(self), (self.what, self.advice), self.__dict__


class Asked(NamedTuple):
    """Directions (n, D) of length one, and the rows (n, e) of the words in each query.

    Rows of -1 stand for no word. `is_one` tells whether the question was a single query. `words`
    are the queries, if each is a word.
    """

    directions: NDArray[np.float32]
    rows: NDArray[np.int64]
    is_one: bool
    words: Sequence[Token] = ()


def directions_of(vectors: WordRows, query: object) -> Asked:
    """Return the directions that a query of `Vectors.similar` asks for.

    Raises
    ------
    VocabularyError
        If a word has no vector.
    ConfigError
        If a vector or weight is not finite or has the wrong shape, or a sum is empty or zero.
    """
    query = as_array(query)
    if (parts := _parts_of(query, vectors.dim)) is not None:
        return _sums(vectors, [parts], is_one=True)
    if isinstance(query, list | tuple) and any(_is_sum(each, vectors.dim) for each in query):
        return _sums(vectors, [_parts_or_raise(each, vectors.dim) for each in query], is_one=False)
    given = query_vectors(query, vectors.dim)
    if given is not None:
        rows = np.empty((len(np.atleast_2d(given)), 0), dtype=np.int64)
        asked = Asked(unit_queries(given), rows, given.ndim == 1)
        if (place := first_zero(asked.directions)) is not None:
            number = "" if asked.is_one else f" number {place + 1}"
            raise NoDirectionError(f"the query vector{number}", "give another, or leave it out")
        return asked
    asked, tokens = words_asked(vectors, query)
    if (place := first_zero(asked.directions)) is not None:
        what = f"the vector of {one_line(repr(tokens[place]))}"
        raise NoDirectionError(what, "ask for another word, or leave it out")
    return asked


def words_asked(vectors: WordRows, words: object) -> tuple[Asked, list[Token]]:
    """Return the directions of words, zeros where a vector is zero, and the words as a list.

    Raises
    ------
    VocabularyError
        If a word has no vector.
    """
    tokens, is_one = token_list(words)
    found = vectors._find_and_warn(tokens)
    return Asked(unit_rows(found.vectors), found.rows[:, np.newaxis], is_one, tokens), tokens


def first_zero(directions: NDArray[np.float32]) -> int | None:
    """Return the place of the first row of zeros among directions (n, D), or None.

    Examples
    --------
    >>> first_zero(np.eye(2)), first_zero(np.array([[1.0, 0.0], [0.0, 0.0]]))
    (None, 1)
    """
    zeros = np.flatnonzero(zero_rows(directions))
    return int(zeros[0]) if len(zeros) else None


def _parts_of(query: object, dim: int) -> Parts | None:
    """Return the parts of a weighted sum and their weights, or None if a query is none."""
    if isinstance(query, Mapping):
        return list(query.items())
    if isinstance(query, list | tuple) and query and all(_is_pair(each, dim) for each in query):
        return list(query)
    return None


def _is_sum(item: object, dim: int) -> bool:
    return isinstance(item, Mapping | list | tuple) and _parts_of(item, dim) is not None


def _is_pair(item: object, dim: int) -> bool:
    """Return whether an item of a list is a word or vector with its weight, and not a vector."""
    if not (isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], Real)):
        return False
    part, weight = item
    if isinstance(part, int | np.integer) and isinstance(weight, float):
        return dim != 2
    return isinstance(part, str | int | np.integer | Sequence) or hasattr(part, "__array__")


def _parts_or_raise(query: object, dim: int) -> Parts:
    parts = _parts_of(query, dim)
    if parts is None:
        raise ConfigError(
            f"a list of weighted sums holds nothing else, got {shown(query)}; for one word, give "
            "{word: 1}"
        )
    return parts


def _sums(vectors: WordRows, sums: Sequence[Parts], *, is_one: bool) -> Asked:
    """Add up the parts of each sum: words at length one, vectors as they are."""
    words = [part for parts in sums for part, _ in parts if _is_word(part)]
    found = vectors._find_and_warn(words)  # type: ignore[arg-type]
    units = iter(unit_rows(found.vectors).astype(np.float64))
    row_numbers = iter(found.rows.tolist())
    totals, least = np.zeros((len(sums), vectors.dim)), np.zeros(len(sums))
    rows = np.full((len(sums), max(map(len, sums), default=0)), -1, dtype=np.int64)
    for number, parts in enumerate(sums):
        if not parts:
            raise ConfigError("a weighted sum needs at least one word or vector, got none")
        for place, (part, weight) in enumerate(parts):
            is_word = _is_word(part)
            name = f"the weight of {shown(part)}" if is_word else "the weight of a vector"
            factor = real_number(name, weight)
            if is_word:
                rows[number, place] = next(row_numbers)
            row = next(units) if is_word else _one_vector(part, vectors.dim)
            # In float64, a word that is both added and subtracted cancels exactly.
            with np.errstate(over="ignore", invalid="ignore"):
                totals[number] += factor * row
                least[number] += _ROUNDING * np.abs(factor * row).max()
    if not np.isfinite(totals).all():
        raise ConfigError("a weighted sum is too large for a float; give smaller weights")
    totals[np.abs(totals).max(axis=1) <= least] = 0.0
    asked = Asked(unit_queries(totals), rows, is_one)
    if (zero := first_zero(asked.directions)) is not None:
        raise NoDirectionError(_described(sums[zero]), "change its words or their weights")
    return asked


def _described(parts: Parts) -> str:
    """Return a weighted sum as a message names it."""
    terms = (
        f"{weight:+g} * {one_line(repr(part)) if _is_word(part) else 'a vector'}"
        for part, weight in parts
    )
    return one_line(f"the weighted sum {' '.join(terms)}")


def _is_word(part: object) -> bool:
    return not isinstance(part, Iterable) or isinstance(part, str | bytes)


def _one_vector(part: object, dim: int) -> NDArray[np.float64]:
    row = query_vectors(part, dim)
    if row is None or row.ndim != 1:
        raise ConfigError(
            f"a part of a weighted sum is a word, or a vector of {dim} floats; got {shown(part)}"
        )
    return row.astype(np.float64)
