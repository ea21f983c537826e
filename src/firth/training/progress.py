"""Progress bars on standard error.

Where that cannot be written, there are none: a run is worth more than its bar.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import ClassVar, Self

from tqdm import tqdm

from firth.training.callbacks import Callback, Progress, RunStart


class _Bar:
    """A bar that appears with the first report, and stays as a line when it is done."""

    _options: ClassVar[dict[str, object]]

    def __init__(self) -> None:
        self._bar: tqdm[None] | None = None
        self._begin = 0
        # Python has no such stream where the process was started without.
        self._is_shown = sys.stderr is not None

    def __enter__(self) -> Self:
        """Give the bar itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            with self._giving_up():
                self._bar.close()

    def _move(self, done: int, total: int | None, **figures: str) -> None:
        if not self._is_shown:
            return
        with self._giving_up():
            if self._bar is None:
                self._bar = tqdm(
                    total=total, initial=self._begin, dynamic_ncols=True, **self._options
                )
            if figures:
                self._bar.set_postfix(figures, refresh=False)
            self._bar.update(done - self._bar.n)

    @contextlib.contextmanager
    def _giving_up(self) -> Iterator[None]:
        """Show nothing more once the stream cannot be written, or is closed."""
        try:
            yield
        except (OSError, ValueError):
            self._is_shown = False
            if self._bar is not None:
                # It would try once more when it is closed.
                self._bar.disable = True


class ReadingBar(_Bar):
    """Shows how much of a corpus has been read: call it with what is done and the total."""

    _options: ClassVar[dict[str, object]] = {
        "desc": "reading",
        "unit": "B",
        "unit_scale": True,
    }

    def __call__(self, done: int, total: int | None) -> None:
        """Show that `done` of `total` bytes or token lists were read."""
        self._move(done, total)


class TrainingBar(_Bar, Callback):
    """Shows words per second, time left, epoch, step size and loss."""

    _options: ClassVar[dict[str, object]] = {
        "desc": "training",
        "unit": " words",
        "unit_scale": True,
    }

    def on_start(self, start: RunStart) -> None:
        """Begin where a checkpoint left off."""
        self._begin = start.words

    def on_progress(self, progress: Progress) -> None:
        """Show how far the run has come."""
        self._move(
            progress.words,
            progress.total,
            epoch=f"{progress.epoch}/{progress.epochs}",
            lr=f"{progress.lr:.4f}",
            loss=f"{progress.loss:.4f}",
        )
