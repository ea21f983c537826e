"""Evaluation on several sets at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from firth.checks import shown, switch, whole_number
from firth.errors import ConfigError
from firth.evaluation.analogies import AnalogyResult, Question, answer_analogies, read_analogies
from firth.evaluation.similarity import Pair, SimilarityResult, correlate_pairs, read_pairs
from firth.io.paths import to_path
from firth.other_names import explain_keywords
from firth.vectors import Vectors
from firth.vectors.questions.analogy import method_named

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


@dataclass(frozen=True)
class Evaluation:
    """The results of `evaluate`.

    Parameters
    ----------
    analogies : tuple of AnalogyResult
    similarity : tuple of SimilarityResult
    restrict : int
        The number of the most frequent words that were candidates for analogies.
    method : str
        How answers to analogies were scored.
    """

    analogies: tuple[AnalogyResult, ...]
    similarity: tuple[SimilarityResult, ...]
    restrict: int
    method: str = "add"

    def to_dict(self) -> dict[str, object]:
        """Return the results for JSON; a measure that is undefined is null."""
        return {
            "analogies": [result.to_dict() for result in self.analogies],
            "similarity": [result.to_dict() for result in self.similarity],
            "restrict": self.restrict,
            "method": self.method,
        }


@explain_keywords
def evaluate(
    vectors: Vectors,
    *,
    analogies: Paths = (),
    similarity: Paths = (),
    restrict: int = 30_000,
    fold: bool = True,
    method: str = "add",
) -> Evaluation:
    r"""Measure vectors on files of analogies and of similarity scores.

    Parameters
    ----------
    vectors : Vectors
    analogies : path or sequence of paths
        In Google's format: `: name` begins a section, four words are a question.
    similarity : path or sequence of paths
        Lines of two words and a score, or a published file such as WordSim-353's.
    restrict : int
        Only the `restrict` most frequent words, which come first, are candidates for analogies.
    fold : bool
        Compare words in lower case. Of words that become the same, the most frequent is used.
    method : "add" or "mul"
        How answers to analogies are scored, as `Vectors.analogy` does: 3CosAdd or 3CosMul.

    Raises
    ------
    FormatError
        If a file is missing or malformed.
    ConfigError
        If there is no file, an option is out of range, or `vectors` is not a `Vectors`.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np
    >>> matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1]], dtype=np.float32)
    >>> vectors = Vectors(["man", "king", "woman", "queen"], matrix)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "family.txt")
    ...     _ = path.write_text(": family\nMan King Woman Queen\n")
    ...     evaluate(vectors, analogies=path).analogies[0].accuracy
    1.0
    """
    return EvaluationSets.read(analogies=analogies, similarity=similarity).evaluate(
        vectors, restrict=restrict, fold=fold, method=method
    )


@dataclass(frozen=True)
class EvaluationSets:
    """Files of analogies and of similarity scores, read once to measure vectors often.

    Parameters
    ----------
    analogies : tuple of (str, mapping)
        The name of each file, and its questions by section.
    similarity : tuple of (str, list of Pair)
        The name of each file, and its pairs.
    """

    analogies: tuple[tuple[str, Mapping[str, Sequence[Question]]], ...]
    similarity: tuple[tuple[str, Sequence[Pair]], ...]

    @classmethod
    def read(cls, *, analogies: Paths = (), similarity: Paths = ()) -> Self:
        """Read the files for `evaluate`, which lists the errors."""
        sets = cls(
            tuple((str(path), read_analogies(path)) for path in _several("analogies", analogies)),
            tuple((str(path), read_pairs(path)) for path in _several("similarity", similarity)),
        )
        if not (sets.analogies or sets.similarity):
            raise ConfigError("there is nothing to evaluate: name files of analogies or similarity")
        return sets

    def evaluate(
        self,
        vectors: Vectors,
        *,
        restrict: int = 30_000,
        fold: bool = True,
        method: str = "add",
    ) -> Evaluation:
        """Evaluate vectors, as the function `evaluate` does."""
        if not isinstance(vectors, Vectors):
            raise ConfigError(f"vectors must be Vectors, as from firth.load, got {shown(vectors)}")
        whole_number("restrict", restrict, least=1, most=None)
        switch("fold", fold)
        score_by = method_named(method)
        return Evaluation(
            tuple(
                answer_analogies(
                    vectors, sections, file=file, restrict=restrict, fold=fold, method=score_by
                )
                for file, sections in self.analogies
            ),
            tuple(
                correlate_pairs(vectors, pairs, file=file, fold=fold)
                for file, pairs in self.similarity
            ),
            restrict,
            method,
        )


def _several(name: str, given: object) -> list[Path]:
    if isinstance(given, str | bytes | os.PathLike) or not isinstance(given, Iterable):
        given = [given]
    return [to_path(name, path) for path in given]
