"""What stops a run that has gone wrong."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Vocabulary
from firth.errors import ConfigError, one_line
from firth.training.config import TrainConfig

Tables = tuple[NDArray[np.float32], NDArray[np.float32]]

# A mean loss this many times that of guessing is beyond any that learning could lead to.
_FAR_BEYOND_GUESSING = 100.0
# So is a number this large in a vector.
_LARGEST = 1_000.0
_ROWS_AT_ONCE = 4_096


class Diverged(ConfigError):
    """Training diverges: the step size is too large."""


def check_loss(
    loss: float,
    pairs: int,
    tables: Callable[[], Tables],
    vocabulary: Vocabulary,
    epoch: int,
    config: TrainConfig,
    lr: float,
) -> None:
    """Raise if a loss is not finite, or far beyond that of guessing.

    Parameters
    ----------
    loss, pairs : float, int
        The sum of some losses, and their number.
    tables : callable
        Gives the input and output vectors, (V, D) each; called only if the loss is wrong.
    vocabulary : Vocabulary
        Names the words of the vectors.
    epoch : int
        From 0.
    config : TrainConfig
        How the run trains.
    lr : float
        The step size that the run began with, or has come down to.

    Raises
    ------
    Diverged
        If so; the message names the word whose vector is not finite or largest.
    """
    guessing = (config.negative + 1) * math.log(2.0)
    if not loss <= _FAR_BEYOND_GUESSING * guessing * pairs:
        word, value = worst_vector(tables(), vocabulary)
        raise Diverged(
            f"training diverges: the mean loss is {loss / max(pairs, 1):.4g} in epoch {epoch + 1}, "
            f"where guessing costs {guessing:.4g}, and the vector of {one_line(repr(word))} has "
            f"grown most, to {value:.4g}; lower lr (--lr), got {lr:g}"
        )


def check_tables(tables: Tables, vocabulary: Vocabulary, epoch: int, lr: float) -> None:
    """Raise if a vector is not finite, or has grown beyond all measure.

    Parameters
    ----------
    tables : pair of arrays
        The input and output vectors, (V, D) each.
    vocabulary, epoch, lr
        As for `check_loss`.

    Raises
    ------
    Diverged
        If so; the message names the word.
    """
    word, value = worst_vector(tables, vocabulary)
    # Written so that a NaN counts as too large.
    if not value <= _LARGEST:
        raise Diverged(
            f"training diverges: the vector of {one_line(repr(word))} has grown to {value:.4g} in "
            f"epoch {epoch + 1}; lower lr (--lr), got {lr:g}"
        )


def worst_vector(tables: Tables, vocabulary: Vocabulary) -> tuple[str | int, float]:
    """Return the word of the vector that holds NaN, or else the largest number, and that number.

    Parameters
    ----------
    tables : pair of arrays
        The input and output vectors, (V, D) each.
    vocabulary : Vocabulary
        Names their words.
    """
    worst, row = -1.0, 0
    for table in tables:
        for start in range(0, len(table), _ROWS_AT_ONCE):
            largest = np.abs(table[start : start + _ROWS_AT_ONCE]).max(axis=1)
            # Of NaN, the first.
            place = int(np.argmax(largest))
            if not (math.isnan(worst) or largest[place] <= worst):
                worst, row = float(largest[place]), start + place
    return vocabulary.words[row], worst
