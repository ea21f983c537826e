"""Ready-made callbacks: logs of a run, and evaluation of vectors during training.

Pass them to `firth.train(..., callbacks=[...])`. A tracker's package is imported when its callback
is created.
"""

from firth.callbacks.evaluate import Evaluate, EvaluationPoint
from firth.callbacks.json_lines import JsonLines
from firth.callbacks.trackers import MLflow, TensorBoard, Trackio, WandB
from firth.callbacks.watch import Watch
from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart

__all__ = [
    "Callback",
    "EpochEnd",
    "Evaluate",
    "EvaluationPoint",
    "JsonLines",
    "MLflow",
    "Progress",
    "RunEnd",
    "RunStart",
    "TensorBoard",
    "Trackio",
    "WandB",
    "Watch",
]
