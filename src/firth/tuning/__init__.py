"""Searching for options that suit a text (extra `tune`)."""

from firth.tuning.results import Trial, Tuning
from firth.tuning.search import tune
from firth.tuning.space import SPACE

__all__ = ["SPACE", "Trial", "Tuning", "tune"]
