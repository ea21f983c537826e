"""Exact nearest neighbours by blocked matrix products.

V rows of the table · D dimensions · n queries · k answers to a query
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from firth.io.mapping import drop_pages
from firth.vectors.blocks import row_blocks
from firth.vectors.lengths import are_usual

Floats = NDArray[np.float32]
Score = Callable[[Floats, Floats, Floats | None], Floats]

QUERIES_PER_BLOCK = 256
# If no query has more than one in this many scores above its best so far, these are sorted
# together. Else the best of each query are found one query after another.
_FEW = 16


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
    """Return the cosine of each row of `a` (..., D) with the same row of `b`; 0 if one is zeros.

    Shapes are broadcast. It is computed in float64 and rounded once, so the cosine of a row with
    itself is exactly 1.

    Examples
    --------
    >>> cosines(np.array([[2.0, 0.0], [0.1, 0.7]]), np.array([[4.0, 3.0], [0.1, 0.7]])).tolist()
    [0.800000011920929, 1.0]
    >>> cosines(np.array([[2.0, 0.0], [0.0, 3.0]]), np.array([1.0, 0.0])).tolist()
    [1.0, 0.0]
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    # In float64, neither a square of a float32 nor a product of two lengths vanishes.
    lengths = np.sqrt(np.einsum("...d,...d->...", a, a))
    lengths = lengths * np.sqrt(np.einsum("...d,...d->...", b, b))
    lengths = np.where(lengths == 0.0, 1.0, lengths)
    return np.asarray(np.einsum("...d,...d->...", a, b) / lengths, dtype=np.float32)


def dot_products(queries: Floats, table: Floats, lengths: Floats | None = None) -> Floats:
    """Return the dot product of each query (n, D) with each row (v, D) of a part of the table.

    Each is divided by the length of the row, where `lengths` (v,) are given.
    """
    products: Floats = queries @ table.T
    if lengths is not None:
        products /= lengths
    return products


def top_k(
    queries: Floats,
    table: Floats,
    k: int,
    *,
    lengths: Floats | None = None,
    score: Score = dot_products,
    exclude: NDArray[np.int64] | None = None,
    omit: NDArray[np.bool_] | None = None,
    drop: bool = False,
) -> tuple[NDArray[np.int64], Floats]:
    """Find the k rows of `table` with the largest score, for each query.

    Scores are computed block by block, so memory does not grow with V. Equal scores are ordered by
    index, whatever the blocks.

    Parameters
    ----------
    queries : (n, ...) float32
        For cosines, (n, D) with rows of length one here and in `table`.
    table : (V, D) float32
    k : int
        At least 1; more than V counts as V.
    lengths : (V,) float32, optional
        The lengths of the rows, where they are not one.
    score : callable
        Takes some of the queries, a part of the table (v, D) and its lengths, and returns the
        scores (n, v).
    exclude : (n, e) int64, optional
        For each query, rows of the table that are not answers. Other numbers are ignored.
    omit : (V,) bool, optional
        True for rows of the table that are never answers.
    drop : bool
        Whether to let go of what was read of a mapped table.

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
        best = _Best(len(indices[block]), k)
        columns = max(len(indices[block]), table.shape[1] // 4 if drop else 0)
        for rows in row_blocks(len(table), columns):
            found = score(queries[block], table[rows], None if lengths is None else lengths[rows])
            if drop:
                drop_pages(table[rows])
            if exclude is not None:
                _strike(found, exclude[block] - rows.start)
            if omit is not None:
                found[:, omit[rows]] = -np.inf
            best.add(found, rows.start)
        indices[block], scores[block] = best.indices, best.scores
    indices[np.isneginf(scores)] = -1
    return indices, scores


class _Best:
    """The best k rows of each of n queries among the blocks so far."""

    def __init__(self, n: int, k: int) -> None:
        self.k = k
        self.indices = np.full((n, k), -1, dtype=np.int64)
        self.scores = np.full((n, k), -np.inf, dtype=np.float32)

    def add(self, scores: Floats, first: int) -> None:
        """Add the scores (n, v) of a block of the table, whose first row is `first`."""
        # Equal scores of later blocks have higher indices, so only larger ones count.
        better = scores > self.scores[:, -1:]
        most = int(np.count_nonzero(better, axis=1).max(initial=0))
        if most == 0:
            return
        if most * _FEW < scores.shape[1]:
            columns, found = _pack(better, scores, most)
        else:
            columns = top_columns(scores, min(self.k, scores.shape[1]))
            found = np.take_along_axis(scores, columns, axis=1)
        indices = np.hstack([self.indices, columns + first])
        found = np.hstack([self.scores, found])
        # A stable sort keeps equal scores of earlier blocks, with lower indices, ahead.
        order = np.argsort(-found, axis=1, kind="stable")[:, : self.k]
        self.indices = np.take_along_axis(indices, order, axis=1)
        self.scores = np.take_along_axis(found, order, axis=1)


def _pack(chosen: NDArray[np.bool_], scores: Floats, most: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the chosen columns of each row and their scores (n, most), in order.

    A row with fewer has scores of minus infinity at its end.
    """
    rows, columns = np.divmod(np.flatnonzero(chosen), chosen.shape[1])
    starts = np.searchsorted(rows, np.arange(len(chosen)))
    places = np.arange(len(rows)) - starts[rows]
    packed = np.zeros((len(chosen), most), dtype=np.int64)
    found = np.full(packed.shape, -np.inf, dtype=np.float32)
    packed[rows, places] = columns
    found[rows, places] = scores[rows, columns]
    return packed, found


