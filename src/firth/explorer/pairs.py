"""Two sets, the second turned into the space of the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firth.server.sets import VectorSet
from firth.vectors import Vectors
from firth.vectors.alignment import align, shared_rows
from firth.vectors.search import cosines


@dataclass(frozen=True)
class Pair:
    """Two sets, aligned.

    Parameters
    ----------
    first, second : VectorSet
    turned : Vectors
        The second, in the space of the first.
    rows, other_rows : (n,) int64
        The rows, in the first and in the second, of the words that both have.
    cosines : (n,) float32
        Of the vector of each such word in the first with the turned one.
    """

    first: VectorSet
    second: VectorSet
    turned: Vectors
    rows: NDArray[np.int64]
    other_rows: NDArray[np.int64]
    cosines: NDArray[np.float32]

    @classmethod
    def of(cls, first: VectorSet, second: VectorSet) -> Self:
        """Align two sets."""
        turned = align(second.vectors, first.vectors)
        rows, others = shared_rows(first.vectors, turned)
        found = cosines(first.vectors.input_vectors[rows], turned.input_vectors[others])
        return cls(first, second, turned, rows, others, found)
