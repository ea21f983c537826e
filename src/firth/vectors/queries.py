"""What a query asks for: words, or vectors.

Text and integers are words (an integer is an item's id), floats are vectors. This holds in lists
and in arrays alike, so that `[1, 2]` asks for two items and `[1.0, 2.0]` for a direction.

D dimensions · n queries
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from firth.checks import as_array
from firth.errors import ConfigError
from firth.vectors.search import unit_rows
from firth.vectors.table import Token

# Integers, Unicode text of NumPy 1 and 2, and objects, which are looked at one by one.
_TOKEN_KINDS = "iuUTO"


def token_list(words: object) -> tuple[list[Token], bool]:
    """Return the words of a query as a list, and whether it is one word, outside of any list.

    Raises
    ------
    ConfigError
        If an array has more than one dimension, or can hold no words.

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


def query_vectors(query: object, dim: int) -> NDArray[np.floating] | None:
    """Return the vectors of a query, (D,) or (n, D); None where it holds words instead.

    Parameters
    ----------
    query : object
        An array, or a list of floats or of rows of floats.
    dim : int
        D, which the vectors must have.

    Raises
    ------
    ConfigError
        If the vectors are not finite, or of another shape.

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
                f"a query holds words, or vectors of shape ({dim},), not both or ragged rows"
            ) from error
    if not isinstance(query, np.ndarray) or (query.dtype.kind in _TOKEN_KINDS and query.ndim < 2):
        return None
    if query.ndim not in (1, 2) or query.shape[-1] != dim or query.dtype.kind != "f":
        raise ConfigError(
            f"a query array must hold floats of shape ({dim},) or (n, {dim}), or words, "
            f"got {query.dtype} {query.shape}"
        )
    if not np.isfinite(query).all():
        raise ConfigError("a query array must be finite, got NaN or infinity in it")
    return query


def _is_numeric(item: object) -> bool:
    """Tell whether an item of a list is a float, or a row of floats."""
    if isinstance(item, np.ndarray):
        return np.issubdtype(item.dtype, np.floating)
    if isinstance(item, Sequence) and not isinstance(item, str):
        return any(isinstance(number, float | np.floating) for number in item)
    return isinstance(item, float | np.floating)


def unit_queries(queries: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return finite query vectors, (D,) or (n, D), as rows (n, D) of length one, or zeros.

    Examples
    --------
    >>> unit_queries(np.array([3e300, 4e300])).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    rows = np.atleast_2d(queries).astype(np.result_type(queries.dtype, np.float64))
    # Of larger numbers than those of float32, the squares would overflow or vanish.
    largest = np.abs(rows).max(axis=1, keepdims=True)
    return unit_rows(rows / np.where(largest == 0.0, 1.0, largest))
