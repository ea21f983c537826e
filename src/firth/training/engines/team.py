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

    def write_changes(
        self, table: Array, places: Array, agreed: Array, changes: Array, *, rounded: bool
    ) -> None:
        """Write the differences of some rows of a table from what was agreed on, (rows * D,).

        If they are rounded, it is to numbers that bfloat16 has: the nearest, or the even of two.
        """

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
    def write_changes(
        table: Array, places: Array, agreed: Array, changes: Array, *, rounded: bool
    ) -> None:
        """Write the differences of some rows of a table from what was agreed on.

        Examples
        --------
        >>> table, changes = np.array([[1.0], [1.001], [-3.14159]], np.float32), np.empty(2, "f4")
        >>> agreed, places = np.zeros((2, 1), np.float32), np.array([1, 2])
        >>> ProcessorRows.write_changes(table, places, agreed, changes, rounded=True)
        >>> changes.tolist()
        [1.0, -3.140625]
        """
        _write_changes(table, places, agreed, changes)
        if rounded:
            _shorten(changes.view(np.uint32))

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


def add_numbers(sums: Floats, numbers: Floats, *, short: bool) -> None:
    """Add numbers to sums, which are rounded as changes are if they are short."""
    sums += numbers
    if short:
        _shorten(sums.view(np.uint32))


@compiled
def _shorten(bits: NDArray[np.uint32]) -> None:
    """Round numbers of float32, given as their bits, to those that bfloat16 has."""
    for number in range(len(bits)):
        upper = bits[number] >> np.uint32(16)
        bits[number] = (bits[number] + np.uint32(0x7FFF) + (upper & np.uint32(1))) & np.uint32(
            0xFFFF0000
        )


@compiled
def _write_changes(
    table: Floats, places: NDArray[np.int64], agreed: Floats, changes: Floats
) -> None:
    dim = agreed.shape[1]
    for number in range(len(places)):
        row, before = table[places[number]], agreed[number]
        written = changes[number * dim : (number + 1) * dim]
        for column in range(dim):
            written[column] = row[column] - before[column]


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
        row, after = table[places[number]], agreed[number]
        here = slice(number * dim, (number + 1) * dim)
        sums, sent, scale = summed[here], own[here], factor[number]
        for column in range(dim):
            change = scale * sums[column]
            after[column] += change
            if rounded:
                row[column] += change - sent[column]
            else:
                row[column] = after[column]
