"""The progress bars of reading and training."""

from __future__ import annotations

from firth.bars import Bar
from firth.training.callbacks import Callback, Progress, RunStart


class ReadingBar(Bar):
    """Shows how much of a corpus has been read: call it with the amount done and the total."""

    def __init__(self, *, shown: bool) -> None:
        super().__init__("reading", "B", shown=shown)

    def __call__(self, done: int, total: int | None) -> None:
        """Show that `done` of `total` bytes or token lists were read."""
        self.move(done, total)


class TrainingBar(Bar, Callback):
    """Shows words per second, time left, epoch, step size and loss."""

    def __init__(self, *, shown: bool) -> None:
        super().__init__("training", " words", shown=shown)

    def on_start(self, start: RunStart) -> None:
        """Begin where the checkpoint ended."""
        self.begin = start.words

    def on_progress(self, progress: Progress) -> None:
        """Show how far the run has come."""
        self.move(
            progress.words,
            progress.total,
            epoch=f"{progress.epoch}/{progress.epochs}",
            lr=f"{progress.lr:.4f}",
            loss=f"{progress.loss:.4f}",
        )
