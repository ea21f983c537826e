"""The Huffman tree of a vocabulary: a binary tree in which frequent words have short paths.

V words, the leaves · V - 1 inner nodes · L nodes of the longest path
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError


class Paths(NamedTuple):
    """Each word's way from its leaf up to the root."""

    nodes: NDArray[np.int32]  # (V, L) inner nodes, from 0; -1 after the root
    turns: NDArray[np.bool_]  # (V, L) whether the way down turns right at each node


def huffman_paths(counts: NDArray[np.int64]) -> Paths:
    """Join the two lightest nodes until one is left (Huffman 1952), and return all paths.

    Parameters
    ----------
    counts : int64, (V,)
        The count of each word.

    Raises
    ------
    ConfigError
        If there are fewer than two words.

    Examples
    --------
    >>> paths = huffman_paths(np.array([8, 4, 2, 1]))
    >>> paths.nodes.tolist()
    [[2, -1, -1], [1, 2, -1], [0, 1, 2], [0, 1, 2]]
    >>> paths.turns[3].tolist()
    [False, False, False]
    """
    leaves = len(counts)
    if leaves < 2:
        raise ConfigError(f"a Huffman tree needs the counts of two words or more, got {leaves}")
    parents, is_right = _join_lightest(counts)
    here, root = np.arange(leaves), len(parents) - 1
    nodes, turns = [], []
    # All words climb together, one step at a time. The root is its own parent.
    while np.any(here != root):
        above = parents[here]
        nodes.append(np.where(here == root, -1, above - leaves))
        turns.append(is_right[here] & (here != root))
        here = above
    return Paths(np.stack(nodes, axis=1).astype(np.int32), np.stack(turns, axis=1))


def _join_lightest(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return each node's parent, and whether it is a right child: (2 V - 1,) each.

    The leaves come first, then the inner nodes; the root is last.
    """
    heap = [(count, leaf) for leaf, count in enumerate(counts.tolist())]
    heapq.heapify(heap)
    parents = np.zeros(2 * len(counts) - 1, np.int64)
    is_right = np.zeros(len(parents), np.bool_)
    for joined in range(len(counts), len(parents)):
        light, left = heapq.heappop(heap)
        heavy, right = heap[0]
        heapq.heapreplace(heap, (light + heavy, joined))
        parents[left] = parents[right] = joined
        is_right[right] = True
    parents[-1] = len(parents) - 1
    return parents, is_right
