"""The tables of an engine: their memory, their first values, their frozen rows.

V vocabulary size · D dimensions · stride: D rounded up to whole vectors
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from firth.training.config import TrainConfig
from firth.training.engines.base import INPUT, OUTPUT, Floats, TableShape

_ROWS_AT_ONCE = 4_096


def two_tables(config: TrainConfig, words: int) -> Mapping[str, TableShape]:
    """Return the shapes of the input and the output table.

    Each has a row for each word, but for hierarchical softmax: its output rows are inner nodes.
    """
    outputs = TableShape(words, config.dim, words)
    if config.loss == "hs":
        outputs = TableShape(max(words - 1, 0), config.dim, 0)
    return {INPUT: TableShape(words, config.dim, words), OUTPUT: outputs}


def initialise(inputs: Floats, size: int, dim: int, seed: int) -> None:
    """Draw the first `size` input vectors uniformly from ±1 / (2 D), as word2vec does."""
    generator = np.random.default_rng(seed)
    for start in range(0, size, _ROWS_AT_ONCE):
        drawn = generator.random((min(_ROWS_AT_ONCE, size - start), dim), dtype=np.float32)
        inputs[start : start + len(drawn), :dim] = (drawn - np.float32(0.5)) / np.float32(dim)


def packed(table: Floats, dim: int) -> Floats:
    """Return the first rows of a table without their padding, moved together in place."""
    flat, rows = table.reshape(-1), len(table)
    for start in range(0, rows, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, rows)
        flat[start * dim : stop * dim] = table[start:stop, :dim].ravel()
    return flat[: rows * dim].reshape(rows, dim)
