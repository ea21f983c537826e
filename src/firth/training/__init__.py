"""A corpus in, vectors out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth._lazy import lazy_names

if TYPE_CHECKING:
    from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart
    from firth.training.checkpoints.folder import Checkpoints
    from firth.training.config import TrainConfig
    from firth.training.task import TrainResult
    from firth.training.trainer import train_corpus

__all__ = [
    "Callback",
    "Checkpoints",
    "EpochEnd",
    "Progress",
    "RunEnd",
    "RunStart",
    "TrainConfig",
    "TrainResult",
    "train_corpus",
]

__getattr__ = lazy_names(
    __name__,
    {
        "firth.training.callbacks": "Callback EpochEnd Progress RunEnd RunStart",
        "firth.training.checkpoints.folder": "Checkpoints",
        "firth.training.config": "TrainConfig",
        "firth.training.task": "TrainResult",
        "firth.training.trainer": "train_corpus",
    },
)
