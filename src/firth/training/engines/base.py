"""What an engine is, and the kernel engine.

An engine is what the trainer drives: it holds the state of a run, and trains stretches of the
corpus on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.compilation.emitter import LINE
from firth.corpus import TokenStore
from firth.training import draws, kernel, sampling
from firth.training.config import TrainConfig
from firth.training.simd import primitives

Floats = NDArray[np.float32]
Integer = TypeVar("Integer", np.int32, np.int64)

NO_WORDS = np.empty(0, np.int64)

_ROWS_AT_ONCE = 4_096


@dataclass(frozen=True)
class Stretch:
    """A piece of work: the windows whose centres stand at positions `start` up to `stop`."""

    epoch: int
    start: int
    stop: int
    lr: float  # the step size at position p is lr + slope * p
    slope: float


@dataclass(frozen=True, eq=False)
class Initial:
    """Vectors from which some words start: ids (n,), and input and output vectors (n, D)."""

    ids: NDArray[np.int64]
    input_vectors: Floats
    output_vectors: Floats


class Engine(Protocol):
    """What the trainer asks of an engine."""

    @property
    def workers(self) -> int:
        """How many stretches may be trained at the same time."""

    def compile(self) -> None:
        """Get ready; nothing is trained."""

    def train(self, worker: int, stretch: Stretch) -> tuple[float, int]:
        """Train one stretch; workers of different numbers may do so at the same time.

        With a step size of 0 nothing is changed: so the loss on held-out text is measured.

        Returns
        -------
        loss, pairs : float, int
            The sum of the losses in nats, and the number of positive pairs.
        """

    def tables(self) -> tuple[Floats, Floats]:
        """Return the input and the output vectors, (V, D) each, as they stand.

        They may be views, which change when training goes on.
        """

    def restore(
        self, inputs: Floats, outputs: Floats, ids: NDArray[np.int64] | None = None
    ) -> None:
        """Put vectors (n, D) in place of those of the words `ids` (n,), by default of all."""

    def vectors(self) -> tuple[Floats, Floats]:
        """Return the input and the output vectors, (V, D) each. Afterwards the engine is spent."""

    def close(self) -> None:
        """End the threads and let go of the memory that the engine has, also after an error."""


class MakeEngine(Protocol):
    """How an engine is made: see `HogwildEngine` for the parameters."""

    def __call__(
        self,
        config: TrainConfig,
        counts: NDArray[np.int64],
        tokens: TokenStore,
        stretch: int,
        frozen: NDArray[np.int64] = NO_WORDS,
    ) -> Engine:
        """Make it."""


class HogwildEngine:
    """Skip-gram and CBOW by the compiled kernel.

    Parameters
    ----------
    config : TrainConfig
        How to train.
    counts : int64, (V,)
        How often each word occurs.
    tokens : TokenStore
        The corpus.
    stretch : int
        The most tokens of a stretch.
    frozen : int64
        Ids of words whose vectors never change.
    """

    def __init__(
        self,
        config: TrainConfig,
        counts: NDArray[np.int64],
        tokens: TokenStore,
        stretch: int,
        frozen: NDArray[np.int64] = NO_WORDS,
    ) -> None:
        self._config = config
        self._size = len(counts)
        self._window = window_of(config)
        self._sampling = sampling_of(counts, config)
        stride = primitives.stride_of(config.dim)
        # A row between two workers' own keeps them off each other's cache lines.
        own = kernel.own_rows(self._window) + -(-LINE // (4 * stride))
        self._tables = kernel.Tables(
            inputs=aligned_zeros(self._size + own * config.workers, stride),
            outputs=aligned_zeros(self._size, stride),
        )
        initialise(self._tables.inputs, self._size, config.dim, config.seed)
        self._scratch = [
            kernel.make_scratch(self._window, stride, stretch, self._size + own * worker)
            for worker in range(config.workers)
        ]
        self._ids, self._offsets = read_only(tokens.ids), read_only(tokens.offsets)
        self._frozen_ids = frozen
        self._freeze()

    @property
    def workers(self) -> int:
        """How many stretches may be trained at the same time."""
        return self._config.workers

    def compile(self) -> None:
        """Have the kernel compiled, or loaded: training nothing does."""
        self.train(0, Stretch(epoch=0, start=0, stop=0, lr=0.0, slope=0.0))

    def train(self, worker: int, stretch: Stretch) -> tuple[float, int]:
        """Train one stretch; workers of different numbers may do so at the same time.

        Returns
        -------
        loss, pairs : float, int
            The sum of the losses in nats, and the number of positive pairs.
        """
        unit = int(np.searchsorted(self._offsets, stretch.start, side="right")) - 1
        loss, pairs = kernel.train_stretch(
            self._ids,
            self._offsets,
            unit,
            stretch.start,
            stretch.stop,
            draws.epoch_key(self._config.seed, stretch.epoch),
            self._sampling,
            self._tables,
            self._frozen,
            self._window,
            stretch.lr,
            stretch.slope,
            self._scratch[worker],
        )
        return loss, pairs

    def tables(self) -> tuple[Floats, Floats]:
        """Return views of the input and the output vectors, (V, D) each."""
        dim = self._config.dim
        return self._tables.inputs[: self._size, :dim], self._tables.outputs[:, :dim]

    def restore(
        self, inputs: Floats, outputs: Floats, ids: NDArray[np.int64] | None = None
    ) -> None:
        """Put vectors (n, D) in place of those of the words `ids` (n,), by default of all."""
        rows = slice(self._size) if ids is None else ids
        for table, vectors in zip(self._tables, (inputs, outputs), strict=True):
            table[rows, : self._config.dim] = vectors
            # What is no vector begins as 0; NaN would spread from there to all vectors again.
            table[:, self._config.dim :] = 0.0
            table[self._size :] = 0.0
        self._freeze()

    def _freeze(self) -> None:
        """Take copies of the rows that never change."""
        ids = self._frozen_ids
        self._frozen = kernel.Frozen(
            frozen_places(self._size, ids), *(table[ids] for table in self._tables)
        )

    def vectors(self) -> tuple[Floats, Floats]:
        """Return the input and the output vectors, (V, D) each. Afterwards the engine is spent."""
        tables, self._tables = self._tables, None  # type: ignore[assignment]
        inputs, outputs = (
            _packed(table, self._size, self._config.dim)
            for table in (tables.inputs, tables.outputs)
        )
        return inputs, outputs

    def close(self) -> None:
        """Let go of the tables and of the corpus."""
        self._tables = self._ids = self._offsets = None  # type: ignore[assignment]


def window_of(config: TrainConfig) -> kernel.Window:
    """Return the shape of the kernels' windows."""
    cbow: Literal[True] | None = True if config.model == "cbow" else None
    return kernel.Window(cbow, config.window, config.shrink_windows, config.negative)


