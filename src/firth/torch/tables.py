"""The two ways to hold a table of vectors in PyTorch.

    size rows, of which row 0 is padding · D dimensions

`nn.Embedding` looks rows up and knows which of them is padding. A bare `nn.Parameter` does the same
when it is indexed by hand. Either way the row of padding starts at zero and receives no gradient.
So no optimizer moves it, whatever its momentum and weight decay.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn

from firth.checks import one_of
from firth.errors import ConfigError
from firth.torch.words import PADDING

TableKind = Literal["embedding", "parameter"]


class ParameterTable(nn.Module):
    """A table of vectors as a bare parameter, with the look-up done by hand.

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
        """Return the rows of ids of any shape: one more axis, of length D, comes last."""
        rows = self.weight[ids]
        # No gradient flows back through the filled rows.
        return rows.masked_fill((ids == PADDING).unsqueeze(-1), 0.0)


def make_table(
    kind: TableKind, size: int, dim: int, *, zeros: bool = False, sparse: bool = False
) -> nn.Module:
    """Return a table whose look-up is called with ids, and whose rows are its `weight`.

    Parameters
    ----------
    kind : {"embedding", "parameter"}
        An `nn.Embedding` with `padding_idx`, or a `ParameterTable`. From the same random state both
        start from the same rows.
    size, dim : int
        Rows, the padding included, and D.
    zeros : bool
        Whether to start at zero, as word2vec's output vectors do; else uniformly in ±1 / (2 D), as
        its input vectors do.
    sparse : bool
        Whether the gradient of an `nn.Embedding` names only the rows it changes: for large tables.

    Raises
    ------
    ConfigError
        If `size` is below 2 or `dim` below 1, or the kind is not known or cannot be sparse.
    """
    one_of("table", kind, choices=get_args(TableKind))
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


def rows_of(table: nn.Module) -> Tensor:
    """Return all rows of a table, the padding's first: (size, D)."""
    weight = table.weight
    assert isinstance(weight, Tensor)
    return weight
