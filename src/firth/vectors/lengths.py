"""The lengths of vectors, in one pass over a matrix that may be mapped.

V rows · D dimensions
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from firth.io.mapping import drop_pages
from firth.vectors.blocks import row_blocks

Floats = NDArray[np.float32]

# Few threads read as fast as the memory gives.
_THREADS = 4
# Squares of float32 are exact enough between these.
_LEAST_SQUARES, _MOST_SQUARES = 1e-30, 1e30
# Products with rows of such lengths neither overflow nor vanish.
_LEAST_LENGTH, _MOST_LENGTH = 1e-15, 1e15


def row_lengths(matrix: Floats) -> NDArray[np.float64]:
    """Return the length of each row of a matrix (V, D); not finite where a row is not.

    Examples
    --------
    >>> row_lengths(np.array([[3, 4], [0, 0], [2.0**127, 0]], dtype=np.float32)) == [5, 0, 2.0**127]
    array([ True,  True,  True])
    """
    lengths = np.empty(len(matrix))

    def measure(block: slice) -> None:
        lengths[block] = _lengths(matrix[block])

    _read_blocks(matrix, measure)
    return lengths


def lengths_and_products(
    matrix: Floats, query: Floats
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return the length of each row of a matrix (V, D), and its product with a query (D,).

    All rows are read once, which is what takes the time where they are mapped.

    Examples
    --------
    >>> rows, query = np.array([[3, 4], [0, 2]], np.float32), np.array([0, 1], np.float32)
    >>> [found.tolist() for found in lengths_and_products(rows, query)]
    [[5.0, 2.0], [4.0, 2.0]]
    """
    lengths, products = np.empty(len(matrix)), np.empty(len(matrix), np.float32)

    def measure(block: slice) -> None:
        rows = matrix[block]
        lengths[block] = _lengths(rows)
        # As the lengths are: one row after another, without threads of the library's own.
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            products[block] = (rows[:, np.newaxis, :] @ query[:, np.newaxis])[:, 0, 0]

    _read_blocks(matrix, measure)
    return lengths, products


def _read_blocks(matrix: Floats, measure: Callable[[slice], None]) -> None:
    """Call a function with each block of rows, in some threads, and let go of what was mapped."""

    def read(block: slice) -> None:
        measure(block)
        drop_pages(matrix[block])

    blocks = list(row_blocks(*matrix.shape))
    if len(blocks) > 1:
        with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
            list(pool.map(read, blocks))
    else:
        for block in blocks:
            read(block)


def _lengths(rows: Floats) -> NDArray[np.float64]:
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        # Products of vectors: faster than squares that are added up, and as exact.
        squares = (rows[:, np.newaxis, :] @ rows[:, :, np.newaxis])[:, 0, 0]
        found: NDArray[np.float64] = np.sqrt(squares, dtype=np.float64)
        again = np.flatnonzero(~((squares > _LEAST_SQUARES) & (squares < _MOST_SQUARES)))
        found[again] = np.linalg.norm(rows[again].astype(np.float64), axis=1)
    return found


def are_usual(lengths: NDArray[np.floating]) -> bool:
    """Return whether products with rows of such lengths, or of zeros, neither overflow nor vanish.

    Examples
    --------
    >>> [are_usual(np.array([0.0, 2.0, length])) for length in (1e-10, 1e-30, np.inf)]
    [True, False, False]
    """
    is_usual = (lengths == 0.0) | ((lengths >= _LEAST_LENGTH) & (lengths <= _MOST_LENGTH))
    return bool(is_usual.all())
