"""The input rows of a window: its context words, and the row of its document."""

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
    """List the words from index `low` to `high` but `i`, and return their number.

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
