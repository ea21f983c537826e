"""The run: epochs, workers, the falling step size, progress and loss, whatever the engine."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Corpus
from firth.errors import ConfigError, CorpusError
from firth.training.config import TrainConfig
from firth.training.engine import Engine, KernelEngine, MakeEngine, Stretch

_STRETCH = 50_000
# A mean loss this many times that of guessing is beyond any that learning could lead to.
_DIVERGED = 100.0


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Parameters
    ----------
    epoch, epochs : int
        The epoch that runs, from 1, and how many there are.
    words, total : int
        Words of the vocabulary trained so far, and in all epochs.
    seconds : float
        Time since training began.
    lr : float
        The step size now.
    pairs : int
        Positive pairs of this epoch so far: (context, centre) for skip-gram, windows for CBOW.
    loss : float
        Their mean loss, in nats per positive pair, its noise terms included.
    """

    epoch: int
    epochs: int
    words: int
    total: int
    seconds: float
    lr: float
    pairs: int
    loss: float

    @property
    def words_per_second(self) -> float:
        """Words trained in a second, on the average of the run."""
        return self.words / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float:
        """Time to the end, if it goes on as on the average so far."""
        return self.seconds * (self.total - self.words) / self.words if self.words else math.inf


@dataclass(frozen=True)
class TrainResult:
    """What a run leaves: vectors (V, D), and the mean loss of each epoch in nats per pair."""

    input_vectors: NDArray[np.float32]
    output_vectors: NDArray[np.float32]
    losses: tuple[float, ...]


def train_corpus(
    corpus: Corpus,
    config: TrainConfig,
    *,
    engine: MakeEngine = KernelEngine,
    on_progress: Callable[[Progress], None] | None = None,
) -> TrainResult:
    """Train on an encoded corpus.

    Parameters
    ----------
    corpus : Corpus
        Vocabulary and token ids.
    config : TrainConfig
        How to train.
    engine : callable
        The class of the engine that trains, by default the compiled kernel.
    on_progress : callable, optional
        Called with a `Progress` in the caller's thread whenever a worker has done a stretch, of
        50,000 tokens at most.

    Raises
    ------
    CorpusError
        If subsampling leaves no window with two words.
    ConfigError
        If the loss is not finite any more, or far beyond that of guessing: the step size is too
        large.
    """
    size = corpus.tokens.size
    # Short corpora are cut small enough that every worker gets several stretches.
    stretch = max(1, min(_STRETCH, -(-size // (8 * config.workers))))
    made = engine(config, corpus.vocabulary.counts, corpus.tokens, stretch)
    _run_apart(made.compile)
    losses = []
    began = time.perf_counter()
    for epoch in range(config.epochs):
        loss, pairs, words = 0.0, 0, epoch * size
        stretches = _stretches(size, stretch, epoch, config)
        for done, (some_loss, some_pairs) in _share_out(made, stretches, config.workers):
            loss += some_loss
            pairs += some_pairs
            words += done.stop - done.start
            corpus.tokens.release(done.start, done.stop)
            if on_progress is not None:
                on_progress(
                    Progress(
                        epoch=epoch + 1,
                        epochs=config.epochs,
                        words=words,
                        total=config.epochs * size,
                        seconds=time.perf_counter() - began,
                        lr=done.lr + done.slope * (words - epoch * size),
                        pairs=pairs,
                        loss=loss / max(pairs, 1),
                    )
                )
        losses.append(_mean_loss(loss, pairs, epoch, config))
    return TrainResult(*made.vectors(), losses=tuple(losses))


def _run_apart(work: Callable[[], None]) -> None:
    """Do something in a thread of its own and wait for it.

    LLVM calls back into Python while it compiles, and an interrupt that meets such a call is lost.
    In the main thread, which only waits, none is.
    """
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def _stretches(size: int, stretch: int, epoch: int, config: TrainConfig) -> Iterator[Stretch]:
    """Cut an epoch into stretches; the step size falls linearly over all epochs."""
    slope = (config.min_lr - config.step_size) / (config.epochs * size)
    lr = config.step_size + slope * epoch * size
    for start in range(0, size, stretch):
        yield Stretch(epoch, start, min(start + stretch, size), lr, slope)


def _share_out(
    engine: Engine, stretches: Iterator[Stretch], workers: int
) -> Iterator[tuple[Stretch, tuple[float, int]]]:
    """Train stretches on several threads; give each, with its result, when it is done.

    The kernel runs without the GIL. Workers change the same tables without locks (Niu et al. 2011).
    When the caller stops listening, the workers finish the stretch at hand and end.
    """
    results: queue.SimpleQueue[tuple[Stretch, tuple[float, int]] | BaseException | None]
    results = queue.SimpleQueue()
    stop, lock = threading.Event(), threading.Lock()

    def work(worker: int) -> None:
        try:
            while not stop.is_set():
                with lock:
                    stretch = next(stretches, None)
                if stretch is None:
                    break
                results.put((stretch, engine.train(worker, stretch)))
            results.put(None)
        except BaseException as error:
            results.put(error)

    threads: list[threading.Thread] = []
    try:
        for worker in range(workers):
            threads.append(threading.Thread(target=work, args=(worker,)))
            threads[-1].start()
        while workers > 0:
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            if result is None:
                workers -= 1
            else:
                yield result
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _mean_loss(loss: float, pairs: int, epoch: int, config: TrainConfig) -> float:
    if pairs == 0:
        raise CorpusError(
            f"subsampling left no window with two words in epoch {epoch + 1}; "
            f"give more text, or switch subsampling off with sample=0 (got {config.sample:g})"
        )
    mean = loss / pairs
    guessing = (config.negative + 1) * math.log(2.0)
    if not mean < _DIVERGED * guessing:
        raise ConfigError(
            f"training diverges: the mean loss is {mean:.4g} in epoch {epoch + 1}, where guessing "
            f"costs {guessing:.4g}; lr is too large, got {config.step_size:g}"
        )
    return mean
