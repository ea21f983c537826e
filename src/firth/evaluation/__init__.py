"""Evaluation of vectors on analogies and on similarity."""

from firth.evaluation.analogies import AnalogyResult, SectionResult
from firth.evaluation.report import Evaluation, EvaluationSets, evaluate
from firth.evaluation.similarity import SimilarityResult

__all__ = [
    "AnalogyResult",
    "Evaluation",
    "EvaluationSets",
    "SectionResult",
    "SimilarityResult",
    "evaluate",
]
