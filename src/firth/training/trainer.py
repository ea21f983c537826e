"""The run: epochs, the falling step size, losses, callbacks, checkpoints, whatever the engine."""

from __future__ import annotations

import dataclasses
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Corpus
from firth.errors import ConfigError, CorpusError, Interrupted, warn
from firth.training import estimate
from firth.training.advice import warn_of_choices
from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart, StopReason
from firth.training.checkpoints.checkpointer import Checkpointer, copies
from firth.training.checkpoints.fingerprint import spec_of
from firth.training.checkpoints.folder import Checkpoints
from firth.training.checkpoints.state import RunState
from firth.training.config import TrainConfig
from firth.training.divergence import Diverged, check_loss, check_tables
from firth.training.engines.base import NO_WORDS, Initial, MakeEngine, Stretch
from firth.training.engines.hogwild import HogwildEngine
from firth.training.engines.threads import run_in_thread, train_in_threads
from firth.training.signals import Interrupts

_STRETCH = 65_536
# How long a second interrupt waits for what is being written.
_LAST_SECONDS = 2.0
# Below this part of the step size that was asked for, halving it is given up.
_LEAST_SCALE = 1e-3


@dataclass(frozen=True, eq=False)
class TrainResult:
    """What a run leaves.

    Parameters
    ----------
    input_vectors, output_vectors : float32, (V, D)
        The vectors; those of the best epoch, if the run had `patience`.
    losses : tuple of float
        The mean loss of each epoch, in nats per positive pair.
    held_out_losses : tuple of float
        The mean loss on the held-out text after each epoch; empty if there is none.
    epoch : int
        The epoch after which the vectors were these, from 1.
    lr_scale : float
        What the step size was multiplied by in the end: less than 1 where training diverged and
        went back.
    """

    input_vectors: NDArray[np.float32]
    output_vectors: NDArray[np.float32]
    losses: tuple[float, ...]
    held_out_losses: tuple[float, ...]
    epoch: int
    lr_scale: float


def train_corpus(
    corpus: Corpus,
    config: TrainConfig,
    *,
    engine: MakeEngine | None = None,
    callbacks: Sequence[Callback] = (),
    checkpoints: Checkpoints | None = None,
    initial: Initial | None = None,
    frozen: NDArray[np.int64] = NO_WORDS,
) -> TrainResult:
    """Train on an encoded corpus.

    Parameters
    ----------
    corpus : Corpus
        Vocabulary and token ids, and how many of these are held out.
    config : TrainConfig
        How to train.
    engine : callable, optional
        The class of the engine that trains; by default the compiled kernel.
    callbacks : sequence of Callback
        Are told how the run goes, in the caller's thread.
    checkpoints : Checkpoints, optional
        Where checkpoints are kept, and whether the run goes on from one. Then an interrupt (SIGINT
        or SIGTERM) ends the run with a checkpoint, if this is the main thread.
    initial : Initial, optional
        Vectors to start from; those of all other words start as the seed has it.
    frozen : int64
        Ids of words whose vectors do not change.

    Raises
    ------
    CorpusError
        If subsampling leaves no window with two words.
    ConfigError
        If options do not fit each other or the checkpoint, or training diverges: the step size is
        too large.
    Interrupted
        If the run was interrupted after a checkpoint.
    """
    if engine is None:
        engine = HogwildEngine
    with closing(_Run(corpus, config, engine, callbacks, checkpoints, initial, frozen)) as run:
        run.prepare(initial)
        with Interrupts() if checkpoints is not None else nullcontext() as interrupts:
            return run.train(interrupts)


