"""Results of evaluation sets in gensim's form."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import firth
from firth.compat.gensim.faults import told_as_value_errors
from firth.errors import FormatError, MissingExtraError
from firth.evaluation import AnalogyResult, Evaluation
from firth.evaluation.analogy_files import read_analogies
from firth.vectors import Vectors

Path = str | os.PathLike[str]
logger = logging.getLogger(__name__)


class Settings(NamedTuple):
    """gensim's options of an evaluation."""

    restrict_vocab: int
    case_insensitive: bool
    dummy4unknown: bool


@told_as_value_errors()
def word_analogies(
    vectors: Vectors, path: Path, how: Settings
) -> tuple[float, list[dict[str, Any]]]:
    """Return the accuracy on a file, and the questions of each section, right and wrong."""
    (result,) = _evaluate(vectors, how, analogies=path).analogies
    sections = [
        {"section": name, "correct": right, "incorrect": wrong}
        for name, right, wrong in _questions(result, path, how.case_insensitive)
    ]
    total = {
        name: [question for section in sections for question in section[name]]
        for name in ("correct", "incorrect")
    }
    return result.accuracy or 0.0, [*sections, {"section": "Total accuracy", **total}]


def _questions(
    result: AnalogyResult, path: Path, upper: bool
) -> list[tuple[str, list[Any], list[Any]]]:
    """Return each section, and its questions that were answered right and wrong."""
    asked, found = read_analogies(path), []
    for section in result.sections:
        questions = [
            tuple(word.upper() if upper else word for word in question[:4])
            for question in asked[section.name]
        ]
        pairs = list(zip(questions, section.outcomes, strict=True))
        right, wrong = (
            [each for each, outcome in pairs if outcome is side] for side in (True, False)
        )
        found.append((section.name, right, wrong))
    return found


@told_as_value_errors()
def word_pairs(
    vectors: Vectors, path: Path, how: Settings
) -> tuple[tuple[float, float], tuple[float, float], float]:
    """Return Pearson's and Spearman's correlations with p-values, and the % of pairs missing."""
    try:
        stats: Any = importlib.import_module("scipy.stats")
    except ImportError as error:
        raise MissingExtraError("scipy") from error
    (result,) = _evaluate(vectors, how, similarity=path).similarity
    pairs = zip(result.cosines, result.scores, strict=True)
    if (known := sum(cosine is not None for cosine in result.cosines)) < 2:
        raise FormatError(f"{path}: two pairs need vectors for a correlation, got {known}")
    x, y = np.array([(c, s) for c, s in pairs if c is not None], np.float64).reshape(-1, 2).T
    missing = 100.0 * (result.missing + result.zeroed) / len(result.cosines)
    return stats.pearsonr(x, y), stats.spearmanr(x, y), missing


def log_accuracy(section: Mapping[str, Any]) -> None:
    """Log the share of a section's questions that were answered right, if it has any."""
    right, wrong = len(section["correct"]), len(section["incorrect"])
    if asked := right + wrong:
        share = 100 * right / asked
        logger.info("%s: %.1f%% (%i/%i)", section["section"], share, right, asked)


def log_word_pairs(
    pearson: Sequence[float], spearman: Sequence[float], oov: float, pairs: Path
) -> None:
    """Log the correlations with a file of pairs, and the % of pairs that are missing."""
    logger.info("Pearson's correlation with %s: %.4f", pairs, pearson[0])
    logger.info("Spearman's correlation with %s: %.4f", pairs, spearman[0])
    logger.info("pairs with unknown words: %.1f%%", oov)


def _evaluate(vectors: Vectors, how: Settings, **files: Path) -> Evaluation:
    # gensim compares no other words, in pairs either.
    some = slice(0, how.restrict_vocab)
    if len(vectors) > how.restrict_vocab:
        vectors = Vectors(vectors.words[some], vectors.input_vectors[some])
    options: Any = {"restrict": how.restrict_vocab} if "analogies" in files else {}
    return firth.evaluate(
        vectors,
        **files,  # type: ignore[arg-type]
        **options,
        fold=how.case_insensitive,
        unknown="zero" if how.dummy4unknown else "skip",
    )
