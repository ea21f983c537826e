"""Evaluation on several sets at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from firth.checks import one_of, shown, switch, whole_number
from firth.errors import ConfigError, counted, escape
from firth.evaluation.analogies import AnalogyResult, answer_analogies
from firth.evaluation.analogy_files import read_analogies
from firth.evaluation.associations import (
    AssociationResult,
    check_associations,
    measure_associations,
)
from firth.evaluation.categories import CategoryResult, categorise, read_categories
from firth.evaluation.outliers import OutlierResult, find_outliers, read_outliers
from firth.evaluation.repeats import warn_of_repeats
from firth.evaluation.resampling import Comparison, Measured, compare_results
from firth.evaluation.similarity import SimilarityResult, correlate_pairs, read_pairs
from firth.evaluation.word_groups import Groups, read_groups
from firth.html import html_table
from firth.io.paths import to_path
from firth.other_names import explain_keywords
from firth.vectors import Vectors
from firth.vectors.questions.analogy import Method, method_named

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
AnyVectors = Vectors | Mapping[str, ArrayLike]

UNKNOWN = ("skip", "zero")
# The words among which analogies are answered, as word2vec's program does.
RESTRICT = 30_000


class _Options(NamedTuple):
    """How all sets are measured."""

    restrict: int
    fold: bool
    unknown: str
    method: Method


class _Task(NamedTuple):
    """How the files of a kind are read, and how vectors are measured on what was read."""

    read: Callable[[Path], Any]
    measure: Callable[[Vectors, Any, str, _Options], Any]


def _read_associations(path: Path) -> Groups:
    groups = read_groups(path)
    check_associations(groups, str(path))
    return groups


_TASKS = {
    "analogies": _Task(
        read_analogies,
        lambda vectors, sections, file, how: answer_analogies(
            vectors, sections, file=file, **how._asdict()
        ),
    ),
    "similarity": _Task(
        read_pairs,
        lambda vectors, pairs, file, how: correlate_pairs(
            vectors, pairs, file=file, fold=how.fold, unknown=how.unknown
        ),
    ),
    "categories": _Task(
        read_categories,
        lambda vectors, groups, file, how: categorise(vectors, groups, file=file, fold=how.fold),
    ),
    "outliers": _Task(
        read_outliers,
        lambda vectors, sets, file, how: find_outliers(vectors, sets, file=file, fold=how.fold),
    ),
    "associations": _Task(
        _read_associations,
        lambda vectors, groups, file, how: measure_associations(
            vectors, groups, file=file, fold=how.fold
        ),
    ),
}


@dataclass(frozen=True)
class Evaluation:
    """The results of `evaluate`.

    Parameters
    ----------
    analogies : tuple of AnalogyResult
    similarity : tuple of SimilarityResult
    restrict : int
        The number of the most frequent words that were candidates for analogies.
    outliers : tuple of OutlierResult
    associations : tuple of AssociationResult
    method : str
        How answers to analogies were scored.
    categories : tuple of CategoryResult
    """

    analogies: tuple[AnalogyResult, ...]
    similarity: tuple[SimilarityResult, ...]
    restrict: int
    outliers: tuple[OutlierResult, ...] = ()
    associations: tuple[AssociationResult, ...] = ()
    method: str = "add"
    categories: tuple[CategoryResult, ...] = ()

    @property
    def results(self) -> tuple[Measured, ...]:
        """All results."""
        return tuple(result for kind in _TASKS for result in getattr(self, kind))

    def __repr__(self) -> str:
        """Return the score of each file, and how many of its items it is of."""
        lines = "".join(f"\n  {escape(each.file)}: {each.summary}" for each in self.results)
        return f"<Evaluation of {counted(len(self.results), 'set')}:{lines}>"

    def _repr_html_(self) -> str:
        """Return a table of the score of each file, for a notebook."""
        rows = ((Path(each.file).name, each.summary) for each in self.results)
        return html_table(["set", "result"], rows)

    def compare(self, other: Evaluation) -> tuple[Comparison | None, ...]:
        """Compare the results with those of other vectors on the same files.

        Returns
        -------
        tuple of Comparison or None
            For each of `results`; None where a score is undefined.

        Raises
        ------
        ConfigError
            If the files are not the same.
        """
        if len(self.results) != len(other.results):
            raise ConfigError("cannot compare: the two were not evaluated on the same files")
        pairs = zip(self.results, other.results, strict=True)
        return tuple(compare_results(first, second) for first, second in pairs)

    def to_dict(self) -> dict[str, object]:
        """Return the results for JSON; a measure that is undefined is null."""
        found = {name: [each.to_dict() for each in getattr(self, name)] for name in _TASKS}
        return {**found, "restrict": self.restrict, "method": self.method}


@explain_keywords
def evaluate(
    vectors: AnyVectors,
    *,
    analogies: Paths = (),
    similarity: Paths = (),
    outliers: Paths = (),
    associations: Paths = (),
    categories: Paths = (),
    restrict: int = RESTRICT,
    fold: bool = True,
    unknown: str = "skip",
    method: str = "add",
) -> Evaluation:
    r"""Measure vectors on files of analogies, similarity, outliers, associations and categories.

    Parameters
    ----------
    vectors : Vectors, or mapping of str to array, or KeyedVectors of gensim
        Those of a mapping stand in the order of frequency.
    analogies : path or sequence of paths
        In Google's format: `: name` begins a section, four words are a question. Or in MSR's, or
        a file or folder of BATS, where a question may have several right answers.
    similarity : path or sequence of paths
        Lines of two words and a score, or a published file such as WordSim-353's.
    outliers : path or sequence of paths
        Words that belong together, a blank line, and words that do not: the files of 8-8-8.
    associations : path or sequence of paths
        Four groups of words, each after a line `: name`: two of targets and two of attributes.
    categories : path or sequence of paths
        Groups of words, each after a line `: name`, or lines of a word and its category. The words
        are clustered by k-means, which needs the extra `sklearn`.
    restrict : int
        Only the `restrict` most frequent words, which come first, are candidates for analogies.
    fold : bool
        Compare words in lower case. Of words that become the same, the most frequent is used.
    unknown : {"skip", "zero"}
        Leave out analogies and pairs with unknown words, or take such an analogy for wrong and the
        cosine of such a pair for 0.
    method : "add" or "mul"
        How answers to analogies are scored, as `Vectors.analogy` does: 3CosAdd or 3CosMul.

    Raises
    ------
    FormatError
        If a file is missing or malformed.
    ConfigError
        If there is no file, an option is out of range, or `vectors` are not vectors.

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
    sets = EvaluationSets.read(
        analogies=analogies,
        similarity=similarity,
        outliers=outliers,
        associations=associations,
        categories=categories,
    )
    return sets.evaluate(vectors, restrict=restrict, fold=fold, unknown=unknown, method=method)


