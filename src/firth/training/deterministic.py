"""The deterministic engine: the same vectors, bit by bit, for any number of threads."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from firth.corpus import TokenStore
from firth.resources import available_processors
from firth.training import blocks, draws, kernel, lockstep, sampling
from firth.training.config import TrainConfig
from firth.training.engine import (
    NO_WORDS,
    Floats,
    Stretch,
    aligned_zeros,
    first_vectors,
    frozen_places,
    read_only,
    sampling_of,
    window_of,
)


class LockstepEngine:
    """Skip-gram and CBOW by the deterministic kernel, a whole team for each stretch.

    The vectors depend on the corpus, the configuration without `threads`, and where the stretches
    begin and end; and on the machine as far as its vectors of numbers are longer or shorter. More
    threads help up to the number of slices (`blocks.slices_of`): 2 below 192 dimensions where
    vectors hold 8 numbers, 4 below 384, then 8. Further threads do nothing, nor do more than there
    are processors.

    Parameters
    ----------
    config : TrainConfig
        How to train.
    counts : int64, (V,)
        How often each word occurs.
    tokens : TokenStore
        The corpus.
    stretch : int
        The most tokens of a stretch. The same stretches, in the same order, give the same vectors.
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
        self._window, self._sampling = window_of(config), sampling_of(counts, config)
        self._layout = blocks.layout_of(self._window, config.dim, self._size, self._block(counts))
        self._slices, self._stride = self._layout.slices, self._layout.stride
        rows = self._layout.inputs // self._stride
        self._tables = kernel.Tables(
            inputs=aligned_zeros(self._slices * rows, self._stride),
            outputs=aligned_zeros(self._slices * self._size, self._stride),
        )
        for start, drawn in first_vectors(self._size, config.dim, config.seed):
            for k, part in enumerate(self._parts(drawn)):
                first = k * rows + start
                self._tables.inputs[first : first + len(drawn), : part.shape[1]] = part
        members = min(config.workers, self._slices, available_processors())
        self._team = blocks.make_team(self._window, self._layout, members)
        self._scratch = [
            blocks.make_scratch(self._window, self._layout, stretch) for _ in self._team
        ]
        self._others = ThreadPoolExecutor(max(members - 1, 1), "firth-member")
        self._ids, self._offsets = read_only(tokens.ids), read_only(tokens.offsets)
        self._frozen_ids = frozen
        self._freeze()

    def _block(self, counts: NDArray[np.int64]) -> int:
        kept = counts * (self._sampling.keep + 1.0)
        noise = sampling.noise_distribution(counts, self._config.noise_exponent)
        return blocks.block_of(self._window, kept / kept.sum(), noise)

    @property
    def workers(self) -> int:
        """How many stretches may be trained at the same time: one, by the whole team."""
        return 1

    def compile(self) -> None:
        """Have the kernel compiled, or loaded: training nothing does."""
        self._train_part(0, Stretch(epoch=0, start=0, stop=0, lr=0.0, slope=0.0))

    def train(self, worker: int, stretch: Stretch) -> tuple[float, int]:
        """Train one stretch.

        Returns
        -------
        loss, pairs : float, int
            The sum of the losses in nats, and the number of positive pairs.
        """
        signals = self._team[0].signals
        signals[:] = 0
        others: list[Future[tuple[float, int]]] = []
        try:
            # Those that have begun wait for all members: without one of them, for ever.
            for member in range(1, len(self._team)):
                others.append(self._others.submit(self._train_part, member, stretch))
            result = self._train_part(0, stretch)
        except BaseException:
            lockstep.give_up(signals)
            raise
        finally:
            failures = [other.exception() for other in others]
        for failure in failures:
            if failure is not None:
                raise failure
        return result

    def _train_part(self, member: int, stretch: Stretch) -> tuple[float, int]:
        team = self._team[member]
        unit = int(np.searchsorted(self._offsets, stretch.start, side="right")) - 1
        try:
            loss, pairs = blocks.train_stretch(
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
                self._layout,
                self._scratch[member],
                team,
            )
        except BaseException:
            lockstep.give_up(team.signals)
            raise
        return loss, pairs

    def _parts(self, vectors: Floats) -> list[Floats]:
        """Cut vectors (n, D) into the slices of the dimensions."""
        starts = range(0, self._slices * self._stride, self._stride)
        return [vectors[:, start : start + self._stride] for start in starts]

    def _slices_of(self, table: Floats) -> NDArray[np.float32]:
        """Give the V rows of each slice of a table: a view, (slices, V, stride)."""
        return table.reshape(self._slices, -1, self._stride)[:, : self._size]

    def _assemble(self, table: Floats) -> Floats:
        vectors = np.empty((self._size, self._config.dim), np.float32)
        for part, rows in zip(self._parts(vectors), self._slices_of(table), strict=True):
            part[:] = rows[:, : part.shape[1]]
        return vectors

    def tables(self) -> tuple[Floats, Floats]:
        """Give copies of the input and the output vectors, (V, D) each."""
        inputs, outputs = map(self._assemble, self._tables)
        return inputs, outputs

    def restore(
        self, inputs: Floats, outputs: Floats, ids: NDArray[np.int64] | None = None
    ) -> None:
        """Put vectors (n, D) in place of those of the words `ids` (n,), by default of all."""
        rows = slice(None) if ids is None else ids
        for table, vectors in zip(self._tables, (inputs, outputs), strict=True):
            for part, into in zip(self._parts(vectors), self._slices_of(table), strict=True):
                into[rows, : part.shape[1]] = part
                # What is no vector begins as 0; NaN would spread from there to all vectors again.
                into[:, part.shape[1] :] = 0.0
            table.reshape(self._slices, -1, self._stride)[:, self._size :] = 0.0
        self._freeze()

    def _freeze(self) -> None:
        """Take copies of the rows that never change."""
        copies = (
            self._slices_of(table)[:, self._frozen_ids].reshape(-1, self._stride)
            for table in self._tables
        )
        self._frozen = kernel.Frozen(frozen_places(self._size, self._frozen_ids), *copies)

    def vectors(self) -> tuple[Floats, Floats]:
        """Give the input and the output vectors, (V, D) each. Afterwards the engine is spent."""
        self._others.shutdown()
        tables, self._tables = self._tables, None  # type: ignore[assignment]
        inputs = self._assemble(tables.inputs)
        tables = tables._replace(inputs=inputs)
        return inputs, self._assemble(tables.outputs)

    def close(self) -> None:
        """End the threads, and let go of the tables and of the corpus."""
        self._others.shutdown()
        self._tables = self._ids = self._offsets = None  # type: ignore[assignment]
