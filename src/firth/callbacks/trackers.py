"""Reports of a run to experiment trackers: TensorBoard, Weights & Biases, trackio, MLflow."""

from __future__ import annotations

import importlib
import os
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from firth.callbacks.common import EVERY, Pace, start_record
from firth.callbacks.evaluate import EvaluationPoint
from firth.errors import FirthError, MissingExtraError, reraise, warn
from firth.io.atomic import check_usable_folder
from firth.io.paths import to_path
from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart, StopReason

# The fields of a record that are sent, if it has them.
_FIGURES = ("loss", "held_out_loss", "lr", "words_per_second")


class _Tracker(Callback):
    """Sends named figures to a tracker, with the number of trained words as the step.

    A failure at the start of a run stops it. A later failure, such as a missing server, is a
    `FirthWarning`, and training continues.
    """

    # The package, and an attribute that it must have: Python also imports an ordinary folder of
    # that name, such as the one that wandb writes.
    _names: tuple[str, str]

    def __init__(self, *, every: float | str = EVERY, **options: Any) -> None:  # noqa: ANN401
        self._pace = Pace(every)
        self._has_begun = False
        self._package = _import(*self._names)
        self._options = options

    def _configured(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the tracker's own options, with the options of training in their `config`."""
        return {**self._options, "config": {**options, **self._options.get("config", {})}}

    @abstractmethod
    def _begin(self, start: RunStart, options: dict[str, Any]) -> None:
        """Begin or resume a run; `options` are its options and the size of the corpus."""

    def _describe(self, start: RunStart, options: dict[str, Any]) -> None:
        """Tell a run that has begun its options, if it does not have them yet."""

    @abstractmethod
    def _log(self, figures: dict[str, float], words: int) -> None:
        """Record figures."""

    @abstractmethod
    def _finish(self, reason: StopReason) -> None:
        """End the run."""

    def on_start(self, start: RunStart) -> None:
        """Begin a run with the options of training."""
        record = start_record(start)
        options = {**record["config"], **{key: record[key] for key in ("vocabulary", "tokens")}}
        self._pace.begin()
        self._begin(start, options)
        # From here on it must be ended, whatever fails.
        self._has_begun = True
        self._describe(start, options)

    def on_progress(self, progress: Progress) -> None:
        """Record loss, step size and speed, if they are due."""
        if self._pace.is_due(progress.seconds):
            self._log_figures(progress)

    def on_epoch(self, epoch: EpochEnd) -> None:
        """Record the losses of the epoch."""
        self._log_figures(epoch)

    def on_end(self, end: RunEnd) -> None:
        """End the run, if it began."""
        if self._has_begun:
            self._has_begun = False
            self._try(self._finish, end.reason)

    def report(self, point: EvaluationPoint) -> None:
        """Record the results of `Evaluate`."""
        if figures := point.figures():
            self._try(self._log, figures, point.words)

    def _log_figures(self, record: Progress | EpochEnd) -> None:
        found = {name: getattr(record, name, None) for name in _FIGURES}
        figures = {name: figure for name, figure in found.items() if figure is not None}
        self._try(self._log, figures, record.words)

    def _try(self, send: Callable[..., None], *arguments: object) -> None:
        try:
            send(*arguments)
        except Exception as error:
            reason = next(iter(str(error).splitlines()), "")
            warn(
                f"{type(self).__name__} failed; the run continues: {type(error).__name__}: {reason}"
            )


def _import(package: str, needed: str) -> ModuleType:
    try:
        module = importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise MissingExtraError(package) from error
    if not hasattr(module, needed):
        raise MissingExtraError(package)
    return module


def _is_complete(reason: StopReason) -> bool:
    return reason in ("done", "patience")


class TensorBoard(_Tracker):
    """Writes loss, held-out loss, step size and speed for TensorBoard. Needs tensorboardX.

    A run that resumes from a checkpoint continues in the same folder, and replaces figures from
    after the checkpoint. Use another folder for each other run.

    Parameters
    ----------
    folder : path
        Missing folders are created.
    every : float or str
        The least time between figures within an epoch: seconds, or 30s, 10m, 1.5h.

    Raises
    ------
    MissingExtraError
        If tensorboardX is not installed.
    FirthError
        If the folder cannot be written.
    """

    _names = "tensorboardX", "SummaryWriter"

    def __init__(self, folder: str | os.PathLike[str], *, every: float | str = EVERY) -> None:
        super().__init__(every=every)
        self._folder = to_path("folder", folder)
        check_usable_folder(self._folder)
        with reraise(FirthError, f"write {folder}"):
            self._folder.mkdir(parents=True, exist_ok=True)

    def writes(self) -> list[Path]:
        """Return the folder."""
        return [self._folder]

    def _begin(self, start: RunStart, options: dict[str, Any]) -> None:
        again = None if start.checkpoint is None else start.words + 1
        self._writer = self._package.SummaryWriter(str(self._folder), purge_step=again)

    def _describe(self, start: RunStart, options: dict[str, Any]) -> None:
        # TensorBoard shows an indented block without formatting.
        lines = (f"    {name} = {value!r}" for name, value in options.items())
        self._writer.add_text("options", "\n".join(lines), start.words)

    def _log(self, figures: dict[str, float], words: int) -> None:
        for name, value in figures.items():
            self._writer.add_scalar(name, value, words)
        # Figures in a queue are lost when the process is killed.
        self._writer.flush()

    def _finish(self, reason: StopReason) -> None:
        self._writer.close()


class WandB(_Tracker):
    """Sends loss, held-out loss, step size and speed to Weights & Biases. Needs wandb.

    Without options, an active run is used and stays active. To continue the same run after a
    checkpoint, use `id="..."` and `resume="allow"`.

    Parameters
    ----------
    every : float or str
        The least time between figures within an epoch: seconds, or 30s, 10m, 1.5h.
    **options
        Options of `wandb.init`: project, name, id, resume, mode, ... The options of training are
        added to `config`.

    Raises
    ------
    MissingExtraError
        If wandb is not installed.
    """

    _names = "wandb", "init"

    def _begin(self, start: RunStart, options: dict[str, Any]) -> None:
        self._is_ours = bool(self._options) or self._package.run is None
        if self._is_ours:
            self._run = self._package.init(**self._configured(options))
        else:
            self._run = self._package.run

    def _describe(self, start: RunStart, options: dict[str, Any]) -> None:
        if not self._is_ours:
            self._run.config.update(options, allow_val_change=True)
        # wandb's own step must not fall, but after a checkpoint the words do.
        self._run.define_metric("words")
        for name in (*_FIGURES, "analogies/*", "similarity/*"):
            self._run.define_metric(name, step_metric="words")

    def _log(self, figures: dict[str, float], words: int) -> None:
        self._run.log({**figures, "words": words})

    def _finish(self, reason: StopReason) -> None:
        if self._is_ours:
            self._run.finish(exit_code=0 if _is_complete(reason) else 1)


class Trackio(_Tracker):
    """Sends loss, held-out loss, step size and speed to trackio. Needs trackio.

    To continue the same run after a checkpoint, use `name="..."` and `resume="allow"`.

    Parameters
    ----------
    project : str
        The project of the run.
    every : float or str
        The least time between figures within an epoch: seconds, or 30s, 10m, 1.5h.
    **options
        Options of `trackio.init`: name, resume, space_id, ... The options of training are added to
        `config`.

    Raises
    ------
    MissingExtraError
        If trackio is not installed.
    """

    _names = "trackio", "init"

    def __init__(self, project: str, *, every: float | str = EVERY, **options: Any) -> None:  # noqa: ANN401
        super().__init__(every=every, project=project, **options)

    def _begin(self, start: RunStart, options: dict[str, Any]) -> None:
        self._run = self._package.init(**self._configured(options))

    def _log(self, figures: dict[str, float], words: int) -> None:
        self._run.log(figures, step=words)

    def _finish(self, reason: StopReason) -> None:
        # `run.finish` would leave the run active, to be finished again at exit.
        self._package.finish()


class MLflow(_Tracker):
    """Sends loss, held-out loss, step size and speed to MLflow. Needs mlflow.

    Without options, an active run is used and stays active. To continue the same run after a
    checkpoint, use `run_id="..."`. `mlflow.set_tracking_uri` sets where runs are kept, and
    `mlflow.set_experiment` sets the experiment.

    Parameters
    ----------
    every : float or str
        The least time between figures within an epoch: seconds, or 30s, 10m, 1.5h.
    **options
        Options of `mlflow.start_run`: run_name, run_id, experiment_id, nested, tags, ...

    Raises
    ------
    MissingExtraError
        If mlflow is not installed.
    """

    _names = "mlflow", "start_run"

    def _begin(self, start: RunStart, options: dict[str, Any]) -> None:
        run = None if self._options else self._package.active_run()
        self._is_ours = run is None
        self._run = self._package.start_run(**self._options) if run is None else run

    def _describe(self, start: RunStart, options: dict[str, Any]) -> None:
        # A resumed run has its options already, and MLflow refuses to change them.
        known = self._run.data.params
        new = {name: value for name, value in options.items() if name not in known}
        self._package.log_params(new)

    def _log(self, figures: dict[str, float], words: int) -> None:
        self._package.log_metrics(figures, step=words)

    def _finish(self, reason: StopReason) -> None:
        if self._is_ours:
            failed = "FAILED" if reason == "error" else "KILLED"
            self._package.end_run("FINISHED" if _is_complete(reason) else failed)
