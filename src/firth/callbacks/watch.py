"""A film of a run: the map of its words as it settles, losses, speed, neighbours."""

from __future__ import annotations

import math
import os
import time

import numpy as np
from numpy.typing import NDArray

from firth.checks import parse_duration, whole_number
from firth.errors import FirthError
from firth.io.pages import write_page
from firth.plotting.content import content_rows
from firth.recordings.frames import EpochFigures, Figures, Film
from firth.recordings.packing import pack_film
from firth.recordings.pages import build_page
from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart

WORDS = 2_000
MOST_WORDS = 10_000
# Seconds between frames, before the first are dropped.
EVERY = 0.5
# A frame is followed by a pause of so many times the processor's time that it took, and of so many
# times its duration, which is longer where vectors come from elsewhere, or processors are busy.
_PAUSE_BY_WORK = 150.0
_PAUSE_BY_TIME = 25.0


class Watch(Callback):
    """Films a run: where its words lie on a map, the loss, the speed, the neighbours of words.

    Frames are taken in the thread that called `firth.train`, while the workers train on. Each is a
    copy of the rows of some words, at length one, and their principal components, turned onto
    those of the frame before. A frame of 2,000 words takes some milliseconds of one processor, and
    is followed by a pause of at least 150 times as long. When there are 120 frames, every
    second one is dropped, and the pace is halved; so memory is bounded, and frames stay evenly
    spaced.

    A run that begins anew, as with each model of `windows`, begins a new film.

    Parameters
    ----------
    words : int
        How many words are on the map: the most frequent that are likely to carry meaning.
    every : float or str
        The least time between frames: seconds, or 30s, 10m, 1.5h.

    Attributes
    ----------
    film : Film or None
        What was filmed; None before a run has begun.

    Raises
    ------
    ConfigError
        If an argument is out of range.

    Examples
    --------
    >>> import pathlib, tempfile, firth
    >>> units = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]] * 200
    >>> watch = Watch()
    >>> _ = firth.train(units, dim=10, epochs=2, sample=0, threads=1, callbacks=[watch])
    >>> len(watch.film.words), watch.film.reason
    (5, 'done')
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = pathlib.Path(folder, "run.html")
    ...     watch.export(page)
    ...     page.read_text("utf-8").startswith("<!doctype html>")
    True
    """

    def __init__(self, *, words: int = WORDS, every: float | str = EVERY) -> None:
        self._most = whole_number("words", words, least=2, most=MOST_WORDS)
        self._every = parse_duration("every", every)
        self.film: Film | None = None
        self._run: RunStart | None = None
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._next = -math.inf
        self._last: Progress | None = None
        self._figures: Figures | None = None

    def on_start(self, start: RunStart) -> None:
        """Choose the words, and take the first frame."""
        self._run, self._last, self._figures = start, None, None
        words = start.vocabulary.words
        chosen = content_rows(words, start.vocabulary.counts, self._most)
        self._rows = np.array(chosen, np.int64)
        self.film = Film(
            words=[str(words[row]) for row in chosen],
            facts=_facts(start),
            total=start.tokens * start.config.epochs,
        )
        self._next = -math.inf
        self._take(
            Figures(
                epoch=start.epoch,
                words=start.words,
                seconds=0.0,
                lr=start.config.lr,
                loss=math.nan,
                speed=math.nan,
                left=start.estimate.seconds or math.inf,
            )
        )

    def on_progress(self, progress: Progress) -> None:
        """Take a frame, if one is due."""
        if progress.seconds >= self._next:
            self._take(self._figures_at(progress))
            self._last = progress

    def on_epoch(self, epoch: EpochEnd) -> None:
        """Note the losses, and take a frame if one is due, or no epoch may follow."""
        assert self.film is not None
        assert self._run is not None
        self.film.add_epoch(EpochFigures(epoch.epoch, epoch.words, epoch.loss, epoch.held_out_loss))
        may_be_last = epoch.epoch == epoch.epochs or self._run.config.patience is not None
        if may_be_last or epoch.seconds >= self._next:
            self._take(self._figures_after(epoch))

    def on_end(self, end: RunEnd) -> None:
        """Release the vectors."""
        if self.film is not None:
            self.film.reason = end.reason
        self._run = None

    def export(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the film as one HTML file, which plays it in a browser without a network.

        Parameters
        ----------
        path : path
            A new file that ends in .html, or an older recording.
        overwrite : bool
            Whether to replace a file that holds something else.

        Raises
        ------
        FirthError
            If no run has begun, or the file cannot be written or holds something else.
        """
        write_page(path, self.page(), overwrite=overwrite, name="watch")

    def page(self) -> str:
        """Return the film as HTML.

        Raises
        ------
        FirthError
            If no run has begun.
        """
        if self.film is None:
            raise FirthError("there is nothing to show: no run has begun; train with this callback")
        return build_page("watch", pack_film(self.film), title="Firth: a run")

    def _take(self, figures: Figures) -> None:
        """Add a frame; it makes the next one due after a pause."""
        assert self._run is not None
        assert self.film is not None
        began, work_before = time.perf_counter(), time.thread_time()
        rows = self._run.input_vectors(self._rows)
        # A run that diverges is reported by its own check, or goes back to a checkpoint.
        if np.isfinite(rows).all():
            self.film.add(rows, figures)
            self._figures = figures
        took, work = time.perf_counter() - began, time.thread_time() - work_before
        pause = max(self._every * self.film.stride, _PAUSE_BY_WORK * work, _PAUSE_BY_TIME * took)
        self._next = figures.seconds + took + pause

    def _figures_at(self, now: Progress) -> Figures:
        """Return the figures since the last frame, or on average where there are none."""
        loss, speed, last = now.loss, now.words_per_second, self._last
        if last is not None and now.words > last.words and now.seconds > last.seconds:
            speed = (now.words - last.words) / (now.seconds - last.seconds)
            if now.epoch == last.epoch and now.pairs > last.pairs:
                total = now.loss * now.pairs - last.loss * last.pairs
                loss = total / (now.pairs - last.pairs)
        return Figures(
            epoch=now.epoch,
            words=now.words,
            seconds=now.seconds,
            lr=now.lr,
            loss=loss,
            speed=speed,
            left=now.seconds_left,
        )

    def _figures_after(self, epoch: EpochEnd) -> Figures:
        """Return the figures at the end of an epoch."""
        assert self.film is not None
        before = self._figures
        rest = self.film.total - epoch.words
        speed = before.speed if before is not None else math.nan
        # A run that is too short for other frames has the mean of its epoch.
        is_first = before is None or math.isnan(before.loss)
        return Figures(
            epoch=epoch.epoch,
            words=epoch.words,
            seconds=epoch.seconds,
            lr=epoch.lr,
            loss=epoch.loss if is_first or before is None else before.loss,
            speed=speed,
            left=0.0 if rest <= 0 else rest / speed if speed > 0 else math.inf,
        )


def _facts(start: RunStart) -> dict[str, object]:
    config = start.config
    return {
        "model": config.model,
        "dim": config.dim,
        "window": config.window,
        "negative": config.negative if config.loss == "ns" else None,
        "epochs": config.epochs,
        "vocabulary": len(start.vocabulary.words),
        "tokens": start.tokens,
    }
