"""Callbacks that are ready to use: logs of a run, and measuring vectors while they are trained.

Give them to `firth.train(..., callbacks=[...])`. Packages that others make are imported when a
callback that needs one is made, not before.
"""

from firth.callbacks.evaluate import Evaluate, EvaluationPoint
from firth.callbacks.json_lines import JsonLines
from firth.callbacks.trackers import MLflow, TensorBoard, Trackio, WandB
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
]
