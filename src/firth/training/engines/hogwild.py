"""The engine of the compiled kernel: workers train the same tables without locks (Hogwild).

Niu et al. 2011, arXiv:1106.5730.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from firth.compilation.arrays import aligned_zeros
from firth.corpus import TokenStore
from firth.training import draws, kernel, sampling
from firth.training.arithmetic import arithmetic_of_kernel
from firth.training.config import TrainConfig
from firth.training.engines.base import (
    INPUT,
    NO_ROWS,
    NO_WORDS,
    OUTPUT,
    Composition,
    Floats,
    FrozenRows,
    Sizes,
    Stretch,
    Tables,
    check_one_worker,
    sizes_of,
)
from firth.training.engines.tables import initialise, packed, two_tables
from firth.training.engines.team import ProcessorRows, RowOperations
from firth.training.huffman import expected_longest_path, longest_path
from firth.training.lists.units import units_in
from firth.training.lists.windows import sampling_of, window_of
from firth.training.schedule import stretch_length
from firth.training.simd.rows import stride_of
from firth.training.worker import make_worker, train_stretch, worker_bytes

# Of `kernel.Parts`: for each part, and for each word.
_BYTES_PER_PART = 8
_BYTES_OF_PARTS = 8 + 4


class HogwildEngine:
    """Skip-gram and CBOW by the compiled kernel; see `Engine` for the parameters."""

    name = "hogwild"
    shapes = staticmethod(two_tables)
    arithmetic = staticmethod(arithmetic_of_kernel)
    stretch_length = staticmethod(stretch_length)

    @staticmethod
    def check(config: TrainConfig) -> None:
        """Raise ConfigError if there are several workers: every other option will do."""
        check_one_worker(config)

    @staticmethod
    def check_options(config: TrainConfig) -> None:
        """Accept every option."""

    @staticmethod
    def gpus() -> int:
        """Return 0: a worker needs no GPU."""
        return 0

    @classmethod
    def for_worker(cls, number: int, workers: int) -> type[Self]:
        """Return this engine: workers may share a machine."""
        return cls

    @staticmethod
    def memory(config: TrainConfig, sizes: Sizes, stretch: int, frozen: int) -> int:
        """Estimate the bytes that the engine holds; see `Engine`."""
        stride = stride_of(config.dim)
        window = window_of(config, expected_longest_path(sizes.words), sizes.most_documents)
        scratch = config.used_threads * worker_bytes(window, stride, stretch)
        tables = sum(
            4 * stride * (shape.rows + kept) + (4 * shape.rows if kept else 0)
            for shape in two_tables(config, sizes).values()
            for kept in [min(frozen, shape.words)]
        )
        per_word = sampling.BYTES_PER_WORD + (_BYTES_OF_PARTS if sizes.parts else 0)
        return tables + scratch + sizes.words * per_word + sizes.parts * _BYTES_PER_PART

    def __init__(
        self,
        config: TrainConfig,
        counts: NDArray[np.int64],
        tokens: TokenStore,
        stretch: int,
        frozen: FrozenRows = NO_ROWS,
        composition: Composition | None = None,
    ) -> None:
        self._config = config
        self._sampling = sampling_of(counts, config)
        stride = stride_of(config.dim)
        sizes = sizes_of(config, len(counts), len(tokens), composition, tokens.documents)
        longest = longest_path(self._sampling.tree)
        self._window = window_of(config, longest, sizes.most_documents)
        self._shapes = self.shapes(config, sizes)
        inputs, outputs = (
            aligned_zeros((self._shapes[name].rows, stride), np.float32) for name in (INPUT, OUTPUT)
        )
        initialise(inputs, len(inputs), config.dim, config.seed, self._shapes[INPUT].documents)
        self._tables = kernel.Tables(inputs, outputs, parts_of(composition, stride))
        self._workers = [
            make_worker(self._window, stride, stretch) for _ in range(config.used_threads)
        ]
        self._units = units_in(tokens)
        self._frozen_rows = frozen
        self._freeze()

    @property
    def workers(self) -> int:
        """How many stretches may be trained at the same time."""
        return self._config.used_threads

    def compile(self) -> None:
        """Have the kernel compiled, or loaded: training nothing does."""
        self.train(0, Stretch(epoch=0, start=0, stop=0, lr=0.0, slope=0.0))

    def train(self, worker: int, stretch: Stretch) -> tuple[float, int]:
        """Train one stretch; return the sum of its losses in nats, and its positive pairs."""
        unit = int(np.searchsorted(self._units.offsets, stretch.start, side="right")) - 1
        loss, pairs = train_stretch(
            self._units,
            unit,
            stretch.start,
            stretch.stop,
            draws.epoch_key(self._config.seed, stretch.epoch, stretch.first),
            self._sampling,
            self._tables,
            self._frozen,
            self._window,
            (stretch.lr, stretch.slope),
            self._workers[worker],
        )
        return loss, pairs

    def tables(self) -> Tables:
        """Return views of the tables, (rows, D) each."""
        return {name: table[:, : self._config.dim] for name, table in self._padded().items()}

    def shared_tables(self) -> tuple[Tables, RowOperations]:
        """Return views of the tables, and what works on their rows."""
        return self.tables(), ProcessorRows()

    def _padded(self) -> dict[str, Floats]:
        return {INPUT: self._tables.input, OUTPUT: self._tables.output}

    def restore(self, tables: Tables, places: NDArray[np.int64] | None = None) -> None:
        """Write rows into the tables of these names: all, or those at some places."""
        views = self.tables()
        for name, rows in tables.items():
            views[name][slice(None) if places is None else places] = rows
        for table in self._padded().values():
            # Padding is 0. NaN there would spread to all vectors.
            table[:, self._config.dim :] = 0.0
        self._freeze()

    def _freeze(self) -> None:
        """Take copies of the rows that never change."""
        inputs, outputs = (
            freeze(table, self._frozen_rows.get(name, NO_WORDS))
            for name, table in self._padded().items()
        )
        self._frozen = inputs, outputs

    def take_tables(self) -> Tables:
        """Return the tables, packed in place; the engine cannot train any more."""
        tables, self._tables = self._padded(), None  # type: ignore[assignment]
        return {name: packed(table, self._config.dim) for name, table in tables.items()}

    def close(self) -> None:
        """Release all memory of the engine."""
        vars(self).clear()


def parts_of(composition: Composition | None, stride: int) -> kernel.Parts:
    """Return of which rows words are composed, as the kernel reads it."""
    if composition is None:
        nothing = np.empty(0, np.int64)
        return kernel.Parts(None, nothing, nothing, np.empty(0, np.float32))
    return kernel.Parts(
        are_used=True,
        starts=composition.starts,
        rows=composition.rows.astype(np.int64) * stride,
        scales=composition.scales,
    )


def freeze(table: Floats, rows: NDArray[np.int64]) -> kernel.Frozen:
    """Return copies of the rows of a table that never change, for the kernel to restore."""
    slots = np.full(len(table) if len(rows) else 0, -1, np.int32)
    slots[rows] = np.arange(len(rows), dtype=np.int32)
    return kernel.Frozen(slots, table[rows])
