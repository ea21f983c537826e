"""The words of a map that are nearest to some of them.

n words of the map · D dimensions · q words that are asked for
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.recordings.planes import product
from firth.vectors.search import Floats, dot_products, top_k

# How many of the nearest words are told.
NEIGHBOURS = 6
_FEW = 16


def nearest(
    unit: NDArray[np.floating], asked: NDArray[np.int64], top: int = NEIGHBOURS
) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """Return the words nearest to some words, by cosine, and the cosines.

    Parameters
    ----------
    unit : (n, D) floating
        Rows of length one.
    asked : int64, (q,)
        Numbers of rows.
    top : int
        How many are wanted; fewer where there are fewer other words.

    Returns
    -------
    words : uint16, (q, top)
        Numbers of rows, the nearest first, never the word itself.
    cosines : float32, (q, top)

    Examples
    --------
    >>> rows = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    >>> nearest(rows, np.array([0, 1]), top=2)[0].tolist()
    [[2, 1], [2, 0]]
    """
    rows = unit.astype(np.float32)
    top = min(top, len(rows) - 1)
    if top == 0:
        return np.empty((len(asked), 0), np.uint16), np.empty((len(asked), 0), np.float32)
    # A few are asked while a run trains, all of them at its end.
    score = _in_one_thread if len(asked) <= _FEW else dot_products
    words, cosines = top_k(rows[asked], rows, top, score=score, exclude=asked[:, np.newaxis])
    return words.astype(np.uint16), cosines


def _in_one_thread(queries: Floats, table: Floats, lengths: Floats | None = None) -> Floats:
    """Return what `dot_products` returns for rows of length one."""
    return product(table, queries.T).T.copy()
