"""The words or vectors that a query asks for.

Text and integers are words (an integer is an item's id), floats are vectors, in lists and in
arrays: `[1, 2]` asks for two items, `[1.0, 2.0]` for a direction.

D dimensions · n queries
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from firth.checks import as_array, check_token
from firth.errors import ConfigError, VocabularyError, counted, one_line, warn
from firth.normalization import find_word
from firth.vectors.search import unit_rows
from firth.vectors.spelling import unknown_word
from firth.vectors.table import Token

# NumPy's kinds: integers, Unicode text of NumPy 1 and 2, and objects, which are checked one by one.
_TOKEN_KINDS = "iuUTO"
# Digits of an integer, with its sign: 64 bits.
LONGEST_NUMBER = 20


def token_list(words: object) -> tuple[list[Token], bool]:
    """Return the words of a query as a list, and whether the query is a single word.

    Raises
    ------
    ConfigError
        If an array has more than one dimension, or a type that cannot hold words.

    Examples
    --------
    >>> token_list("tea"), token_list(np.array([30, 10]))
    ((['tea'], True), ([30, 10], False))
    """
    words = as_array(words)
    if isinstance(words, np.ndarray):
        if words.dtype.kind not in _TOKEN_KINDS or words.ndim > 1:
            raise ConfigError(
                "an array of words must hold text or integers in one dimension, "
                f"got {words.dtype} {words.shape}"
            )
        words = words.tolist()
    if isinstance(words, str | bytes) or not isinstance(words, Iterable):
        return [cast(Token, words)], True
    return list(words), False


def check_unweighted(question: str, *words: object) -> None:
    """Raise `ConfigError` if the words of a question have weights, which it does not take.

    Examples
    --------
    >>> check_unweighted("an analogy", ["king", "woman"], {"man": 2})
    Traceback (most recent call last):
        ...
    firth.errors.ConfigError: an analogy takes words without weights; for a weighted sum, ask \
