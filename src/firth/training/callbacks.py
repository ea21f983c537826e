"""The reports of a run, and the base class that receives them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Vocabulary
from firth.training.config import TrainConfig

if TYPE_CHECKING:
    from firth.training.estimate import Estimate

StopReason = Literal["done", "patience", "interrupted", "error"]


class ReadVectors(Protocol):
    """Copies the input vectors of a run out, all (V, D) or those of some rows."""

    def __call__(self, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return a copy as they are now; `rows` are numbers of words, each once or oftener."""


@dataclass(frozen=True, kw_only=True)
class RunStart:
    """The beginning of a run.

    Parameters
    ----------
    config : TrainConfig
        How it trains.
    vocabulary : Vocabulary
        The words, in the order of the rows of the tables.
    tokens, held_out : int
        Words of the corpus that each epoch trains, and those kept out of training.
    documents : int
        How many documents are trained beside the words.
    epoch, words : int
        The epoch with which it begins, from 1, and the words trained before, if it goes on from a
        checkpoint.
    checkpoint : Path, optional
        The checkpoint from which it goes on.
    estimate : Estimate
        The memory, the room on the disk and the time that it will need.
    input_vectors : callable
        Returns a copy of the input vectors, (V, D) float32, as they are now, composed of their
        n-grams as they are trained: the result may be read out by another recipe. With an array of
        row numbers, it copies only these rows. It may be called until the last epoch has ended,
        `on_epoch` included; the workers do not wait for it.
    """

    config: TrainConfig
    vocabulary: Vocabulary
    tokens: int
    held_out: int
    epoch: int
    words: int
    checkpoint: Path | None
    estimate: Estimate
    input_vectors: ReadVectors
    documents: int = 0


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run has come.

    Parameters
    ----------
    epoch, epochs : int
        The epoch that runs, from 1, and how many there are.
    words, total : int
        Words of the vocabulary trained so far, and in all epochs.
    words_before : int
        Those trained before the checkpoint from which the run goes on.
    seconds : float
        Time since training began, or went on.
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
    words_before: int = 0
    seconds: float
    lr: float
    pairs: int
    loss: float

    @property
    def words_per_second(self) -> float:
        """Words trained in a second, on average over the run."""
        return (self.words - self.words_before) / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float:
        """Time to the end at the average speed so far."""
        speed = self.words_per_second
        return (self.total - self.words) / speed if speed else math.inf


@dataclass(frozen=True, kw_only=True)
class EpochEnd:
    """The end of an epoch.

    Parameters
    ----------
    epoch, epochs : int
        The epoch that ended, from 1, and how many there are.
    words : int
        Words of the vocabulary trained so far.
    seconds : float
        Time since training began, or went on.
    lr : float
        The step size at the end of the epoch.
    loss : float
        The mean loss of the epoch, in nats per positive pair.
    held_out_loss : float, optional
        The mean loss on the held-out text after it, if there is one.
    is_best : bool, optional
        Whether no epoch before had as low a loss on the held-out text; None if there is none.
    """

    epoch: int
    epochs: int
    words: int
    seconds: float
    lr: float
    loss: float
    held_out_loss: float | None
    is_best: bool | None


@dataclass(frozen=True, kw_only=True)
class RunEnd:
    """The end of a run.

    Parameters
    ----------
    reason : {"done", "patience", "interrupted", "error"}
        Why it ended.
    losses, held_out_losses : tuple of float
        As in `EpochEnd`, one for each epoch; the second is empty if no text was held out.
    words : int
        Words of the vocabulary trained.
    seconds : float
        Time since training began, or went on.
    seconds_paused : float
        How much of it the workers stood still while a checkpoint was taken.
    """

    reason: StopReason
    losses: tuple[float, ...]
    held_out_losses: tuple[float, ...]
    words: int
    seconds: float
    seconds_paused: float


class Callback:
    """Receives the reports of a run: subclass it, and override the methods of interest.

    All methods are called in the thread that called `firth.train`. The workers train on meanwhile,
    except during `on_epoch` and `on_end`. An exception in a method stops the run: the workers
    finish their stretches, a checkpoint is written if there is a folder for it, and the exception
    is raised.

    Examples
    --------
    >>> import firth
    >>> class Watch(firth.Callback):
    ...     def on_epoch(self, epoch):
    ...         print(f"epoch {epoch.epoch} of {epoch.epochs}")
    >>> units = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]] * 4000
    >>> _ = firth.train(units, dim=10, epochs=2, threads=1, sample=0, callbacks=[Watch()])
    epoch 1 of 2
    epoch 2 of 2
    """

    def writes(self) -> Sequence[Path]:
        """Return the files and folders that it writes; they are left out of a folder of texts."""
        return ()

    def on_start(self, start: RunStart) -> None:
        """Receive the beginning: training starts now, or goes on from a checkpoint."""

    def on_progress(self, progress: Progress) -> None:
        """Receive, many times a second, how far the run has come."""

    def on_epoch(self, epoch: EpochEnd) -> None:
        """Receive the end of an epoch."""

    def on_end(self, end: RunEnd) -> None:
        """Receive the end of the run, whatever the reason."""