def _strike(scores: NDArray[np.float32], columns: NDArray[np.int64]) -> None:
    """Set the scores at those `columns` (n, e) that are in range to minus infinity, in place."""
    inside = (columns >= 0) & (columns < scores.shape[1])
    scores[np.nonzero(inside)[0], columns[inside]] = -np.inf


def top_columns(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return the columns (n, k) of the largest scores (n, v); equal scores in their order."""
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
    """Exact search among the rows of a matrix (V, D) by cosine; the matrix is not copied.

    Parameters
    ----------
    matrix : (V, D) float32
    lengths : (V,) float64
        Those of its rows, all finite.
    """

    def __init__(self, matrix: Floats, lengths: NDArray[np.float64]) -> None:
        self._zeros = lengths == 0.0
        lengths = np.where(self._zeros, 1.0, lengths)
        if not are_usual(lengths):
            matrix, lengths = unit_rows(matrix), np.ones(len(matrix))
        self._matrix, self._lengths = matrix, lengths.astype(np.float32)
        # A process that asks one question needs no memory for a whole mapped matrix.
        self._is_first = True

    def best(
        self,
        queries: Floats,
        k: int,
        exclude: NDArray[np.int64],
        *,
        among: slice | NDArray[np.int64] = slice(None),
        omit: NDArray[np.bool_] | None = None,
        score: Score = dot_products,
    ) -> tuple[NDArray[np.int64], Floats]:
        """Search as `top_k` does; rows of zeros are no answers, queries of zeros have none.

        Parameters
        ----------
        queries : (n, ...) float32
        k : int
        exclude : (n, e) int64
            For each query, rows that are not answers. Negative numbers are ignored.
        among : slice from 0, or rising rows, optional
            The rows that may be answers.
        omit : (V,) bool, optional
            True for rows that are no answers to any query.
        score : callable
            By default the dot product: for queries of length one, the cosine.
        """
        omitted = (self._zeros if omit is None else self._zeros | omit)[among]
        indices, scores = top_k(
            queries,
            self._matrix[among],
            k,
            lengths=self._lengths[among],
            score=score,
            exclude=exclude if isinstance(among, slice) else _places(exclude, among),
            omit=omitted if omitted.any() else None,
            drop=self._is_first,
        )
        self._is_first = False
        if not isinstance(among, slice):
            indices = np.where(indices < 0, -1, among[indices])
        indices[~queries.any(axis=tuple(range(1, queries.ndim)))] = -1
        if score is dot_products:
            # Rounding can take a cosine beyond 1.
            scores = scores.clip(-1.0, 1.0)
        return indices, scores

    def cosines(self, query: Floats) -> Floats:
        """Return the cosine of a query (D,) of length one with each row (V,); NaN for zeros."""
        found: Floats = dot_products(query[np.newaxis], self._matrix, self._lengths)[0]
        found = found.clip(-1.0, 1.0)
        found[self._zeros] = np.nan
        return found


def _places(rows: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where rows stand among others, which rise; -1 for those that do not.

    Examples
    --------
    >>> _places(np.array([[7, 5, -1]]), np.array([2, 7])).tolist()
    [[1, -1, -1]]
    """
    places = np.searchsorted(among, rows).clip(max=len(among) - 1)
    return np.where(among[places] == rows, places, -1)
