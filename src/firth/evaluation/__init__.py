"""How good vectors are, by analogies and by similarity."""

from firth.evaluation.analogies import AnalogyResult, SectionResult
from firth.evaluation.report import Evaluation, evaluate
from firth.evaluation.similarity import SimilarityResult

__all__ = ["AnalogyResult", "Evaluation", "SectionResult", "SimilarityResult", "evaluate"]
