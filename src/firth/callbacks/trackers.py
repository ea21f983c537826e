"""A run told to the trackers that others make."""

from __future__ import annotations

import importlib
import os
import warnings
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from firth.callbacks.common import EVERY, Pace, plan_of
from firth.callbacks.evaluate import EvaluationPoint
from firth.errors import FirthError, FirthWarning, MissingExtraError
from firth.io.paths import to_path
from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart, StopReason


class _Tracker(Callback):
    """Tells a package of others named figures, with the words trained as the step.

    What fails when the run begins, stops it. What fails later, such as a server that is not there,
    is a `FirthWarning`, and training goes on: a run of days is worth more than its curve.
    """

    def __init__(self, every: float | str) -> None:
        self._pace = Pace(every)
        self._has_begun = False

    @abstractmethod
    def _begin(self, start: RunStart, options: dict[str, Any]) -> None:
        """Begin a run, or go on with it; `options` are what it sets out to do."""

    @abstractmethod
    def _log(self, figures: dict[str, float], words: int) -> None:
        """Keep figures."""

    @abstractmethod
    def _finish(self, reason: StopReason) -> None:
        """End the run."""

    def on_start(self, start: RunStart) -> None:
        """Begin a run with the options of training."""
        plan = plan_of(start)
        options = {**plan["config"], **{key: plan[key] for key in ("vocabulary", "tokens")}}
        self._pace.begin()
        self._begin(start, options)
        self._has_begun = True

    def on_progress(self, progress: Progress) -> None:
        """Tell loss, step size and speed, if it is time."""
        if self._pace.is_due(progress.seconds):
            figures = {
                "loss": progress.loss,
                "lr": progress.lr,
                "words_per_second": progress.words_per_second,
            }
            self._try(self._log, figures, progress.words)

    def on_epoch(self, epoch: EpochEnd) -> None:
        """Tell the losses of the epoch."""
        figures = {"loss": epoch.loss, "lr": epoch.lr}
        if epoch.held_out_loss is not None:
            figures["held_out_loss"] = epoch.held_out_loss
        self._try(self._log, figures, epoch.words)

    def on_end(self, end: RunEnd) -> None:
        """End the run, if it began."""
        if self._has_begun:
            self._has_begun = False
            self._try(self._finish, end.reason)

    def report(self, point: EvaluationPoint) -> None:
        """Tell what `Evaluate` found."""
        figures = point.figures()
        if figures:
            self._try(self._log, figures, point.words)

    def _try(self, tell: Callable[..., None], *what: object) -> None:
        try:
            tell(*what)
        except Exception as error:
            reason = next(iter(str(error).splitlines()), "")
            warnings.warn(
                f"{type(self).__name__} could not be told how the run goes, which goes on: "
                f"{type(error).__name__}: {reason}",
                FirthWarning,
                stacklevel=3,
            )


def _import(package: str, needed: str) -> ModuleType:
    """Import a package of others.

    A folder of its name beside the program, such as the one into which wandb writes, can be
    imported too, but holds nothing: hence `needed`, something that it must have.
    """
    try:
        module = importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise MissingExtraError(package) from error
    if not hasattr(module, needed):
        raise MissingExtraError(package)
    return module


def _is_whole(reason: StopReason) -> bool:
    return reason in ("done", "patience")


class TensorBoard(_Tracker):
    """Writes loss, held-out loss, step size and speed for TensorBoard. Needs tensorboardX.

    A run that goes on from a checkpoint goes on in the same folder; figures from after the
    checkpoint are replaced. Give other runs other folders.

    Parameters
    ----------
    folder : path
        Missing folders are made.
    every : float or str
        The least time between figures within an epoch: seconds, or 30s, 10m, 1.5h.

    Raises
    ------
    MissingExtraError
        If tensorboardX is not installed.
    FirthError
        If the folder cannot be written.
    """

    def __init__(self, folder: str | os.PathLike[str], *, every: float | str = EVERY) -> None:
        super().__init__(every)
        self._writing = _import("tensorboardX", "SummaryWriter")
        self._folder = to_path("folder", folder)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FirthError(f"cannot write {folder}: {error.strerror or error}") from error

    def writes(self) -> list[Path]:
        """Return the folder."""
        return [self._folder]

    def _begin(self, start: RunStart, options: dict[str, Any]) -> None:
        again = None if start.checkpoint is None else start.words + 1
        self._writer = self._writing.SummaryWriter(str(self._folder), purge_step=again)
        # An indented block, as it stands.
        lines = (f"    {name} = {value!r}" for name, value in options.items())
        self._writer.add_text("options", "\n".join(lines), start.words)

    def _log(self, figures: dict[str, float], words: int) -> None:
        for name, value in figures.items():
            self._writer.add_scalar(name, value, words)
        # What is in a queue is lost when the process is killed.
        self._writer.flush()

    def _finish(self, reason: StopReason) -> None:
        self._writer.close()