class _Run:
    """A run as it goes."""

    def __init__(
        self,
        corpus: Corpus,
        config: TrainConfig,
        make_engine: MakeEngine,
        callbacks: Sequence[Callback],
        checkpoints: Checkpoints | None,
        initial: Initial | None,
        frozen: NDArray[np.int64],
    ) -> None:
        check_options(config, held_out=corpus.held_out > 0, checkpoints=checkpoints is not None)
        self._corpus, self._config = corpus, config
        self._callbacks = callbacks
        self._size = corpus.tokens.size - corpus.held_out
        self._stretch = _stretch_length(self._size, config)
        warn_of_choices(corpus, config)
        self._estimate = estimate.estimate(
            corpus, config, stretch=self._stretch, frozen=len(frozen), checkpoints=checkpoints
        )
        estimate.check_fits(self._estimate, corpus, config, checkpoints)
        self._last = None
        if checkpoints is not None:
            spec = spec_of(corpus, config, make_engine, initial, frozen)
            self._last = checkpoints.begin(spec)
        counts = corpus.vocabulary.counts
        self._engine = make_engine(config, counts, corpus.tokens, self._stretch, frozen)
        self._saver = Checkpointer(checkpoints, self._engine, corpus.vocabulary, config)
        self._begun_from = None if self._last is None else self._last.path
        self._state = RunState() if self._last is None else self._last.state
        self._best = None if self._last is None else self._last.best
        self._words_before = self._words
        self._given_out = self._state.position
        self._interrupts: Interrupts | None = None
        self._error: Exception | None = None

    def prepare(self, initial: Initial | None) -> None:
        """Have the engine ready where the run begins, and measure how long it will take."""
        run_in_thread(self._engine.compile)
        if initial is not None:
            self._engine.restore(initial.input_vectors, initial.output_vectors, initial.ids)
        last, self._last = self._last, None
        if last is not None:
            self._engine.restore(*last.tables)
        self._measure_time()
        self._began = time.perf_counter()

    def close(self) -> None:
        """Let go of what an exception would hold for as long as its traceback lives."""
        self._engine.close()
        self._error = self._best = None

    def train(self, interrupts: Interrupts | None) -> TrainResult:
        """Train the epochs that are left, or until there is a reason to stop."""
        self._interrupts = interrupts
        reason: StopReason = "error"

        def tell_end(callback: Callback) -> None:
            callback.on_end(self._end(reason))

        with ExitStack() as stack:
            # All are told of the end, also where one of them raises.
            for callback in reversed(self._callbacks):
                stack.callback(tell_end, callback)
            try:
                self._tell_start()
                # What they did to prepare is no time of training.
                self._began = time.perf_counter()
                if self._config.on_divergence == "halve" and self._begun_from is None:
                    self._saver.save(self._state, self._best)
                while not self._is_done():
                    self._train_epoch()
                self._saver.finish()
            except KeyboardInterrupt as error:
                reason = "interrupted"
                # A second interrupt does not wait for a slow disk.
                self._saver.finish(None if isinstance(error, Interrupted) else _LAST_SECONDS)
                raise
            except BaseException:
                self._saver.finish()
                raise
            reason = "done" if self._state.epoch == self._config.epochs else "patience"
        losses, held_out_losses = self._state.losses, self._state.held_out_losses
        epoch = len(losses) if self._best is None else int(np.argmin(held_out_losses)) + 1
        tables = self._engine.vectors() if self._best is None else self._best
        return TrainResult(*tables, losses, held_out_losses, epoch, self._state.lr_scale)

    @property
    def _words(self) -> int:
        """Words trained, in all epochs."""
        return self._words_of(self._state.position)

    def _words_of(self, position: int) -> int:
        """Return the words trained, in all epochs, up to a position of this one."""
        return self._state.epoch * self._size + position

    @property
    def _seconds(self) -> float:
        return time.perf_counter() - self._began

    def _measure_time(self) -> None:
        left = self._config.epochs * self._size - self._words
        measured = (self._config.epochs - self._state.epoch) * self._corpus.held_out
        seconds = estimate.expected_seconds(
            self._engine,
            self._corpus,
            self._config,
            stretch=self._stretch,
            words=left + measured,
        )
        self._estimate = dataclasses.replace(self._estimate, seconds=seconds)

    # ------------------------------------------------------------------------ epochs

    def _is_done(self) -> bool:
        losses, patience = self._state.held_out_losses, self._config.patience
        if patience is not None and losses and len(losses) - 1 - np.argmin(losses) >= patience:
            return True
        return self._state.epoch == self._config.epochs

    def _train_epoch(self) -> None:
        """Train an epoch, or what is left of it; if it diverges, stop or go back, as asked."""
        try:
            while self._state.position < self._size:
                self._train_until_pause()
            self._end_epoch()
        except Diverged as error:
            if self._error is not None:
                raise self._error from error
            if self._config.on_divergence == "stop":
                raise
            if not self._go_back(error):
                raise

    def _train_until_pause(self) -> None:
        """Train until the end of the epoch, or until there is something to do in between.

        What then raises, raises after a checkpoint, if there is a folder for it.
        """
        loss, pairs, words = self._state.loss, self._state.pairs, self._words
        self._error, self._given_out = None, self._state.position
        for done, (some_loss, some_pairs), more in train_in_threads(
            self._engine, self._stretches()
        ):
            self._check_loss(some_loss, some_pairs)
            loss, pairs = loss + some_loss, pairs + some_pairs
            words += done.stop - done.start
            self._corpus.tokens.release(done.start, done.stop)
            # Of several that were done meanwhile, the last is told.
            if self._error is None and (not more or words == self._words_of(self._given_out)):
                self._tell_progress(done, words, loss, pairs)
        self._state = dataclasses.replace(
            self._state, position=self._given_out, loss=loss, pairs=pairs
        )
        if self._is_stopped() or self._saver.is_due():
            self._saver.save(self._state, self._best)
        if self._error is not None:
            raise self._error
        if self._received is not None:
            raise self._interruption(self._received)

    def _check_loss(self, loss: float, pairs: int) -> None:
        vocabulary, epoch = self._corpus.vocabulary, self._state.epoch
        check_loss(loss, pairs, self._engine.tables, vocabulary, epoch, self._config, self._lr)

    @property
    def _lr(self) -> float:
        """The step size at the start, after all halvings."""
        return self._config.step_size * self._state.lr_scale

    @property
    def _received(self) -> signal.Signals | None:
        """The signal that interrupts this run, if there was one."""
        return None if self._interrupts is None else self._interrupts.received

    def _is_stopped(self) -> bool:
        return self._error is not None or self._received is not None

    def _stretches(self) -> Iterator[Stretch]:
        """Cut the rest of an epoch into stretches; the step size falls linearly over all epochs."""
        lr, slope = self._schedule(self._state.epoch)
        for start in range(self._state.position, self._size, self._stretch):
            # At least one between two checkpoints, however often they are wanted.
            is_first = start == self._state.position
            if self._is_stopped() or (self._saver.is_due() and not is_first):
                break
            # The workers finish what was given out before anything else happens.
            self._given_out = min(start + self._stretch, self._size)
            yield Stretch(self._state.epoch, start, self._given_out, lr, slope)

    def _schedule(self, epoch: int) -> tuple[float, float]:
        """Return the step size at the start of an epoch, and its change from word to word."""
        config, scale = self._config, self._state.lr_scale
        slope = scale * (config.last_step_size - config.step_size) / (config.epochs * self._size)
        return scale * config.step_size + slope * epoch * self._size, slope

    def _end_epoch(self) -> None:
        state, config = self._state, self._config
        if state.pairs == 0:
            raise CorpusError(
                f"subsampling left no window with two words in epoch {state.epoch + 1}; "
                "give more text, or switch subsampling off with sample=0 "
                f"(got {config.sample:g})"
            )
        check_tables(self._engine.tables(), self._corpus.vocabulary, state.epoch, self._lr)
        losses = (*state.losses, state.loss / state.pairs)
        held_out_losses = state.held_out_losses
        if self._corpus.held_out:
            held_out_losses = (*held_out_losses, self._measure_held_out())
        is_best = bool(np.argmin(held_out_losses) == state.epoch) if held_out_losses else None
        if is_best and config.patience is not None:
            # Neither the best one before nor a checkpoint with it shall stand beside this one.
            self._saver.finish()
            self._best = None
            self._best = copies(self._engine.tables())
        self._state = RunState(
            epoch=state.epoch + 1,
            losses=losses,
            held_out_losses=held_out_losses,
            lr_scale=state.lr_scale,
        )
        self._saver.save(self._state, self._best)
        ended = EpochEnd(
            epoch=self._state.epoch,
            epochs=config.epochs,
            words=self._words,
            seconds=self._seconds,
            lr=self._schedule(self._state.epoch)[0],
            loss=losses[-1],
            held_out_loss=held_out_losses[-1] if held_out_losses else None,
            is_best=is_best,
        )
        for callback in self._callbacks:
            callback.on_epoch(ended)

    def _measure_held_out(self) -> float:
        """Return the mean loss on the held-out text, with the same draws each time."""
        loss, pairs, end = 0.0, 0, self._size + self._corpus.held_out
        # With a step size of 0 the engine changes nothing.
        stretches = (
            Stretch(0, start, min(start + self._stretch, end), 0.0, 0.0)
            for start in range(self._size, end, self._stretch)
        )
        for done, (some_loss, some_pairs), _ in train_in_threads(self._engine, stretches):
            loss, pairs = loss + some_loss, pairs + some_pairs
            self._corpus.tokens.release(done.start, done.stop)
        if pairs == 0:
            raise CorpusError(
                "subsampling left no window with two words in the held-out text; hold out more, "
                f"or switch subsampling off with sample=0 (got {self._config.sample:g})"
            )
        return loss / pairs

    # ------------------------------------------------------------------------ checkpoints

    def _go_back(self, error: Diverged) -> bool:
        """Go back to the last checkpoint, if there is one, with half the step size."""
        scale = self._state.lr_scale / 2.0
        self._best = None
        last = self._saver.read_last()
        if last is None or scale < _LEAST_SCALE:
            return False
        self._engine.restore(*last.tables)
        self._state = dataclasses.replace(last.state, lr_scale=scale)
        self._words_before = min(self._words_before, self._words)
        self._best = last.best
        warn(f"{error}; went back to {last.path}, and lr is now {self._lr:g}")
        # So that a run that is stopped now does not diverge again first.
        self._saver.save(self._state, self._best)
        return True

    def _interruption(self, received: signal.Signals) -> Interrupted:
        self._saver.finish()
        where = f"interrupted in epoch {self._state.epoch + 1} of {self._config.epochs}"
        if self._saver.last is None:
            return Interrupted(f"{where}; no checkpoint could be written", received)
        return Interrupted(
            f"{where}; {self._saver.last} is the last checkpoint: give the same again with "
            "--resume (resume=True)",
            received,
        )

    # ------------------------------------------------------------------------ callbacks

    def _tell_start(self) -> None:
        started = RunStart(
            config=self._config,
            vocabulary=self._corpus.vocabulary,
            tokens=self._size,
            held_out=self._corpus.held_out,
            epoch=self._state.epoch + 1,
            words=self._words,
            checkpoint=self._begun_from,
            estimate=self._estimate,
            input_vectors=lambda: np.array(self._engine.tables()[0], order="C"),
        )
        for callback in self._callbacks:
            callback.on_start(started)

    def _tell_progress(self, done: Stretch, words: int, loss: float, pairs: int) -> None:
        """Tell how far the run has come; keep what a callback raised."""
        progress = Progress(
            epoch=done.epoch + 1,
            epochs=self._config.epochs,
            words=words,
            total=self._config.epochs * self._size,
            words_before=self._words_before,
            seconds=self._seconds,
            lr=done.lr + done.slope * (words - done.epoch * self._size),
            pairs=pairs,
            loss=loss / max(pairs, 1),
        )
        try:
            for callback in self._callbacks:
                callback.on_progress(progress)
        except Exception as error:
            # A second interrupt is none of these: it ends the run at once.
            self._error = error

    def _end(self, reason: StopReason) -> RunEnd:
        return RunEnd(
            reason=reason,
            losses=self._state.losses,
            held_out_losses=self._state.held_out_losses,
            words=self._words,
            seconds=self._seconds,
            seconds_paused=self._saver.seconds,
        )


