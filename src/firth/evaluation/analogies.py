"""Analogies (a is to b as c is to d), answered from vectors.

V candidate words · D dimensions · n questions

The task and its file of 19,544 questions are from Mikolov, Chen, Corrado and Dean (2013),
arXiv:1301.3781, section 4.1.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.analogy_files import Question
from firth.evaluation.lookup import first_rows, rows_of
from firth.evaluation.summaries import coverage, result_repr, score_or_reason
from firth.vectors import Vectors
from firth.vectors.questions.analogy import Method, add
from firth.vectors.search import unit_rows

# The words a, b and c of a question: b - a + c.
_SIGNS = (-1, 1, 1)
# Questions whose vectors are held at a time.
_AT_ONCE = 4_096


@dataclass(frozen=True)
class SectionResult:
    """The result for one section of questions.

    Parameters
    ----------
    name : str
    outcomes : tuple of bool or None
        For each question, whether the answer is right; None if it was skipped, since it has a word
        outside the vocabulary.
    zeroed : int
        How many questions with such a word count as wrong, as `unknown="zero"` asks for.
    """

    name: str
    outcomes: tuple[bool | None, ...] = field(repr=False)
    zeroed: int = 0

    @property
    def correct(self) -> int:
        """The number of right answers."""
        return self.outcomes.count(True)

    @property
    def answered(self) -> int:
        """The number of questions that were answered."""
        return len(self.outcomes) - self.skipped

    @property
    def skipped(self) -> int:
        """The number of questions that were skipped."""
        return self.outcomes.count(None)

    @property
    def accuracy(self) -> float | None:
        """The share of correct answers, 0 to 1, or None without answered questions."""
        return self.correct / self.answered if self.answered else None

    @property
    def undefined(self) -> str | None:
        """Why there is no accuracy, or None if there is one."""
        if self.answered:
            return None
        if not self.outcomes:
            return "it has no question"
        return "no question has all its words among the candidates"

    @property
    def strata(self) -> NDArray[np.int64]:
        """Zeros (n,): a section is one stratum; -1 for questions that were skipped."""
        return np.array([-1 if right is None else 0 for right in self.outcomes], np.int64)

    def score_of(self, items: NDArray[np.int64]) -> float | None:
        """Return the accuracy on some questions."""
        return float(self._right[items].mean()) if len(items) else None

    @cached_property
    def _right(self) -> NDArray[np.bool_]:
        return np.array([bool(right) for right in self.outcomes])

    @property
    def summary(self) -> str:
        """The accuracy, and how many questions it is of."""
        score = score_or_reason("accuracy", self.accuracy, self.undefined)
        return f"{score}, {self._coverage}"

    @property
    def _coverage(self) -> str:
        return coverage(self.answered, len(self.outcomes), "question", self.zeroed)

    def __repr__(self) -> str:
        """Return the accuracy, and how many questions it is of."""
        return result_repr(self, self.name, self.summary)

    def to_dict(self) -> dict[str, object]:
        """Return the result for JSON."""
        names = ("name", "correct", "answered", "skipped", "zeroed", "accuracy", "undefined")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class AnalogyResult:
    """The results for a file, section by section.

    Parameters
    ----------
    file : str
    sections : tuple of SectionResult
        In the order of the file.
    """

    file: str
    sections: tuple[SectionResult, ...]

    @cached_property
    def total(self) -> SectionResult:
        """All questions together, so large sections have more weight."""
        outcomes = itertools.chain.from_iterable(section.outcomes for section in self.sections)
        zeroed = sum(section.zeroed for section in self.sections)
        return SectionResult("total", tuple(outcomes), zeroed)

    @property
    def accuracy(self) -> float | None:
        """The share of correct answers, 0 to 1, or None without answered questions."""
        return self.total.accuracy

    @property
    def undefined(self) -> str | None:
        """Why there is no accuracy, or None if there is one."""
        return self.total.undefined

    @property
    def summary(self) -> str:
        """The accuracy, and how many questions it is of."""
        return self.total.summary

    def __repr__(self) -> str:
        """Return the accuracy, and how many questions it is of."""
        return result_repr(self, self.file, self.summary)

    @property
    def strata(self) -> NDArray[np.int64]:
        """The section of each question (n,); -1 if it was skipped."""
        numbers = np.repeat(
            np.arange(len(self.sections)), [len(section.outcomes) for section in self.sections]
        )
        return np.where(self.total.strata < 0, -1, numbers)

    def score_of(self, items: NDArray[np.int64]) -> float | None:
        """Return the accuracy on some questions."""
        return self.total.score_of(items)

    def to_dict(self) -> dict[str, object]:
        """Return the results for JSON."""
        return {
            "file": self.file,
            "total": self.total.to_dict(),
            "sections": [section.to_dict() for section in self.sections],
        }


def answer_analogies(
    vectors: Vectors,
    sections: Mapping[str, Sequence[Question]],
    *,
    file: str,
    restrict: int,
    fold: bool,
    unknown: str = "skip",
    method: Method = add,
) -> AnalogyResult:
    """Answer the questions of a file.

    The answer to *a is to b as c is to ?* is the best word that is not a, b or c, by the score that
    `Vectors.analogy` describes; with 3CosAdd, and û the vector of u at length one,

        argmax over w of ŵ·(b̂ - â + ĉ)

    It is right if it is d, or one of the other right answers. Questions are skipped, or wrong, if
    a, b or c, or all right answers, are not candidates.

    Parameters
    ----------
    vectors : Vectors
    sections : mapping of str to sequence of Question
        From `read_analogies`.
    file : str
        The name of the file, for the result.
    restrict : int
        Only the `restrict` most frequent words, which come first, are candidates. Words whose
        vector is zeros are not.
    fold : bool
        Lower-case questions and words. Of words that become the same, the most frequent is used.
    unknown : {"skip", "zero"}
        Whether to skip questions with unknown words, or to count them as wrong.
    method : callable
        How answers are scored: one of `METHODS`.
    """
    rows = first_rows(vectors, restrict, fold=fold)
    omit = np.ones(len(vectors), bool)
    omit[list(rows.values())] = False
    # Sections may be many and small, or few and large.
    asked = [_rows_of(q, rows, fold) for questions in sections.values() for q in questions]
    known = [rows for rows in asked if rows is not None]
    right = itertools.chain.from_iterable(
        _answer(vectors, known[start : start + _AT_ONCE], restrict, omit, method)
        for start in range(0, len(known), _AT_ONCE)
    )
    without = None if unknown == "skip" else False
    outcomes = iter([without if rows is None else next(right) for rows in asked])
    is_zeroed = iter([rows is None and unknown == "zero" for rows in asked])
    results = (
        SectionResult(
            name,
            tuple(itertools.islice(outcomes, len(questions))),
            sum(itertools.islice(is_zeroed, len(questions))),
        )
        for name, questions in sections.items()
    )
    return AnalogyResult(file, tuple(results))


class _Rows(NamedTuple):
    """The candidates of a question's words, and those of its right answers."""

    given: tuple[int, ...]
    right: frozenset[int]


def _rows_of(question: Question, candidates: Mapping[str, int], fold: bool) -> _Rows | None:
    """Return the rows of a question; None if a word, or each answer, is no candidate."""
    a, b, c, *answers = rows_of((*question[:4], *question.others), candidates, fold=fold)
    right = frozenset(row for row in answers if row >= 0)
    return _Rows((a, b, c), right) if right and min(a, b, c) >= 0 else None


def _answer(
    vectors: Vectors,
    questions: Sequence[_Rows],
    restrict: int,
    omit: NDArray[np.bool_],
    method: Method,
) -> list[bool]:
    """Answer questions from the first rows, but those to `omit`; return what is right."""
    given = np.array([rows.given for rows in questions], dtype=np.int64)
    words = unit_rows(vectors.input_vectors[given.ravel()]).reshape(*given.shape, vectors.dim)
    queries, score = method(words, _SIGNS)
    answers, _ = vectors._exact.best(
        queries, 1, given, among=slice(0, restrict), omit=omit, score=score
    )
    # There is no answer, -1, to a query of zeros.
    found = zip(answers.ravel().tolist(), questions, strict=True)
    return [answer in rows.right for answer, rows in found]
