"""Analogies: how often a is to b as c is to d, found by adding vectors.

V candidate words · D dimensions · n questions

The task and its file of 19,544 questions are of Mikolov, Chen, Corrado and Dean (2013),
arXiv:1301.3781, section 4.1.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.checks import whole_number
from firth.errors import FormatError
from firth.evaluation.files import numbered_lines
from firth.evaluation.lookup import first_rows, normalise
from firth.vectors import Vectors
from firth.vectors.search import top_k, unit_rows, zero_rows


class Question(NamedTuple):
    """`a` is to `b` as `c` is to `d`, which is asked for."""

    a: str
    b: str
    c: str
    d: str


@dataclass(frozen=True)
class SectionResult:
    """The questions of one kind.

    Parameters
    ----------
    name : str
    correct, answered, skipped : int
        `correct` of the `answered`; `skipped` are those with a word outside the vocabulary.
    """

    name: str
    correct: int
    answered: int
    skipped: int

    @property
    def accuracy(self) -> float | None:
        """Share of the answered questions that are right, 0 to 1; None if none was answered."""
        return self.correct / self.answered if self.answered else None

    def to_dict(self) -> dict[str, object]:
        """Return what JSON can hold."""
        return {
            "name": self.name,
            "accuracy": self.accuracy,
            "correct": self.correct,
            "answered": self.answered,
            "skipped": self.skipped,
        }


@dataclass(frozen=True)
class AnalogyResult:
    """The questions of a file, kind by kind.

    Parameters
    ----------
    file : str
    sections : tuple of SectionResult
        In the order of the file.
    """

    file: str
    sections: tuple[SectionResult, ...]

    @property
    def total(self) -> SectionResult:
        """All questions together: frequent kinds weigh more."""
        return SectionResult(
            "total",
            correct=sum(section.correct for section in self.sections),
            answered=sum(section.answered for section in self.sections),
            skipped=sum(section.skipped for section in self.sections),
        )

    @property
    def accuracy(self) -> float | None:
        """Share of all answered questions that are right, 0 to 1; None if none was answered."""
        return self.total.accuracy

    def to_dict(self) -> dict[str, object]:
        """Return what JSON can hold."""
        return {
            "file": self.file,
            "total": self.total.to_dict(),
            "sections": [section.to_dict() for section in self.sections],
        }


def read_analogies(path: str | os.PathLike[str]) -> dict[str, list[Question]]:
    """Read questions in Google's format, by section.

    A line `: name` begins a section, four words are a question, `//` begins a comment line.

    Raises
    ------
    FormatError
        If the file cannot be read, a line is none of these, or there are no questions.
    """
    sections: dict[str, list[Question]] = {}
    questions: list[Question] | None = None
    for number, line in numbered_lines(path):
        if line.startswith("//"):
            continue
        if line.startswith(":"):
            questions = sections.setdefault(line[1:].strip(), [])
        elif questions is None:
            raise FormatError(f"{path}: line {number}: a question before the first ': section'")
        else:
            questions.append(_parse(line, number, path))
    if not any(sections.values()):
        raise FormatError(f"{path}: holds no questions")
    return sections


def _parse(line: str, number: int, path: str | os.PathLike[str]) -> Question:
    words = line.split()
    if len(words) != len(Question._fields):
        raise FormatError(f"{path}: line {number}: expected four words, got {len(words)}")
    return Question(*words)


def evaluate_analogies(
    vectors: Vectors,
    path: str | os.PathLike[str],
    *,
    restrict: int = 30_000,
    fold: bool = True,
) -> AnalogyResult:
    """Answer the questions of a file by 3CosAdd.

    With û the vector of u at length one, the answer to *a is to b as c is to ?* is

        argmax over w of ŵ·(b̂ - â + ĉ),   w not a, b or c

    and it is right if it is d. Questions with a word that is no candidate are skipped; a word
    whose vector is zeros is none.

    Parameters
    ----------
    vectors : Vectors
    path : path
        Questions in Google's format.
    restrict : int
        Only the first so many words, the most frequent, are candidates.
    fold : bool
        Lower-case questions and words. Of words that become the same, the most frequent stays a
        candidate, for all of them.

    Raises
    ------
    FormatError
        If the file cannot be read.
    ConfigError
        If `restrict` is below 1.
    """
    whole_number("restrict", restrict, least=1, most=None)
    return answer_analogies(
        vectors, read_analogies(path), file=os.fspath(path), restrict=restrict, fold=fold
    )


def answer_analogies(
    vectors: Vectors,
    sections: Mapping[str, Sequence[Question]],
    *,
    file: str,
    restrict: int,
    fold: bool,
) -> AnalogyResult:
    """Answer questions that were read from a file, as `evaluate_analogies` does."""
    rows = first_rows(vectors, restrict, fold=fold)
    candidates = {word: candidate for candidate, word in enumerate(rows)}
    table = unit_rows(vectors.input_vectors[list(rows.values())])
    results = (
        _answer(name, questions, candidates, table, fold) for name, questions in sections.items()
    )
    return AnalogyResult(file, tuple(results))


def _answer(
    name: str,
    questions: Sequence[Question],
    candidates: dict[str, int],
    table: NDArray[np.float32],
    fold: bool,
) -> SectionResult:
    """Answer a section from the unit vectors (V, D) of the candidates."""
    found = [[candidates.get(normalise(word, fold=fold), -1) for word in q] for q in questions]
    known = np.array([row for row in found if min(row) >= 0], dtype=np.int64).reshape(-1, 4)
    a, b, c, d = known.T
    targets = table[b] - table[a] + table[c]
    answers, _ = top_k(targets, table, 1, exclude=known[:, :3])
    # A target of zeros is near to no word.
    correct = int(((answers == d[:, np.newaxis]).any(axis=1) & ~zero_rows(targets)).sum())
    return SectionResult(name, correct, len(known), len(questions) - len(known))
