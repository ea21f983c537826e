"""Evaluation of vectors on analogies, similarity, outliers, associations and categories."""

from firth.evaluation.analogies import AnalogyResult, SectionResult
from firth.evaluation.associations import AssociationResult
from firth.evaluation.categories import CategoryResult
from firth.evaluation.outliers import OutlierResult
from firth.evaluation.report import Evaluation, EvaluationSets, evaluate
from firth.evaluation.resampling import Comparison, Interval, interval
from firth.evaluation.similarity import SimilarityResult

__all__ = [
    "AnalogyResult",
    "AssociationResult",
    "CategoryResult",
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
