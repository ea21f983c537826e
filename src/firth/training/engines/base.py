"""What the trainer asks of an engine, and what it hands to one.

An engine holds the tables that are trained, and trains stretches of the corpus on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from firth.corpus import TokenStore
from firth.training.config import TrainConfig

Floats = NDArray[np.float32]
Tables = Mapping[str, Floats]
"""Tables by name, (rows, D) each; they may have different numbers of rows."""

INPUT = "input"
OUTPUT = "output"

NO_WORDS = np.empty(0, np.int64)


class TableShape(NamedTuple):
    """What an engine declares of a table."""

    rows: int
    dim: int
    words: int  # how many rows, from the first, are those of the words, in their order

    @property
    def bytes(self) -> int:
        """The bytes of the table, packed."""
        return 4 * self.rows * self.dim


@dataclass(frozen=True)
class Stretch:
    """A piece of work: the windows whose centres are at positions `start` up to `stop`."""

    epoch: int
    start: int
    stop: int
    lr: float  # the step size at position p is lr + slope * p
    slope: float


@dataclass(frozen=True, eq=False)
class Initial:
    """Vectors from which some words start: ids (n,), and rows (n, D) of some tables."""

    ids: NDArray[np.int64]
    tables: Tables


class Engine(Protocol):
    """What the trainer asks of an engine; its class tells beforehand what the engine will hold."""

    name: ClassVar[str]
    """The name by which checkpoints and users know the engine."""

    def __init__(
        self,
        config: TrainConfig,
        counts: NDArray[np.int64],
        tokens: TokenStore,
        stretch: int,
        frozen: NDArray[np.int64] = NO_WORDS,
    ) -> None:
        """Make an engine.

        Parameters
        ----------
        counts : int64, (V,)
            How often each word occurs.
        stretch : int
            The most tokens of a stretch.
        frozen : int64
            Ids of words whose vectors never change.
        """

    @staticmethod
    def check(config: TrainConfig) -> None:
        """Raise ConfigError if the engine lacks an option; the message names it."""

    @staticmethod
    def shapes(config: TrainConfig, words: int) -> Mapping[str, TableShape]:
        """Return the tables that the engine will have for so many words."""

    @staticmethod
    def memory(config: TrainConfig, words: int, stretch: int, frozen: int) -> int:
        """Estimate the bytes that the engine will hold at most, its tables included.

        Parameters
        ----------
        words, stretch, frozen : int
            The size of the vocabulary, the most tokens of a stretch, the number of frozen words.
        """

    @property
    def workers(self) -> int:
        """How many stretches may be trained at the same time."""

    def compile(self) -> None:
        """Get ready; nothing is trained."""

    def train(self, worker: int, stretch: Stretch) -> tuple[float, int]:
        """Train one stretch; workers of different numbers may do so at the same time.

        A step size of 0 changes nothing: this is how the loss on held-out text is measured.

        Returns
        -------
        loss, pairs : float, int
            The sum of the losses in nats, and the number of positive pairs.
        """

    def tables(self) -> Tables:
        """Return the tables as they are now; they may be views, which further training changes."""

    def restore(self, tables: Tables, ids: NDArray[np.int64] | None = None) -> None:
        """Write rows into the tables of these names.

        Parameters
        ----------
        tables : mapping
            For each name, all rows, or those of the words `ids` (n, D).
        ids : int64, (n,), optional
            Ids of words.
        """

    def take_tables(self) -> Tables:
        """Return the tables, packed, without a second copy; the engine cannot train any more."""

    def close(self) -> None:
        """End all threads and release all memory of the engine, also after an error."""
