"""A film: moments of a run in their order, as many as there is room for.

n words of the map · D dimensions
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.recordings.planes import Plane
from firth.vectors.search import unit_rows

# A film of 2,000 words and 100 dimensions then takes 48 MB, and its page 7 MB.
MOST_FRAMES = 120
# Bytes of the rows of all frames.
MOST_BYTES = 96 << 20
FEWEST_FRAMES = 16
# Points of unit rows lie within -2 and 2. So int16 holds them.
SCALE = 16_000
# Numbers of films, so that a page notices that another run began, or that of another command: they
# count from the time at which this one began, in milliseconds.
_runs = itertools.count(time.time_ns() // 1_000_000)
_Item = TypeVar("_Item")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a moment.

    Parameters
    ----------
    epoch : int
        From 1.
    words : int
        Words trained so far, in all epochs.
    seconds : float
        Since training began.
    lr : float
        The step size.
    loss : float
        The mean loss since the figures before, in nats per positive pair.
    speed : float
        Words a second since the figures before.
    left : float
        Seconds to the end; infinite if not known.
    """

    epoch: int
    words: int
    seconds: float
    lr: float
    loss: float
    speed: float
    left: float


@dataclass(frozen=True)
class Frame:
    """A moment of a run.

    Parameters
    ----------
    number : int
        Frames are counted from 0, those that were dropped too.
    figures : Figures
    points : int16, (n, 2)
        The places of the words on the map, times `SCALE`.
    unit : float16, (n, D)
        Their vectors at length one.
    """

    number: int
    figures: Figures
    points: NDArray[np.int16]
    unit: NDArray[np.float16]


@dataclass(frozen=True)
class EpochFigures:
    """The mean losses of an epoch, and where it ended."""

    epoch: int
    words: int
    loss: float
    held_out_loss: float | None


class Film:
    """The frames of a run; when there is no room, every second one is dropped.

    Frames are added by one thread, and may be read by others.

    Parameters
    ----------
    words : sequence of str
        The words of the map, by falling frequency.
    facts : dict
        What the page says of the run: options, sizes.
    total : int
        Words of all epochs.
    most : int
        How many frames are kept, at most.

    Attributes
    ----------
    run : int
        A number that no other film has, nor one of another process.
    stride : int
        How much slower the pace is than at first.
    taken : int
        How many frames were added; not all of them are kept.
    reason : str or None
        Why the run ended, as in `RunEnd`; None while it trains.
    """

    def __init__(
        self, words: Sequence[str], facts: dict[str, object], total: int, most: int = MOST_FRAMES
    ) -> None:
        self.words, self.facts, self.total = words, facts, total
        self.run = next(_runs)
        self.stride, self.taken = 1, 0
        self.reason: str | None = None
        self._most = most
        self._plane = Plane()
        self._frames: list[Frame] = []
        self._epochs: list[EpochFigures] = []
        self._lock = threading.Lock()

    def add(self, rows: NDArray[np.floating], figures: Figures) -> None:
        """Add the vectors of this moment (n, D)."""
        unit = unit_rows(rows)
        points = np.rint(self._plane.points(unit) * SCALE).astype(np.int16)
        frame = Frame(self.taken, figures, points, unit.astype(np.float16))
        self.taken += 1
        most = min(self._most, max(FEWEST_FRAMES, MOST_BYTES // max(1, frame.unit.nbytes)))
        with self._lock:
            if len(self._frames) >= most:
                # The last one stays: what comes next was turned onto it.
                self._frames = thinned(self._frames)
                self.stride *= 2
            self._frames.append(frame)

    def add_epoch(self, figures: EpochFigures) -> None:
        """Add the end of an epoch."""
        with self._lock:
            if len(self._epochs) >= 2 * self._most:
                self._epochs = thinned(self._epochs)
            self._epochs.append(figures)

    def frames(self) -> list[Frame]:
        """Return the frames that are kept, in their order."""
        with self._lock:
            return list(self._frames)

    def epochs(self) -> list[EpochFigures]:
        """Return the epochs that have ended; of very many, not all are kept."""
        with self._lock:
            return list(self._epochs)


def thinned(items: list[_Item]) -> list[_Item]:
    """Return every second item, the first and the last among them.

    Examples
    --------
    >>> thinned([0, 1, 2, 3, 4]), thinned([0, 1, 2, 3])
    ([0, 2, 4], [0, 2, 3])
    """
    kept = items[::2]
    return kept if len(items) % 2 else [*kept, items[-1]]
