"""The input bags of a window: each context word by itself, or all of them as one mean.

The row of the window's document may be one more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.compilation import inlined

PLACES = 256


@inlined
def list_contexts(
    words: NDArray[np.int32],
    i: int,
    low: int,
    high: int,
    stride: int,
    document: int,
    rows: NDArray[np.int64],
    context_duplicates: NDArray[np.int64],
    seen: NDArray[np.int64],
    base: int,
) -> tuple[int, int]:
    """List the distinct words from index `low` to `high` but `i`, and which of them occur again.

    The row of a document comes after the words; `document` is -1 if there is none.

    `rows` and `context_duplicates` are written. A slot holds the place of a word in the list, plus
    a base. The base grows from window to window by the most words that a window has, so that what
    earlier windows left in a slot is below it, and counts as empty. Words that share a slot are
    told apart by a search.

    Returns
    -------
    m, repeated_contexts : int, int
        How many inputs are distinct, and how many are repetitions.
    """
    m, repeated_contexts = 0, 0
    for j in range(low, high):
        if j == i:
            continue
        row = words[j] * stride
        place = words[j] & (PLACES - 1)
        found = seen[place] - base
        if found < 0:
            found = m
        elif rows[found] != row:
            found = 0
            while found < m and rows[found] != row:
                found += 1
        if found < m:
            context_duplicates[repeated_contexts] = found
            repeated_contexts += 1
        else:
            seen[place] = base + m
            rows[m] = row
            m += 1
    if document >= 0:
        rows[m] = document
        m += 1
    return m, repeated_contexts


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
) -> tuple[int, int]:
    """List the words from index `low` to `high` but `i` as one bag, which is their mean.

    The row of a document is one more; `document` is -1 if there is none. The bag's change is added
    to each row: divided by their number, which is the true gradient, or undivided, as in
    word2vec.c. The last four arrays are written.

    Returns
    -------
    m, repeated_contexts : int, int
        How many bags are distinct, 1, and how many are repetitions, 0.
    """
    count = 0
    for j in range(low, high):
        if j != i:
            rows[count] = words[j] * stride
            count += 1
    if document >= 0:
        rows[count] = document
        count += 1
    ends[0], weights[0] = count, np.float32(1.0) / np.float32(count)
    gains[0] = weights[0] if divided else np.float32(1.0)
    return 1, 0
