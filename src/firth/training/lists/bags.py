"""The input bags of a window: each context word by itself, or all of them as one mean.

The row of the window's document may be one more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.compilation import inlined
from firth.training.simd.listing import list_rows


@inlined
def list_contexts(
    words: NDArray[np.int32],
    i: int,
    low: int,
    high: int,
    stride: int,
    document: int,
    rows: NDArray[np.int64],
) -> int:
    """List the words from index `low` to `high` but `i`, each as a bag, and return their number.

    The row of a document comes after the words; `document` is -1 if there is none. `rows` is
    written, with slack: in whole vectors.
    """
    list_rows(words, low, i, stride, rows, 0)
    list_rows(words, i + 1, high, stride, rows, i - low)
    m = high - low - 1
    if document >= 0:
        rows[m] = document
        m += 1
    return m


@inlined
def list_mean(
    words: NDArray[np.int32],
    i: int,
    low: int,
    high: int,
    stride: int,
    divided: bool,
    document: int,
    rows: NDArray[np.int64],
    ends: NDArray[np.int64],
    weights: NDArray[np.float32],
    gains: NDArray[np.float32],
) -> int:
    """List the words from index `low` to `high` but `i` as one bag, which is their mean; return 1.

    The row of a document is one more; `document` is -1 if there is none. The bag's change is added
    to each row: divided by their number, which is the true gradient, or undivided, as in
    word2vec.c. The last four arrays are written.
    """
    count = list_contexts(words, i, low, high, stride, document, rows)
    ends[0], weights[0] = count, np.float32(1.0) / np.float32(count)
    gains[0] = weights[0] if divided else np.float32(1.0)
    return 1
