"""A run as it goes: epochs, pauses, checkpoints, and the way back when it diverges."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import CorpusError, FirthError, Interrupted, NothingToTrainError, warn
from firth.training.callbacks import StopReason
from firth.training.checkpoints.checkpoint import Checkpoint
from firth.training.checkpoints.checkpointer import Checkpointer, copies
from firth.training.checkpoints.folder import Checkpoints
from firth.training.checkpoints.state import RunState
from firth.training.config import TrainConfig
from firth.training.divergence import Diverged
from firth.training.engines.base import INPUT, Floats, Stretch, Tables
from firth.training.engines.recovery import MOST_LOSSES, WorkersLost, begin_until_done
from firth.training.engines.tables import composed
from firth.training.engines.threads import run_in_thread, train_in_threads
from firth.training.estimate import Estimate, expected_seconds
from firth.training.reports import Reports
from firth.training.schedule import Schedule, stretches
from firth.training.signals import Interrupts
from firth.training.task import Task, TrainResult

# How long a second interrupt waits for what is being written.
_LAST_SECONDS = 2.0
# Halving the step size ends where it would be less than this part of what was asked for.
_LEAST_SCALE = 1e-3


class NothingSampled(NothingToTrainError):
    """Subsampling left nothing to train on in an epoch."""


class Run:
    """A run as it goes: made, prepared, trained, closed."""

    def __init__(self, task: Task, reports: Reports, checkpoints: Checkpoints | None) -> None:
        self._task, self._reports = task, reports
        self._engine = begin_until_done(task.make_engine)
        self._engine_is_dropped = self._is_over = False
        self._checkpointer = Checkpointer(checkpoints, task, self._engine)
        self._begun_from: Path | None = None
        self._state = RunState()
        self._best: Tables | None = None
        # Where the run went back to when workers were lost, and how often it did without progress.
        self._went_back_to: RunState | None = None
        self._losses_at = 0
        # Where the last stretch ends that a worker took.
        self._taken = 0
        # Two reasons to pause: a signal, and what a callback raised.
        self._interrupts: Interrupts | None = None
        self._error: Exception | None = None

    def prepare(self, needed: Estimate) -> None:
        """Compile the engine, put it where the run begins, and measure how long it will take."""
        last = self._checkpointer.begin()
        state = RunState() if last is None else last.state
        epochs_left = self._task.config.epochs - state.epoch
        words = epochs_left * self._task.corpus.tokens.size - state.position
        seconds = self._get_ready(last, state, words)
        if last is not None:
            self._begun_from = self._checkpointer.last
        self._needed = dataclasses.replace(needed, seconds=seconds)

    def close(self) -> None:
        """Release what an exception would hold for as long as its traceback lives."""
        self._is_over = True
        self._engine.close()
        self._error = self._best = None

    def train(self, interrupts: Interrupts | None) -> TrainResult:
        """Train the epochs that are left, or until there is a reason to stop."""
        self._interrupts = interrupts
        reason: StopReason = "error"
        try:
            self._reports.start(self._state, self._begun_from, self._needed, self._input_vectors)
            result = self._train_to_end()
            reason = "done" if self._state.epoch == self._task.config.epochs else "patience"
        except KeyboardInterrupt as error:
            reason = "interrupted"
            # A second interrupt does not wait for a slow disk.
            self._checkpointer.finish(None if isinstance(error, Interrupted) else _LAST_SECONDS)
            raise
        except BaseException:
            self._checkpointer.finish()
            raise
        finally:
            self._reports.end(reason, self._state, self._checkpointer.seconds)
        return result

    def _train_to_end(self) -> TrainResult:
        """Train until the run is done; go back each time that workers are lost."""
        while True:
            try:
                if self._task.config.on_divergence == "halve" and self._checkpointer.last is None:
                    self._checkpointer.save(self._state, self._best)
                while not self._is_done():
                    self._train_epoch()
                self._checkpointer.finish()
                return self._result()
            except WorkersLost as error:
                if self._error is not None:
                    raise self._error from error
                self._start_anew(error)

    def _result(self) -> TrainResult:
        losses, held_out_losses = self._state.losses, self._state.held_out_losses
        epoch = len(losses) if self._best is None else int(np.argmin(held_out_losses)) + 1
        # Vectors to start from may be of another text.
        if self._task.initial is None:
            self._task.check.warn_of_loss(losses[epoch - 1], self._schedule.first)
        self._is_over = True
        return TrainResult(
            tables=self._engine.take_tables() if self._best is None else self._best,
            shapes=self._task.shapes,
            losses=losses,
            held_out_losses=held_out_losses,
            epoch=epoch,
            lr_scale=self._state.lr_scale,
            subwords=self._task.subwords,
            composition=self._task.composition,
            words_table=self._task.words_table,
        )

    @property
    def _schedule(self) -> Schedule:
        """The course of the run, after all halvings."""
        return self._task.schedule.scaled(self._state.lr_scale)

    def _input_vectors(self, rows: NDArray[np.int64] | None = None) -> Floats:
        """Copy the words' input vectors as they are now, all or those of some words."""
        if self._is_over:
            raise FirthError(
                "the vectors of a run can be read until the end of its last epoch: read them in "
                "on_epoch, or take those that training returns"
            )
        table, composition = self._engine.tables()[self._task.words_table], self._task.composition
        if composition is not None:
            return composed(table, composition if rows is None else composition.of(rows))
        return np.array(table[: self._task.words] if rows is None else table[rows], order="C")

    # ------------------------------------------------------------------------ epochs

    def _is_done(self) -> bool:
        losses, patience = self._state.held_out_losses, self._task.config.patience
        if patience is not None and losses and len(losses) - 1 - np.argmin(losses) >= patience:
            return True
        return self._state.epoch == self._task.config.epochs

    def _train_epoch(self) -> None:
        """Train an epoch, or what is left of it; if it diverges, stop or go back, as asked."""
        try:
            while self._state.position < self._task.size:
                self._train_until_pause()
            self._end_epoch()
        except Diverged as error:
            if self._error is not None:
                raise self._error from error
            if self._task.config.on_divergence == "stop" or not self._go_back(error):
                raise

    def _train_until_pause(self) -> None:
        """Train until the end of the epoch, or until there is something to do in between.

        A signal, or what a callback raised, is raised after a checkpoint, if there is a folder.
        """
        state, first_lr = self._state, self._schedule.first
        loss, pairs, position = state.loss, state.pairs, state.position
        self._error, self._taken = None, position
        for done in train_in_threads(self._engine, self._stretches()):
            self._task.check.check_loss(
                done.loss, done.pairs, self._engine.tables, state.epoch, first_lr
            )
            loss, pairs = loss + done.loss, pairs + done.pairs
            position += done.stretch.stop - done.stretch.start
            self._task.corpus.tokens.release(done.stretch.start, done.stretch.stop)
            # Of several that were trained meanwhile, the last is reported.
            if self._error is None and (not done.more or position == self._taken):
                try:
                    self._reports.progress(done.stretch, position, loss, pairs)
                except Exception as error:
                    self._error = error
        self._state = dataclasses.replace(state, position=self._taken, loss=loss, pairs=pairs)
        if self._is_stopped() or self._checkpointer.is_due():
            self._checkpointer.save(self._state, self._best)
        if self._error is not None:
            raise self._error
        if self._is_stopped():
            raise self._interruption()

    def _is_stopped(self) -> bool:
        is_interrupted = self._interrupts is not None and self._interrupts.received is not None
        return is_interrupted or self._error is not None

    def _stretches(self) -> Iterator[Stretch]:
        """Yield the stretches of the rest of an epoch, until there is a reason to pause."""
        begin = self._state.position
        for stretch in self._schedule.stretches(self._state.epoch, begin):
            # At least one between two checkpoints, however often they are wanted.
            if self._is_stopped() or (self._checkpointer.is_due() and stretch.start > begin):
                break
            # The workers finish what they took before anything else happens.
            self._taken = stretch.stop
            yield stretch

    def _end_epoch(self) -> None:
        state = self._state
        if state.pairs == 0:
            raise NothingSampled(
                _no_windows(self._task.config, f"in epoch {state.epoch + 1}", "give more text")
            )
        self._task.check.check_tables(self._engine.tables(), state.epoch, self._schedule.first)
        held_out_losses, is_best = state.held_out_losses, None
        if self._task.corpus.held_out:
            held_out_losses = (*held_out_losses, self._measure_held_out())
            is_best = bool(np.argmin(held_out_losses) == state.epoch)
        if is_best and self._task.keeps_best:
            # Memory has room for one copy: first the older ones go, in a checkpoint too.
            self._checkpointer.finish()
            self._best = None
            self._best = copies(self._engine.tables())
        self._state = RunState(
            epoch=state.epoch + 1,
            losses=(*state.losses, state.loss / state.pairs),
            held_out_losses=held_out_losses,
            lr_scale=state.lr_scale,
        )
        self._checkpointer.save(self._state, self._best)
        self._reports.epoch(
            self._state, self._schedule.step_size(self._state.epoch), is_best=is_best
        )

    def _measure_held_out(self) -> float:
        """Return the mean loss on the held-out text, with the same draws each time."""
        loss, pairs, tokens = 0.0, 0, self._task.corpus.tokens
        # With a step size of 0 the engine changes nothing.
        held_out = stretches(self._task.size, tokens.size, self._schedule.length)
        for done in train_in_threads(self._engine, held_out):
            loss, pairs = loss + done.loss, pairs + done.pairs
            tokens.release(done.stretch.start, done.stretch.stop)
        if pairs == 0:
            raise CorpusError(
                _no_windows(self._task.config, "in the held-out text", "hold out more")
            )
        return loss / pairs

    # ------------------------------------------------------------------------ checkpoints

    def _go_on_from(self, checkpoint: Checkpoint, state: RunState) -> None:
        self._engine.restore(checkpoint.tables)
        self._state, self._best = state, checkpoint.best

    def _go_back(self, error: Diverged) -> bool:
        """Go back to the last checkpoint, if there is one, with half the step size."""
        scale = self._state.lr_scale / 2.0
        self._best = None
        last = self._checkpointer.read_last()
        if last is None or scale < _LEAST_SCALE:
            return False
        self._go_on_from(last, dataclasses.replace(last.state, lr_scale=scale))
        self._reports.go_back(self._state)
        place, lr = self._checkpointer.last, self._schedule.first
        warn(f"{error}; went back to {place}, and lr is now {lr:g}")
        # So that a run that is stopped now does not diverge again first.
        self._checkpointer.save(self._state, self._best)
        return True

    def _start_anew(self, error: WorkersLost) -> None:
        """Go back to the last checkpoint, or to the beginning, with new workers."""
        self._best = None
        last = self._checkpointer.read_last()
        state = RunState() if last is None else last.state
        self._losses_at = self._losses_at + 1 if state == self._went_back_to else 1
        if self._losses_at > MOST_LOSSES:
            raise error
        self._went_back_to = state
        place = "the beginning" if last is None else self._checkpointer.last
        warn(f"{error}; went back to {place}, with new workers")
        self._drop_engine()
        self._get_ready(last, state)
        self._reports.go_back(self._state)

    def _get_ready(self, last: Checkpoint | None, state: RunState, words: int = 0) -> float | None:
        """Have the engine where the run goes on; if workers are lost meanwhile, start again.

        Return the seconds that it will take to train so many words; None for few of them.
        """

        def begin() -> float | None:
            try:
                if self._engine_is_dropped:
                    self._engine = self._checkpointer.engine = self._task.make_engine()
                    self._engine_is_dropped = False
                run_in_thread(self._engine.compile)
                for name, (places, rows) in self._task.initial_rows().items():
                    self._engine.restore({name: rows}, places)
                self._keep_vectors()
                self._state = state
                if last is not None:
                    self._go_on_from(last, state)
                return expected_seconds(self._task, self._engine, words)
            except WorkersLost:
                self._drop_engine()
                raise

        return begin_until_done(begin)

    def _keep_vectors(self) -> None:
        """Have words of n-grams start from the vectors that they have, also with other n-grams."""
        initial = self._task.initial
        if initial is not None and initial.composed is not None:
            places, rows = self._task.kept_rows(self._engine.tables()[INPUT])
            if len(places):
                self._engine.restore({INPUT: rows}, places)

    def _drop_engine(self) -> None:
        self._engine.close()
        self._engine_is_dropped = True

    def _interruption(self) -> Interrupted:
        """Return the exception that ends a run after a signal, with what to do."""
        assert self._interrupts is not None
        assert self._interrupts.received is not None
        self._checkpointer.finish()
        where = f"interrupted in epoch {self._state.epoch + 1} of {self._task.config.epochs}"
        last = self._checkpointer.last
        then = "no checkpoint could be written"
        if last is not None:
            then = f"{last} is the last checkpoint: give the same again with --resume (resume=True)"
        return Interrupted(f"{where}; {then}", self._interrupts.received)


def _no_windows(config: TrainConfig, where: str, advice: str) -> str:
    """Return why there was no window with two words, and what to do."""
    if config.sample == 0:
        fewer = ", or give fewer workers (--workers)" if config.workers > 1 else ""
        return f"there is no window with two words {where}; {advice}{fewer}"
    return (
        f"subsampling left no window with two words {where}; {advice}, or switch subsampling off "
        f"with sample=0 (got {config.sample:g})"
    )
