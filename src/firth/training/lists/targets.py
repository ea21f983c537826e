"""The targets of a window, with labels: the centre and noise words, or a path in a tree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.compilation import inlined


@inlined
def list_targets(
    centre: int,
    noise: NDArray[np.int64],
    first: int,
    step: int,
    negative: int,
    is_left_out: bool,
    stride: int,
    targets: NDArray[np.int64],
    labels: NDArray[np.float32],
) -> int:
    """List the centre and the noise words that are not the centre, and return their number.

    Parameters
    ----------
    centre : int
        The id of the centre word.
    noise : int64
        The `negative` noise words: every `step`-th from the first.
    is_left_out : bool
        Whether a noise word may be the centre.
    stride : int
        The length of a row.
    targets, labels : arrays, (T,)
        Written: offsets of the rows, and their labels.
    """
    targets[0], labels[0] = centre * stride, 1.0
    t = 1
    for k in range(negative):
        word = noise[first + k * step]
        targets[t], labels[t] = word * stride, 0.0
        t += 1
        if is_left_out and word == centre:
            t -= 1
    return t


@inlined
def list_path(
    centre: int,
    tree: NDArray[np.int32],
    stride: int,
    targets: NDArray[np.int64],
    labels: NDArray[np.float32],
) -> int:
    """List the inner nodes from the centre's leaf up to the root, and return their number.

    A node is labelled 1 where the way down to the centre turns right.

    Parameters
    ----------
    centre, tree : int, int32 (2 V - 1,)
        The id of the centre word, and `huffman.huffman_tree`.
    stride : int
        The length of a row.
    targets, labels : arrays, (T,)
        Written: offsets of the rows, and their labels.
    """
    words, step, t = (len(tree) + 1) // 2, tree[centre], 0
    while step >= 0:
        node = step >> 1
        targets[t], labels[t] = node * stride, step & 1
        t += 1
        step = tree[words + node]
    return t
