"""Where words are on the map: layouts in two dimensions, and places for other vectors in them.

V words · D dimensions · m vectors
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firth.vectors.axes import principal_axes, second_moment
from firth.vectors.blocks import row_blocks

Floats = NDArray[np.float32]

# Nearly all words are within -1 and 1; a few that are far off do not make the rest small.
_WITHIN = 0.995
# The words between which a vector is placed.
_NEIGHBOURS = 3


class Layout(Protocol):
    """Points of words, and where other vectors are among them."""

    points: Floats

    def place(self, unit: Floats) -> Floats:
        """Return the points (m, 2) of vectors of length one (m, D)."""


class PrincipalComponents:
    """The two orthogonal axes with the largest variance, which hold for any vector.

    Parameters
    ----------
    unit : (V, D)
        Rows of length one.

    Examples
    --------
    >>> layout = PrincipalComponents(np.array([[1, 0, 0], [-1, 0, 0]], dtype=np.float32))
    >>> layout.points.tolist(), layout.place(np.zeros((1, 3), np.float32)).tolist()
    ([[1.0, 0.0], [-1.0, 0.0]], [[0.0, 0.0]])
    """

    def __init__(self, unit: Floats) -> None:
        self.mean = unit.mean(axis=0, dtype=np.float64).astype(np.float32)
        # Products in float32 take half the time.
        axes, _ = principal_axes(second_moment(unit, self.mean, np.float32))
        self.axes = np.zeros((unit.shape[1], 2), dtype=np.float32)
        self.axes[:, : axes.shape[1]] = axes[:, :2]
        raw = np.concatenate(
            [(unit[block] - self.mean) @ self.axes for block in row_blocks(*unit.shape)]
        )
        self.middle, self.scale = frame(raw)
        self.points = ((raw - self.middle) / self.scale).astype(np.float32)

    def place(self, unit: Floats) -> Floats:
        """Return the points (m, 2) of vectors (m, D)."""
        raw = (unit - self.mean) @ self.axes
        return np.asarray((raw - self.middle) / self.scale, dtype=np.float32)


class NeighbourEmbedding:
    """Points that a method such as UMAP found: other vectors are placed among their neighbours.

    Parameters
    ----------
    unit : (V, D)
        Rows of length one.
    raw : (V, 2)
        Their points.
    """

    def __init__(self, unit: Floats, raw: Floats) -> None:
        self.unit = unit
        middle, scale = frame(raw)
        self.points = ((raw - middle) / scale).astype(np.float32)

    def place(self, unit: Floats) -> Floats:
        """Return the points (m, 2) of vectors (m, D): the middle of their nearest words.

        Examples
        --------
        >>> rows = np.array([[1, 0], [0, 1]], dtype=np.float32)
        >>> layout = NeighbourEmbedding(rows, rows)
        >>> layout.place(rows[:1]).tolist() == layout.points[:1].tolist()
        True
        """
        placed = np.zeros((len(unit), 2), dtype=np.float32)
        for number, direction in enumerate(unit):
            scores = self.unit @ direction
            most = min(_NEIGHBOURS, len(scores))
            best = np.argpartition(-scores, most - 1)[:most]
            weights = np.clip(scores[best], 1e-6, None) ** 8
            # A word itself is where it is.
            if scores.max() > 1.0 - 1e-5:
                best, weights = best[[scores[best].argmax()]], np.ones(1)
            placed[number] = weights @ self.points[best] / weights.sum()
        return placed


def frame(raw: NDArray[np.floating]) -> tuple[NDArray[np.float64], float]:
    """Return the middle of points and the scale that brings nearly all within -1 and 1.

    Examples
    --------
    >>> middle, scale = frame(np.array([[1.0, 0.0], [3.0, 0.0]]))
    >>> middle.tolist(), scale
    ([2.0, 0.0], 1.0)
    """
    middle = np.median(raw, axis=0)
    reach = np.abs(raw - middle).max(axis=1)
    scale = float(np.quantile(reach, _WITHIN, method="higher"))
    return middle.astype(np.float64), scale if scale > 0.0 else 1.0
