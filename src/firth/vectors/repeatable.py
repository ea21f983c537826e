"""Products and principal axes whose bytes are the same on every machine.

NumPy's own differ in the last bits between processors, and by how many threads its library takes.
Here all is added up in one order, and Numba neither changes it nor joins a product and a sum. It is
for the vectors that are read out of a training or combined. Pictures and questions use NumPy and
`axes`, and need not load Numba.

V rows · D dimensions
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from firth.compilation import called, compiled
from firth.io.resources import available_processors
from firth.vectors.blocks import in_threads

Doubles = NDArray[np.float64]

# So many rows at a time as float64, which stay in the cache.
_ROWS = 1 << 10
_MOST_THREADS = 8
# Rows that are added at a time; the order of the sums is that of one after another.
_TOGETHER = 4
# Axes are found where no product of two is more than this of the largest square: rounding.
_PRECISION = 1e-15
# Some ten are usual.
_MOST_ROUNDS = 30


def product(rows: NDArray[np.floating], matrix: NDArray[np.floating]) -> Doubles:
    """Return the product of rows (n, D) and a matrix (D, W).

    Examples
    --------
    >>> product(np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[3.0], [5.0]])).tolist()
    [[13.0], [5.0]]
    """
    found = np.zeros((len(rows), matrix.shape[1]))
    right = np.ascontiguousarray(matrix, np.float64)

    def add(part: slice) -> None:
        _add_product(found[part], np.ascontiguousarray(rows[part], np.float64), right)

    # Rows do not depend on each other, so threads change nothing.
    parts = [slice(start, start + _ROWS) for start in range(0, len(rows), _ROWS)]
    in_threads(add, parts, min(_MOST_THREADS, available_processors()))
    return found


def second_moment(rows: NDArray[np.floating]) -> Doubles:
    """Return the mean of z zᵀ over the rows z (V, D).

    Examples
    --------
    >>> second_moment(np.array([[1.0, 2.0], [0.0, 2.0]])).tolist()
    [[0.5, 1.0], [1.0, 4.0]]
    """
    total = np.zeros((rows.shape[1],) * 2)
    for start in range(0, len(rows), _ROWS):
        _add_squares(total, np.ascontiguousarray(rows[start : start + _ROWS], np.float64))
    below = np.tril(total, -1)
    return np.asarray((np.tril(total) + below.T) / max(1, len(rows)))


def principal_axes(moment: Doubles) -> tuple[Doubles, Doubles]:
    """Return principal axes, as columns (D, D), and their singular values, falling.

    By Jacobi's rotations (Golub and Van Loan, Matrix Computations, 8.5.3), which take some two
    seconds at D 600 and ten at D 1,000; sums are of two numbers, so their order is given.

    Examples
    --------
    >>> axes, values = principal_axes(np.array([[1.0, 0.0], [0.0, 9.0]]))
    >>> axes.tolist(), values.tolist()
    ([[0.0, 1.0], [1.0, 0.0]], [3.0, 1.0])
    """
    turned, axes = np.array(moment, np.float64), np.eye(len(moment))
    for _ in range(_MOST_ROUNDS):
        if not _turn_to_axes(turned, axes):
            break
    squares = np.diagonal(turned).clip(0.0)
    order = np.argsort(-squares, kind="stable")
    axes = axes[order]
    # Either sign is right; the same is taken on every machine.
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.where(axes[np.arange(len(axes)), largest] < 0, -1.0, 1.0)[:, np.newaxis]
    return axes.T, np.sqrt(squares[order])


@compiled
def _add_product(found: Doubles, rows: Doubles, matrix: Doubles) -> None:
    """Add the product of rows and a matrix to numbers that are there."""
    whole = matrix.shape[0] - matrix.shape[0] % _TOGETHER
    for row in range(rows.shape[0]):
        for k in range(0, whole, _TOGETHER):
            a, b, c, d = rows[row, k], rows[row, k + 1], rows[row, k + 2], rows[row, k + 3]
            for j in range(matrix.shape[1]):
                two = (found[row, j] + a * matrix[k, j]) + b * matrix[k + 1, j]
                found[row, j] = (two + c * matrix[k + 2, j]) + d * matrix[k + 3, j]
        for k in range(whole, matrix.shape[0]):
            for j in range(matrix.shape[1]):
                found[row, j] += rows[row, k] * matrix[k, j]


@compiled
def _add_squares(total: Doubles, rows: Doubles) -> None:
    """Add z zᵀ of all rows z to a matrix (D, D), on and below its diagonal."""
    whole = rows.shape[0] - rows.shape[0] % _TOGETHER
    for row in range(0, whole, _TOGETHER):
        for i in range(rows.shape[1]):
            a, b, c, d = rows[row, i], rows[row + 1, i], rows[row + 2, i], rows[row + 3, i]
            for j in range(i + 1):
                two = (total[i, j] + a * rows[row, j]) + b * rows[row + 1, j]
                total[i, j] = (two + c * rows[row + 2, j]) + d * rows[row + 3, j]
    for row in range(whole, rows.shape[0]):
        for i in range(rows.shape[1]):
            for j in range(i + 1):
                total[i, j] += rows[row, i] * rows[row, j]


@compiled
def _turn_to_axes(moment: Doubles, axes: Doubles) -> bool:
    """Turn a symmetric matrix (D, D) nearer to its axes, and the rows of `axes` with it.

    Return whether it was not there yet.
    """
    D, turned = moment.shape[0], False
    largest = 0.0
    for p in range(D):
        largest = max(largest, abs(moment[p, p]))
    for p in range(D):
        for q in range(p + 1, D):
            if abs(moment[p, q]) <= _PRECISION * largest:
                continue
            turned = True
            ratio = (moment[q, q] - moment[p, p]) / (2.0 * moment[p, q])
            tangent = 1.0 / (abs(ratio) + math.sqrt(ratio * ratio + 1.0))
            if ratio < 0.0:
                tangent = -tangent
            cosine = 1.0 / math.sqrt(tangent * tangent + 1.0)
            sine = tangent * cosine
            _rotate_rows(moment, p, q, cosine, sine)
            for k in range(D):
                x, y = moment[k, p], moment[k, q]
                moment[k, p], moment[k, q] = cosine * x - sine * y, sine * x + cosine * y
            _rotate_rows(axes, p, q, cosine, sine)
    return turned


@called
def _rotate_rows(matrix: Doubles, p: int, q: int, cosine: float, sine: float) -> None:
    """Rotate two rows of a matrix (D, D) in the plane of both."""
    for k in range(matrix.shape[1]):
        x, y = matrix[p, k], matrix[q, k]
        matrix[p, k], matrix[q, k] = cosine * x - sine * y, sine * x + cosine * y
