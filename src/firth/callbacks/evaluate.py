"""Measuring vectors while they are trained."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firth.checks import whole_number
from firth.evaluation.report import Evaluation, EvaluationSets, Paths
from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart
from firth.training.checkpoints.folder import parse_duration
from firth.vectors import Vectors


@dataclass(frozen=True, kw_only=True)
class EvaluationPoint:
    """What vectors were worth at some point of a run.

    Parameters
    ----------
    epoch : int
        The epoch that ran or had just ended, from 1.
    words : int
        Words of the vocabulary trained until then.
    seconds : float
        Time since training began, or went on.
    evaluation : Evaluation
    """

    epoch: int
    words: int
    seconds: float
    evaluation: Evaluation

    def to_dict(self) -> dict[str, object]:
        """Return what JSON can hold; what could not be measured is null."""
        return {
            "epoch": self.epoch,
            "words": self.words,
            "seconds": self.seconds,
            **self.evaluation.to_dict(),
        }

    def figures(self) -> dict[str, float]:
        """Return what was measured, by kind and name of the file: accuracies and correlations."""
        found = {
            **{("analogies", each.file): each.accuracy for each in self.evaluation.analogies},
            **{("similarity", each.file): each.spearman for each in self.evaluation.similarity},
        }
        return {
            f"{kind}/{Path(file).stem}": value
            for (kind, file), value in found.items()
            if value is not None
        }


def _parse_epochs(every: float | str) -> int | None:
    """Return the number of epochs in such as "epoch" or "3 epochs", or None."""
    match = re.fullmatch(r"(?:([1-9]\d*) *)?epochs?", str(every).strip())
    return int(match[1] or 1) if match else None


class Evaluate(Callback):
    r"""Measures the input vectors while they are trained, by analogies and similarity.

    It works in the thread that called `firth.train`. Between epochs the workers wait for it. Within
    an epoch they train on meanwhile, and it shares the processor with them; until it is done no
    progress is told and no checkpoint written, and Ctrl-C waits. The 19,544 analogies of Mikolov et
    al. take some seconds, and several times as long while the workers have all cores.

    Parameters
    ----------
    analogies, similarity : path or sequence of paths
        As `firth.evaluate` takes them. They are read once, when this is made.
    restrict : int
        Hold analogies to the first so many words, the most frequent.
    every : float or str
        When to measure: "epoch" for the end of each epoch, "3 epochs" for that of each third; or
        the time from the end of one to the next, as seconds or as 30s, 10m, 1.5h. The end of the
        last epoch is always measured.
    report : callable, optional
        Is given each `EvaluationPoint`: the `report` of another callback, or a function of yours.

    Attributes
    ----------
    results : list of EvaluationPoint
        In the order of time.

    Raises
    ------
    FormatError
        If a file is missing or malformed.
    ConfigError
        If there is no file, or `restrict` or `every` is out of range.

    Examples
    --------
    >>> import pathlib, tempfile, firth
    >>> units = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]] * 200
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "pairs.txt")
    ...     _ = path.write_text("tea milk 9\nbread butter 8\ntea bread 1\n")
    ...     evaluate = Evaluate(similarity=path)
    >>> _ = firth.train(units, dim=10, epochs=2, sample=0, threads=1, callbacks=[evaluate])
    >>> [(point.epoch, point.evaluation.similarity[0].answered) for point in evaluate.results]
    [(1, 3), (2, 3)]
    """

    def __init__(
        self,
        *,
        analogies: Paths = (),
        similarity: Paths = (),
        restrict: int = 30_000,
        every: float | str = "epoch",
        report: Callable[[EvaluationPoint], object] | None = None,
    ) -> None:
        self._epochs = _parse_epochs(every)
        self._seconds = math.inf if self._epochs else parse_duration("every", every)
        self._last = 0.0
        self._restrict = whole_number("restrict", restrict, least=1)
        self._sets = EvaluationSets.read(analogies=analogies, similarity=similarity)
        self._report = report
        self._run: RunStart | None = None
        self.results: list[EvaluationPoint] = []

    def on_start(self, start: RunStart) -> None:
        """Learn where the vectors are to be had."""
        self._run = start
        self._last = time.monotonic()

    def on_progress(self, progress: Progress) -> None:
        """Measure, if it is time."""
        if time.monotonic() - self._last >= self._seconds:
            self._measure(progress)
            # What was trained meanwhile is told next. It is no reason to measure again at once.
            self._last = time.monotonic()

    def on_epoch(self, epoch: EpochEnd) -> None:
        """Measure, if that is wanted at the end of this epoch."""
        is_due = self._epochs is not None and epoch.epoch % self._epochs == 0
        if is_due or epoch.epoch == epoch.epochs:
            self._measure(epoch)

    def on_end(self, end: RunEnd) -> None:
        """Let go of the vectors."""
        self._run = None

    def _measure(self, now: Progress | EpochEnd) -> None:
        assert self._run is not None
        matrix = self._run.input_vectors()
        if not np.isfinite(matrix).all():
            # The run diverges. Its own check will tell so, or go back to a checkpoint.
            return
        vocabulary = self._run.vocabulary
        point = EvaluationPoint(
            epoch=now.epoch,
            words=now.words,
            seconds=now.seconds,
            evaluation=self._sets.evaluate(
                Vectors(vocabulary.words, matrix, counts=vocabulary.counts),
                restrict=self._restrict,
            ),
        )
        self.results.append(point)
        if self._report is not None:
            self._report(point)
