"""What a model asks of its inputs: negative sampling, the full and the hierarchical softmax.

    B windows of a batch · m inputs of a window · n inputs of a batch · D dimensions
    K noise words · V words, all but the padding · L nodes of the longest path

A loss is called with the inputs `x` (B, m, D), with `real` (B, m), which tells inputs from padding,
with the output table, and with the centres (B,). The orientation is word2vec.c's: contexts are
looked up in the input table, the centre in the output table.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, nll_loss, pad

from firth.checks import one_of
from firth.errors import ConfigError
from firth.torch.checks import whole_counts
from firth.torch.tables import rows_of
from firth.torch.words import PADDING
from firth.training.huffman import huffman_paths

Reduction = Literal["mean", "sum"]


class Loss(nn.Module):
    """What `Word2Vec` needs to know of a loss; its `forward` returns the loss of a batch."""

    # Whether `forward` takes noise words (B, K) after the centres.
    uses_noise = False
    # Whether the rows of the output table belong to words.
    has_word_rows = True

    def output_rows(self, size: int) -> int:
        """Return the height of the output table of a model with `size` ids."""
        return size


class Scores(NamedTuple):
    """Dot products, before the sigmoid. Those of padding are zero, and no part of the loss."""

    positive: Tensor  # (B, m), or (B, m, B) with the centres of the whole batch
    negative: Tensor  # (B, m, K)


class NegativeSampling(Loss):
    """Each input answers K + 1 yes-or-no questions (Mikolov et al. 2013, arXiv:1310.4546, eq. 4).

    Is this word the centre of the window? Yes for the centre, no for K noise words:
    -log σ(x·y_centre) - Σ log σ(-x·y_noise).

    Parameters
    ----------
    in_batch : bool
        Whether each input is asked about the centres of all windows of the batch. The answer is
        yes for its own centre and for equal words, no for the others and for the noise words.
    reduction : {"mean", "sum"}
        The loss is the mean over all questions of the batch (at first, log 2), or their sum.

    Raises
    ------
    ConfigError
        If the reduction is unknown.

    Examples
    --------
    >>> loss, outputs = NegativeSampling(), nn.Embedding(6, 2)
    >>> x = torch.randn(3, 4, 2)  # 3 windows of 4 inputs in 2 dimensions
    >>> positive, negative = loss.scores(x, outputs, torch.tensor([1, 2, 3]), torch.full((3, 5), 4))
    >>> positive.shape, negative.shape
    (torch.Size([3, 4]), torch.Size([3, 4, 5]))
    """

    uses_noise = True

    def __init__(self, *, in_batch: bool = False, reduction: Reduction = "mean") -> None:
        super().__init__()
        one_of("reduction", reduction, choices=get_args(Reduction))
        self.in_batch, self.reduction = in_batch, reduction

    def extra_repr(self) -> str:
        """Return the options, for `print(model)`."""
        return f"in_batch={self.in_batch}, reduction={self.reduction!r}"

    def scores(self, x: Tensor, outputs: nn.Module, centre: Tensor, noise: Tensor) -> Scores:
        """Return the scores of inputs (B, m, D) with centres (B,) and noise words (B, K)."""
        centre_rows = outputs(centre)  # (B, D)
        noise_rows = outputs(noise)  # (B, K, D)
        return Scores(
            positive=(
                x @ centre_rows.T if self.in_batch else torch.einsum("bmd,bd->bm", x, centre_rows)
            ),
            negative=torch.einsum("bmd,bkd->bmk", x, noise_rows),
        )

    def forward(
        self, x: Tensor, real: Tensor, outputs: nn.Module, centre: Tensor, noise: Tensor
    ) -> Tensor:
        """Return the loss of all questions that are not about padding, in nats."""
        positive, negative = self.scores(x, outputs, centre, noise)
        asked = real.unsqueeze(2) & (noise != PADDING).unsqueeze(1)  # (B, m, K)
        if self.in_batch:
            same = centre.unsqueeze(1) == centre  # (B, B)
            positive = torch.where(same.unsqueeze(1), positive, -positive)  # (B, m, B)
            real = real.unsqueeze(2).expand_as(positive)
        yes = logsigmoid(positive) * real
        no = logsigmoid(-negative) * asked
        total = -(yes.sum() + no.sum())
        return total / (real.sum() + asked.sum()) if self.reduction == "mean" else total


class FullSoftmax(Loss):
    """Each input gives a probability to every word; the loss is the mean of -log p(centre).

    p(w) = exp(x·y_w) / Σ exp(x·y_v), over all V words v (Mikolov et al. 2013, arXiv:1310.4546,
    equation 2). Each step scores all V words and changes all their rows. Negative sampling saves
    this work.

    Examples
    --------
    >>> outputs = nn.Embedding.from_pretrained(torch.zeros(5, 2))
    >>> FullSoftmax().log_probabilities(torch.ones(1, 2), outputs).exp()  # 4 words and the padding
    tensor([[0.0000, 0.2500, 0.2500, 0.2500, 0.2500]])
    """

    def log_probabilities(self, x: Tensor, outputs: nn.Module) -> Tensor:
        """Return the log probability of each id for inputs (n, D): (n, size), -inf at padding."""
        scores = x @ rows_of(outputs)[PADDING + 1 :].T  # (n, V)
        return pad(scores.log_softmax(dim=1), (PADDING + 1, 0), value=-torch.inf)

    def forward(self, x: Tensor, real: Tensor, outputs: nn.Module, centre: Tensor) -> Tensor:
        """Return the mean loss of an input, in nats."""
        log_probabilities = self.log_probabilities(x[real], outputs)  # (n, size)
        return nll_loss(log_probabilities, _centre_of_each(real, centre).long())


class HierarchicalSoftmax(Loss):
    """Each input is led down a Huffman tree to the centre; the loss is the mean of -log p(centre).

    The words are the leaves of a binary tree. Each of its V - 1 inner nodes has a vector y, and
    asks whether to go right. The answer is yes with probability σ(x·y), and p(w) is the product of
    the answers on w's path. A path has about log2 V nodes, fewer for frequent words (Mikolov et
    al. 2013, arXiv:1310.4546, section 2.1; Morin and Bengio 2005).

    Parameters
    ----------
    counts : array_like of int, (size,)
        The count of every id: `counts` of a `PaddedVocabulary`. An id of count 0, such as the
        padding, is no leaf.

    Attributes
    ----------
    nodes : int32 tensor, (size, L)
        The inner nodes from a word up to the root, numbered from 1; 0 after the root.
    turns : bool tensor, (size, L)
        Whether the path goes right at each.

    Raises
    ------
    ConfigError
        If fewer than two words have a count, or a count is negative, or not a whole number.

    Examples
    --------
    >>> loss = HierarchicalSoftmax([0, 8, 4, 2, 1])
    >>> loss.lengths.tolist()
    [0, 1, 2, 3, 3]
    >>> loss.nodes[4].tolist(), loss.turns[4].tolist()
    ([1, 2, 3], [False, False, False])
    """

    has_word_rows = False
    nodes: Tensor
    turns: Tensor

    def __init__(self, counts: ArrayLike) -> None:
        super().__init__()
        given = whole_counts(counts)
        words = np.flatnonzero(given)
        paths = huffman_paths(given[words])
        nodes = np.zeros((len(given), paths.nodes.shape[1]), np.int32)
        turns = np.zeros(nodes.shape, np.bool_)
        nodes[words], turns[words] = paths.nodes + 1, paths.turns
        # Buffers move to a device with the model.
        self.register_buffer("nodes", torch.from_numpy(nodes))
        self.register_buffer("turns", torch.from_numpy(turns))

    @property
    def lengths(self) -> Tensor:
        """The length of each word's path: int64 (size,), 0 where an id is no leaf."""
        return (self.nodes != PADDING).sum(dim=1)

    def output_rows(self, size: int) -> int:
        """Return the number of inner nodes, and one for the padding.

        Raises
        ------
        ConfigError
            If the counts are not those of `size` ids.
        """
        if len(self.nodes) != size:
            raise ConfigError(
                f"size must be the number of counts that HierarchicalSoftmax was given, "
                f"{len(self.nodes)}, got {size}"
            )
        return int(self.nodes.max()) + 1

    def log_probabilities(self, x: Tensor, outputs: nn.Module) -> Tensor:
        """Return the log probability of each id for inputs (n, D): (n, size), -inf for no leaf.

        It takes memory for n * size * L scores: meant for small vocabularies.
        """
        scores = x @ rows_of(outputs).T  # (n, inner nodes + 1)
        signs = self.turns.to(scores.dtype) * 2 - 1
        steps = logsigmoid(scores[:, self.nodes.long()] * signs)  # (n, size, L)
        reached = steps.masked_fill(self.nodes == PADDING, 0.0).sum(dim=2)
        return reached.masked_fill(self.nodes[:, 0] == PADDING, -torch.inf)

    def forward(self, x: Tensor, real: Tensor, outputs: nn.Module, centre: Tensor) -> Tensor:
        """Return the mean loss of an input, in nats.

        Raises
        ------
        ConfigError
            If a centre is no leaf of the tree.
        """
        centres = _centre_of_each(real, centre)  # (n,)
        nodes = self.nodes[centres]  # (n, L)
        asked = nodes != PADDING
        if not bool(asked[:, 0].all()):
            raise ConfigError(
                f"centre must hold words that have a count, got id {int(centres[~asked[:, 0]][0])}"
            )
        scores = torch.einsum("nd,nld->nl", x[real], outputs(nodes))
        labels = self.turns[centres].to(scores.dtype)
        total = binary_cross_entropy_with_logits(scores[asked], labels[asked], reduction="sum")
        return total / len(centres)


def _centre_of_each(real: Tensor, centre: Tensor) -> Tensor:
    """Return the centre of each input that is real: (n,)."""
    return centre.unsqueeze(1).expand_as(real)[real]
