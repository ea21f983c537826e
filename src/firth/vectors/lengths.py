"""The lengths of vectors, in one pass over a matrix that may be mapped, or a file.

V rows · D dimensions
"""

from __future__ import annotations

import itertools
import os

import numpy as np
from numpy.typing import NDArray

from firth.io.mapping import drop_pages
from firth.io.row_file import RowFile
from firth.vectors.blocks import in_threads, row_blocks

Floats = NDArray[np.float32]

# Few threads read as fast as the memory gives.
_MOST_THREADS = 4
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
        rows = matrix[block]
        lengths[block] = _lengths(rows)
        drop_pages(rows)

    in_threads(measure, list(row_blocks(*matrix.shape)), _threads())
    return lengths


def lengths_and_products(
    rows: RowFile, query: Floats
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return the length of each row (V, D) of a file, and its product with a query (D,).

    Raises
    ------
    OSError
        If the file cannot be read.
    EOFError
        If it ends early.
    """
    V = rows.shape[0]
    lengths, products = np.empty(V), np.empty(V, np.float32)

    def measure(part: slice) -> None:
        for block, numbers in rows.blocks(part):
            lengths[block] = _lengths(numbers)
            products[block] = row_products(numbers, query)

    bounds = np.linspace(0, V, _threads() + 1).astype(int).tolist()
    in_threads(measure, [slice(*pair) for pair in itertools.pairwise(bounds)], _threads())
    return lengths, products


def row_products(rows: Floats, query: Floats) -> NDArray[np.float32]:
    """Return the product of each row (n, D) with a query (D,)."""
    # As the lengths are: one row after another, without threads of the library's own. That may
    # look at numbers beyond the rows, which change nothing but may warn.
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        products: NDArray[np.float32] = (rows[:, np.newaxis, :] @ query[:, np.newaxis])[:, 0, 0]
    return products


def _threads() -> int:
    return min(_MOST_THREADS, os.cpu_count() or 1)


def _lengths(rows: Floats) -> NDArray[np.float64]:
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        # Products of vectors: faster than squares that are added up, and as exact.
        squares = (rows[:, np.newaxis, :] @ rows[:, :, np.newaxis])[:, 0, 0]
        found: NDArray[np.float64] = np.sqrt(squares, dtype=np.float64)
        again = np.flatnonzero(~((squares > _LEAST_SQUARES) & (squares < _MOST_SQUARES)))
        if len(again):
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
