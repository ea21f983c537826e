"""The tables of an engine: allocated, drawn, packed; which of their rows are frozen.

V vocabulary size · D dimensions · stride: D rounded up to whole vectors
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from firth.training.engines.base import Floats

_ROWS_AT_ONCE = 4_096


def frozen_slots(size: int, ids: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return each word's slot among the frozen ones, else -1; empty if none is frozen."""
    slots = np.full(size if len(ids) else 0, -1, np.int32)
    slots[ids] = np.arange(len(ids), dtype=np.int32)
    return slots


def initialise(inputs: Floats, size: int, dim: int, seed: int) -> None:
    """Draw the input vectors uniformly from ±1 / (2 D), as word2vec does."""
    for start, drawn in first_vectors(size, dim, seed):
        inputs[start : start + len(drawn), :dim] = drawn


def first_vectors(size: int, dim: int, seed: int) -> Iterator[tuple[int, Floats]]:
    """Draw what `initialise` writes, some rows at a time; give the number of the first of them."""
    generator = np.random.default_rng(seed)
    for start in range(0, size, _ROWS_AT_ONCE):
        drawn = generator.random((min(_ROWS_AT_ONCE, size - start), dim), dtype=np.float32)
        yield start, (drawn - np.float32(0.5)) / np.float32(dim)


def packed(table: Floats, rows: int, dim: int) -> Floats:
    """Move the rows of a table together, in place, so that no second table is ever held."""
    flat = table.reshape(-1)
    for start in range(0, rows, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, rows)
        flat[start * dim : stop * dim] = table[start:stop, :dim].ravel()
    return flat[: rows * dim].reshape(rows, dim)