class WandB(_Tracker):
    """Tells Weights & Biases loss, held-out loss, step size and speed. Needs wandb.

    Without options, a run that is active already is used, and left active. To go on with the same
    run after a checkpoint, give `id="..."` and `resume="allow"`.

    Parameters
    ----------
    every : float or str
        The least time between figures within an epoch: seconds, or 30s, 10m, 1.5h.
    **options
        Of `wandb.init`: project, name, id, resume, mode, ... The options of training are added to
        `config`.

    Raises
    ------
    MissingExtraError
        If wandb is not installed.
    """

    def __init__(self, *, every: float | str = EVERY, **options: Any) -> None:  # noqa: ANN401
        super().__init__(every)
        self._wandb = _import("wandb", "init")
        self._options = options

    def _begin(self, start: RunStart, options: dict[str, Any]) -> None:
        self._is_ours = bool(self._options) or self._wandb.run is None
        if self._is_ours:
            config = {**options, **self._options.get("config", {})}
            self._run = self._wandb.init(**{**self._options, "config": config})
        else:
            self._run = self._wandb.run
            self._run.config.update(options, allow_val_change=True)
        # Not as its own step: that may not fall, as it does after a checkpoint.
        self._run.define_metric("words")
        for name in ("loss", "held_out_loss", "lr", "words_per_second", "analogies/*"):
            self._run.define_metric(name, step_metric="words")
        self._run.define_metric("similarity/*", step_metric="words")

    def _log(self, figures: dict[str, float], words: int) -> None:
        self._run.log({**figures, "words": words})

    def _finish(self, reason: StopReason) -> None:
        if self._is_ours:
            self._run.finish(exit_code=0 if _is_whole(reason) else 1)


class Trackio(_Tracker):
    """Tells trackio loss, held-out loss, step size and speed. Needs trackio.

    To go on with the same run after a checkpoint, give `name="..."` and `resume="allow"`.

    Parameters
    ----------
    project : str
        The project of which this is a run.
    every : float or str
        The least time between figures within an epoch: seconds, or 30s, 10m, 1.5h.
    **options
        Of `trackio.init`: name, resume, space_id, ... The options of training are added to
        `config`.

    Raises
    ------
    MissingExtraError
        If trackio is not installed.
    """

    def __init__(
        self,
        project: str,
        *,
        every: float | str = EVERY,
        **options: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(every)
        self._trackio = _import("trackio", "init")
        self._options = {"project": project, **options}

    def _begin(self, start: RunStart, options: dict[str, Any]) -> None:
        config = {**options, **self._options.get("config", {})}
        self._run = self._trackio.init(**{**self._options, "config": config})

    def _log(self, figures: dict[str, float], words: int) -> None:
        self._run.log(figures, step=words)

    def _finish(self, reason: StopReason) -> None:
        # Not the run's own, which leaves it the active one, to be finished once more.
        self._trackio.finish()


class MLflow(_Tracker):
    """Tells MLflow loss, held-out loss, step size and speed. Needs mlflow.

    Without options, a run that is active already is used, and left active. To go on with the same
    run after a checkpoint, give `run_id="..."`. Where it is kept, and in which experiment, is set
    by `mlflow.set_tracking_uri` and `mlflow.set_experiment`.

    Parameters
    ----------
    every : float or str
        The least time between figures within an epoch: seconds, or 30s, 10m, 1.5h.
    **options
        Of `mlflow.start_run`: run_name, run_id, experiment_id, nested, tags, ...

    Raises
    ------
    MissingExtraError
        If mlflow is not installed.
    """

    def __init__(self, *, every: float | str = EVERY, **options: Any) -> None:  # noqa: ANN401
        super().__init__(every)
        self._mlflow = _import("mlflow", "start_run")
        self._options = options

    def _begin(self, start: RunStart, options: dict[str, Any]) -> None:
        run = None if self._options else self._mlflow.active_run()
        self._is_ours = run is None
        if run is None:
            run = self._mlflow.start_run(**self._options)
        # Those of a run that goes on are there, and may not change.
        new = {name: value for name, value in options.items() if name not in run.data.params}
        self._mlflow.log_params(new)

    def _log(self, figures: dict[str, float], words: int) -> None:
        self._mlflow.log_metrics(figures, step=words)

    def _finish(self, reason: StopReason) -> None:
        if self._is_ours:
            failed = "FAILED" if reason == "error" else "KILLED"
            self._mlflow.end_run("FINISHED" if _is_whole(reason) else failed)
