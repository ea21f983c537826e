"""What a worker of a team asks of its engine: several, each with tables of its own.

The workers bring rows of their tables together, and these may lie on a device. So an engine says
how rows are worked on there. `ProcessorRows` does it for tables of NumPy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled
from firth.training.config import TrainConfig
from firth.training.engines.base import Engine, Floats

# Rows of each table that are brought together at a time, so that buffers stay small.
ROWS_AT_ONCE = 1 << 16

# Of NumPy, or a tensor on the device of the tables.
Array = Any


class RowOperations(Protocol):
    """Operations on rows of a table, where it lies. Places are numbers of rows, each once."""

    def places(self, rows: NDArray[np.int64]) -> Array:
        """Return numbers of rows as `gather` and the others take them."""

    def empty(self, *shape: int) -> Array:
        """Return a float32 array whose numbers are not set."""

    def gather(self, table: Array, places: Array, found: Array) -> None:
        """Write rows of a table into `found`."""

    def write_changes(self, table: Array, places: Array, agreed: Array, changes: Array) -> None:
        """Write the differences of some rows of a table from what was agreed on, (rows * D,)."""

    def shorten(self, numbers: Array) -> None:
        """Round numbers, in place, to those that bfloat16 has: the nearest, or the even of two."""

    def take_sum(
        self,
        table: Array,
        places: Array,
        agreed: Array,
        summed: Array,
        factor: Floats,
        own: Array,
        *,
        rounded: bool,
    ) -> None:
        """Change what was agreed on by the scaled sums, and bring some rows of a table there.

        If they were rounded, what a row has changed beyond the `own` changes that were sent stays.
        """


class TeamEngine(Engine, Protocol):
    """An engine of which each worker of a team has one."""

    @staticmethod
    def check_options(config: TrainConfig) -> None:
        """Raise ConfigError if the engine lacks an option, wherever it will train."""

    @staticmethod
    def gpus() -> int:
        """Return how many GPUs a worker needs."""

    @classmethod
    def for_worker(cls, number: int, workers: int) -> type[Self]:
        """Return the engine of a worker, of so many that share this machine.

        Raises
        ------
        ConfigError
            If the machine has no GPU for it, and it needs one.
        """

    def shared_tables(self) -> tuple[Mapping[str, Array], RowOperations]:
        """Return the tables as they are trained, and what works on their rows."""


class ProcessorRows:
    """Operations on rows of tables in NumPy; see `RowOperations`."""

    @staticmethod
    def places(rows: NDArray[np.int64]) -> Array:
        """Return the numbers themselves."""
        return rows

    @staticmethod
    def empty(*shape: int) -> Array:
        """Return a float32 array whose numbers are not set."""
        return np.empty(shape, np.float32)

    @staticmethod
    def gather(table: Array, places: Array, found: Array) -> None:
        """Write rows of a table into `found`."""
        np.take(table, places, axis=0, out=found)

    @staticmethod
    def shorten(numbers: Array) -> None:
        """Round numbers, in place, to those that bfloat16 has.

        Examples
        --------
        >>> numbers = np.array([1.0, 1.001, -3.14159], np.float32)
        >>> ProcessorRows.shorten(numbers)
        >>> numbers.tolist()
        [1.0, 1.0, -3.140625]
        """
        bits = numbers.view(np.uint32)
        bits += np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1))
        bits &= np.uint32(0xFFFF0000)

    @staticmethod
    def write_changes(table: Array, places: Array, agreed: Array, changes: Array) -> None:
        """Write the differences of some rows of a table from what was agreed on."""
        _write_changes(table, places, agreed, changes)

    @staticmethod
    def take_sum(
        table: Array,
        places: Array,
        agreed: Array,
        summed: Array,
        factor: Floats,
        own: Array,
        *,
        rounded: bool,
    ) -> None:
        """Change what was agreed on by the scaled sums, and bring some rows of a table there."""
        _take_sum(table, places, agreed, summed, factor, own, rounded)


@compiled
def _write_changes(
    table: Floats, places: NDArray[np.int64], agreed: Floats, changes: Floats
) -> None:
    dim = agreed.shape[1]
    for number in range(len(places)):
        row = table[places[number]]
        for column in range(dim):
            changes[number * dim + column] = row[column] - agreed[number, column]


@compiled
def _take_sum(
    table: Floats,
    places: NDArray[np.int64],
    agreed: Floats,
    summed: Floats,
    factor: NDArray[np.float32],
    own: Floats,
    rounded: bool,
) -> None:
    dim = agreed.shape[1]
    for number in range(len(places)):
        row = table[places[number]]
        for column in range(dim):
            change = factor[number] * summed[number * dim + column]
            agreed[number, column] += change
            if rounded:
                row[column] += change - own[number * dim + column]
            else:
                row[column] = agreed[number, column]
