"""What stops a run that has gone wrong."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Vocabulary
from firth.errors import ConfigError
from firth.training.config import TrainConfig

# A mean loss this many times that of guessing is beyond any that learning could lead to.
_FAR_BEYOND_GUESSING = 100.0
# So is a number this large in a vector.
_LARGEST = 1_000.0
_ROWS_AT_ONCE = 4_096


class Diverged(ConfigError):
    """Training diverges: the step size is too large."""


def check_loss(loss: float, pairs: int, epoch: int, config: TrainConfig) -> None:
    """Raise if a loss is not finite, or far beyond that of guessing.

    Parameters
    ----------
    loss, pairs : float, int
        The sum of some losses, and their number.
    epoch : int
        From 0.

    Raises
    ------
    Diverged
        If so.
    """
    guessing = (config.negative + 1) * math.log(2.0)
    if not loss <= _FAR_BEYOND_GUESSING * guessing * pairs:
        raise Diverged(
            f"training diverges: the mean loss is {loss / max(pairs, 1):.4g} in epoch {epoch + 1}, "
            f"where guessing costs {guessing:.4g}; lr is too large, got {config.step_size:g}"
        )


def check_tables(
    tables: tuple[NDArray[np.float32], NDArray[np.float32]],
    vocabulary: Vocabulary,
    epoch: int,
    config: TrainConfig,
) -> None:
    """Raise if a vector is not finite, or has grown beyond all measure.

    Raises
    ------
    Diverged
        If so; the message names the word.
    """
    for table in tables:
        for start in range(0, len(table), _ROWS_AT_ONCE):
            largest = np.abs(table[start : start + _ROWS_AT_ONCE]).max(axis=1)
            # Written so that a NaN counts as too large.
            wrong = np.flatnonzero(~(largest <= _LARGEST))
            if len(wrong):
                word, value = vocabulary.words[start + wrong[0]], largest[wrong[0]]
                raise Diverged(
                    f"training diverges: the vector of {word!r} has grown to {value:.4g} in epoch "
                    f"{epoch + 1}; lr is too large, got {config.step_size:g}"
                )
