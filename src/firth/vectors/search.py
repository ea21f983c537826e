"""Exact nearest neighbours by blocked matrix products.

V rows of the table · D dimensions · n queries · k answers to a query

An approximate index can replace `ExactIndex`, with the same method `nearest`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# 16 MiB of scores. Smaller blocks cost more selections; larger ones were no faster.
NUMBERS_PER_BLOCK = 1 << 22
QUERIES_PER_BLOCK = 256


def row_blocks(rows: int, columns: int) -> Iterator[slice]:
    """Cut `rows` of `columns` numbers each into slices of about `NUMBERS_PER_BLOCK` numbers.

    Examples
    --------
    >>> list(row_blocks(3, NUMBERS_PER_BLOCK // 2))
    [slice(0, 2, None), slice(2, 3, None)]
    """
    step = max(1, NUMBERS_PER_BLOCK // max(1, columns))
    for start in range(0, rows, step):
        yield slice(start, min(rows, start + step))


def unit_rows(matrix: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale each row of a matrix (V, D) to length one; a row of zeros stays zero.

    Lengths are computed in float64, where no square of a float32 overflows or vanishes.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    unit = np.empty(matrix.shape, dtype=np.float32)
    for block in row_blocks(*matrix.shape):
        rows = matrix[block].astype(np.float64)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        lengths[lengths == 0.0] = 1.0
        unit[block] = rows / lengths
    return unit


def zero_rows(matrix: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which rows of a matrix (V, D) hold only zeros, and so have no direction.

    Examples
    --------
    >>> zero_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [False, True]
    """
    return np.asarray(~matrix.any(axis=1))


def cosines(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the cosine of each row of `a` (n, D) with the same row of `b`; 0 if one is zeros.

    It is computed in float64 and rounded once, so the cosine of a row with itself is exactly 1.

    Examples
    --------
    >>> cosines(np.array([[2.0, 0.0], [0.1, 0.7]]), np.array([[4.0, 3.0], [0.1, 0.7]])).tolist()
    [0.800000011920929, 1.0]
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    # In float64, neither a square of a float32 nor a product of two lengths vanishes.
    lengths[lengths == 0.0] = 1.0
    return np.asarray(np.einsum("nd,nd->n", a, b) / lengths, dtype=np.float32)


def top_k(
    queries: NDArray[np.float32],
    table: NDArray[np.float32],
    k: int,
    *,
    exclude: NDArray[np.int64] | None = None,
    omit: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the k rows of `table` with the largest dot product, for each query.

    S = Q Tᵀ is computed block by block, so memory does not grow with V. Equal scores are ordered
    by index, whatever the blocks.

    Parameters
    ----------
    queries : (n, D) float32
        For cosines, rows of length one here and in `table`.
    table : (V, D) float32
    k : int
        At least 1; more than V counts as V.
    exclude : (n, e) int64, optional
        For each query, rows of the table that are not answers.
    omit : (V,) bool, optional
        True for rows of the table that are never answers.

    Returns
    -------
    indices : (n, k) int64
        Best first. If fewer than k rows are left, the rest is -1.
    scores : (n, k) float32
        Falling; minus infinity where the index is -1.

    Examples
    --------
    >>> table = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    >>> top_k(table[:1], table, 2)[0].tolist()
    [[0, 2]]
    >>> top_k(table[:1], table, 2, exclude=np.array([[0]]))[0].tolist()
    [[2, 1]]
    """
    k = min(k, len(table))
    indices = np.empty((len(queries), k), dtype=np.int64)
    scores = np.empty((len(queries), k), dtype=np.float32)
    for start in range(0, len(queries), QUERIES_PER_BLOCK):
        block = slice(start, start + QUERIES_PER_BLOCK)
        excluded = None if exclude is None else exclude[block]
        indices[block], scores[block] = _search(queries[block], table, k, excluded, omit)
    indices[np.isneginf(scores)] = -1
    return indices, scores


def _search(
    queries: NDArray[np.float32],
    table: NDArray[np.float32],
    k: int,
    exclude: NDArray[np.int64] | None,
    omit: NDArray[np.bool_] | None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Search block by block, keeping the best k rows of each query so far."""
    best = np.empty((len(queries), 0), dtype=np.int64)
    best_scores = np.empty((len(queries), 0), dtype=np.float32)
    for rows in row_blocks(len(table), len(queries)):
        scores = queries @ table[rows].T
        if exclude is not None:
            _strike(scores, exclude - rows.start)
        if omit is not None:
            scores[:, omit[rows]] = -np.inf
        columns = _top_columns(scores, min(k, scores.shape[1]))
        best = np.hstack([best, columns + rows.start])
        best_scores = np.hstack([best_scores, np.take_along_axis(scores, columns, axis=1)])
        # A stable sort keeps equal scores of earlier blocks, with lower indices, ahead.
        order = np.argsort(-best_scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(best, order, axis=1)
        best_scores = np.take_along_axis(best_scores, order, axis=1)
    return best, best_scores


def _strike(scores: NDArray[np.float32], columns: NDArray[np.int64]) -> None:
    """Set the scores at those `columns` (n, e) that are in range to minus infinity, in place."""
    inside = (columns >= 0) & (columns < scores.shape[1])
    scores[np.nonzero(inside)[0], columns[inside]] = -np.inf


def _top_columns(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    if k == 1:
        return np.expand_dims(scores.argmax(axis=1), axis=1)
    return np.stack([_top_of_row(row, k) for row in scores])


def _top_of_row(row: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    # argpartition alone would choose arbitrarily among scores that tie for the last place.
    threshold = np.partition(row, row.size - k)[row.size - k]
    candidates = np.flatnonzero(row >= threshold)
    order = np.argsort(-row[candidates], kind="stable")[:k]
    return candidates[order]


class ExactIndex:
    """Exact neighbours by cosine among the rows of a matrix (V, D)."""

    def __init__(self, matrix: NDArray[np.floating]) -> None:
        self.unit_vectors = unit_rows(matrix)
        zeros = zero_rows(self.unit_vectors)
        self._omit = zeros if zeros.any() else None

    def nearest(
        self, queries: NDArray[np.float32], k: int, exclude: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Search for unit queries (n, D) as `top_k` does; queries of zeros have no neighbours."""
        indices, scores = top_k(queries, self.unit_vectors, k, exclude=exclude, omit=self._omit)
        indices[zero_rows(queries)] = -1
        # Rounding can take the product of two unit rows beyond 1.
        return indices, scores.clip(-1.0, 1.0)