similar({word: weight})
    """
    if any(isinstance(each, Mapping) for each in words):
        raise ConfigError(
            f"{question} takes words without weights; for a weighted sum, ask "
            "similar({word: weight})"
        )


def find_row(word: Token, rows: Mapping[Token, int]) -> int | None:
    """Return the row of a word, or None if it has none.

    Raises
    ------
    ConfigError
        If `word` is neither text nor an integer.
    """
    row = find_word(word, rows)
    if row is None:
        check_token(word)
    return row


def known_rows(words: object, rows: Mapping[Token, int]) -> NDArray[np.int64]:
    """Return the rows of a word or of several, which must be in the vocabulary.

    Raises
    ------
    VocabularyError
        If a word is not.

    Examples
    --------
    >>> known_rows(["tea", "milk"], {"milk": 0, "tea": 1}).tolist()
    [1, 0]
    """
    tokens, _ = token_list(words)
    found = np.array([_row_or_minus_one(word, rows) for word in tokens], dtype=np.int64)
    if (found < 0).any():
        word = tokens[int(np.argmax(found < 0))]
        raise unknown_word(word if isinstance(word, str) else int(word), rows)
    return found


class Found(NamedTuple):
    """The vectors (n, D) of some words, and their rows (n,); -1 for those that were composed."""

    vectors: NDArray[np.float32]
    rows: NDArray[np.int64]


def find_vectors(
    words: Sequence[Token],
    rows: Mapping[Token, int],
    matrix: NDArray[np.float32],
    compose: Callable[[Token], NDArray[np.float32] | None] | None = None,
    advice: str = "",
) -> Found:
    """Return copies of the vectors of words.

    Parameters
    ----------
    words : sequence of n tokens
    rows : mapping of token to row number
    matrix : (V, D) float32
    compose : callable, optional
        Returns the vector (D,) of a word that has no row, or None.
    advice : str
        How such a word could have one.

    Raises
    ------
    VocabularyError
        If a word has no vector.
    """
    found = np.array([_row_or_minus_one(word, rows) for word in words], dtype=np.int64)
    vectors = matrix[found]
    for place in np.flatnonzero(found < 0).tolist():
        word = words[place]
        composed = None if compose is None else compose(word)
        if composed is None:
            error = unknown_word(word if isinstance(word, str) else int(word), rows)
            raise VocabularyError(f"{error}; {advice}") if advice else error
        vectors[place] = composed
    return Found(vectors, found)


def warn_of_composed(words: Sequence[Token], rows: Mapping[Token, int]) -> None:
    """Warn once if words that have vectors have no rows: a composed word may be misspelt."""
    composed = [word for word in words if find_row(word, rows) is None]
    if len(composed) == 1:
        warn(f"{unknown_word(composed[0], rows)}; its vector is composed of its n-grams")
    elif composed:
        warn(
            f"{len(composed):,} words, such as {one_line(repr(composed[0]))}, are not among the "
            f"{counted(len(rows), 'word')}; their vectors are composed of their n-grams"
        )


def _row_or_minus_one(word: Token, rows: Mapping[Token, int]) -> int:
    row = find_row(word, rows)
    return -1 if row is None else row


def spelled_token(words: Container[Token], word: Token) -> Token:
    """Return a word, or the integer that it spells: some callers know items only as text.

    Examples
    --------
    >>> spelled_token({"tea", 17}, "17"), spelled_token({"tea", 17}, "--17")
    (17, '--17')
    """
    # Python refuses to read thousands of digits.
    if not isinstance(word, str) or len(word) > LONGEST_NUMBER or word in words:
        return word
    is_number = word.removeprefix("-").isdecimal()
    return int(word) if is_number and int(word) in words else word


def query_vectors(query: object, dim: int) -> NDArray[np.floating] | None:
    """Return the vectors of a query, (D,) or (n, D), or None if it holds words.

    Raises
    ------
    ConfigError
        If the vectors are not finite, or do not have `dim` dimensions.

    Examples
    --------
    >>> query_vectors([0.5, 1], dim=2).tolist()
    [0.5, 1.0]
    >>> query_vectors([5, 1], dim=2) is None
    True
    """
    query = as_array(query)
    if isinstance(query, list | tuple) and any(map(_is_numeric, query)):
        try:
            query = np.asarray(query, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ConfigError(
                f"a query holds words or vectors of shape ({dim},), not both or ragged rows"
            ) from error
    if not isinstance(query, np.ndarray) or (query.dtype.kind in _TOKEN_KINDS and query.ndim < 2):
        return None
    if query.ndim not in (1, 2) or query.shape[-1] != dim or query.dtype.kind != "f":
        raise ConfigError(
            f"a query array must hold floats of shape ({dim},) or (n, {dim}), or words, "
            f"got {query.dtype} {query.shape}"
        )
    if not np.isfinite(query).all():
        raise ConfigError("a query array must be finite, got NaN or infinity")
    return query


def _is_numeric(item: object) -> bool:
    """Return whether an item of a list is a float or a row with floats."""
    if isinstance(item, np.ndarray):
        return np.issubdtype(item.dtype, np.floating)
    if isinstance(item, Sequence) and not isinstance(item, str):
        return any(isinstance(number, float | np.floating) for number in item)
    return isinstance(item, float | np.floating)


def unit_queries(queries: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale finite query vectors, (D,) or (n, D), to rows (n, D) of length one; zeros stay.

    Examples
    --------
    >>> unit_queries(np.array([3e300, 4e300])).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    rows = np.atleast_2d(queries).astype(np.result_type(queries.dtype, np.float64))
    # Without this, squares of numbers outside the range of float32 would overflow or vanish.
    largest = np.abs(rows).max(axis=1, keepdims=True)
    return unit_rows(rows / np.where(largest == 0.0, 1.0, largest))
