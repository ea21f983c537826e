"""Evaluation of vectors during training."""

from __future__ import annotations

import itertools
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firth.checks import parse_duration, whole_number
from firth.evaluation.report import Evaluation, EvaluationSets, Paths
from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart
from firth.vectors import Vectors


@dataclass(frozen=True, kw_only=True)
class EvaluationPoint:
    """The results of one evaluation during a run.

    Parameters
    ----------
    epoch : int
        The current epoch, or the epoch that has just ended, from 1.
    words : int
        Words of the vocabulary trained so far.
    seconds : float
        Time since training began or resumed.
    evaluation : Evaluation
    """

    epoch: int
    words: int
    seconds: float
    evaluation: Evaluation

    def to_dict(self) -> dict[str, object]:
        """Return the results for JSON; a measure that is undefined is null."""
        so_far = {"epoch": self.epoch, "words": self.words, "seconds": self.seconds}
        return {**so_far, **self.evaluation.to_dict()}

    def figures(self) -> dict[str, float]:
        """Return the accuracies and correlations that are defined, by kind and file name.

        Of several files with the same name, the second ends in `-2`, and so on.
        """
        scores = [("analogies", each.file, each.accuracy) for each in self.evaluation.analogies]
        scores += [("similarity", each.file, each.spearman) for each in self.evaluation.similarity]
        named: dict[str, float | None] = {}
        for kind, file, score in scores:
            name = f"{kind}/{Path(file).stem}"
            again = (f"{name}-{number}" for number in itertools.count(2))
            free = next(each for each in itertools.chain([name], again) if each not in named)
            named[free] = score
        return {name: score for name, score in named.items() if score is not None}


def _parse_epochs(every: float | str) -> int | None:
    """Return the number of epochs in a text like "epoch" or "3 epochs", or None."""
    match = re.fullmatch(r"(?:([1-9]\d*) *)?epochs?", str(every).strip())
    return int(match[1] or 1) if match else None


class Evaluate(Callback):
    r"""Evaluates the input vectors during training, by analogies and similarity.

    It measures the rows as they are trained (the read-out `plain`). The vectors of the result may
    be read out by another recipe, as with n-grams by default, and then score otherwise.

    It runs in the thread that called `firth.train`. Between epochs, the workers wait for it. Within
    an epoch, the workers continue and share the processor with it; meanwhile no progress is
    reported, no checkpoint is written, and Ctrl-C has to wait. The 19,544 analogies of Mikolov et
    al. take some seconds, and several times as long while the workers use all cores.

    Parameters
    ----------
    analogies, similarity : path or sequence of paths
        As for `firth.evaluate`. They are read once, when the callback is created.
    restrict : int
        Only the `restrict` most frequent words, which come first, are candidates for analogies.
    every : float or str
        "epoch" evaluates at the end of each epoch, "3 epochs" at that of every third. A time, as
        seconds or as 30s, 10m, 1.5h, is the pause between evaluations. The end of the last epoch
        is always evaluated.
    report : callable, optional
        Called with each `EvaluationPoint`: the `report` of another callback, or your function.

    Attributes
    ----------
    results : list of EvaluationPoint
        In chronological order.

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
        self._sets.check_options(restrict)
        self._report = report
        self._run: RunStart | None = None
        self.results: list[EvaluationPoint] = []

    def on_start(self, start: RunStart) -> None:
        """Keep the access to the vectors."""
        self._run = start
        self._last = time.monotonic()

    def on_progress(self, progress: Progress) -> None:
        """Evaluate, if enough time has passed."""
        if time.monotonic() - self._last >= self._seconds:
            self._measure(progress)
            # The next report covers the time of this evaluation, which must not trigger another.
            self._last = time.monotonic()

    def on_epoch(self, epoch: EpochEnd) -> None:
        """Evaluate, if the end of this epoch is due."""
        is_due = self._epochs is not None and epoch.epoch % self._epochs == 0
        if is_due or epoch.epoch == epoch.epochs:
            self._measure(epoch)

    def on_end(self, end: RunEnd) -> None:
        """Release the vectors."""
        self._run = None

    def _measure(self, now: Progress | EpochEnd) -> None:
        assert self._run is not None
        matrix = self._run.input_vectors()
        if not np.isfinite(matrix).all():
            # The run diverges; its own check will report that, or return to a checkpoint.
            return
        vectors = Vectors(self._run.vocabulary.words, matrix)
        found = self._sets.evaluate(vectors, restrict=self._restrict)
        point = EvaluationPoint(
            epoch=now.epoch, words=now.words, seconds=now.seconds, evaluation=found
        )
        self.results.append(point)
        if self._report is not None:
            self._report(point)
