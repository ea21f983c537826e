"""The records of a run as it goes, made for its callbacks and handed to each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from firth.training.callbacks import (
    Callback,
    EpochEnd,
    Progress,
    ReadVectors,
    RunEnd,
    RunStart,
    StopReason,
)
from firth.training.checkpoints.state import RunState
from firth.training.engines.base import Stretch
from firth.training.estimate import Estimate
from firth.training.task import Task


class Reports:
    """Makes the records of a run, and calls the callbacks with them, in their order."""

    def __init__(self, callbacks: Sequence[Callback], task: Task) -> None:
        self._callbacks, self._task = callbacks, task
        self._began = time.perf_counter()
        self._words_before = 0

    @property
    def _seconds(self) -> float:
        """Time since training began."""
        return time.perf_counter() - self._began

    def _words(self, state: RunState) -> int:
        """Return the words trained, in all epochs."""
        return state.epoch * self._task.size + state.position

    def start(
        self,
        state: RunState,
        checkpoint: Path | None,
        estimate: Estimate,
        input_vectors: ReadVectors,
    ) -> None:
        """Report where the run begins; the time of training begins afterwards."""
        corpus = self._task.corpus
        self._words_before = self._words(state)
        started = RunStart(
            config=self._task.config,
            vocabulary=corpus.vocabulary,
            tokens=self._task.size,
            held_out=corpus.held_out,
            epoch=state.epoch + 1,
            words=self._words_before,
            checkpoint=checkpoint,
            estimate=estimate,
            input_vectors=input_vectors,
            documents=self._task.sizes.documents,
        )
        for callback in self._callbacks:
            callback.on_start(started)
        self._began = time.perf_counter()

    def progress(self, stretch: Stretch, position: int, loss: float, pairs: int) -> None:
        """Report a stretch that was trained, and words, losses and pairs of its epoch so far."""
        epochs, size = self._task.config.epochs, self._task.size
        progress = Progress(
            epoch=stretch.epoch + 1,
            epochs=epochs,
            words=stretch.epoch * size + position,
            total=epochs * size,
            words_before=self._words_before,
            seconds=self._seconds,
            lr=stretch.lr + stretch.slope * position,
            pairs=pairs,
            loss=loss / max(pairs, 1),
        )
        for callback in self._callbacks:
            callback.on_progress(progress)

    def epoch(self, state: RunState, lr: float, *, is_best: bool | None) -> None:
        """Report the end of the last epoch of `state`."""
        ended = EpochEnd(
            epoch=state.epoch,
            epochs=self._task.config.epochs,
            words=self._words(state),
            seconds=self._seconds,
            lr=lr,
            loss=state.losses[-1],
            held_out_loss=state.held_out_losses[-1] if state.held_out_losses else None,
            is_best=is_best,
        )
        for callback in self._callbacks:
            callback.on_epoch(ended)

    def go_back(self, state: RunState) -> None:
        """Note that the run went back, so that the words trained since are never negative."""
        self._words_before = min(self._words_before, self._words(state))

    def end(self, reason: StopReason, state: RunState, seconds_paused: float) -> None:
        """Report the end of the run to all callbacks, even if some of them raise."""
        ended = RunEnd(
            reason=reason,
            losses=state.losses,
            held_out_losses=state.held_out_losses,
            words=self._words(state),
            seconds=self._seconds,
            seconds_paused=seconds_paused,
        )
        with ExitStack() as stack:
            for callback in reversed(self._callbacks):
                stack.callback(callback.on_end, ended)
