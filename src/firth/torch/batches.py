"""Checks of a batch: shapes, types and ids.

B windows of a batch · C context places · K noise words
"""

from __future__ import annotations

import torch
from torch import Tensor

from firth.errors import ConfigError
from firth.torch.words import PADDING


def check_batch(size: int, centre: Tensor, contexts: Tensor, noise: Tensor | None = None) -> None:
    """Raise if a table of `size` rows cannot look a batch up.

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
            f"every window needs a context word, window {int(empty.nonzero()[0, 0])} has none"
        )


def check_tensors(**named: Tensor) -> None:
    """Raise if centre, contexts and noise do not make a batch, whatever ids they hold."""
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