@dataclass(frozen=True)
class EvaluationSets:
    """Files of some kinds, read once to measure vectors often.

    Parameters
    ----------
    read_files : mapping
        For each kind, such as "analogies", the name of each file and what was read.
    """

    read_files: Mapping[str, Sequence[tuple[str, Any]]]

    def __repr__(self) -> str:
        """Return the names of the files."""
        names = [escape(name) for files in self.read_files.values() for name, _ in files]
        return f"<EvaluationSets of {', '.join(names)}>"

    @classmethod
    def read(cls, **files: Paths) -> Self:
        """Read the files for `evaluate`, which lists the kinds and the errors.

        A warning tells of items that stand in a file more than once.
        """
        found = {
            kind: tuple((str(path), _TASKS[kind].read(path)) for path in _several(kind, paths))
            for kind, paths in files.items()
        }
        for kind, sets in found.items():
            for file, read in sets:
                warn_of_repeats(kind, file, read)
        if not any(found.values()):
            kinds = ", ".join(_TASKS)
            raise ConfigError(f"there is nothing to evaluate: name files of one of {kinds}")
        return cls(found)

    def check_options(self, restrict: int, method: str = "add", unknown: str = "skip") -> None:
        """Raise if an option is given for which there are no files."""
        whole_number("restrict", restrict, least=1, most=None)
        one_of("unknown", unknown, choices=UNKNOWN)
        if self.read_files.get("analogies"):
            return
        if unknown != "skip" and not self.read_files.get("similarity"):
            raise ConfigError(
                f"unknown={unknown} is for analogies and similarity, and no file of them is given"
            )
        for name, value, usual in (("restrict", restrict, RESTRICT), ("method", method, "add")):
            if value != usual:
                raise ConfigError(f"{name} is for analogies, and no file of analogies is given")

    def evaluate(
        self,
        vectors: AnyVectors,
        *,
        restrict: int = RESTRICT,
        fold: bool = True,
        unknown: str = "skip",
        method: str = "add",
    ) -> Evaluation:
        """Evaluate vectors, as the function `evaluate` does."""
        self.check_options(restrict, method, unknown)
        switch("fold", fold)
        how = _Options(restrict, fold, unknown, method_named(method))
        table = _to_vectors(vectors)
        results = {
            kind: tuple(_TASKS[kind].measure(table, read, file, how) for file, read in files)
            for kind, files in self.read_files.items()
        }
        found = {"analogies": (), "similarity": (), **results}
        return Evaluation(**found, restrict=restrict, method=method)


def _to_vectors(vectors: object) -> Vectors:
    if isinstance(vectors, Vectors):
        return vectors
    if hasattr(vectors, "index_to_key") and hasattr(vectors, "vectors"):
        # KeyedVectors of gensim, which are no mapping.
        return Vectors(list(vectors.index_to_key), np.asarray(vectors.vectors))
    if not isinstance(vectors, Mapping):
        raise ConfigError(
            "vectors must be Vectors, as from firth.load, or a mapping of words to arrays, got "
            f"{shown(vectors)}"
        )
    if not vectors:
        raise ConfigError("vectors are a mapping without words: there is nothing to measure")
    try:
        matrix = np.stack([np.asarray(v, float) for v in vectors.values()])
    except (TypeError, ValueError) as error:
        raise ConfigError(
            "vectors must be a mapping of words to arrays of numbers of one length"
        ) from error
    return Vectors(list(vectors), matrix)


def _several(name: str, given: object) -> list[Path]:
    if isinstance(given, str | bytes | os.PathLike) or not isinstance(given, Iterable):
        given = [given]
    return [to_path(name, path) for path in given]
