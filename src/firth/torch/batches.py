"""What the models share: checks of a batch, and the mean of the context words.

B windows of a batch · C context places · K noise words · D dimensions
"""

from __future__ import annotations

import torch
from torch import Tensor

from firth.errors import ConfigError
from firth.torch.words import PADDING


def check_batch(size: int, centre: Tensor, contexts: Tensor, noise: Tensor | None = None) -> None:
    """Refuse batches that a table of `size` rows cannot look up.

    Parameters
    ----------
    size : int
        Rows of the table, the padding included.
    centre, contexts, noise : integers, (B,), (B, C) and (B, K)
        A batch. Contexts and noise may be padded with 0, but every window needs a context word.

    Raises
    ------
    ConfigError
        If shapes do not fit each other, a tensor holds no integers, an id is out of range, a
        centre is padding, or a window has no context word.
    """
    named = {"centre": centre, "contexts": contexts} | ({} if noise is None else {"noise": noise})
    check_tensors(**named)
    for name, ids in named.items():
        lowest = PADDING + 1 if name == "centre" else PADDING
        if ids.numel():
            low, high = (int(bound) for bound in torch.aminmax(ids))
            if low < lowest or high >= size:
                raise ConfigError(
                    f"{name} must hold ids from {lowest} to {size - 1}, "
                    f"got {low if low < lowest else high}"
                )
    empty = (contexts == PADDING).all(dim=1)
    if bool(empty.any()):
        raise ConfigError(
            f"every window needs a context word, number {int(empty.nonzero()[0, 0])} has none"
        )


def check_tensors(**named: Tensor) -> None:
    """Refuse tensors that are no batch, whatever ids they hold: centre, contexts, noise.

    Raises
    ------
    ConfigError
        If shapes do not fit each other, or a tensor holds no integers.
    """
    for name, ids in named.items():
        if not isinstance(ids, Tensor):
            raise ConfigError(f"{name} must be a tensor of ids, got a {type(ids).__name__}")
        if ids.dtype not in (torch.int64, torch.int32):
            raise ConfigError(f"{name} must hold ids as int64 or int32, got {ids.dtype}")
    sizes = {tuple(ids.shape[:1]) for ids in named.values()}
    axes = {ids.ndim - (name != "centre") for name, ids in named.items()}
    if axes != {1} or len(sizes) != 1 or sizes == {(0,)}:
        shapes = ", ".join(f"{name} {tuple(ids.shape)}" for name, ids in named.items())
        raise ConfigError(
            f"a batch must have the shapes centre (B,), contexts (B, C) and noise (B, K) "
            f"with B at least 1, got {shapes}"
        )


def mean_of_contexts(rows: Tensor, contexts: Tensor, *, undivided: bool = False) -> Tensor:
    """Return the mean of each window's real context rows: (B, D).

    Parameters
    ----------
    rows : (B, C, D)
        The rows of the context words.
    contexts : integers, (B, C)
        Their ids, padded with 0.
    undivided : bool
        Whether each row receives the whole gradient of the mean, as in word2vec.c, and not its
        share, which is that gradient divided by the number of context words.
    """
    real = (contexts != PADDING).unsqueeze(2)
    total = (rows * real).sum(dim=1)
    mean = total / real.sum(dim=1)
    if not undivided:
        return mean
    # The value is the mean's, the gradient the sum's.
    return mean.detach() + (total - total.detach())
