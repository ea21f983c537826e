"""The results of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from firth.evaluation import Comparison, Evaluation
from firth.html import html_table

Reason = Literal["budget", "trials", "exhausted", "interrupted"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Vectors that were trained with some options, and how good they are.

    Parameters
    ----------
    number : int
        From 0, which has the defaults.
    options : mapping
        The options that were searched; of trial 0 none.
    score : float, optional
        The mean of accuracies and correlations, or the held-out loss in nats per pair; None if
        training failed or no score is defined.
    seconds : float
        How long training and measuring took.
    evaluation : Evaluation, optional
        The results on the evaluation sets, if there are any.
    error : str, optional
        Why training failed.
    """

    number: int
    options: Mapping[str, Any]
    score: float | None
    seconds: float
    evaluation: Evaluation | None = None
    error: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the trial for JSON."""
        found = {name: getattr(self, name) for name in ("number", "score", "seconds", "error")}
        evaluation = None if self.evaluation is None else self.evaluation.to_dict()
        return {**found, "options": dict(self.options), "evaluation": evaluation}


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """The results of `tune`.

    Parameters
    ----------
    trials : tuple of Trial
        In the order in which they were trained; the first has the defaults.
    fixed : mapping
        The options that all trials have.
    by_loss : bool
        Whether trials were compared by their losses on held-out text, of which the least is best.
    words, whole : int
        Words of the vocabulary that the trials trained on, and those of the whole text.
    reason : {"budget", "trials", "exhausted", "interrupted"}
        Why the search ended; exhausted if all that can be tried had been.
    """

    trials: tuple[Trial, ...]
    fixed: Mapping[str, Any]
    by_loss: bool
    words: int
    whole: int
    reason: Reason

    @property
    def default(self) -> Trial:
        """The trial with the defaults."""
        return self.trials[0]

    @property
    def best(self) -> Trial:
        """The trial with the best score; of equal ones, the first."""
        scored = [trial for trial in self.trials if trial.score is not None]
        return min(scored, key=lambda trial: self._rank(trial.score))

    @property
    def options(self) -> dict[str, Any]:
        """The options of the best trial, with those that were fixed, as `firth.train` takes them.

        If the defaults are best, only those that were fixed: the rest fits the whole text.
        """
        return {**self.fixed, **self.best.options}

    def _repr_html_(self) -> str:
        """Return a table of the trials, best first, for a notebook."""
        scored = [each for each in self.trials if each.score is not None]
        failed = [each for each in self.trials if each.score is None]
        scored.sort(key=lambda trial: self._rank(trial.score))
        rows = (
            (
                each.number,
                each.score if each.score is not None else each.error or "undefined",
                ", ".join(f"{name} {value}" for name, value in each.options.items()) or "defaults",
                f"{each.seconds:.1f}",
            )
            for each in [*scored, *failed]
        )
        return html_table(
            ["trial", "loss" if self.by_loss else "score", "options", "seconds"], rows
        )

    def curve(self) -> list[float]:
        """Return the best score so far after each trial."""
        found: list[float] = []
        for trial in self.trials:
            scores = [score for score in (trial.score, *found[-1:]) if score is not None]
            found.append(min(scores, key=self._rank))
        return found

    def comparisons(self) -> tuple[Comparison | None, ...]:
        """Compare the best trial with the defaults on each evaluation set."""
        best, default = self.best.evaluation, self.default.evaluation
        return () if best is None or default is None else best.compare(default)

    def _rank(self, score: float | None) -> float:
        assert score is not None
        return score if self.by_loss else -score

    def to_dict(self) -> dict[str, object]:
        """Return the results for JSON."""
        names = ("by_loss", "words", "whole", "reason", "options")
        return {
            **{name: getattr(self, name) for name in names},
            "best": self.best.number,
            "trials": [trial.to_dict() for trial in self.trials],
            "curve": self.curve(),
            "comparisons": [each and each.to_dict() for each in self.comparisons()],
        }
