"""The log of a run in the standard `logging`, which shows nothing unless a program asks for it."""

from __future__ import annotations

import logging

from firth.errors import size_of
from firth.training.callbacks import Callback, EpochEnd, RunEnd, RunStart
from firth.training.defaults import describe_chosen, describe_model

_LOG = logging.getLogger(__name__)
# As in any library: without a handler of the program, Python would print warnings.
logging.getLogger("firth").addHandler(logging.NullHandler())


class RunLog(Callback):
    """Logs the start, each epoch and the end of a run, at level INFO."""

    def __init__(self) -> None:
        self._words, self._seconds = 0, 0.0

    def on_start(self, start: RunStart) -> None:
        """Log what is trained, what it needs, and the checkpoint that it continues from."""
        config, needed = start.config, start.estimate
        self._words = start.words
        _LOG.info(
            "training %s: %d words in %d dimensions, %d epochs of %d words, %d threads",
            config.model,
            len(start.vocabulary),
            config.dim,
            config.epochs,
            start.tokens,
            config.used_threads,
        )
        for told in (describe_chosen(config, start.tokens), describe_model(config)):
            if told is not None:
                _LOG.info("%s", told)
        time = "" if needed.seconds is None else f" and {needed.seconds / 60.0:.1f} minutes"
        _LOG.info("needs about %s of memory%s", size_of(needed.memory), time)
        if start.checkpoint is not None:
            _LOG.info("continues from %s, in epoch %d", start.checkpoint, start.epoch)

    def on_epoch(self, epoch: EpochEnd) -> None:
        """Log the losses and the speed of an epoch."""
        words, seconds = epoch.words - self._words, epoch.seconds - self._seconds
        self._words, self._seconds = epoch.words, epoch.seconds
        held_out = ""
        if epoch.held_out_loss is not None:
            held_out = f", held-out loss {epoch.held_out_loss:.4f}"
        _LOG.info(
            "epoch %d of %d: loss %.4f%s, %.0f words/s",
            epoch.epoch,
            epoch.epochs,
            epoch.loss,
            held_out,
            words / seconds if seconds > 0 else 0.0,
        )

    def on_end(self, end: RunEnd) -> None:
        """Log why and when the run ended."""
        _LOG.info("training ended (%s) after %.1f s: %d words", end.reason, end.seconds, end.words)
