"""Vectors as points of a plane that does not turn from one picture to the next.

n words · D dimensions · k axes that are followed
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

# More axes than two are followed, so that a third that becomes larger is found at once.
AXES = 8
# Where the variance along the two axes grows by less in a step, they are found.
_PRECISION = 1e-5
_MOST_STEPS = 60
# Products of fewer multiplications stay in one thread of the usual BLAS. Those in several wait for
# each other, which takes a hundred times as long while workers train on all processors.
_ONE_THREAD = 1 << 18


class Plane:
    """Projects the vectors of the same words, moment after moment, to two dimensions.

    The axes are the two principal components of the moment: the orthogonal axes with the largest
    variance, by orthogonal iteration that begins with those of the moment before (Golub and Van
    Loan, Matrix Computations, 8.2.4). Their signs and their order mean nothing, so points are
    turned or mirrored onto those of the moment before.

    Examples
    --------
    >>> plane = Plane()
    >>> rows = np.array([[0, 0, 2], [0, 0, -2], [0, 1, 0], [0, -1, 0]], np.float32)
    >>> (plane.points(rows).round(3) + 0.0).tolist()  # no zero is negative
    [[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]]
    >>> (plane.points(rows[:, [2, 0, 1]]).round(3) + 0.0).tolist()
    [[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]]
    """

    def __init__(self) -> None:
        self._axes: NDArray[np.float32] | None = None
        self._before: Points | None = None

    def points(self, rows: NDArray[np.float32]) -> Points:
        """Return the points (n, 2) of rows (n, D); with one dimension, the second is 0."""
        centred = rows - rows.mean(axis=0)
        self._axes = principal_axes(centred, self._axes)
        points = np.zeros((len(rows), 2))
        found = product(centred, self._axes[:, :2])
        points[:, : found.shape[1]] = found
        if self._before is not None:
            points = turned_onto(points, self._before)
        self._before = points
        return points


def principal_axes(
    centred: NDArray[np.float32], guess: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return the orthogonal axes (D, k) with the largest variance, that of the largest first.

    Only the first two are exact. The largest number of an axis is positive.
    """
    D = centred.shape[1]
    axes = guess
    if axes is None:
        axes = np.random.default_rng(0).standard_normal((D, min(AXES, D))).astype(np.float32)
    before = -1.0
    for _ in range(_MOST_STEPS):
        turned, _ = np.linalg.qr(axes)
        projected = product(centred, turned)
        # The axes of the largest variance within what they span.
        variances, within = np.linalg.eigh(product_of_columns(projected, projected))
        order = within[:, ::-1]
        variance = float(variances[::-1][:2].sum())
        if variance - before <= _PRECISION * variance:
            break
        before = variance
        axes = product_of_columns(centred, projected @ order)
    found = turned @ order
    largest = np.abs(found).argmax(axis=0, keepdims=True)
    return np.asarray(found * np.sign(np.take_along_axis(found, largest, axis=0)), np.float32)


def turned_onto(points: Points, before: Points) -> Points:
    """Turn or mirror points (n, 2) so that they lie as near as possible to others.

    The rotation is the solution of the orthogonal Procrustes problem: R = U Wᵀ of the singular
    value decomposition U S Wᵀ of `points`ᵀ `before` (Schönemann 1966).

    Examples
    --------
    >>> square = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    >>> np.allclose(turned_onto(square @ [[0.0, -1.0], [-1.0, 0.0]], square), square)
    True
    """
    left, _, right = np.linalg.svd(points.T @ before)
    return np.asarray(points @ (left @ right))


def product(rows: NDArray[np.float32], columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `rows` @ `columns`, (n, D) and (D, k), in pieces that one thread computes."""
    step = max(1, _ONE_THREAD // max(1, columns.size))
    found = np.empty((len(rows), columns.shape[1]), np.float32)
    for start in range(0, len(rows), step):
        found[start : start + step] = rows[start : start + step] @ columns
    return found


def product_of_columns(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `a`ᵀ @ `b`, (n, D) and (n, k), in pieces that one thread computes."""
    step = max(1, _ONE_THREAD // max(1, a.shape[1] * b.shape[1]))
    found = np.zeros((a.shape[1], b.shape[1]), np.float32)
    for start in range(0, len(a), step):
        found += a[start : start + step].T @ b[start : start + step]
    return found
