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
from firth.corpus.tokens import UnitDocuments
from firth.errors import ConfigError
from firth.ranges import joined_ranges
from firth.subwords import Subwords
from firth.training.config import TrainConfig

Floats = NDArray[np.float32]
Tables = Mapping[str, Floats]
"""Tables by name, (rows, D) each; they may have different numbers of rows."""

INPUT = "input"
OUTPUT = "output"

NO_WORDS = np.empty(0, np.int64)
FrozenRows = Mapping[str, NDArray[np.int64]]
NO_ROWS: FrozenRows = {}


class TableShape(NamedTuple):
    """What an engine declares of a table."""

    rows: int
    dim: int
    words: int  # how many rows, from the first, are those of the words, in their order
    documents: int = 0  # how many rows, from the last, are those of documents, in their order

    @property
    def bytes(self) -> int:
        """The bytes of the table, packed."""
        return 4 * self.rows * self.dim


class Sizes(NamedTuple):
    """The numbers of things that have rows in tables."""

    words: int
    ngrams: int = 0  # their rows follow those of the words in the input table
    parts: int = 0  # the rows of which words are composed, counted for each word
    documents: int = 0  # their rows follow all others in the input table
    most_documents: int = 1  # the most documents of one unit


class Composition(NamedTuple):
    """The rows of the input table of which each word's input vector is composed.

    It is the sum of these rows, divided by the square root of their number.
    """

    starts: NDArray[np.int64]  # (V + 1,) where those of each word start in `rows`
    rows: NDArray[np.int32]  # the word's own, then those of its n-grams
    ngrams: int  # how many n-grams there are

    @property
    def sizes(self) -> Sizes:
        """The sizes of the tables."""
        return Sizes(len(self.starts) - 1, self.ngrams, len(self.rows))

    @property
    def scales(self) -> NDArray[np.float32]:
        """What the sum of the rows of each word is multiplied by: (V,)."""
        return (1.0 / np.sqrt(np.diff(self.starts))).astype(np.float32)

    def of(self, words: NDArray[np.int64]) -> Composition:
        """Return the composition of some words, in this order.

        Examples
        --------
        >>> Composition(np.array([0, 1, 3]), np.array([0, 1, 2]), 1).of(np.array([1])).rows.tolist()
        [1, 2]
        """
        places, starts = joined_ranges(self.starts[words], np.diff(self.starts)[words])
        return Composition(starts, self.rows[places], self.ngrams)


def sizes_of(
    config: TrainConfig,
    words: int,
    units: int,
    composition: Composition | None = None,
    documents: UnitDocuments | None = None,
) -> Sizes:
    """Return what there are rows for, with so many words and units.

    Each unit is a document, unless others are given.
    """
    if composition is not None:
        return composition.sizes
    if config.documents == "none":
        return Sizes(words)
    if documents is None:
        return Sizes(words, documents=units)
    return Sizes(words, documents=documents.count, most_documents=documents.most)


def check_one_worker(config: TrainConfig) -> None:
    """Raise ConfigError if a config has several workers, for an engine that is one."""
    if config.workers > 1:
        raise ConfigError(
            f"workers={config.workers} (--workers): this engine trains with one worker; give "
            "several threads in place of workers"
        )


@dataclass(frozen=True)
class Stretch:
    """A piece of work: the windows whose centres are at positions `start` up to `stop`."""

    epoch: int
    start: int
    stop: int
    lr: float  # the step size at position p is lr + slope * p
    slope: float
    first: int = 0  # position 0 has the random draws of this position: for a part of a corpus


@dataclass(frozen=True, eq=False)
class Initial:
    """Vectors from which some words start: their ids (n,), and rows (n, D) of some tables."""

    ids: NDArray[np.int64]
    # In the input table, the rows of n-grams may follow.
    tables: Tables
    subwords: Subwords | None = None
    composed: Floats | None = None  # the vectors of the words (n, D), if they have n-grams


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
        frozen: FrozenRows = NO_ROWS,
        composition: Composition | None = None,
    ) -> None:
        """Make an engine.

        Parameters
        ----------
        counts : int64, (V,)
            How often each word occurs.
        stretch : int
            The most tokens of a stretch.
        frozen : mapping of str to int64
            By table, the places of rows that never change.
        composition : Composition, optional
            Of which rows words are composed; by default each is one row.
        """

    @staticmethod
    def check(config: TrainConfig) -> None:
        """Raise ConfigError if the engine lacks an option; the message names it."""

    @staticmethod
    def shapes(config: TrainConfig, sizes: Sizes) -> Mapping[str, TableShape]:
        """Return the tables that the engine will have."""

    @staticmethod
    def arithmetic(config: TrainConfig) -> Mapping[str, object]:
        """Return what else changes the bytes of a run, as JSON can hold it: checkpoints tell it."""

    @staticmethod
    def stretch_length(config: TrainConfig, size: int) -> int:
        """Return the most tokens of a stretch, for an epoch of `size` tokens."""

    @staticmethod
    def memory(config: TrainConfig, sizes: Sizes, stretch: int, frozen: int) -> int:
        """Estimate the bytes that the engine will hold at most, its tables included.

        Parameters
        ----------
        sizes : Sizes
            What there will be rows for.
        stretch, frozen : int
            The most tokens of a stretch, the number of frozen words.
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

    def restore(self, tables: Tables, places: NDArray[np.int64] | None = None) -> None:
        """Write rows into the tables of these names.

        Parameters
        ----------
        tables : mapping
            For each name, all rows, or those at some places (n, D).
        places : int64, (n,), optional
            The numbers of these rows.
        """

    def take_tables(self) -> Tables:
        """Return the tables, packed, without a second copy; the engine cannot train any more."""

    def close(self) -> None:
        """End all threads and release all memory of the engine, also after an error."""
