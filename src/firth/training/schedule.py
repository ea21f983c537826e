"""The course of a run, which is known before it begins: stretches, and the step size in each.

The step size falls linearly over the positions of all epochs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from firth.training.config import TrainConfig
from firth.training.engines.base import Stretch

STRETCH = 65_536


def stretch_length(config: TrainConfig, size: int) -> int:
    """Return the most tokens of a stretch, for an epoch of `size` positions."""
    # Short corpora are cut small enough that every thread gets several stretches.
    return max(1, min(STRETCH, -(-size // (8 * config.used_threads))))


def stretches(
    start: int,
    stop: int,
    length: int,
    *,
    epoch: int = 0,
    lr: float = 0.0,
    slope: float = 0.0,
    first: int = 0,
) -> Iterator[Stretch]:
    """Cut the positions from `start` up to `stop`; with no step size given, nothing is changed."""
    for begin in range(start, stop, length):
        yield Stretch(epoch, begin, min(begin + length, stop), lr, slope, first)


@dataclass(frozen=True)
class Schedule:
    """How a run cuts its epochs, and how its step size falls.

    Examples
    --------
    >>> schedule = Schedule(first=0.5, last=0.0, epochs=5, size=1000, length=400)
    >>> schedule.step_size(1)
    0.4
    >>> [stretch.stop for stretch in schedule.stretches(epoch=1, start=100)]
    [500, 900, 1000]
    """

    first: float  # the step size at the first position of the first epoch
    last: float  # and after the last position of the last
    epochs: int
    size: int  # positions of an epoch
    length: int  # the most tokens of a stretch

    @property
    def slope(self) -> float:
        """The change of the step size from one position to the next."""
        return (self.last - self.first) / (self.epochs * self.size)

    def step_size(self, epoch: int) -> float:
        """Return the step size at the beginning of an epoch, from 0."""
        return self.first + self.slope * epoch * self.size

    def stretches(self, epoch: int, start: int) -> Iterator[Stretch]:
        """Return the stretches of an epoch from a position on."""
        lr, slope = self.step_size(epoch), self.slope
        return stretches(start, self.size, self.length, epoch=epoch, lr=lr, slope=slope)

    def scaled(self, scale: float) -> Schedule:
        """Return the same course with all step sizes multiplied."""
        return dataclasses.replace(self, first=scale * self.first, last=scale * self.last)
