"""The targets of a window, with labels: the centre and noise words, or a path in a tree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.compilation import inlined, prefetching
from firth.training import draws


@inlined
def draw_noise(
    stream: np.uint64, negative: int, alias: NDArray[np.uint64], noise_bits: NDArray[np.uint64]
) -> None:
    """Draw the random bits of a window's noise words, and fetch what the alias table says of them.

    The table is looked up later: it is larger than the near caches.
    """
    for k in range(negative):
        noise_bits[k] = draws.noise_bits(stream, k)
        prefetching.prefetch_item(alias, draws.noise_column(noise_bits[k], len(alias)))


@inlined
def list_targets(
    centre: int,
    noise_bits: NDArray[np.uint64],
    negative: int,
    alias: NDArray[np.uint64],
    stride: int,
    targets: NDArray[np.int64],
    labels: NDArray[np.float32],
    noise_duplicates: NDArray[np.int64],
) -> tuple[int, int]:
    """List the centre, the distinct noise words, and then the noise words that were drawn again.

    Noise words that are the centre are left out.

    Parameters
    ----------
    centre : int
        The id of the centre word.
    noise_bits : uint64
        What `draw_noise` drew for `negative` noise words.
    alias, stride
        The noise distribution, and the length of a row.
    targets, labels, noise_duplicates : arrays, (T,)
        Written: offsets of the rows, their labels, and for each repetition which target it repeats.

    Returns
    -------
    t, repeated_noise : int, int
        How many targets are distinct, and how many are repetitions.
    """
    targets[0], labels[0] = centre * stride, 1.0
    t, repeated_noise = 1, 0
    for k in range(negative):
        noise = draws.noise_of(noise_bits[k], alias) * stride
        found = 0
        while found < t and targets[found] != noise:
            found += 1
        if found == t:
            targets[t], labels[t] = noise, 0.0
            t += 1
        elif found > 0:
            noise_duplicates[repeated_noise] = found
            repeated_noise += 1
    for k in range(repeated_noise):
        targets[t + k], labels[t + k] = targets[noise_duplicates[k]], 0.0
    return t, repeated_noise


@inlined
def list_path(
    centre: int,
    tree: NDArray[np.int32],
    stride: int,
    targets: NDArray[np.int64],
    labels: NDArray[np.float32],
) -> tuple[int, int]:
    """List the inner nodes from the centre's leaf up to the root.

    A node is labelled 1 where the way down to the centre turns right.

    Parameters
    ----------
    centre, tree : int, int32 (2 V - 1,)
        The id of the centre word, and `huffman.huffman_tree`.
    stride : int
        The length of a row.
    targets, labels : arrays, (T,)
        Written: offsets of the rows, and their labels.

    Returns
    -------
    t, repeated_noise : int, int
        How many nodes there are, and how many are repetitions, 0.
    """
    words, step, t = (len(tree) + 1) // 2, tree[centre], 0
    while step >= 0:
        node = step >> 1
        targets[t], labels[t] = node * stride, step & 1
        t += 1
        step = tree[words + node]
    return t, 0
