"""Skip-gram and CBOW with the hierarchical softmax over a Huffman tree.

    B windows of a batch · C context places · D dimensions · V words that have a count · L path

The words are the leaves of a binary tree. Each of its V - 1 inner nodes has a vector y, and asks
whether to go right, with probability σ(x·y). A word's probability is the product of the answers on
its path, so a step takes as many questions as the path is long: about log2 V, fewer for frequent
words (Mikolov et al. 2013, arXiv:1310.4546, section 2.1; Morin and Bengio 2005).
"""

from __future__ import annotations

import heapq

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from firth.errors import ConfigError
from firth.torch.batches import check_batch, mean_of_contexts
from firth.torch.checks import whole_counts
from firth.torch.tables import TableKind, make_table, rows_of, to_vectors
from firth.torch.words import PADDING, PaddedVocabulary
from firth.vectors import Vectors


class HuffmanTree(nn.Module):
    """For every word, the inner nodes on its path and the answers that lead to it.

    A module only so that its tensors move to a device with the models that hold it.

    Parameters
    ----------
    counts : array_like of int, (size,)
        The count of every id. An id of count 0, as padding has, is no leaf.

    Attributes
    ----------
    nodes : int32 tensor, (size, L)
        The inner nodes from a word up to the root, numbered from 1; 0 after the last.
    answers : bool tensor, (size, L)
        Whether the path goes right at each.
    size : int
        Inner nodes, and one for padding: the rows that their table needs.

    Raises
    ------
    ConfigError
        If fewer than two words have a count, or a count is negative, or no whole number.

    Examples
    --------
    >>> tree = HuffmanTree([0, 8, 4, 2, 1])
    >>> tree.lengths.tolist()
    [0, 1, 2, 3, 3]
    >>> tree.nodes[4].tolist(), tree.answers[4].tolist()
    ([1, 2, 3], [False, False, False])
    """

    nodes: Tensor
    answers: Tensor

    def __init__(self, counts: ArrayLike) -> None:
        super().__init__()
        given = whole_counts(counts)
        leaves = np.flatnonzero(given)
        if len(leaves) < 2:
            raise ConfigError(
                f"a Huffman tree needs the counts of two words or more, got {len(leaves)}"
            )
        parents, goes_right = _join_lightest(given[leaves])
        self.size = len(leaves)
        nodes, answers = _paths(parents, goes_right, len(leaves))
        everyone = np.zeros((2, len(given), nodes.shape[1]), np.int32)
        everyone[0, leaves], everyone[1, leaves] = nodes, answers
        self.register_buffer("nodes", torch.from_numpy(everyone[0]))
        self.register_buffer("answers", torch.from_numpy(everyone[1]).bool())

    @property
    def lengths(self) -> Tensor:
        """The length of each word's path: int64 (size,), 0 where an id is no leaf."""
        return (self.nodes != PADDING).sum(dim=1)

    def loss(self, inputs: Tensor, words: Tensor, table: nn.Module) -> Tensor:
        """Return the mean of -log p(word) over pairs of inputs (n, D) and words (n,), in nats.

        Raises
        ------
        ConfigError
            If a word is no leaf of the tree.
        """
        nodes = self.nodes[words]  # (n, L)
        asked = nodes != PADDING
        if not bool(asked[:, 0].all()):
            word = int(words[~asked[:, 0]][0])
            raise ConfigError(
                f"centre holds id {word}, which has no count and so no place in the tree"
            )
        scores = torch.einsum("nd,nld->nl", inputs, table(nodes))
        labels = self.answers[words].to(scores.dtype)
        total = nn.functional.binary_cross_entropy_with_logits(
            scores[asked], labels[asked], reduction="sum"
        )
        return total / len(words)

    def log_probabilities(self, inputs: Tensor, rows: Tensor) -> Tensor:
        """Return the log probability of each id for inputs (n, D): (n, size), -inf for no leaf.

        It takes memory for n * size * L scores: meant for small vocabularies.
        """
        scores = inputs @ rows.T  # of every inner node
        signs = self.answers.to(scores.dtype) * 2 - 1
        steps = nn.functional.logsigmoid(scores[:, self.nodes.long()] * signs)
        reached = steps.masked_fill(self.nodes == PADDING, 0.0).sum(dim=2)
        return reached.masked_fill(self.nodes[:, 0] == PADDING, -torch.inf)


