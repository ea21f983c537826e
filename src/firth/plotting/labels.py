"""Where to write the names of points so that they can be read.

n labels · c candidate places of a label. A box is (left, bottom, right, top); all lengths are in
points of 1/72 inch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Room between a point and its label: close by, and further off where it is crowded.
DISTANCES = (5.0, 9.0, 15.0, 23.0, 33.0, 45.0, 60.0)
# Right first, as one writes; then the left, above, below, and between these.
DIRECTIONS = (
    (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0),
    (1.0, 0.7), (1.0, -0.7), (-1.0, 0.7), (-1.0, -0.7),
    (0.5, 1.0), (0.5, -1.0), (-0.5, 1.0), (-0.5, -1.0),
)  # fmt: skip
# A label further off than this needs a line to its point.
NEAR = 9.0

_SWEEPS = 4
_MARKER = 3.5
_CROWD = 40.0
# What is lost by a square point outside the axes, on another label, on a marker; by a point of
# distance; by a line through another label, and through another line.
_OUTSIDE, _ON_LABEL, _ON_MARKER, _FAR, _THROUGH, _CROSSING = 100.0, 10.0, 6.0, 1.5, 120.0, 30.0


def place(points: Floats, sizes: Floats, room: tuple[float, float]) -> Floats:
    """Choose for each label the place beside its point that covers least.

    Each label in turn, the most crowded first, takes the best of its places given the others;
    a few sweeps, since later labels change what was best for earlier ones. Nothing is random.

    Parameters
    ----------
    points : (n, 2)
        From the lower left corner of the axes.
    sizes : (n, 2)
        Width and height of each label.
    room : (float, float)
        Width and height of the axes.

    Returns
    -------
    (n, 2)
        The middle of each label, from its point.

    Examples
    --------
    >>> far_apart = np.array([[20.0, 50.0], [80.0, 50.0]])
    >>> place(far_apart, np.array([[20.0, 10.0], [20.0, 10.0]]), (120.0, 100.0)).tolist()
    [[15.0, 0.0], [15.0, 0.0]]
    """
    n = len(points)
    offsets = _candidates(sizes)
    near = [_near(i, points, sizes) for i in range(n)]
    order = np.argsort(-_crowd(points), kind="stable").tolist()
    fixed = [_fixed_costs(i, points[near[i]], points, sizes, offsets, room) for i in order]
    costs = dict(zip(order, fixed, strict=True))
    chosen = np.full(n, -1)
    boxes = np.zeros((n, 4))
    ends = np.zeros((n, 2, 2))
    for _ in range(_SWEEPS):
        before = chosen.copy()
        for i in order:
            candidates = _boxes(points[i], sizes[i], offsets[i])
            placed = [j for j in near[i] if chosen[j] >= 0]
            lines, others = _lines(points[i], offsets[i]), ends[placed]
            lost = (
                _ON_LABEL * _covered(candidates, boxes[placed])
                + _THROUGH * _struck(lines, boxes[placed]).sum(axis=1)
                + _THROUGH * _struck(others, candidates).sum(axis=0)
                + _CROSSING * _crossing(lines, others).sum(axis=1)
            )
            chosen[i] = np.argmin(costs[i] + lost)
            boxes[i], ends[i] = candidates[chosen[i]], lines[chosen[i]]
        if (chosen == before).all():
            break
    return np.asarray(offsets[np.arange(n), chosen])


def _crowd(points: Floats) -> NDArray[np.int64]:
    """Count the points near each."""
    distances = np.abs(points[:, np.newaxis] - points).max(axis=-1)
    return np.asarray((distances < _CROWD).sum(axis=1))


def _candidates(sizes: Floats) -> Floats:
    """Give the places of each label (n, c, 2), the nearest first: its middle from its point."""
    directions = np.array(DIRECTIONS)
    return np.concatenate(
        [directions * (sizes[:, np.newaxis] / 2 + distance) for distance in DISTANCES], axis=1
    )


def _near(i: int, points: Floats, sizes: Floats) -> list[int]:
    """Give the other labels that label i could meet."""
    reach = 2 * DISTANCES[-1] + sizes + sizes[i]
    near = (np.abs(points - points[i]) < reach).all(axis=1)
    near[i] = False
    return [int(j) for j in np.flatnonzero(near)]


def _boxes(point: Floats, size: Floats, offsets: Floats) -> Floats:
    """Give the boxes (c, 4) of one label at its places."""
    middle = point + offsets
    return np.hstack([middle - size / 2, middle + size / 2])


def _fixed_costs(
    i: int,
    neighbours: Floats,
    points: Floats,
    sizes: Floats,
    offsets: Floats,
    room: tuple[float, float],
) -> Floats:
    """Give what each place (c,) of label i costs wherever the other labels are."""
    boxes = _boxes(points[i], sizes[i], offsets[i])
    outside = sizes[i].prod() - _covered(boxes, np.array([[0.0, 0.0, *room]]))
    markers = _covered(boxes, np.hstack([neighbours - _MARKER, neighbours + _MARKER]))
    # The order of directions counts a little, more than rounding does.
    far = np.add.outer(DISTANCES, 0.05 * np.arange(len(DIRECTIONS))).ravel()
    return np.asarray(_OUTSIDE * outside + _ON_MARKER * markers + _FAR * far)


def _covered(boxes: Floats, others: Floats) -> Floats:
    """Give the area of each box that other boxes cover, summed over these."""
    low = np.maximum(boxes[:, np.newaxis, :2], others[:, :2])
    high = np.minimum(boxes[:, np.newaxis, 2:], others[:, 2:])
    return np.asarray(np.clip(high - low, 0.0, None).prod(axis=-1).sum(axis=-1))


def _lines(point: Floats, offsets: Floats) -> Floats:
    """Give the lines (c, 2, 2) from a point to its label at each of its places."""
    return np.stack(np.broadcast_arrays(point, point + offsets), axis=1)


def _struck(lines: Floats, boxes: Floats) -> NDArray[np.bool_]:
    """Tell which lines (l, 2, 2) go through which boxes (b, 4): (l, b)."""
    start, step = lines[:, np.newaxis, 0], np.diff(lines, axis=1)
    # A line along an axis is turned by a hair, to be divided by.
    step = np.where(step == 0.0, 1e-9, step)
    # In shares of the line, where it comes in and goes out: the sides, then below and above.
    low, high = (boxes[:, :2] - start) / step, (boxes[:, 2:] - start) / step
    enters = np.minimum(low, high).max(axis=-1)
    leaves = np.maximum(low, high).min(axis=-1)
    return np.asarray(np.maximum(enters, 0.0) < np.minimum(leaves, 1.0))


def _crossing(lines: Floats, others: Floats) -> NDArray[np.bool_]:
    """Tell which lines (l, 2, 2) cross which others (m, 2, 2): (l, m)."""
    apart = _sides(lines, others).prod(axis=-1) < 0.0
    return np.asarray(apart & (_sides(others, lines).prod(axis=-1) < 0.0).T)


def _sides(lines: Floats, others: Floats) -> Floats:
    """Tell on which side of each line, by the sign, both ends of each other lie: (l, m, 2)."""
    step = np.diff(lines, axis=1)[:, :, np.newaxis]
    away = others - lines[:, np.newaxis, :1]
    return np.asarray(np.sign(step[..., 0] * away[..., 1] - step[..., 1] * away[..., 0]))
