"""A corpus in, vectors out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth._lazy import lazy_names

if TYPE_CHECKING:
    from firth.training.config import TrainConfig
    from firth.training.trainer import Progress, TrainResult, train_corpus

__all__ = ["Progress", "TrainConfig", "TrainResult", "train_corpus"]

__getattr__ = lazy_names(
    __name__,
    {
        "Progress": "firth.training.trainer",
        "TrainConfig": "firth.training.config",
        "TrainResult": "firth.training.trainer",
        "train_corpus": "firth.training.trainer",
    },
)
