"""The two ways to hold an embedding table in PyTorch, and what comes out of one.

    size rows, of which row 0 is padding · D dimensions

`nn.Embedding` looks rows up and knows which of them is padding. A bare `nn.Parameter` does the same
when it is indexed by hand. Either way the row of padding starts at zero and receives no gradient,
so that no optimizer moves it: momentum and weight decay have nothing to work on.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn

from firth.errors import ConfigError
from firth.torch.words import PADDING, PaddedVocabulary
from firth.vectors import Vectors

TableKind = Literal["embedding", "parameter"]


class ParameterTable(nn.Module):
    """An embedding table as a bare parameter, with the look-up done by hand.

    Parameters
    ----------
    weight : (size, D)
        The rows to start from.

    Examples
    --------
    >>> table = ParameterTable(torch.tensor([[0.0, 0.0], [1.0, 2.0]]))
    >>> table(torch.tensor([[1, 0]])).tolist()
    [[[1.0, 2.0], [0.0, 0.0]]]
    """

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)

    def forward(self, ids: Tensor) -> Tensor:
        """Look up ids of any shape: one more axis, of length D, comes last."""
        rows = self.weight[ids]
        # Nothing flows back through what is filled in.
        return rows.masked_fill((ids == PADDING).unsqueeze(-1), 0.0)


def make_table(
    kind: TableKind, size: int, dim: int, *, zeros: bool = False, sparse: bool = False
) -> nn.Module:
    """Make a table whose look-up is called with ids, and whose rows are its `weight`.

    Parameters
    ----------
    kind : {"embedding", "parameter"}
        An `nn.Embedding` with `padding_idx`, or a `ParameterTable`. From the same random state both
        start from the same rows.
    size, dim : int
        Rows, the padding included, and D.
    zeros : bool
        Whether to start at zero, as word2vec's output vectors do; else its input vectors'
        uniform ±1 / (2 D).
    sparse : bool
        Whether the gradient of an `nn.Embedding` names only the rows it changes: for large tables.

    Raises
    ------
    ConfigError
        If `size` is below 2 or `dim` below 1, or the kind is not known or cannot be sparse.
    """
    if kind not in get_args(TableKind):
        raise ConfigError(f"table must be embedding or parameter, got {kind!r}")
    if size < 2:
        raise ConfigError(f"size must be at least 2, one word and the padding, got {size}")
    if dim < 1:
        raise ConfigError(f"dim must be at least 1, got {dim}")
    weight = torch.zeros(size, dim) if zeros else (torch.rand(size, dim) - 0.5) / dim
    weight[PADDING] = 0.0
    if kind == "embedding":
        rows: nn.Module = nn.Embedding.from_pretrained(  # type: ignore[no-untyped-call]
            weight, freeze=False, padding_idx=PADDING, sparse=sparse
        )
        return rows
    if sparse:
        raise ConfigError("a parameter has no sparse gradient; take table='embedding'")
    return ParameterTable(weight)


def make_tables(
    kind: TableKind, size: int, dim: int, *, tied: bool = False, sparse: bool = False
) -> tuple[nn.Module, nn.Module]:
    """Make the input and the output table, or one that is both; see `make_table`."""
    inputs = make_table(kind, size, dim, sparse=sparse)
    return inputs, inputs if tied else make_table(kind, size, dim, zeros=True, sparse=sparse)


def to_vectors(
    vocabulary: PaddedVocabulary, inputs: nn.Module, outputs: nn.Module | None = None
) -> Vectors:
    """Copy tables into `Vectors`, without the rows of padding and special tokens.

    A table that is both comes out as input vectors only.

    Raises
    ------
    ConfigError
        If the vocabulary and the tables differ in size.
    """
    matrix = _rows(inputs, vocabulary)
    return Vectors(
        vocabulary.words[vocabulary.reserved :],
        matrix.numpy(),
        counts=vocabulary.counts[vocabulary.reserved :],
        output_vectors=(
            None if outputs is None or outputs is inputs else _rows(outputs, vocabulary).numpy()
        ),
    )


def rows_of(table: nn.Module) -> Tensor:
    """Return all rows of a table, the padding's first: (size, D)."""
    weight = table.weight
    assert isinstance(weight, Tensor)
    return weight


def _rows(table: nn.Module, vocabulary: PaddedVocabulary) -> Tensor:
    weight = rows_of(table)
    if len(weight) != len(vocabulary):
        raise ConfigError(
            f"the vocabulary has {len(vocabulary)} ids, but the model was made for {len(weight)}; "
            "give the vocabulary that it was trained with"
        )
    rows = weight.detach()[vocabulary.reserved :]
    return rows.to("cpu", torch.float32, copy=True)
