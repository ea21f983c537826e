"""Word2Vec in two parts: how a window's contexts become inputs, and what the loss asks of them.

B windows of a batch · C context places · m inputs of a window · K noise words · D dimensions
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from firth.checks import shown
from firth.errors import ConfigError
from firth.torch.batches import check_batch
from firth.torch.losses import Loss
from firth.torch.tables import TableKind, make_table, rows_of
from firth.torch.words import PADDING, PaddedVocabulary
from firth.vectors import Vectors


class SkipGram(nn.Module):
    """Each context word is an input of its own: m = C.

    Examples
    --------
    >>> rows, real = torch.ones(1, 3, 2), torch.tensor([[True, True, False]])
    >>> x, real = SkipGram()(rows, real)
    >>> x.shape, real
    (torch.Size([1, 3, 2]), tensor([[ True,  True, False]]))
    """

    def forward(self, rows: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        """Return context rows (B, C, D) as they are, and which are real (B, C)."""
        return rows, real


class CBOW(nn.Module):
    """The mean of the context words is the one input of a window: m = 1.

    Parameters
    ----------
    undivided : bool
        Whether each context word receives the whole gradient of the mean, as in word2vec.c; the
        true gradient is that divided by the number of context words. `firth.train` has both, as
        `cbow_gradient`.

    Examples
    --------
    >>> rows = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]]])
    >>> CBOW()(rows, torch.tensor([[True, True, False]]))
    (tensor([[[2., 3.]]]), tensor([[True]]))
    """

    def __init__(self, *, undivided: bool = False) -> None:
        super().__init__()
        self.undivided = undivided

    def extra_repr(self) -> str:
        """Return the option, for `print(model)`."""
        return f"undivided={self.undivided}"

    def forward(self, rows: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean of the real context rows (B, 1, D), and that it is real (B, 1)."""
        total = (rows * real.unsqueeze(2)).sum(dim=1, keepdim=True)  # (B, 1, D)
        mean = total / real.sum(dim=1).view(-1, 1, 1)
        if self.undivided:
            # The value is the mean's, the gradient the sum's.
            mean = mean.detach() + (total - total.detach())
        return mean, real.any(dim=1, keepdim=True)


class Word2Vec(nn.Module):
    """Two tables of vectors, a projection of contexts to inputs, and a loss.

    Parameters
    ----------
    size : int
        Number of ids, the padding included: `len` of a `PaddedVocabulary`.
    dim : int
        D.
    projection : SkipGram, CBOW or another module
        Takes context rows (B, C, D) and which are real (B, C); returns inputs (B, m, D) and which
        are real (B, m).
    loss : NegativeSampling, FullSoftmax, HierarchicalSoftmax or another Loss
    tied : bool
        Whether one table serves for inputs and outputs; else there are two, as in the papers.
    table : {"embedding", "parameter"}
        How tables are held: an `nn.Embedding`, or an `nn.Parameter` that is indexed.
    sparse : bool
        Whether the gradients of look-ups name only the rows they change. `torch.optim.SGD` and
        `SparseAdam` take such gradients, `Adam` does not.

    Attributes
    ----------
    inputs, outputs : nn.Module
        The tables: called with ids, their rows are `weight` (size, D). With `HierarchicalSoftmax`
        the rows of `outputs` are the inner nodes of the tree.

    Raises
    ------
    ConfigError
        If an option is out of range or does not fit the loss.

    Examples
    --------
    >>> from firth.torch import NegativeSampling
    >>> _ = torch.manual_seed(1)
    >>> model = Word2Vec(6, 2, SkipGram(), NegativeSampling())
    >>> centre, contexts = torch.tensor([1, 2]), torch.tensor([[2, 3], [1, 0]])
    >>> noise = torch.tensor([[4, 5, 4], [3, 5, 5]])
    >>> round(model(centre, contexts, noise).item(), 4)
    0.6931
    >>> model
    Word2Vec(
      (inputs): Embedding(6, 2, padding_idx=0)
      (outputs): Embedding(6, 2, padding_idx=0)
      (projection): SkipGram()
      (loss): NegativeSampling(in_batch=False, reduction='mean')
    )
    """

    def __init__(
        self,
        size: int,
        dim: int,
        projection: nn.Module,
        loss: Loss,
        *,
        tied: bool = False,
        table: TableKind = "embedding",
        sparse: bool = False,
    ) -> None:
        super().__init__()
        if not isinstance(projection, nn.Module):
            raise ConfigError(
                f"projection must be a module such as SkipGram(), got {shown(projection)}"
            )
        if not isinstance(loss, Loss):
            raise ConfigError(f"loss must be a Loss such as NegativeSampling(), got {shown(loss)}")
        if tied and not loss.has_word_rows:
            raise ConfigError(
                f"tied must be False for {type(loss).__name__}: its output rows belong to no word"
            )
        rows = loss.output_rows(size)
        self.size, self.tied = size, tied
        self.inputs = make_table(table, size, dim, sparse=sparse)
        self.outputs = (
            self.inputs if tied else make_table(table, rows, dim, zeros=True, sparse=sparse)
        )
        self.projection, self.loss = projection, loss

    @property
    def uses_noise(self) -> bool:
        """Whether the model is called with noise words."""
        return self.loss.uses_noise

    def project(self, contexts: Tensor) -> tuple[Tensor, Tensor]:
        """Return the inputs of windows (B, m, D), and which are real (B, m)."""
        inputs: tuple[Tensor, Tensor] = self.projection(self.inputs(contexts), contexts != PADDING)
        return inputs

    def forward(self, centre: Tensor, contexts: Tensor, noise: Tensor | None = None) -> Tensor:
        """Return the loss of a batch in nats.

        Parameters
        ----------
        centre, contexts : integers, (B,) and (B, C)
            Contexts may be padded with 0.
        noise : integers, (B, K)
            Only for a loss that uses noise words. May be padded with 0.

        Raises
        ------
        ConfigError
            If noise is missing or not used, shapes do not fit each other, or an id is out of range.
        """
        if (noise is not None) != self.uses_noise:
            takes = "centre, contexts and noise" if self.uses_noise else "centre and contexts"
            raise ConfigError(
                f"a model with {type(self.loss).__name__} takes {takes}, "
                f"got {'no noise' if noise is None else 'noise too'}"
            )
        check_batch(self.size, centre, contexts, noise)
        x, real = self.project(contexts)
        words = [centre] if noise is None else [centre, noise]
        loss: Tensor = self.loss(x, real, self.outputs, *words)
        return loss

    def vectors(self, vocabulary: PaddedVocabulary) -> Vectors:
        """Copy the vectors out, without the rows of padding and special tokens.

        The output vectors come too if there are two tables and both have a row for each word.

        Raises
        ------
        ConfigError
            If the vocabulary and the model differ in size.
        """
        if len(vocabulary) != self.size:
            raise ConfigError(
                f"the vocabulary has {len(vocabulary)} ids, but the model was made for "
                f"{self.size}; give the vocabulary that it was trained with"
            )
        words = slice(vocabulary.reserved, None)
        has_outputs = self.loss.has_word_rows and not self.tied
        return Vectors(
            vocabulary.words[words],
            _copied(self.inputs, words),
            counts=vocabulary.counts[words],
            output_vectors=_copied(self.outputs, words) if has_outputs else None,
        )


def _copied(table: nn.Module, rows: slice) -> NDArray[np.float32]:
    return rows_of(table).detach()[rows].to("cpu", torch.float32, copy=True).numpy()
