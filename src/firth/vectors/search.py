"""Exact nearest neighbours by blocked matrix products.

V rows of the table · D dimensions · n queries · k answers to a query

This is the seam for approximate search: an index answers the same question as `top_k`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# 16 MiB of scores: smaller blocks cost more selections, larger ones were no faster.
NUMBERS_PER_BLOCK = 1 << 22
QUERIES_PER_BLOCK = 256


def row_blocks(rows: int, columns: int) -> Iterator[slice]:
    """Cut `rows` into slices of about `NUMBERS_PER_BLOCK` numbers, `columns` to a row.

    Examples
    --------
    >>> list(row_blocks(3, NUMBERS_PER_BLOCK // 2))
    [slice(0, 2, None), slice(2, 3, None)]
    """
    step = max(1, NUMBERS_PER_BLOCK // max(1, columns))
    for start in range(0, rows, step):
        yield slice(start, min(rows, start + step))


def unit_rows(matrix: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale each row to length one; a row of zeros stays zero.

    Lengths are taken in float64, where the square of no float32 overflows or vanishes.

    Parameters
    ----------
    matrix : (V, D) floating

    Returns
    -------
    (V, D) float32

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
    """Tell which rows of a matrix (V, D) hold nothing but zeros: they have no direction.

    Examples
    --------
    >>> zero_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [False, True]
    """
    return np.asarray(~matrix.any(axis=1))


def cosines(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the cosine of each row of `a` (n, D) and that row of `b`; 0 where one is zeros.

    It is computed in float64 and rounded once, so that a row and itself have exactly 1.

    Examples
    --------
    >>> cosines(np.array([[2.0, 0.0], [0.1, 0.7]]), np.array([[4.0, 3.0], [0.1, 0.7]])).tolist()
    [0.800000011920929, 1.0]
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    # Squares of float32 vanish in float64 neither alone nor in a product of two lengths.
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

    The best of S = Q Tᵀ are taken block by block, so that memory does not grow with V.
    Equal scores are ordered by index, whatever the blocks.

    Parameters
    ----------
    queries : (n, D) float32
        For cosines, give rows of length one here and in `table`.
    table : (V, D) float32
    k : int
        At least 1; more than V counts as V.
    exclude : (n, e) int64, optional
        Rows of the table that are no answer to each query.
    omit : (V,) bool, optional
        True for rows of the table that are no answer to any query.

    Returns
    -------
    indices : (n, k) int64
        Best first. Where fewer than k rows are left, the rest is -1.
    scores : (n, k) float32
        Falling. Minus infinity where the index is -1.

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
    """Carry the best k of each query from block to block of the table."""
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
        # Stable: of equal scores those of earlier blocks, which have the lower index, stay ahead.
        order = np.argsort(-best_scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(best, order, axis=1)
        best_scores = np.take_along_axis(best_scores, order, axis=1)
    return best, best_scores


def _strike(scores: NDArray[np.float32], columns: NDArray[np.int64]) -> None:
    """Set the scores at `columns` (n, e) to minus infinity, in place, where they are in range."""
    inside = (columns >= 0) & (columns < scores.shape[1])
    scores[np.nonzero(inside)[0], columns[inside]] = -np.inf


def _top_columns(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    if k == 1:
        return np.expand_dims(scores.argmax(axis=1), axis=1)
    return np.stack([_top_of_row(row, k) for row in scores])


def _top_of_row(row: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    # A bare argpartition would choose freely among the scores that tie for the last place.
    threshold = np.partition(row, row.size - k)[row.size - k]
    candidates = np.flatnonzero(row >= threshold)
    order = np.argsort(-row[candidates], kind="stable")[:k]
    return candidates[order]
