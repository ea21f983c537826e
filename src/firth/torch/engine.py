"""The textbook as an engine: what `firth.train(..., engine="torch")` trains with.

V words · D dimensions · K noise words · n windows of a stretch, B of a minibatch

The draws are the kernel's, position by position: which tokens subsampling keeps, how far a window
reaches, and its noise words. The kernel takes a step after each window. Here a minibatch of windows
takes one together, by the sum of their gradients, at the step size of its first position.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from firth.corpus import TokenStore
from firth.torch.data import gather_windows
from firth.torch.draws import are_kept, noise_words, reaches, streams_at
from firth.torch.negative_sampling import CBOWNS, SkipGramNS
from firth.torch.tables import rows_of
from firth.torch.words import PADDING
from firth.training import sampling
from firth.training.config import TrainConfig
from firth.training.draws import epoch_key
from firth.training.engines.base import NO_WORDS, Floats, Stretch
from firth.training.engines.tables import initialise

# In a minibatch all gradients are taken at the same point, and their sum is no longer what steps
# one by one would come to if it holds a word too often. So it has at most this many windows, and
# fewer where the most frequent word is expected to be the centre of more than one.
_MOST_WINDOWS = 64

# Row 0 is padding.
_FIRST = PADDING + 1


class Windows(NamedTuple):
    """The windows of a stretch, in order. Ids begin at 1; a noise word left out is 0."""

    positions: NDArray[np.int64]  # (n,) where the centres stand in the corpus
    centre: NDArray[np.int64]  # (n,)
    contexts: NDArray[np.int64]  # (n, C)
    noise: NDArray[np.int64]  # (n, K)


class TorchEngine:
    """Skip-gram and CBOW by the modules of this package, and plain stochastic gradient descent.

    It has every option of `TrainConfig`; several threads change the same tables without locks.
    PyTorch's own threads are one while it trains: its matrices are too small to share out. It runs
    on the CPU, whatever else is there; `firth.torch.fit` takes a GPU.

    Parameters
    ----------
    config : TrainConfig
        How to train.
    counts : int64, (V,)
        How often each word occurs.
    tokens : TokenStore
        The corpus.
    stretch : int
        The most tokens of a stretch; nothing is set aside for them here.
    frozen : int64
        Ids of words whose vectors never change.

    Examples
    --------
    >>> tokens = TokenStore(np.array([0, 1, 2, 1] * 50, np.int32), np.array([0, 200]))
    >>> config = TrainConfig(dim=4, sample=0.0, shrink_windows=False, window=1)
    >>> engine = TorchEngine(config, np.array([50, 100, 50]), tokens, stretch=200)
    >>> loss, pairs = engine.train(0, Stretch(epoch=0, start=0, stop=200, lr=0.025, slope=0.0))
    >>> pairs
    398
    """

    def __init__(
        self,
        config: TrainConfig,
        counts: NDArray[np.int64],
        tokens: TokenStore,
        stretch: int,
        frozen: NDArray[np.int64] = NO_WORDS,
    ) -> None:
        self._config, self._tokens = config, tokens
        self._frozen = torch.from_numpy(frozen) + _FIRST
        self._keep = sampling.keep_thresholds(counts, config.sample)
        self._alias = sampling.alias_table(
            sampling.noise_distribution(counts, config.noise_exponent)
        )
        self._batch = _batch_size(counts * (self._keep + 1.0))
        size = len(counts) + _FIRST
        self._model: SkipGramNS | CBOWNS = (
            CBOWNS(size, config.dim, reduction="sum", sparse=True, undivided=True)
            if config.model == "cbow"
            else SkipGramNS(size, config.dim, reduction="sum", sparse=True)
        )
        self._tables = [rows_of(table) for table in (self._model.inputs, self._model.outputs)]
        initialise(self.tables()[0], len(counts), config.dim, config.seed)
        self._freeze()

    @property
    def workers(self) -> int:
        """How many stretches may be trained at the same time."""
        return self._config.workers

    def compile(self) -> None:
        """There is nothing to compile."""

    def train(self, worker: int, stretch: Stretch) -> tuple[float, int]:
        """Train one stretch; workers of different numbers may do so at the same time.

        Returns
        -------
        loss, pairs : float, int
            The sum of the losses in nats, and the number of positive pairs.
        """
        positions, *arrays = self.windows(stretch)
        windows = [torch.from_numpy(array) for array in arrays]
        loss = 0.0
        with _one_thread():
            for start in range(0, len(positions), self._batch):
                step_size = stretch.lr + stretch.slope * float(positions[start])
                loss += self._step([ids[start : start + self._batch] for ids in windows], step_size)
        is_pair = arrays[1] != PADDING
        return loss, len(positions) if self._config.model == "cbow" else int(is_pair.sum())

    def windows(self, stretch: Stretch) -> Windows:
        """Return the windows of a stretch that have a context word, as the kernel draws them."""
        config = self._config
        key = epoch_key(config.seed, stretch.epoch)
        kept = self._kept(key, stretch)
        centres = np.arange(*np.searchsorted(kept, [stretch.start, stretch.stop]))
        positions = kept[centres]
        streams = streams_at(key, positions)
        centre, contexts = gather_windows(
            self._tokens.ids[kept] + np.int32(_FIRST),
            np.searchsorted(kept, self._bounds(kept)),
            centres,
            reaches(streams, config.window, config.shrink_windows),
        )
        noise = noise_words(streams, config.negative, self._alias) + _FIRST
        noise[noise == centre[:, np.newaxis]] = PADDING
        real = contexts[:, 0] != PADDING
        return Windows(positions[real], centre[real], contexts[real], noise[real])

    def tables(self) -> tuple[Floats, Floats]:
        """Return views of the input and the output vectors, (V, D) each."""
        inputs, outputs = (table.detach()[_FIRST:].numpy() for table in self._tables)
        return inputs, outputs

    def restore(
        self, inputs: Floats, outputs: Floats, ids: NDArray[np.int64] | None = None
    ) -> None:
        """Put vectors (n, D) in place of those of the words `ids` (n,), by default of all."""
        rows = slice(None) if ids is None else ids
        for table, vectors in zip(self.tables(), (inputs, outputs), strict=True):
            table[rows] = vectors
        self._freeze()

    def _freeze(self) -> None:
        self._originals = [table.detach()[self._frozen] for table in self._tables]

    def vectors(self) -> tuple[Floats, Floats]:
        """Return the input and the output vectors, (V, D) each. Afterwards the engine is spent."""
        return self.tables()

    def close(self) -> None:
        """Let go of the corpus."""
        del self._tokens

    def _step(self, batch: list[Tensor], step_size: float) -> float:
        """Take a step on a minibatch; give the sum of its losses before it."""
        loss = self._model(*batch)
        # Gradients are not left in the tables, which other workers change too.
        gradients = torch.autograd.grad(loss, self._tables)
        with torch.no_grad():
            for table, gradient, originals in zip(
                self._tables, gradients, self._originals, strict=True
            ):
                table.add_(gradient, alpha=-step_size)
                table[self._frozen] = originals
        return float(loss.item())

    def _kept(self, key: np.uint64, stretch: Stretch) -> NDArray[np.int64]:
        """Return the positions that subsampling keeps, with the neighbours that windows reach."""
        start, stop, offsets = stretch.start, stretch.stop, self._tokens.offsets
        begin = int(offsets[np.searchsorted(offsets, start, side="right") - 1])
        end = int(offsets[np.searchsorted(offsets, stop)])
        before = after = np.empty(0, np.int64)
        low, high, margin = start, stop, 2 * self._config.window
        while len(before) < self._config.window and low > begin:
            low = max(begin, low - margin)
            before = self._kept_between(key, low, start)
            margin *= 2
        margin = 2 * self._config.window
        while len(after) < self._config.window and high < end:
            high = min(end, high + margin)
            after = self._kept_between(key, stop, high)
            margin *= 2
        return np.concatenate([before, self._kept_between(key, start, stop), after])

    def _bounds(self, kept: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where the units begin and end that hold the positions `kept`."""
        offsets = self._tokens.offsets
        if len(kept) == 0:
            return offsets[:0]
        first, last = np.searchsorted(offsets, kept[[0, -1]], side="right")
        return offsets[first - 1 : last + 1]

    def _kept_between(self, key: np.uint64, start: int, stop: int) -> NDArray[np.int64]:
        positions = np.arange(start, stop)
        thresholds = self._keep[self._tokens.ids[start:stop]]
        return positions[are_kept(streams_at(key, positions), thresholds)]


class _Threads:
    """How many of this module's callers have PyTorch at one thread, and what it was before."""

    lock = threading.Lock()
    inside = 0
    before = 1


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep PyTorch to one thread; several may be inside at the same time, of any engine.

    PyTorch keeps the number both for the thread that sets it and for threads to come. So each sets
    it for itself, and what it was before is read only where nobody else has set it.
    """
    with _Threads.lock:
        if _Threads.inside == 0:
            _Threads.before = torch.get_num_threads()
        _Threads.inside += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _Threads.lock:
            _Threads.inside -= 1
            torch.set_num_threads(_Threads.before)


def _batch_size(weights: NDArray[np.float64]) -> int:
    """Return the windows of a minibatch, where centres come in proportion to `weights` (V,)."""
    return int(min(weights.sum() / weights.max(), _MOST_WINDOWS))
