"""Categorisation: whether clusters of words are the categories that people put them into.

The words are clustered by k-means on their unit vectors, with as many clusters as categories.
Purity is the share of words that belong to the most frequent category of their cluster, as in
Baroni, Dinu and Kruszewski (2014), who measured on the sets AP, Battig and ESSLLI 2008.

n words · k categories
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, MissingExtraError, counted
from firth.evaluation.files import numbered_lines
from firth.evaluation.lookup import first_rows
from firth.evaluation.summaries import coverage, result_repr, score_or_reason
from firth.evaluation.word_groups import Groups, find_units, read_groups
from firth.vectors import Vectors

# Of so many clusterings from different beginnings, the one with the least squares counts.
_RESTARTS = 10
_SEED = 1


@dataclass(frozen=True)
class CategoryResult:
    """How well clusters of words are their categories.

    Parameters
    ----------
    file : str
    names : tuple of str
        The k categories.
    categories : tuple of int
        The number of each word's category.
    clusters : tuple of int or None
        The number of each word's cluster; None if it has no vector.
    """

    file: str
    names: tuple[str, ...]
    categories: tuple[int, ...] = field(repr=False)
    clusters: tuple[int | None, ...] = field(repr=False)

    @property
    def purity(self) -> float | None:
        """The share of words in the most frequent category of their cluster.

        It is None if fewer than two categories have words with vectors.
        """
        return self.score_of(np.flatnonzero(self.strata >= 0))

    @property
    def undefined(self) -> str | None:
        """Why there is no purity, or None if there is one."""
        return None if self.answered else "fewer than 2 categories have words with vectors"

    @property
    def summary(self) -> str:
        """The purity, and how many words were clustered."""
        score = score_or_reason("purity", self.purity, self.undefined)
        return f"{score}, {coverage(self.answered, len(self.clusters), 'word')}"

    def __repr__(self) -> str:
        """Return the purity, and how many words were clustered."""
        return result_repr(self, self.file, self.summary)

    @property
    def answered(self) -> int:
        """The number of words that were clustered."""
        return len(self.clusters) - self.missing

    @property
    def missing(self) -> int:
        """The number of words that were not."""
        return self.clusters.count(None)

    @property
    def coverage(self) -> float:
        """The share of words that were clustered."""
        return self.answered / len(self.clusters)

    @property
    def strata(self) -> NDArray[np.int64]:
        """The category of each word (n,); -1 if it was not clustered."""
        return np.where(self._clusters < 0, -1, np.array(self.categories, np.int64))

    def score_of(self, items: NDArray[np.int64]) -> float | None:
        """Return the share of some of the words in the most frequent category of their cluster.

        Clusters, and their most frequent categories, are those of all words. A sample in which
        words occur several times has purer clusters by chance.
        """
        return float(self._in_most_frequent[items].mean()) if len(items) else None

    @cached_property
    def _in_most_frequent(self) -> NDArray[np.bool_]:
        known = self._clusters >= 0
        pairs = np.stack([self._clusters, np.array(self.categories, np.int64)])[:, known]
        (clusters, categories), sizes = np.unique(pairs, axis=1, return_counts=True)
        # Of each cluster, the last of its categories by size.
        order = np.lexsort((sizes, clusters))
        last = order[np.append(np.diff(clusters[order]) != 0, True)]
        most_frequent = dict(zip(clusters[last].tolist(), categories[last].tolist(), strict=True))
        each = zip(self._clusters.tolist(), self.categories, strict=True)
        return np.array([most_frequent.get(cluster) == category for cluster, category in each])

    @cached_property
    def _clusters(self) -> NDArray[np.int64]:
        return np.array([-1 if each is None else each for each in self.clusters], np.int64)

    def to_dict(self) -> dict[str, object]:
        """Return the result for JSON."""
        names = ("file", "purity", "answered", "missing", "coverage", "undefined")
        return {name: getattr(self, name) for name in names}


def read_categories(path: str | os.PathLike[str]) -> dict[str, list[str]]:
    """Read words by category: groups after lines `: name`, or a word and its category a line.

    Raises
    ------
    FormatError
        If the file cannot be read or is malformed, or there are fewer than two categories.
    """
    lines = list(numbered_lines(path, comment="//"))
    if lines and lines[0][1].startswith(":"):
        groups = read_groups(path)
    else:
        groups = {}
        for number, line in lines:
            fields = line.split("\t") if "\t" in line else line.replace(",", " ").split()
            if len(fields) != 2:
                raise FormatError(
                    f"{path}: line {number}: expected a word and its category, or ': category' in "
                    f"the first line, got {counted(len(fields), 'field')}"
                )
            word, category = (field.strip() for field in fields)
            groups.setdefault(category, []).append(word)
    if len(groups) < 2:
        raise FormatError(f"{path}: expected two categories or more, got {len(groups)}")
    return groups


def categorise(vectors: Vectors, groups: Groups, *, file: str, fold: bool) -> CategoryResult:
    """Cluster the words of all groups, without their categories.

    Parameters
    ----------
    vectors : Vectors
    groups : mapping of str to sequence of str
        From `read_categories`.
    file : str
        The name of the file, for the result.
    fold : bool
        Lower-case groups and words. Of words that become the same, the most frequent is used.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.
    """
    words = [word for group in groups.values() for word in group]
    sizes = [len(group) for group in groups.values()]
    categories = np.repeat(np.arange(len(sizes)), sizes)
    units, known = find_units(vectors, first_rows(vectors, fold=fold), words, fold=fold)
    clusters: list[int | None] = [None] * len(words)
    count = len(np.unique(categories[known]))
    if count > 1:
        found = iter(_cluster(units, count).tolist())
        clusters = [next(found) if is_known else None for is_known in known.tolist()]
    return CategoryResult(file, tuple(groups), tuple(categories.tolist()), tuple(clusters))


def _cluster(units: NDArray[np.float32], count: int) -> NDArray[np.int32]:
    """Return the cluster of each vector (n, D)."""
    try:
        from sklearn.cluster import KMeans
        from sklearn.exceptions import ConvergenceWarning
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "sklearn") from error
    means = KMeans(count, n_init=_RESTARTS, random_state=_SEED)
    with warnings.catch_warnings():
        # Of words with the same vector there may be fewer points than clusters.
        warnings.simplefilter("ignore", ConvergenceWarning)
        found: NDArray[np.int32] = means.fit_predict(units.astype(np.float64))
    return found
