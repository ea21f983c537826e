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
        "Callback": "firth.training.callbacks",
        "Checkpoints": "firth.training.checkpoints.folder",
        "EpochEnd": "firth.training.callbacks",
        "Progress": "firth.training.callbacks",
        "RunEnd": "firth.training.callbacks",
        "RunStart": "firth.training.callbacks",
        "TrainConfig": "firth.training.config",
        "TrainResult": "firth.training.task",
        "train_corpus": "firth.training.trainer",
    },
)
