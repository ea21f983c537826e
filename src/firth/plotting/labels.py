"""Placement of the labels of points, so that they can be read.

n labels · c candidate places of a label. A box is (left, bottom, right, top); all lengths are in
points of 1/72 inch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Distances between a point and its label: close first, further away in a crowd.
DISTANCES = (5.0, 9.0, 15.0, 23.0, 33.0, 45.0, 60.0)
# Right first, then left, above, below, and between these.
DIRECTIONS = (
    (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0),
    (1.0, 0.7), (1.0, -0.7), (-1.0, 0.7), (-1.0, -0.7),
    (0.5, 1.0), (0.5, -1.0), (-0.5, 1.0), (-0.5, -1.0),
    (1.0, 0.35), (1.0, -0.35), (-1.0, 0.35), (-1.0, -0.35),
)  # fmt: skip
# A label needs a line to its point if the point is further away than NEAR, or another point is less
# than _UNCLEAR further away.
NEAR = 9.0
_UNCLEAR = 2.0

_SWEEPS = 6
_MARKER = 3.5
# A crowd is at least _FEWEST points that are less than _CROWD apart.
_CROWD, _FEWEST = 40.0, 4
# The costs of a square point outside the axes, on another label, or on a marker; of a point of
# distance; of a line through another label, another line, or another marker.
_OUTSIDE, _ON_LABEL, _ON_MARKER, _FAR = 100.0, 10.0, 6.0, 1.5
_THROUGH, _CROSSING, _OVER_MARKER = 400.0, 150.0, 20.0
# A badly placed label tries _TRIED places while its neighbours give way, but only in a group of at
# most _GIVE_WAY labels, since it takes long.
_TRIED, _GIVE_WAY = 16, 16
# The cost of a label on the wrong side of its crowd's middle.
_INWARDS = 60.0

NO_LINES = np.zeros((0, 2, 2))


def place(
    points: Floats, sizes: Floats, room: tuple[float, float], strokes: Floats = NO_LINES
) -> Floats:
    """Choose a place beside its point for each label, so that labels cover as little as possible.

    Each label in turn, the most crowded first, takes its best place, given the places of the
    others. This is repeated in a few sweeps, since later labels change the best places of earlier
    ones. Nothing is random.

    Parameters
    ----------
    points : (n, 2)
        From the lower left corner of the axes.
    sizes : (n, 2)
        Width and height of each label.
    room : (float, float)
        Width and height of the axes.
    strokes : (l, 2, 2), optional
        Lines of the picture, each from point to point, that labels should avoid.

    Returns
    -------
    (n, 2)
        The middle of each label, relative to its point.

    Examples
    --------
    >>> far_apart = np.array([[20.0, 50.0], [80.0, 50.0]])
    >>> place(far_apart, np.array([[20.0, 10.0], [20.0, 10.0]]), (120.0, 100.0)).tolist()
    [[15.0, 0.0], [15.0, 0.0]]
    """
    labels = _Labels(points, sizes, room, strokes)
    order = np.argsort(-_crowd(points), kind="stable").tolist()
    stale = np.full(len(points), True)
    for _ in range(_SWEEPS):
        for i in order:
            if stale[i]:
                stale[i] = False
                candidate = int(np.argmin(labels.costs(i)))
                # The best places of the labels nearby may change.
                stale[labels.near[i]] |= candidate != labels.chosen[i]
                labels.put(i, candidate)
        if not stale.any():
            break
    for i in order:
        labels.make_room(i)
    return np.asarray(labels.offsets[np.arange(len(points)), labels.chosen])


class _Labels:
    """Labels and their chosen places; -1 before the first choice."""

    def __init__(
        self, points: Floats, sizes: Floats, room: tuple[float, float], strokes: Floats
    ) -> None:
        n = len(points)
        self.points, self.sizes = points, sizes
        self.offsets = _candidates(sizes)
        self.near = [_near(i, points, sizes) for i in range(n)]
        self.chosen = np.full(n, -1)
        self.boxes, self.lines = np.zeros((n, 4)), np.zeros((n, 2, 2))
        self.fixed = [self._fixed_costs(i, room, strokes) for i in range(n)]

    def _fixed_costs(self, i: int, room: tuple[float, float], strokes: Floats) -> Floats:
        """Return the part of the cost of each place (c,) of label i that no other label changes."""
        point, offsets, neighbours = self.points[i], self.offsets[i], self.points[self.near[i]]
        boxes = _boxes(point, self.sizes[i], offsets)
        outside = self.sizes[i].prod() - _covered(boxes, np.array([[0.0, 0.0, *room]]))
        dots = np.hstack([neighbours - _MARKER, neighbours + _MARKER])
        markers = _ON_MARKER * _covered(boxes, dots)
        markers += _OVER_MARKER * _struck(_lines(point, offsets), dots).sum(axis=1)
        markers += _INWARDS * _inwards(point, neighbours, offsets)
        # The order of directions has a small cost, larger than rounding errors.
        far = np.add.outer(DISTANCES, 0.05 * np.arange(len(DIRECTIONS))).ravel()
        costs = _OUTSIDE * outside + markers + _FAR * far
        return np.asarray(costs + _THROUGH * _struck(strokes, boxes).sum(axis=0))

    def put(self, i: int, candidate: int) -> None:
        """Move label i to one of its places."""
        offset = self.offsets[i, candidate : candidate + 1]
        self.chosen[i] = candidate
        self.boxes[i] = _boxes(self.points[i], self.sizes[i], offset)[0]
        self.lines[i] = _lines(self.points[i], offset)[0]

    def costs(self, i: int) -> Floats:
        """Return the cost of each place (c,) of label i, given the places of the others."""
        candidates = _boxes(self.points[i], self.sizes[i], self.offsets[i])
        lines = _lines(self.points[i], self.offsets[i])
        placed = [j for j in self.near[i] if self.chosen[j] >= 0]
        boxes, others = self.boxes[placed], self.lines[placed]
        return np.asarray(
            self.fixed[i]
            + _ON_LABEL * _covered(candidates, boxes)
            + _THROUGH * _struck(lines, boxes).sum(axis=1)
            + _THROUGH * _struck(others, candidates).sum(axis=0)
            + _CROSSING * _crossing(lines, others).sum(axis=1)
        )

    def make_room(self, i: int) -> None:
        """Let the labels around give way to a badly placed label i, if that costs less.

        Covered labels are worse than any line, so the covered area must not grow.
        """
        group = [i, *self.near[i]]
        if len(group) > _GIVE_WAY or self._cost([i]) < _THROUGH:
            return
        best, lowest, covered = self.chosen[group], self._cost(group), self._covered(group)
        for candidate in np.argsort(self.fixed[i], kind="stable")[:_TRIED].tolist():
            self.put(i, candidate)
            for j in group[1:]:
                self.put(j, int(np.argmin(self.costs(j))))
            cost = self._cost(group)
            if cost < lowest and self._covered(group) <= covered:
                best, lowest = self.chosen[group], cost
                if self._cost([i]) < _THROUGH:
                    break
        for j, place in zip(group, best.tolist(), strict=True):
            self.put(j, place)

    def _covered(self, labels: list[int]) -> float:
        """Return the area of these labels that is covered by others."""
        return float(
            sum(_covered(self.boxes[j : j + 1], self.boxes[self.near[j]]).sum() for j in labels)
        )

    def _cost(self, labels: list[int]) -> float:
        return float(sum(self.costs(j)[self.chosen[j]] for j in labels))


def need_lines(points: Floats, sizes: Floats, offsets: Floats) -> NDArray[np.bool_]:
    """Return which labels (n,) need a line to their point.

    These are labels far from their point, and labels with another point about as near, so that a
    reader could not tell which point they name.

    Parameters
    ----------
    points, sizes : (n, 2)
        As in `place`.
    offsets : (n, 2)
        The middle of each label, relative to its point.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [0.0, 0.0], [80.0, 0.0]])
    >>> sizes, offsets = np.full((3, 2), 10.0), np.array([[10.0, 0.0], [-10.0, 0.0], [10.0, 0.0]])
    >>> need_lines(points, sizes, offsets).tolist()
    [True, True, False]
    """
    gaps = np.abs(points - (points + offsets)[:, np.newaxis]) - sizes[:, np.newaxis] / 2
    # From label i to point j.
    distances = np.linalg.norm(np.maximum(gaps, 0.0), axis=-1)
    own = distances.diagonal().copy()
    np.fill_diagonal(distances, np.inf)
    far = np.abs(offsets) - sizes / 2
    return np.asarray((far.max(axis=1) > NEAR) | (distances.min(axis=1) < own + _UNCLEAR))


def _crowd(points: Floats) -> NDArray[np.int64]:
    """Count the points near each point."""
    distances = np.abs(points[:, np.newaxis] - points).max(axis=-1)
    return np.asarray((distances < _CROWD).sum(axis=1))


def _candidates(sizes: Floats) -> Floats:
    """Return the places of each label (n, c, 2), relative to its point, the nearest first."""
    directions = np.array(DIRECTIONS)
    return np.concatenate(
        [directions * (sizes[:, np.newaxis] / 2 + distance) for distance in DISTANCES], axis=1
    )


def _near(i: int, points: Floats, sizes: Floats) -> list[int]:
    """Return the other labels that label i could meet."""
    reach = 2 * DISTANCES[-1] + sizes + sizes[i]
    near = (np.abs(points - points[i]) < reach).all(axis=1)
    near[i] = False
    return [int(j) for j in np.flatnonzero(near)]


def _boxes(point: Floats, size: Floats, offsets: Floats) -> Floats:
    """Return the boxes (c, 4) of a label at its places."""
    middle = point + offsets
    return np.hstack([middle - size / 2, middle + size / 2])


def _inwards(point: Floats, neighbours: Floats, offsets: Floats) -> Floats:
    """Return 1 - cos of the angle between each place (c,) and the way out of the crowd: 0 to 2."""
    crowd = neighbours[(np.abs(neighbours - point) < _CROWD).all(axis=1)]
    outwards = point - crowd.mean(axis=0) if len(crowd) >= _FEWEST else np.zeros(2)
    length = np.linalg.norm(outwards)
    if length == 0.0:
        return np.zeros(len(offsets))
    cosines = offsets @ outwards / (np.linalg.norm(offsets, axis=1) * length)
    return np.asarray(1.0 - cosines)


def _covered(boxes: Floats, others: Floats) -> Floats:
    """Return the area of each box that other boxes cover, summed over the other boxes."""
    low = np.maximum(boxes[:, np.newaxis, :2], others[:, :2])
    high = np.minimum(boxes[:, np.newaxis, 2:], others[:, 2:])
    return np.asarray(np.clip(high - low, 0.0, None).prod(axis=-1).sum(axis=-1))


def _lines(point: Floats, offsets: Floats) -> Floats:
    """Return the lines (c, 2, 2) from a point to its label at each place."""
    return np.stack(np.broadcast_arrays(point, point + offsets), axis=1)


def _struck(lines: Floats, boxes: Floats) -> NDArray[np.bool_]:
    """Return which lines (l, 2, 2) cross which boxes (b, 4): (l, b)."""
    start, step = lines[:, np.newaxis, 0], np.diff(lines, axis=1)
    # A line along an axis is turned slightly, to avoid a division by zero.
    step = np.where(step == 0.0, 1e-9, step)
    # Where the line enters and leaves the box in x and in y, as shares of its length.
    low, high = (boxes[:, :2] - start) / step, (boxes[:, 2:] - start) / step
    enters = np.minimum(low, high).max(axis=-1)
    leaves = np.maximum(low, high).min(axis=-1)
    return np.asarray(np.maximum(enters, 0.0) < np.minimum(leaves, 1.0))


def _crossing(lines: Floats, others: Floats) -> NDArray[np.bool_]:
    """Return which lines (l, 2, 2) cross which others (m, 2, 2): (l, m)."""
    apart = _sides(lines, others).prod(axis=-1) < 0.0
    return np.asarray(apart & (_sides(others, lines).prod(axis=-1) < 0.0).T)


def _sides(lines: Floats, others: Floats) -> Floats:
    """Return on which side of each line, as a sign, the ends of each other line are: (l, m, 2)."""
    step = np.diff(lines, axis=1)[:, :, np.newaxis]
    away = others - lines[:, np.newaxis, :1]
    return np.asarray(np.sign(step[..., 0] * away[..., 1] - step[..., 1] * away[..., 0]))
