"""The engine of the compiled kernel: workers train the same tables without locks (Hogwild).

Niu et al. 2011, arXiv:1106.5730.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.compilation.arrays import aligned_zeros, read_only
from firth.corpus import TokenStore
from firth.training import draws, kernel
from firth.training.config import TrainConfig
from firth.training.engines.base import NO_WORDS, Floats, Stretch
from firth.training.engines.tables import frozen_slots, initialise, packed
from firth.training.lists.windows import sampling_of, window_of
from firth.training.simd.rows import stride_of


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
        stride = stride_of(config.dim)
        self._tables = kernel.Tables(
            *(aligned_zeros((self._size, stride), np.float32) for _ in range(2))
        )
        initialise(self._tables.input, self._size, config.dim, config.seed)
        self._workers = [
            kernel.make_worker(self._window, stride, stretch) for _ in range(config.workers)
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
            (stretch.lr, stretch.slope),
            self._workers[worker],
        )
        return loss, pairs

    def tables(self) -> tuple[Floats, Floats]:
        """Return views of the input and the output vectors, (V, D) each."""
        dim = self._config.dim
        return self._tables.input[:, :dim], self._tables.output[:, :dim]

    def restore(
        self, inputs: Floats, outputs: Floats, ids: NDArray[np.int64] | None = None
    ) -> None:
        """Put vectors (n, D) in place of those of the words `ids` (n,), by default of all."""
        rows = slice(self._size) if ids is None else ids
        for table, vectors in zip(self._tables, (inputs, outputs), strict=True):
            table[rows, : self._config.dim] = vectors
            # What is no vector begins as 0; NaN would spread from there to all vectors again.
            table[:, self._config.dim :] = 0.0
        self._freeze()

    def _freeze(self) -> None:
        """Take copies of the rows that never change."""
        ids = self._frozen_ids
        self._frozen = kernel.Frozen(
            frozen_slots(self._size, ids), *(table[ids] for table in self._tables)
        )

    def vectors(self) -> tuple[Floats, Floats]:
        """Return the input and the output vectors, (V, D) each. Afterwards the engine is spent."""
        tables, self._tables = self._tables, None  # type: ignore[assignment]
        inputs, outputs = (
            packed(table, self._size, self._config.dim) for table in (tables.input, tables.output)
        )
        return inputs, outputs

    def close(self) -> None:
        """Let go of the tables and of the corpus."""
        self._tables = self._ids = self._offsets = None  # type: ignore[assignment]
