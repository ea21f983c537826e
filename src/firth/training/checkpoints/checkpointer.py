"""What a run does with its folder of checkpoints; without one, nothing."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import numpy as np

from firth._version import __version__
from firth.corpus import Vocabulary
from firth.errors import warn
from firth.training.checkpoints.folder import Checkpoint, Checkpoints, Tables
from firth.training.checkpoints.state import RunState
from firth.training.config import TrainConfig
from firth.training.divergence import check_tables
from firth.training.engines.base import Engine
from firth.vectors.table import Table


class Checkpointer:
    """Takes checkpoints of a run, and tells of those that could not be written.

    Parameters
    ----------
    checkpoints : Checkpoints, optional
        The folder.
    engine : Engine
        Whose tables are saved, while no worker changes them.
    vocabulary, config
        Of the run.

    Attributes
    ----------
    seconds : float
        How long the workers have stood still for it.
    """

    def __init__(
        self,
        checkpoints: Checkpoints | None,
        engine: Engine,
        vocabulary: Vocabulary,
        config: TrainConfig,
    ) -> None:
        self._checkpoints, self._engine = checkpoints, engine
        self._vocabulary, self._config = vocabulary, config
        self._told = ""
        self.seconds = 0.0

    @property
    def last(self) -> Path | None:
        """The last checkpoint that was written."""
        return None if self._checkpoints is None else self._checkpoints.last

    def is_due(self) -> bool:
        """Tell whether it is time for a checkpoint."""
        return self._checkpoints is not None and self._checkpoints.is_due()

    def save(self, state: RunState, best: Tables | None) -> None:
        """Copy the tables, and have them written while training goes on.

        Raises
        ------
        Diverged
            If they hold what is no vector: such a checkpoint would be of no use.
        """
        if self._checkpoints is None:
            return
        began = time.perf_counter()
        # The one before must be written first anyway, and its copy would stand beside this one.
        self.finish()
        inputs, outputs = tables = copies(self._engine.tables())
        lr = self._config.lr * state.lr_scale
        check_tables(tables, self._vocabulary, state.epoch, lr)
        table = Table(
            words=self._vocabulary.words,
            input_vectors=inputs,
            counts=self._vocabulary.counts,
            output_vectors=outputs,
            config={
                "firth": __version__,
                "options": dataclasses.asdict(self._config),
                "losses": list(state.losses),
                "held_out_losses": list(state.held_out_losses),
                "lr_scale": state.lr_scale,
            },
        )
        self._checkpoints.write(table, state, best)
        self.seconds += time.perf_counter() - began

    def read_last(self) -> Checkpoint | None:
        """Read the last checkpoint of this run, if there is one."""
        self.finish()
        return None if self._checkpoints is None else self._checkpoints.read_last()

    def finish(self, seconds: float | None = None) -> None:
        """Wait until what is being written is written, but no longer than that."""
        if self._checkpoints is None:
            return
        self._checkpoints.wait(seconds)
        failure = self._checkpoints.take_failure()
        # The run goes on without it. A full disk is told once, not every time.
        if failure is not None and str(failure) != self._told:
            self._told = str(failure)
            warn(f"{failure}; the last checkpoint is {self.last or 'none'}")


def copies(tables: Tables) -> Tables:
    """Copy tables that may be views."""
    inputs, outputs = (np.array(table, order="C") for table in tables)
    return inputs, outputs
