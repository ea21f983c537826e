"""The Huffman tree of a vocabulary: a binary tree in which frequent words have short paths.

V words, the leaves · V - 1 inner nodes · L nodes of the longest path
"""

from __future__ import annotations

import heapq
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError


class Paths(NamedTuple):
    """Each word's way from its leaf up to the root."""

    nodes: NDArray[np.int32]  # (V, L) inner nodes, from 0; -1 after the root
    turns: NDArray[np.bool_]  # (V, L) whether the way down turns right at each node


def huffman_tree(counts: NDArray[np.int64]) -> NDArray[np.int32]:
    """Join the two lightest nodes until one is left (Huffman 1952), and return the tree.

    Parameters
    ----------
    counts : int64, (V,)
        The count of each word.

    Returns
    -------
    int32, (2 V - 1,)
        For each node, the leaves first and the root last: twice the number of the inner node
        above it, plus 1 if it is the right child. Inner nodes are numbered from 0. -1 for the root.

    Raises
    ------
    ConfigError
        If there are fewer than two words.

    Examples
    --------
    >>> huffman_tree(np.array([8, 4, 2, 1])).tolist()
    [5, 3, 1, 0, 2, 4, -1]
    """
    leaves = len(counts)
    if leaves < 2:
        raise ConfigError(f"a Huffman tree needs the counts of two words or more, got {leaves}")
    return _join_lightest(counts)


def longest_path(tree: NDArray[np.int32]) -> int:
    """Return L, the most inner nodes between a word and the root, the root included.

    Examples
    --------
    >>> longest_path(huffman_tree(np.array([8, 4, 2, 1])))
    3
    """
    words = (len(tree) + 1) // 2
    steps, length = tree[:words], 0
    # All words climb together, one step at a time; those at the root are done.
    while len(steps) > 0:
        steps = steps[steps >= 0]
        steps, length = tree[words + (steps >> 1)], length + 1
    return length - 1


def expected_longest_path(words: int) -> int:
    """Return a length that the longest path of a text's words hardly exceeds.

    It can be longer only where counts grow from word to word as Fibonacci's numbers do, which few
    words can.
    """
    return math.ceil(2.0 * math.log2(max(words, 2)))


def huffman_paths(counts: NDArray[np.int64]) -> Paths:
    """Return the paths of all words in their tree; see `huffman_tree`.

    Examples
    --------
    >>> paths = huffman_paths(np.array([8, 4, 2, 1]))
    >>> paths.nodes.tolist()
    [[2, -1, -1], [1, 2, -1], [0, 1, 2], [0, 1, 2]]
    >>> paths.turns[3].tolist()
    [False, False, False]
    """
    tree, leaves = huffman_tree(counts), len(counts)
    steps = tree[:leaves]
    nodes, turns = [], []
    while np.any(steps >= 0):
        # The step from the root is -1, and so is its half.
        nodes.append(steps >> 1)
        turns.append((steps & 1 == 1) & (steps >= 0))
        steps = np.where(steps >= 0, tree[leaves + (steps >> 1)], -1)
    return Paths(np.stack(nodes, axis=1), np.stack(turns, axis=1))


def _join_lightest(counts: NDArray[np.int64]) -> NDArray[np.int32]:
    heap = [(count, leaf) for leaf, count in enumerate(counts.tolist())]
    heapq.heapify(heap)
    tree = np.full(2 * len(counts) - 1, -1, np.int32)
    for inner, joined in enumerate(range(len(counts), len(tree))):
        light, left = heapq.heappop(heap)
        heavy, right = heap[0]
        heapq.heapreplace(heap, (light + heavy, joined))
        tree[left], tree[right] = 2 * inner, 2 * inner + 1
    return tree
