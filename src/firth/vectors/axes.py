"""The principal axes of rows: the orthogonal axes along which they differ most.

For pictures and questions; `repeatable` has them with the same bytes on every machine.

V words · D dimensions
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.vectors.blocks import row_blocks

Doubles = NDArray[np.float64]


def second_moment(
    rows: NDArray[np.floating],
    mean: NDArray[np.floating] | None = None,
    precision: type[np.floating] = np.float64,
) -> Doubles:
    """Return the mean of z zᵀ over the rows z (V, D), less their mean (D,) if it is given.

    Products of some rows have a precision, and are summed in float64.
    """
    total = np.zeros((rows.shape[1],) * 2)
    for block in row_blocks(*rows.shape):
        part = rows[block].astype(precision)
        if mean is not None:
            part -= mean
        total += part.T @ part
    return total / max(1, len(rows))


def principal_axes(moment: Doubles) -> tuple[Doubles, Doubles]:
    """Return principal axes, as columns (D, D), and their singular values, falling.

    Examples
    --------
    >>> axes, values = principal_axes(np.array([[1.0, 0.0], [0.0, 9.0]]))
    >>> axes.tolist(), values.tolist()
    ([[0.0, 1.0], [1.0, 0.0]], [3.0, 1.0])
    """
    squares, axes = np.linalg.eigh(moment)
    # Either sign is right; the same is taken each time.
    largest = np.abs(axes).argmax(axis=0)
    axes *= np.where(axes[largest, np.arange(len(axes))] < 0, -1.0, 1.0)
    return axes[:, ::-1], np.sqrt(squares.clip(0.0))[::-1]
