"""The engine of the compiled kernel: workers train the same tables without locks (Hogwild).

Niu et al. 2011, arXiv:1106.5730.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from firth.compilation.emitter import LINE
from firth.corpus import TokenStore
from firth.training import draws, kernel, sampling
from firth.training.config import TrainConfig
from firth.training.engines.base import (
    INPUT,
    NO_WORDS,
    OUTPUT,
    Stretch,
    Tables,
)
from firth.training.engines.tables import (
    aligned_zeros,
    frozen_slots,
    initialise,
    packed,
    read_only,
    word_tables,
)
from firth.training.simd import primitives

# A token of a stretch, its position, and the end of its unit.
_SCRATCH_PER_TOKEN = 4 + 8 + 8


class HogwildEngine:
    """Skip-gram and CBOW by the compiled kernel; see `EngineClass` for the parameters."""

    name = "hogwild"
    shapes = staticmethod(word_tables)

    @staticmethod
    def memory(config: TrainConfig, words: int, stretch: int, frozen: int) -> int:
        """Estimate the bytes that the engine holds; see `EngineClass`."""
        row = 4 * primitives.stride_of(config.dim)
        rows = 2 * (words + frozen) + config.workers * _rows_of_worker(config)
        scores = 2 * 4 * 2 * config.window * (config.negative + 1)
        scratch = config.workers * (stretch * _SCRATCH_PER_TOKEN + scores)
        slots = 4 * words if frozen else 0
        return rows * row + scratch + slots + words * sampling.BYTES_PER_WORD

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
        own = _rows_of_worker(config)
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
        """Compile the kernel, or load it from the cache, by training no position."""
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

    def tables(self) -> Tables:
        """Return views of the tables, (V, D) each."""
        dim = self._config.dim
        return {
            INPUT: self._tables.inputs[: self._size, :dim],
            OUTPUT: self._tables.outputs[:, :dim],
        }

    def restore(self, tables: Tables, ids: NDArray[np.int64] | None = None) -> None:
        """Write rows into the tables of these names: all, or those of the words `ids`."""
        views = self.tables()
        for name, rows in tables.items():
            views[name][slice(None) if ids is None else ids] = rows
        for table in self._tables:
            # Padding and the workers' rows are 0. NaN there would spread to all vectors.
            table[:, self._config.dim :] = 0.0
            table[self._size :] = 0.0
        self._freeze()

    def _freeze(self) -> None:
        """Take copies of the rows that never change."""
        ids = self._frozen_ids
        self._frozen = kernel.Frozen(
            frozen_slots(self._size, ids), *(table[ids] for table in self._tables)
        )

    def take_tables(self) -> Tables:
        """Return the tables, packed in place; the engine cannot train any more."""
        tables, self._tables = self._tables, None  # type: ignore[assignment]
        return {
            name: packed(table, self._size, self._config.dim)
            for name, table in zip((INPUT, OUTPUT), tables, strict=True)
        }

    def close(self) -> None:
        """Release all memory of the engine."""
        vars(self).clear()


def _rows_of_worker(config: TrainConfig) -> int:
    """Return the rows of the input table, beyond the words', that a worker needs for itself."""
    # Some between two workers' rows keep these on cache lines of their own.
    return kernel.own_rows(window_of(config)) + -(-LINE // (4 * primitives.stride_of(config.dim)))


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
