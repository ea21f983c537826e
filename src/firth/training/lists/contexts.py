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
    most: int,
    units: Units,
    unit: int,
    words: int,
    stride: int,
    rows: NDArray[np.int64],
    m: int,
) -> int:
    """List the documents of a unit after m rows, and return how many rows there are then.

    Their rows follow those of the words. `most` is the most documents of any unit; with 0 they are
    no inputs.
    """
    if most == 0:
        return m
    if len(units.document_offsets) == 0:
        rows[m] = (words + unit) * stride
        return m + 1
    for k in range(units.document_offsets[unit], units.document_offsets[unit + 1]):
        rows[m] = (words + units.documents[k]) * stride
        m += 1
    return m