class SkipGramHS(nn.Module):
    """Each context word is led down the tree to the centre.

    Parameters
    ----------
    counts : array_like of int, (size,)
        The count of every id, 0 for padding: `counts` of a `PaddedVocabulary`.
    dim : int
        D.
    table : {"embedding", "parameter"}
        How tables are held.

    Examples
    --------
    >>> import math
    >>> model = SkipGramHS([0, 8, 4, 2, 1], 2)
    >>> loss = model(torch.tensor([1, 4]), torch.tensor([[2, 0], [1, 0]]))
    >>> round(loss.item() / math.log(2), 4)  # untrained, each of 1 + 3 questions costs log 2
    2.0
    """

    uses_noise = False

    def __init__(self, counts: ArrayLike, dim: int, *, table: TableKind = "embedding") -> None:
        super().__init__()
        self.tree = HuffmanTree(counts)
        self.size = len(self.tree.nodes)
        self.inputs = make_table(table, self.size, dim)
        self.nodes = make_table(table, self.tree.size, dim, zeros=True)

    def log_probabilities(self, inputs: Tensor) -> Tensor:
        """Return the log probability of each id for inputs (n, D): (n, size)."""
        return self.tree.log_probabilities(inputs, rows_of(self.nodes))

    def forward(self, centre: Tensor, contexts: Tensor) -> Tensor:
        """Return the mean loss in nats per pair of a context word and its centre.

        Parameters
        ----------
        centre, contexts : integers, (B,) and (B, C)
            Contexts may be padded with 0, which is left out.

        Raises
        ------
        ConfigError
            If shapes do not fit each other, an id is out of range, or a centre has no count.
        """
        check_batch(self.size, centre, contexts)
        real = contexts != PADDING
        centres = centre.unsqueeze(1).expand_as(contexts)[real]
        return self.tree.loss(self.inputs(contexts[real]), centres, self.nodes)

    def vectors(self, vocabulary: PaddedVocabulary) -> Vectors:
        """Copy the input vectors out; the vectors of inner nodes belong to no word."""
        return to_vectors(vocabulary, self.inputs)


class CBOWHS(nn.Module):
    """The mean of the context words is led down the tree to the centre.

    Parameters
    ----------
    counts, dim, table
        As in `SkipGramHS`.

    Examples
    --------
    >>> import math
    >>> model = CBOWHS([0, 8, 4, 2, 1], 2)
    >>> loss = model(torch.tensor([1, 4]), torch.tensor([[2, 3], [1, 0]]))
    >>> round(loss.item() / math.log(2), 4)
    2.0
    """

    uses_noise = False

    def __init__(self, counts: ArrayLike, dim: int, *, table: TableKind = "embedding") -> None:
        super().__init__()
        self.tree = HuffmanTree(counts)
        self.size = len(self.tree.nodes)
        self.inputs = make_table(table, self.size, dim)
        self.nodes = make_table(table, self.tree.size, dim, zeros=True)

    def log_probabilities(self, inputs: Tensor) -> Tensor:
        """Return the log probability of each id for inputs (n, D): (n, size)."""
        return self.tree.log_probabilities(inputs, rows_of(self.nodes))

    def forward(self, centre: Tensor, contexts: Tensor) -> Tensor:
        """Return the mean loss in nats per window; else as `SkipGramHS.forward`."""
        check_batch(self.size, centre, contexts)
        means = mean_of_contexts(self.inputs(contexts), contexts)
        return self.tree.loss(means, centre, self.nodes)

    def vectors(self, vocabulary: PaddedVocabulary) -> Vectors:
        """Copy the input vectors out; the vectors of inner nodes belong to no word."""
        return to_vectors(vocabulary, self.inputs)


def _join_lightest(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Join the two lightest nodes until one is left (Huffman 1952).

    Returns
    -------
    parents, goes_right : (2 * leaves - 1,)
        Of each node: leaves in the order of `counts`, then inner nodes, of which the root is last
        and its own parent.
    """
    heap = [(count, leaf) for leaf, count in enumerate(counts.tolist())]
    heapq.heapify(heap)
    parents = np.zeros(2 * len(counts) - 1, np.int64)
    goes_right = np.zeros(len(parents), np.bool_)
    for joined in range(len(counts), len(parents)):
        light, left = heapq.heappop(heap)
        heavy, right = heap[0]
        heapq.heapreplace(heap, (light + heavy, joined))
        parents[left] = parents[right] = joined
        goes_right[right] = True
    parents[-1] = len(parents) - 1
    return parents, goes_right


def _paths(
    parents: NDArray[np.int64], goes_right: NDArray[np.bool_], leaves: int
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Climb from all leaves at once: inner nodes from 1 and answers, (leaves, L)."""
    here, root = np.arange(leaves), len(parents) - 1
    nodes, answers = [], []
    while np.any(here != root):
        above = parents[here]
        nodes.append(np.where(here == root, PADDING, above - leaves + 1))
        answers.append(goes_right[here] & (here != root))
        here = above
    return np.stack(nodes, axis=1).astype(np.int32), np.stack(answers, axis=1)
