"""The tables of an engine: their memory, their first values, their frozen rows.

V vocabulary size · D dimensions · stride: D rounded up to whole vectors
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from firth.training.config import TrainConfig
from firth.training.engines.base import INPUT, OUTPUT, Composition, Floats, Sizes, TableShape
from firth.vectors.composition import bag_sums

_ROWS_AT_ONCE = 4_096
# How many times as large rows of documents start, and how long they are then at most, about.
_LARGER_DOCUMENTS = 8
_LENGTH_OF_DOCUMENTS = 1 / 3


def two_tables(config: TrainConfig, sizes: Sizes) -> Mapping[str, TableShape]:
    """Return the shapes of the input and the output table.

    The input table has a row for each word, then one for each n-gram or document. The output table
    has one for each word, or for hierarchical softmax for each inner node.
    """
    words, dim, documents = sizes.words, config.dim, sizes.documents
    outputs = TableShape(words, dim, words)
    if config.loss == "hs":
        outputs = TableShape(max(words - 1, 0), dim, 0)
    inputs = TableShape(words + sizes.ngrams + documents, dim, words, documents)
    return {INPUT: inputs, OUTPUT: outputs}


def initialise(inputs: Floats, size: int, dim: int, seed: int, documents: int = 0) -> None:
    """Draw the first `size` input vectors uniformly from ±1 / (2 D), as word2vec does.

    The last of them are of so many documents, and are drawn from ±4 / D, or less where they would
    be longer than about 1/3. All scores are 0 in the beginning, and a row that has few windows
    learns little before the output vectors have grown.
    """
    generator = np.random.default_rng(seed)
    for start in range(0, size, _ROWS_AT_ONCE):
        drawn = generator.random((min(_ROWS_AT_ONCE, size - start), dim), dtype=np.float32)
        inputs[start : start + len(drawn), :dim] = (drawn - np.float32(0.5)) / np.float32(dim)
    # Rows from ±1 / (2 D) are about 1 / √(12 D) long.
    factor = min(_LARGER_DOCUMENTS, _LENGTH_OF_DOCUMENTS * math.sqrt(12 * dim))
    inputs[size - documents : size, :dim] *= np.float32(factor)


def composed(table: Floats, composition: Composition) -> Floats:
    """Return the input vectors of words (V, D), from the rows of which they are composed.

    Examples
    --------
    >>> table = np.array([[1, 0], [0, 2], [3, 2]], np.float32)
    >>> composed(table, Composition(np.array([0, 1, 3]), np.array([0, 1, 2]), 1)).tolist()
    [[1.0, 0.0], [2.1213202476501465, 2.8284270763397217]]
    """
    vectors = np.empty((composition.sizes.words, table.shape[1]), np.float32)
    scales = composition.scales[:, np.newaxis]
    for block, totals in bag_sums(table, composition.starts, composition.rows):
        vectors[block] = totals * scales[block]
    return vectors


def packed(table: Floats, dim: int) -> Floats:
    """Return the first rows of a table without their padding, moved together in place."""
    flat, rows = table.reshape(-1), len(table)
    for start in range(0, rows, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, rows)
        flat[start * dim : stop * dim] = table[start:stop, :dim].ravel()
    return flat[: rows * dim].reshape(rows, dim)