def check_options(config: TrainConfig, *, held_out: bool, checkpoints: bool) -> None:
    """Raise if the config needs what a run does not have.

    Parameters
    ----------
    config : TrainConfig
        How to train.
    held_out, checkpoints : bool
        Whether some text is held out, and whether checkpoints are written.

    Raises
    ------
    ConfigError
        If so.
    """
    if config.patience is not None and not held_out:
        raise ConfigError("patience needs a held-out text: give holdout (--holdout) too")
    if config.on_divergence == "halve" and not checkpoints:
        raise ConfigError(
            "on_divergence='halve' goes back to a checkpoint: give a folder for them (--checkpoint)"
        )


def check_callbacks(callbacks: Sequence[Callback]) -> None:
    """Raise if there is something else among the callbacks.

    Raises
    ------
    ConfigError
        If so.
    """
    given = callbacks if isinstance(callbacks, list | tuple) else [callbacks]
    wrong = [each for each in given if not isinstance(each, Callback)]
    if wrong or given is not callbacks:
        raise ConfigError(
            "callbacks must be a list of instances of firth.Callback, "
            f"got {(wrong or [callbacks])[0]!r}"
        )


def _stretch_length(size: int, config: TrainConfig) -> int:
    """Return the tokens of a stretch."""
    # Short corpora are cut small enough that every worker gets several stretches.
    return max(1, min(_STRETCH, -(-size // (8 * config.workers))))
