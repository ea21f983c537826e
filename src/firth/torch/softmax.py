"""Skip-gram and CBOW with the whole softmax: what negative sampling saves you from.

    B windows of a batch · C context places · D dimensions · V words, all but the padding

The probability that word w is the centre is exp(x·y_w) / Σ exp(x·y_v), over all V words v (Mikolov
et al. 2013, arXiv:1310.4546, equation 2). Each step scores all V of them, and changes them all.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from firth.torch.batches import check_batch, mean_of_contexts
from firth.torch.tables import TableKind, make_tables, rows_of, to_vectors
from firth.torch.words import PADDING, PaddedVocabulary
from firth.vectors import Vectors


class SkipGramSoftmax(nn.Module):
    """Each context word gives a probability to every word; the loss is -log that of the centre.

    Parameters
    ----------
    size, dim, tied, table
        As in `SkipGramNS`.

    Examples
    --------
    >>> model = SkipGramSoftmax(5, 2)
    >>> loss = model(torch.tensor([1, 2]), torch.tensor([[2, 3], [1, 0]]))
    >>> round(loss.exp().item(), 4)  # untrained, all 4 words are alike
    4.0
    """

    uses_noise = False

    def __init__(
        self, size: int, dim: int, *, tied: bool = False, table: TableKind = "embedding"
    ) -> None:
        super().__init__()
        self.size, self.tied = size, tied
        self.inputs, self.outputs = make_tables(table, size, dim, tied=tied)

    def log_probabilities(self, inputs: Tensor) -> Tensor:
        """Return the log probability of each id for inputs (n, D): (n, size), -inf at padding."""
        return _log_softmax(inputs, rows_of(self.outputs))

    def forward(self, centre: Tensor, contexts: Tensor) -> Tensor:
        """Return the mean loss in nats per pair of a context word and its centre.

        Parameters
        ----------
        centre, contexts : integers, (B,) and (B, C)
            Contexts may be padded with 0, which is left out.

        Raises
        ------
        ConfigError
            If shapes do not fit each other, or an id is out of range.
        """
        check_batch(self.size, centre, contexts)
        real = contexts != PADDING
        log_probabilities = self.log_probabilities(self.inputs(contexts[real]))
        centres = centre.unsqueeze(1).expand_as(contexts)[real]
        return nn.functional.nll_loss(log_probabilities, centres.long())

    def vectors(self, vocabulary: PaddedVocabulary) -> Vectors:
        """Copy the vectors out; the output vectors too if there are two tables."""
        return to_vectors(vocabulary, self.inputs, self.outputs)


class CBOWSoftmax(nn.Module):
    """The mean of the context words gives a probability to every word.

    Parameters
    ----------
    size, dim, tied, table
        As in `SkipGramNS`.

    Examples
    --------
    >>> model = CBOWSoftmax(5, 2)
    >>> loss = model(torch.tensor([1, 2]), torch.tensor([[2, 3], [1, 0]]))
    >>> round(loss.exp().item(), 4)
    4.0
    """

    uses_noise = False

    def __init__(
        self, size: int, dim: int, *, tied: bool = False, table: TableKind = "embedding"
    ) -> None:
        super().__init__()
        self.size, self.tied = size, tied
        self.inputs, self.outputs = make_tables(table, size, dim, tied=tied)

    def log_probabilities(self, inputs: Tensor) -> Tensor:
        """Return the log probability of each id for inputs (n, D): (n, size), -inf at padding."""
        return _log_softmax(inputs, rows_of(self.outputs))

    def forward(self, centre: Tensor, contexts: Tensor) -> Tensor:
        """Return the mean loss in nats per window; else as `SkipGramSoftmax.forward`."""
        check_batch(self.size, centre, contexts)
        means = mean_of_contexts(self.inputs(contexts), contexts)
        return nn.functional.nll_loss(self.log_probabilities(means), centre.long())

    def vectors(self, vocabulary: PaddedVocabulary) -> Vectors:
        """Copy the vectors out; the output vectors too if there are two tables."""
        return to_vectors(vocabulary, self.inputs, self.outputs)


def _log_softmax(inputs: Tensor, rows: Tensor) -> Tensor:
    """Score inputs (n, D) with every row but that of padding, and take the log softmax."""
    log_probabilities = (inputs @ rows[PADDING + 1 :].T).log_softmax(dim=1)
    return nn.functional.pad(log_probabilities, (PADDING + 1, 0), value=-torch.inf)
