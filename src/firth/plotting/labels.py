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
# distance; by a line's step across another label.
_OUTSIDE, _ON_LABEL, _ON_MARKER, _FAR, _ACROSS = 100.0, 10.0, 6.0, 1.5, 40.0
_STEPS = np.array([0.25, 0.5, 0.75])


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
    for _ in range(_SWEEPS):
        before = chosen.copy()
        for i in order:
            candidates = _boxes(points[i], sizes[i], offsets[i])
            others = boxes[[j for j in near[i] if chosen[j] >= 0]]
            lost = _ON_LABEL * _covered(candidates, others) + _ACROSS * _crossed(
                points[i], offsets[i], others
            )
            chosen[i] = np.argmin(costs[i] + lost)
            boxes[i] = candidates[chosen[i]]
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


def _crossed(point: Floats, offsets: Floats, others: Floats) -> Floats:
    """Count on the line from a point to each place (c,) the steps that lie in other boxes."""
    steps = point + offsets[:, np.newaxis] * _STEPS[:, np.newaxis]
    steps = steps[:, :, np.newaxis]
    within = ((steps > others[:, :2]) & (steps < others[:, 2:])).all(axis=-1)
    return np.asarray(within.sum(axis=(1, 2)), dtype=np.float64)
