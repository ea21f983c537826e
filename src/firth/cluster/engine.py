"""The engine of a cluster: the side of the process that leads the run.

The members of a team train, each its part of the corpus, on tables of its own. The run, its
schedule, losses, checkpoints and callbacks are where they always are, and see one engine with one
worker, whose stretches end where all members have the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from firth.cluster.agreement import VERSION
from firth.cluster.part_trainer import Job
from firth.cluster.parts import SharedCorpus
from firth.cluster.plan import block_length, steps_of
from firth.cluster.team import Team
from firth.corpus import TokenStore
from firth.training.config import TrainConfig
from firth.training.engines.base import (
    INPUT,
    NO_ROWS,
    Composition,
    Engine,
    FrozenRows,
    Sizes,
    Stretch,
    Tables,
)
from firth.training.engines.registry import DEFAULT, team_engine_named
from firth.training.engines.tables import two_tables
from firth.training.engines.team import TeamEngine
from firth.training.schedule import STRETCH


class ClusterEngine:
    """Several workers with tables of their own; see `Engine` for the parameters.

    Classes for a team that has its parts of a corpus are made by `cluster_engine`.
    """

    name = "cluster"
    shapes = staticmethod(two_tables)
    stretch_length = staticmethod(block_length)
    team: ClassVar[Team]
    shared: ClassVar[SharedCorpus]
    engine: ClassVar[type[TeamEngine]]  # of each member

    @classmethod
    def check(cls, config: TrainConfig) -> None:
        """Raise ConfigError if the engine of the members lacks an option."""
        cls.engine.check_options(config)

    @classmethod
    def arithmetic(cls, config: TrainConfig) -> Mapping[str, object]:
        """Return what else changes the bytes of a run: see `Engine`."""
        return {"agreement of workers": VERSION, **cls.engine.arithmetic(config)}

    @classmethod
    def memory(cls, config: TrainConfig, sizes: Sizes, stretch: int, frozen: int) -> int:
        """Estimate the bytes that this process holds: its members, and tables that it fetches."""
        tables = sum(shape.bytes for shape in two_tables(config, sizes).values())
        # What the members have agreed on is a copy of the tables, and so is what a GPU sends.
        member = cls.engine.memory(config, sizes, STRETCH, frozen) + tables
        return tables + cls.team.members_here * member

    def __init__(
        self,
        config: TrainConfig,
        counts: NDArray[np.int64],
        tokens: TokenStore,
        stretch: int,
        frozen: FrozenRows = NO_ROWS,
        composition: Composition | None = None,
    ) -> None:
        self._config, self._whole = config, self.shared.whole
        self._job = Job(config, np.asarray(counts), self._whole, frozen, composition)
        self._documents = [0 if config.documents == "none" else p.units for p in self._whole.places]
        if not self.team.is_running:
            # Otherwise they have read their parts already.
            self.team.start()
            self.shared.deliver(self.team)

    @property
    def workers(self) -> int:
        """One: the members are at work together."""
        return 1

    def compile(self) -> None:
        """Have all members make their tables and compile the kernel."""
        self.team.call("prepare", self._job)

    def train(self, worker: int, stretch: Stretch) -> tuple[float, int]:
        """Train one stretch of the whole corpus; return the sum of its losses, and its pairs."""
        is_measured = stretch.lr == 0.0 and stretch.slope == 0.0
        length = stretch.stop - stretch.start
        steps = 0 if is_measured else steps_of(self._config, self._whole.size, length)
        bounds, step = (stretch.start, stretch.stop), (stretch.lr, stretch.slope)
        results = self.team.call("train", stretch.epoch, bounds, step, steps)
        return sum(loss for loss, _ in results), sum(pairs for _, pairs in results)

    def tables(self) -> Tables:
        """Return copies of the tables, which are the same for all members."""
        tables = dict(self.team.call_first("tables"))
        if any(self._documents):
            tables[INPUT] = np.concatenate([tables[INPUT], *self.team.call("documents")])
        return tables

    def restore(self, tables: Tables, places: NDArray[np.int64] | None = None) -> None:
        """Write rows into the tables of these names: all, or those at some places."""
        if any(self._documents) and places is None and INPUT in tables:
            first = len(tables[INPUT]) - sum(self._documents)
            rows = np.split(tables[INPUT][first:], np.cumsum(self._documents)[:-1])
            self.team.call_each("restore_documents", [[own] for own in rows])
            tables = {**tables, INPUT: tables[INPUT][:first]}
        self.team.call("restore", tables, places)

    def take_tables(self) -> Tables:
        """Return the tables; the engine cannot train any more."""
        return self.tables()

    def close(self) -> None:
        """Release all memory of the engine. The team stays."""
        vars(self).clear()


def cluster_engine(team: Team, shared: SharedCorpus) -> type[Engine]:
    """Return the class of engines that train on a team, whose members take parts of a corpus."""
    found = {"team": team, "shared": shared, "engine": team_engine_named(team.engine)}
    if team.engine != DEFAULT:
        # One engine does not go on from checkpoints of another.
        found["name"] = f"{team.engine} cluster"
    return cast(type[Engine], type("ClusterEngine", (ClusterEngine,), found))
