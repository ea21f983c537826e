"""What the trainer asks of an engine, and what it hands to one.

An engine holds the tables that are trained, and trains stretches of the corpus on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firth.corpus import TokenStore
from firth.training.config import TrainConfig

Floats = NDArray[np.float32]

NO_WORDS = np.empty(0, np.int64)


@dataclass(frozen=True)
class Stretch:
    """A piece of work: the windows whose centres stand at positions `start` up to `stop`."""

    epoch: int
    start: int
    stop: int
    lr: float  # the step size at position p is lr + slope * p
    slope: float


@dataclass(frozen=True, eq=False)
class Initial:
    """Vectors from which some words start: ids (n,), and input and output vectors (n, D)."""

    ids: NDArray[np.int64]
    input_vectors: Floats
    output_vectors: Floats


class Engine(Protocol):
    """What the trainer asks of an engine."""

    @property
    def workers(self) -> int:
        """How many stretches may be trained at the same time."""

    def compile(self) -> None:
        """Get ready; nothing is trained."""

    def train(self, worker: int, stretch: Stretch) -> tuple[float, int]:
        """Train one stretch; workers of different numbers may do so at the same time.

        With a step size of 0 nothing is changed: so the loss on held-out text is measured.

        Returns
        -------
        loss, pairs : float, int
            The sum of the losses in nats, and the number of positive pairs.
        """

    def tables(self) -> tuple[Floats, Floats]:
        """Return the input and the output vectors, (V, D) each, as they stand.

        They may be views, which change when training goes on.
        """

    def restore(
        self, inputs: Floats, outputs: Floats, ids: NDArray[np.int64] | None = None
    ) -> None:
        """Put vectors (n, D) in place of those of the words `ids` (n,), by default of all."""

    def vectors(self) -> tuple[Floats, Floats]:
        """Return the input and the output vectors, (V, D) each. Afterwards the engine is spent."""

    def close(self) -> None:
        """End the threads and let go of the memory that the engine has, also after an error."""


class MakeEngine(Protocol):
    """How an engine is made: see `hogwild.HogwildEngine` for the parameters."""

    def __call__(
        self,
        config: TrainConfig,
        counts: NDArray[np.int64],
        tokens: TokenStore,
        stretch: int,
        frozen: NDArray[np.int64] = NO_WORDS,
    ) -> Engine:
        """Make it."""
