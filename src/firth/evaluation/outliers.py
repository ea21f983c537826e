"""Outliers: which of some words does not belong to the others.

The task is from Camacho-Collados and Navigli (2016), "Find the word that does not belong". Each
outlier is put into its group, and the word is found without which the rest is most compact: whose
mean cosine with the others is the least.

g words of a group · n outliers
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, counted
from firth.evaluation.files import numbered_lines
from firth.evaluation.lookup import first_rows
from firth.evaluation.summaries import coverage, result_repr, score_or_reason
from firth.evaluation.word_groups import find_units
from firth.vectors import Vectors


class OutlierSet(NamedTuple):
    """A group of words, and words that do not belong to it."""

    words: list[str]
    outliers: list[str]


@dataclass(frozen=True)
class OutlierResult:
    """How well the outliers of a file are told from its groups.

    Parameters
    ----------
    file : str
    positions : tuple of float or None
        Of each outlier, the share of its group that is nearer to the others: 1 if it was found.
        None if it, or all but one of its group, are not in the vocabulary.
    groups : tuple of int
        The number of each outlier's group.
    missing : int
        Words of the groups without a vector.
    """

    file: str
    positions: tuple[float | None, ...] = field(repr=False)
    groups: tuple[int, ...] = field(repr=False)
    missing: int

    @property
    def answered(self) -> int:
        """The number of outliers that were looked for."""
        return len(self.positions) - self.skipped

    @property
    def skipped(self) -> int:
        """The number of outliers that could not be looked for."""
        return self.positions.count(None)

    @property
    def accuracy(self) -> float | None:
        """The share of outliers that were found, or None without any."""
        return self.score_of(np.flatnonzero(self.strata >= 0))

    @property
    def position(self) -> float | None:
        """The mean position (OPP): 1 if all were found, or None without any."""
        return self.by_position.score_of(np.flatnonzero(self.strata >= 0))

    @property
    def by_position(self) -> PositionResult:
        """The mean position as a score that has an interval."""
        return PositionResult(self)

    @property
    def undefined(self) -> str | None:
        """Why there is no accuracy, or None if there is one."""
        if self.answered:
            return None
        return "no outlier has a vector and a group with two words that have one"

    @property
    def summary(self) -> str:
        """The accuracy, the mean position, and how many outliers they are of."""
        score = score_or_reason("accuracy", self.accuracy, self.undefined)
        position = "" if self.position is None else f", position {self.position:.3f}"
        return f"{score}{position}, {coverage(self.answered, len(self.positions), 'outlier')}"

    def __repr__(self) -> str:
        """Return the accuracy, the mean position, and how many outliers they are of."""
        return result_repr(self, self.file, self.summary)

    @property
    def strata(self) -> NDArray[np.int64]:
        """The group of each outlier (n,), -1 for those that could not be looked for."""
        return np.where(np.isnan(self.numbers), -1, np.array(self.groups, np.int64))

    def score_of(self, items: NDArray[np.int64]) -> float | None:
        """Return the accuracy on some outliers."""
        return float((self.numbers[items] == 1.0).mean()) if len(items) else None

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The positions (n,), not a number for those that could not be looked for."""
        return np.array([np.nan if p is None else p for p in self.positions], np.float64)

    def to_dict(self) -> dict[str, object]:
        """Return the result for JSON."""
        names = ("file", "accuracy", "position", "answered", "skipped", "missing", "undefined")
        return {name: getattr(self, name) for name in names}


class PositionResult(NamedTuple):
    """The mean position of the outliers of a file, for `interval` and `compare_results`."""

    outliers: OutlierResult

    @property
    def file(self) -> str:
        """The name of the file."""
        return self.outliers.file

    @property
    def undefined(self) -> str | None:
        """Why there is no position, or None if there is one."""
        return self.outliers.undefined

    @property
    def summary(self) -> str:
        """The position, the accuracy, and how many outliers they are of."""
        return self.outliers.summary

    @property
    def strata(self) -> NDArray[np.int64]:
        """The group of each outlier (n,), -1 for those that could not be looked for."""
        return self.outliers.strata

    def score_of(self, items: NDArray[np.int64]) -> float | None:
        """Return the mean position of some outliers."""
        return float(self.outliers.numbers[items].mean()) if len(items) else None


def read_outliers(path: str | os.PathLike[str]) -> list[OutlierSet]:
    """Read groups and their outliers: a word a line, a blank line between the two.

    Further groups follow after a line that begins with `:`. So the files of the 8-8-8 set are read
    as they are.

    Raises
    ------
    FormatError
        If the file cannot be read, or a group has fewer than two words, no outlier, or a third
        part.
    """
    # Of each group the parts between blank lines; the last one may be empty.
    groups: list[list[list[str]]] = [[[]]]
    for number, line in numbered_lines(path, blank=True):
        parts = groups[-1]
        if line.startswith(":"):
            if parts[0]:
                _check(parts, f"{path}: line {number}")
                groups.append([[]])
        elif not line and parts[-1]:
            parts.append([])
        elif line and len(parts) > 2:
            raise FormatError(
                f"{path}: line {number}: a word after the outliers and a blank line; begin another "
                "group with a line ':'"
            )
        elif line:
            parts[-1].append(line)
    _check(groups[-1], str(path))
    return [OutlierSet(*parts[:2]) for parts in groups]


def _check(parts: Sequence[list[str]], where: str) -> None:
    words, outliers = (*parts, [])[:2]
    if len(words) < 2 or not outliers:
        raise FormatError(
            f"{where}: expected two words or more, a blank line and outliers, got "
            f"{counted(len(words), 'word')} and {counted(len(outliers), 'outlier')}"
        )


def find_outliers(
    vectors: Vectors, sets: Sequence[OutlierSet], *, file: str, fold: bool
) -> OutlierResult:
    """Look for each outlier in its group.

    Parameters
    ----------
    vectors : Vectors
    sets : sequence of OutlierSet
        From `read_outliers`.
    file : str
        The name of the file, for the result.
    fold : bool
        Lower-case the file and words. Of words that become the same, the most frequent is used.
    """
    positions: list[float | None] = []
    groups: list[int] = []
    missing = 0
    rows = first_rows(vectors, fold=fold)
    for number, (words, outliers) in enumerate(sets):
        group, is_known = find_units(vectors, rows, words, fold=fold)
        units, has_vector = find_units(vectors, rows, outliers, fold=fold)
        of_known = iter(_positions(group, units))
        missing += int((~is_known).sum())
        for known in has_vector.tolist():
            position = next(of_known) if known else None
            positions.append(None if len(group) < 2 else position)
            groups.append(number)
    return OutlierResult(file, tuple(positions), tuple(groups), missing)


def _positions(group: NDArray[np.floating], outliers: NDArray[np.floating]) -> Iterator[float]:
    """Yield for each outlier (n, D) the share of a group (g, D) that is nearer to the others.

    That is the share whose mean cosine with the others is higher.
    """
    group, outliers = group.astype(np.float64), outliers.astype(np.float64)
    # The sum of each word's cosines with all words is that with the sum of all.
    inner = group @ group.sum(axis=0) - np.einsum("gd,gd->g", group, group)
    for outlier in outliers:
        with_outlier = group @ outlier
        # Of each word with all others, the outlier among them; and of the outlier.
        each = (inner + with_outlier) / len(group)
        yield float((each > with_outlier.mean()).mean())
