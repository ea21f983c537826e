"""Evaluation of vectors on analogies, similarity, outliers and associations."""

from firth.evaluation.analogies import AnalogyResult, SectionResult
from firth.evaluation.associations import AssociationResult
from firth.evaluation.outliers import OutlierResult
from firth.evaluation.report import Evaluation, EvaluationSets, evaluate
from firth.evaluation.resampling import Comparison, Interval, interval
from firth.evaluation.similarity import SimilarityResult

__all__ = [
    "AnalogyResult",
    "AssociationResult",
    "Comparison",
    "Evaluation",
    "EvaluationSets",
    "Interval",
    "OutlierResult",
    "SectionResult",
    "SimilarityResult",
    "evaluate",
    "interval",
]
