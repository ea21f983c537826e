"""Skip-gram and CBOW with negative sampling (Mikolov et al. 2013, arXiv:1310.4546, equation 4).

    B windows of a batch · C context places · K noise words · D dimensions

Whether a word is the centre of a window is a yes-or-no question. It is asked of the centre, where
the answer is yes, and of K noise words, where it is no. The orientation is word2vec.c's: contexts
are looked up in the input table, the centre and the noise words in the output table.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor, nn

from firth.errors import ConfigError
from firth.torch.batches import check_batch, mean_of_contexts
from firth.torch.tables import TableKind, make_tables, to_vectors
from firth.torch.words import PADDING, PaddedVocabulary
from firth.vectors import Vectors

Reduction = Literal["mean", "sum"]


class Scores(NamedTuple):
    """Dot products, before the sigmoid. Those of padding are zero, and no part of the loss."""

    positive: Tensor
    negative: Tensor


class SkipGramNS(nn.Module):
    """Each context word is asked which of K + 1 words is the centre of its window.

    Parameters
    ----------
    size : int
        Number of ids, the padding included: `len` of a `PaddedVocabulary`.
    dim : int
        D.
    tied : bool
        Whether one table serves for inputs and outputs; else there are two, as in the papers.
    table : {"embedding", "parameter"}
        How tables are held: an `nn.Embedding`, or an `nn.Parameter` that is indexed.
    reduction : {"mean", "sum"}
        The loss is the mean over all questions of the batch (at first, about log 2), or their sum.
    sparse : bool
        Whether gradients name only the rows they change; for an optimizer that takes such, as
        `torch.optim.SparseAdam` and `SGD` do, and `Adam` does not.

    Examples
    --------
    >>> _ = torch.manual_seed(1)
    >>> model = SkipGramNS(6, 2)
    >>> centre, contexts = torch.tensor([1, 2]), torch.tensor([[2, 3], [1, 0]])
    >>> noise = torch.tensor([[4, 5, 4], [3, 5, 5]])
    >>> positive, negative = model.scores(centre, contexts, noise)
    >>> positive.shape, negative.shape
    (torch.Size([2, 2]), torch.Size([2, 2, 3]))
    >>> round(model(centre, contexts, noise).item(), 4)
    0.6931
    """

    uses_noise = True

    def __init__(
        self,
        size: int,
        dim: int,
        *,
        tied: bool = False,
        table: TableKind = "embedding",
        reduction: Reduction = "mean",
        sparse: bool = False,
    ) -> None:
        super().__init__()
        self.size, self.tied = size, tied
        self.inputs, self.outputs = make_tables(table, size, dim, tied=tied, sparse=sparse)
        self.loss = _binary_cross_entropy(reduction)

    def scores(self, centre: Tensor, contexts: Tensor, noise: Tensor) -> Scores:
        """Return the scores of context words with the centre (B, C) and the noise (B, C, K)."""
        check_batch(self.size, centre, contexts, noise)
        context_rows = self.inputs(contexts)  # (B, C, D)
        centre_rows = self.outputs(centre)  # (B, D)
        noise_rows = self.outputs(noise)  # (B, K, D)
        return Scores(
            positive=torch.einsum("bcd,bd->bc", context_rows, centre_rows),
            negative=torch.einsum("bcd,bkd->bck", context_rows, noise_rows),
        )

    def forward(self, centre: Tensor, contexts: Tensor, noise: Tensor) -> Tensor:
        """Return the loss of a batch in nats.

        Parameters
        ----------
        centre, contexts, noise : integers, (B,), (B, C) and (B, K)
            Contexts and noise may be padded with 0, which is left out.

        Raises
        ------
        ConfigError
            If shapes do not fit each other, or an id is out of range.
        """
        positive, negative = self.scores(centre, contexts, noise)
        real = contexts != PADDING  # (B, C)
        asked = real.unsqueeze(2) & (noise != PADDING).unsqueeze(1)  # (B, C, K)
        yes, no = positive[real], negative[asked]
        labels = torch.cat([torch.ones_like(yes), torch.zeros_like(no)])
        loss: Tensor = self.loss(torch.cat([yes, no]), labels)
        return loss

    def vectors(self, vocabulary: PaddedVocabulary) -> Vectors:
        """Copy the vectors out; the output vectors too if there are two tables."""
        return to_vectors(vocabulary, self.inputs, self.outputs)


class CBOWNS(nn.Module):
    """The mean of a window's context words is asked which of K + 1 words is its centre.

    Parameters
    ----------
    size, dim, tied, table, reduction, sparse
        As in `SkipGramNS`.
    in_batch : bool
        Whether each mean is asked about the centres of all windows of the batch: its own is the
        right answer, and so are others that are the same word. The noise words come beside them.
    undivided : bool
        Whether context words receive the gradient of the mean undivided, as in word2vec.c and the
        kernel; else the true gradient, which is that divided by their number.

    Examples
    --------
    >>> _ = torch.manual_seed(1)
    >>> model = CBOWNS(6, 2, in_batch=True)
    >>> centre, contexts = torch.tensor([1, 2]), torch.tensor([[2, 3], [1, 0]])
    >>> noise = torch.tensor([[4, 5, 4], [3, 5, 5]])
    >>> positive, negative = model.scores(centre, contexts, noise)
    >>> positive.shape, negative.shape
    (torch.Size([2, 2]), torch.Size([2, 3]))
    >>> round(model(centre, contexts, noise).item(), 4)
    0.6931
    """

    uses_noise = True

    def __init__(
        self,
        size: int,
        dim: int,
        *,
        tied: bool = False,
        table: TableKind = "embedding",
        reduction: Reduction = "mean",
        sparse: bool = False,
        in_batch: bool = False,
        undivided: bool = False,
    ) -> None:
        super().__init__()
        self.size, self.tied = size, tied
        self.in_batch, self.undivided = in_batch, undivided
        self.inputs, self.outputs = make_tables(table, size, dim, tied=tied, sparse=sparse)
        self.loss = _binary_cross_entropy(reduction)

    def scores(self, centre: Tensor, contexts: Tensor, noise: Tensor) -> Scores:
        """Return the scores of the means with the centres and with the noise words (B, K).

        The first are (B,), or (B, B) in the in-batch form: row b has the scores of mean b.
        """
        check_batch(self.size, centre, contexts, noise)
        means = mean_of_contexts(self.inputs(contexts), contexts, undivided=self.undivided)
        centre_rows = self.outputs(centre)  # (B, D)
        noise_rows = self.outputs(noise)  # (B, K, D)
        return Scores(
            positive=means @ centre_rows.T if self.in_batch else (means * centre_rows).sum(dim=1),
            negative=torch.einsum("bd,bkd->bk", means, noise_rows),
        )

    def forward(self, centre: Tensor, contexts: Tensor, noise: Tensor) -> Tensor:
        """Return the loss of a batch in nats; parameters and errors as in `SkipGramNS.forward`."""
        positive, negative = self.scores(centre, contexts, noise)
        if self.in_batch:
            # The identity, but for centres that are the same word.
            labels = (centre.unsqueeze(1) == centre).to(positive.dtype)
        else:
            labels = torch.ones_like(positive)
        no = negative[noise != PADDING]
        loss: Tensor = self.loss(
            torch.cat([positive.flatten(), no]),
            torch.cat([labels.flatten(), torch.zeros_like(no)]),
        )
        return loss

    def vectors(self, vocabulary: PaddedVocabulary) -> Vectors:
        """Copy the vectors out; the output vectors too if there are two tables."""
        return to_vectors(vocabulary, self.inputs, self.outputs)


def _binary_cross_entropy(reduction: Reduction) -> nn.BCEWithLogitsLoss:
    if reduction not in get_args(Reduction):
        raise ConfigError(f"reduction must be mean or sum, got {reduction!r}")
    return nn.BCEWithLogitsLoss(reduction=reduction)
