"""Taking checkpoints of a run; without a folder for them, nothing is taken."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from firth.errors import warn
from firth.training.checkpoints.checkpoint import Checkpoint
from firth.training.checkpoints.folder import Checkpoints
from firth.training.checkpoints.state import RunState
from firth.training.engines.base import Engine, Tables
from firth.training.task import Task


class Checkpointer:
    """Takes checkpoints of a run while no worker trains; warns of those that are not written."""

    def __init__(self, checkpoints: Checkpoints | None, task: Task, engine: Engine) -> None:
        self._checkpoints, self._task, self.engine = checkpoints, task, engine
        self._warning = ""
        # How long the workers have stood still for it.
        self.seconds = 0.0

    @property
    def last(self) -> Path | None:
        """The last checkpoint that was written."""
        return None if self._checkpoints is None else self._checkpoints.last

    def is_due(self) -> bool:
        """Return whether it is time for a checkpoint."""
        return self._checkpoints is not None and self._checkpoints.is_due()

    def save(self, state: RunState, best: Tables | None) -> None:
        """Copy the tables, and have them written while training continues.

        Raises
        ------
        Diverged
            If training diverges: such a checkpoint would be of no use.
        """
        if self._checkpoints is None:
            return
        began = time.perf_counter()
        # Until then the copy of the last checkpoint takes memory too.
        self.finish()
        tables = copies(self.engine.tables())
        self._task.check.check_tables(tables, state.epoch, self._task.config.lr * state.lr_scale)
        self._checkpoints.write(Checkpoint(state, tables, best))
        self.seconds += time.perf_counter() - began

    def begin(self) -> Checkpoint | None:
        """Return the checkpoint from which the run continues, if there is one."""
        return None if self._checkpoints is None else self._checkpoints.begin(self._task)

    def read_last(self) -> Checkpoint | None:
        """Read the last checkpoint of this run, if there is one."""
        self.finish()
        return None if self._checkpoints is None else self._checkpoints.read_last()

    def finish(self, seconds: float | None = None) -> None:
        """Wait until the checkpoint is written, at most so many seconds; warn if it was not."""
        if self._checkpoints is None:
            return
        failure = self._checkpoints.wait(seconds)
        # The run continues without it. A full disk causes one warning, not one each time.
        if failure is not None and str(failure) != self._warning:
            self._warning = str(failure)
            warn(f"{failure}; the last checkpoint is {self.last or 'none'}")


def copies(tables: Tables) -> Tables:
    """Copy tables that may be views."""
    return {name: np.array(table, order="C") for name, table in tables.items()}