def sampling_of(counts: NDArray[np.int64], config: TrainConfig) -> kernel.Sampling:
    """Return what the kernels draw from."""
    return kernel.Sampling(
        keep=sampling.keep_thresholds(counts, config.sample),
        alias=sampling.alias_table(sampling.noise_distribution(counts, config.noise_exponent)),
    )


def frozen_places(size: int, ids: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return each word's slot among the frozen ones, else -1; empty if none is frozen."""
    places = np.full(size if len(ids) else 0, -1, np.int32)
    places[ids] = np.arange(len(ids), dtype=np.int32)
    return places


def aligned_zeros(rows: int, stride: int) -> Floats:
    """Make a table of zeros that starts at a cache line."""
    spare = LINE // 4
    memory = np.zeros(rows * stride + spare, np.float32)
    first = -memory.ctypes.data % LINE // 4
    return memory[first : first + rows * stride].reshape(rows, stride)


def initialise(inputs: Floats, size: int, dim: int, seed: int) -> None:
    """Draw the input vectors uniformly from ±1 / (2 D), as word2vec does."""
    for start, drawn in first_vectors(size, dim, seed):
        inputs[start : start + len(drawn), :dim] = drawn


def first_vectors(size: int, dim: int, seed: int) -> Iterator[tuple[int, Floats]]:
    """Draw what `initialise` writes, some rows at a time; give the number of the first of them."""
    generator = np.random.default_rng(seed)
    for start in range(0, size, _ROWS_AT_ONCE):
        drawn = generator.random((min(_ROWS_AT_ONCE, size - start), dim), dtype=np.float32)
        yield start, (drawn - np.float32(0.5)) / np.float32(dim)


def _packed(table: Floats, rows: int, dim: int) -> Floats:
    """Move the rows of a table together, in place, so that no second table is ever held."""
    flat = table.reshape(-1)
    for start in range(0, rows, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, rows)
        flat[start * dim : stop * dim] = table[start:stop, :dim].ravel()
    return flat[: rows * dim].reshape(rows, dim)


def read_only(array: NDArray[Integer]) -> NDArray[Integer]:
    """Return a read-only view, whatever the array was: the kernel is compiled for one kind."""
    view = array.view()
    view.flags.writeable = False
    return view
