"""The input rows of a window: its context words, and the rows of its documents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.compilation import inlined
from firth.training.lists.units import Units
from firth.training.simd.listing import list_rows


@inlined
def list_contexts(
    words: NDArray[np.int32],
    i: int,
    low: int,
    high: int,
    stride: int,
    rows: NDArray[np.int64],
) -> int:
    """List the words from index `low` to `high` but `i`, and return their number.

    `rows` is written, with slack: in whole vectors.
    """
    list_rows(words, low, i, stride, rows, 0)
    list_rows(words, i + 1, high, stride, rows, i - low)
    return high - low - 1


@inlined
def list_documents(
    units: Units,
    first: int,
    end: int,
    words: int,
    stride: int,
    rows: NDArray[np.int64],
    m: int,
) -> int:
    """List the documents of a unit after m rows, and return how many rows there are then.

    Their rows follow those of the words. `first` and `end` are those of `documents_of`.
    """
    for k in range(first, end):
        document = k if len(units.documents) == 0 else units.documents[k]
        rows[m] = (words + document) * stride
        m += 1
    return m
