"""The words of a map that are nearest to some of them.

n words of the map · D dimensions · q words that are asked for
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.recordings.planes import product

# How many of the nearest words are told.
NEIGHBOURS = 6
# Rows of scores at a time.
_BLOCK = 512
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
    words = np.empty((len(asked), top), np.uint16)
    cosines = np.empty((len(asked), top), np.float32)
    for start in range(0, len(asked), _BLOCK):
        block = slice(start, start + _BLOCK)
        own = asked[block]
        # A few are asked while a run trains, all of them at its end.
        few = len(own) <= _FEW
        scores = product(rows, rows[own].T).T.copy() if few else rows[own] @ rows.T
        scores[np.arange(len(own)), own] = -np.inf
        found = np.argpartition(-scores, top - 1, axis=1)[:, :top] if top else words[block]
        best = np.take_along_axis(scores, found.astype(np.int64), axis=1)
        order = np.argsort(-best, axis=1, kind="stable")
        words[block] = np.take_along_axis(found, order, axis=1)
        cosines[block] = np.take_along_axis(best, order, axis=1)
    return words, cosines
