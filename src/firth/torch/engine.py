"""The engine of `firth.train(..., engine="torch")`: the modules of this package, and plain SGD.

V words · D dimensions · K noise words · n windows of a stretch, B of a minibatch

The windows are those that the kernel trains: both read the same lists. The kernel takes a step
after each window. This engine takes one step for a minibatch of windows: by the sum of their
gradients, at the step size of the first position.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from firth.compilation.arrays import bytes_of
from firth.corpus import TokenStore
from firth.errors import ConfigError
from firth.torch.losses import NegativeSampling
from firth.torch.models import CBOW, SkipGram, Word2Vec
from firth.torch.tables import rows_of
from firth.torch.words import PADDING
from firth.training import sampling
from firth.training.arithmetic import arithmetic_of_processor
from firth.training.config import TrainConfig
from firth.training.draws import epoch_key
from firth.training.engines.base import (
    INPUT,
    NO_ROWS,
    NO_WORDS,
    OUTPUT,
    Composition,
    FrozenRows,
    Sizes,
    Stretch,
    Tables,
    check_one_worker,
)
from firth.training.engines.tables import initialise, two_tables
from firth.training.lists.gathering import gathered_bytes
from firth.training.lists.stretch import list_stretch
from firth.training.lists.windows import list_shapes, sampling_of, window_of
from firth.training.schedule import stretch_length

# All gradients of a minibatch are taken at the same point. If it holds a word often, their sum goes
# much farther than steps one by one. So it has at most this many windows, and fewer if the most
# frequent word is expected to be the centre of more than one.
_MOST_WINDOWS = 64
# Some places of a text hold a word far more often than the rest. So no minibatch has a word as its
# centre more often than this.
_MOST_OF_WORD = 4
# Row 0 is padding.
_FIRST = PADDING + 1
# Windows are listed so many positions at a time, fewer where each takes much memory.
_MOST_POSITIONS = 8_192
_MOST_PLACES = 2**20


class Windows(NamedTuple):
    """Windows, in order. Ids begin at 1; a noise word left out is 0."""

    positions: NDArray[np.int64]  # (n,) of the centres in the corpus
    centre: NDArray[np.int64]  # (n,)
    contexts: NDArray[np.int64]  # (n, C)
    noise: NDArray[np.int64]  # (n, K)


class TorchEngine:
    """Skip-gram and CBOW by the modules of this package, and plain stochastic gradient descent.

    It has every option of `TrainConfig` but `loss="hs"`, subwords and documents; several threads
    change the same tables without locks. PyTorch is set to one thread of its own meanwhile, because
    the matrices are small. The engine runs on the CPU only; `firth.torch.fit` takes a GPU.

    See `firth.training.engines.base.Engine` for the parameters.

    Examples
    --------
    >>> tokens = TokenStore(np.array([0, 1, 2, 1] * 50, np.int32), np.array([0, 200]))
    >>> config = TrainConfig(dim=4, sample=0.0, shrink_windows=False, window=1)
    >>> engine = TorchEngine(config, np.array([50, 100, 50]), tokens, stretch=200)
    >>> loss, pairs = engine.train(0, Stretch(epoch=0, start=0, stop=200, lr=0.025, slope=0.0))
    >>> pairs
    398
    """

    name = "torch"
    shapes = staticmethod(two_tables)
    arithmetic = staticmethod(arithmetic_of_processor)
    stretch_length = staticmethod(stretch_length)

    @staticmethod
    def check(config: TrainConfig) -> None:
        """Raise ConfigError if the engine lacks an option; the message names it."""
        check_one_worker(config)
        if config.loss != "ns":
            raise ConfigError(
                f"engine='torch' trains with loss='ns' (--loss ns) only, got {config.loss!r}; give "
                "engine='hogwild' (--engine hogwild), or use firth.torch.HierarchicalSoftmax"
            )
        if config.subwords != "none":
            raise ConfigError(
                "engine='torch' trains with subwords='none' (--subwords none) only; give "
                "engine='hogwild' (--engine hogwild) for subwords"
            )
        if config.documents != "none":
            raise ConfigError(
                "engine='torch' trains with documents='none' (--documents none) only; give "
                "engine='hogwild' (--engine hogwild) for documents"
            )

    @staticmethod
    def memory(config: TrainConfig, sizes: Sizes, stretch: int, frozen: int) -> int:
        """Estimate the bytes that the engine holds, and that training a stretch takes."""
        rows = sum(
            shape.rows + _FIRST + min(frozen, shape.words)
            for shape in two_tables(config, sizes).values()
        )
        window, piece = window_of(config), min(stretch, _piece(config))
        lists = bytes_of(list_shapes(window, piece)) + gathered_bytes(window, piece)
        # Bytes as measured: while contexts are padded, and then noise words.
        places, noise = 2 * window.reach, 16 * window.negative
        padding = max(17 * places, 8 * places + noise)
        windows = config.used_threads * (lists + piece * padding)
        return 4 * config.dim * rows + sizes.words * sampling.BYTES_PER_WORD + windows

    def __init__(
        self,
        config: TrainConfig,
        counts: NDArray[np.int64],
        tokens: TokenStore,
        stretch: int,
        frozen: FrozenRows = NO_ROWS,
        composition: Composition | None = None,
    ) -> None:
        self._config, self._tokens = config, tokens
        self._frozen = [
            torch.from_numpy(frozen.get(name, NO_WORDS)) + _FIRST
            for name in self.shapes(config, Sizes(len(counts)))
        ]
        self._window, self._sampling = window_of(config), sampling_of(counts, config)
        self._batch = _batch_size(counts * (self._sampling.keep + 1.0))
        size = len(counts) + _FIRST
        undivided = config.cbow_gradient == "sum"
        projection = CBOW(undivided=undivided) if config.model == "cbow" else SkipGram()
        self._model = Word2Vec(
            size, config.dim, projection, NegativeSampling(reduction="sum"), sparse=True
        )
        self._tables = [rows_of(table) for table in (self._model.inputs, self._model.outputs)]
        initialise(self.tables()[INPUT], len(counts), config.dim, config.seed)
        self._freeze()

    @property
    def workers(self) -> int:
        """How many stretches may be trained at the same time."""
        return self._config.used_threads

    def compile(self) -> None:
        """Have the listing of windows compiled, or loaded."""
        self.windows(0, 0, 0)

    def train(self, worker: int, stretch: Stretch) -> tuple[float, int]:
        """Train one stretch; return the sum of its losses in nats, and its positive pairs."""
        loss, pairs, piece = 0.0, 0, _piece(self._config)
        with _one_thread():
            for start in range(stretch.start, stretch.stop, piece):
                stop = min(start + piece, stretch.stop)
                windows = self.windows(stretch.epoch, start, stop, stretch.first)
                loss += self._train_windows(windows, stretch)
                if self._config.model == "cbow":
                    pairs += len(windows.centre)
                else:
                    pairs += int((windows.contexts != PADDING).sum())
        return loss, pairs

    def _train_windows(self, windows: Windows, stretch: Stretch) -> float:
        positions, *arrays = windows
        ids, loss = [torch.from_numpy(array) for array in arrays], 0.0
        for batch in _minibatches(windows.centre, self._batch):
            step_size = stretch.lr + stretch.slope * float(positions[batch.start])
            loss += self._step([some[batch] for some in ids], step_size)
        return loss

    def windows(self, epoch: int, start: int, stop: int, first: int = 0) -> Windows:
        """Return the windows whose centres are at positions from `start` up to `stop`."""
        key, tokens = epoch_key(self._config.seed, epoch, first), self._tokens
        listed = list_stretch(
            tokens.ids, tokens.offsets, start, stop, key, self._sampling, self._window
        )
        return Windows(
            listed.positions,
            listed.targets[:, 0] + _FIRST,
            _padded(listed.inputs, listed.m),
            _padded(listed.targets[:, 1:], listed.t - 1),
        )

    def tables(self) -> Tables:
        """Return views of the tables, (V, D) each."""
        views = (table.detach()[_FIRST:].numpy() for table in self._tables)
        return dict(zip((INPUT, OUTPUT), views, strict=True))

    def restore(self, tables: Tables, places: NDArray[np.int64] | None = None) -> None:
        """Write rows into the tables of these names: all, or those at some places."""
        views = self.tables()
        for name, rows in tables.items():
            views[name][slice(None) if places is None else places] = rows
        self._freeze()

    def _freeze(self) -> None:
        """Take copies of the rows that never change."""
        self._originals = [
            table.detach()[rows] for table, rows in zip(self._tables, self._frozen, strict=True)
        ]

    def take_tables(self) -> Tables:
        """Return the tables; the engine cannot train any more."""
        return self.tables()

    def close(self) -> None:
        """Release all memory of the engine."""
        vars(self).clear()

    def _step(self, batch: list[Tensor], step_size: float) -> float:
        """Take a step on a minibatch, and return the sum of its losses before it."""
        loss = self._model(*batch)
        # backward() would add to gradients that all workers share.
        gradients = torch.autograd.grad(loss, self._tables)
        with torch.no_grad():
            for table, gradient, rows, originals in zip(
                self._tables, gradients, self._frozen, self._originals, strict=True
            ):
                table.add_(gradient, alpha=-step_size)
                table[rows] = originals
        return float(loss.item())


class _Threads:
    """How many callers keep PyTorch at one thread, and how many threads it had before."""

    lock = threading.Lock()
    inside = 0
    before = 1


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep PyTorch to one thread; threads of any engine may be inside at the same time.

    PyTorch stores the number twice: for the thread that sets it, and for new threads. So each
    caller sets it for itself, and only the first one inside reads what it was before.
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


def _piece(config: TrainConfig) -> int:
    """Return how many positions are listed at once."""
    places = 2 * config.window + (config.negative or 0)
    return max(1, min(_MOST_POSITIONS, _MOST_PLACES // places))


def _padded(rows: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ids of the first rows of each window (n, C), so many, and padding after them."""
    is_real = np.arange(rows.shape[1]) < count[:, np.newaxis]
    return np.where(is_real, rows + _FIRST, PADDING)


def _batch_size(weights: NDArray[np.float64]) -> int:
    """Return how many windows a minibatch has if centres occur in proportion to `weights` (V,)."""
    return int(min(weights.sum() / weights.max(), _MOST_WINDOWS))


def _minibatches(centres: NDArray[np.int64], most: int) -> Iterator[slice]:
    """Yield the windows of each minibatch: at most so many, and few of the same centre.

    Examples
    --------
    >>> list(_minibatches(np.array([7, 8, 7, 7, 7, 7, 9]), 6))
    [slice(0, 5, None), slice(5, 7, None)]
    """
    start, seen = 0, Counter[int]()
    for place, word in enumerate(centres.tolist()):
        if place - start == most or seen[word] == _MOST_OF_WORD:
            yield slice(start, place)
            start, seen = place, Counter()
        seen[word] += 1
    if start < len(centres):
        yield slice(start, len(centres))
