"""gensim's callbacks, called by `firth.train`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart
from firth.vectors import Vectors

if TYPE_CHECKING:
    from firth.compat.gensim.word2vec import Word2Vec


class CallbackAny2Vec:
    """Is called with the model while it trains: subclass it, and override what is of interest.

    The vectors of the words, `model.wv`, are those of the moment. Output vectors, n-grams and the
    vectors of documents are there when training has ended.
    """

    def on_train_begin(self, model: Any) -> None:  # noqa: ANN401
        """Before the first epoch."""

    def on_epoch_begin(self, model: Any) -> None:  # noqa: ANN401
        """Before each epoch."""

    def on_epoch_end(self, model: Any) -> None:  # noqa: ANN401
        """After each epoch."""

    def on_train_end(self, model: Any) -> None:  # noqa: ANN401
        """After the last epoch."""


class Reports(Callback):
    """Calls gensim's callbacks, and sums the losses of a run.

    A run that is given up may be followed by another. Then what was reported is not repeated.

    Parameters
    ----------
    model : Word2Vec
    callbacks : sequence of CallbackAny2Vec

    Attributes
    ----------
    lr : float
        The step size now.
    """

    def __init__(self, model: Word2Vec, callbacks: Sequence[CallbackAny2Vec]) -> None:
        self._model, self._callbacks = model, callbacks
        self._before = self._in_epoch = 0.0
        self.lr: float = model.alpha
        self._now: Callable[[], Vectors] | None = None
        # Events of this run, and of any.
        self._events = self._reported = 0

    @property
    def loss(self) -> float:
        """The losses of all pairs so far, added up."""
        return self._before + self._in_epoch

    def on_start(self, start: RunStart) -> None:
        """Report the beginning of the run and of its first epoch."""
        self._before, self._in_epoch, self._events = 0.0, 0.0, 0
        words, counts = start.vocabulary.words, start.vocabulary.counts
        self._now = lambda: Vectors(words, start.input_vectors(), counts=counts)
        self._call("on_train_begin")
        self._call("on_epoch_begin")

    def on_progress(self, progress: Progress) -> None:
        """Note the losses of the epoch so far, and the step size."""
        self.lr = progress.lr
        self._in_epoch = progress.loss * progress.pairs

    def on_epoch(self, epoch: EpochEnd) -> None:
        """Report the end of an epoch, and the beginning of the next."""
        self._before, self._in_epoch = self.loss, 0.0
        self._call("on_epoch_end")
        if epoch.epoch < epoch.epochs:
            self._call("on_epoch_begin")

    def on_end(self, end: RunEnd) -> None:
        """Forget the run, whose memory is freed."""
        self._now = None

    def finish(self) -> None:
        """Report the end of training, when the model has the results."""
        self._call("on_train_end")

    def _call(self, name: str) -> None:
        self._events += 1
        if not self._callbacks or self._events <= self._reported:
            return
        self._reported = self._events
        if self._now is not None:
            self._model._take_state(self, self._now)
        for callback in self._callbacks:
            getattr(callback, name)(self._model)
