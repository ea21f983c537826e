"""How sure neighbours are: intervals from trainings on other samples of the text.

D dimensions · n queries · R replicas
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from firth.checks import shown
from firth.errors import ConfigError
from firth.html import TableList
from firth.other_names import explain_keywords
from firth.vectors.queries import query_vectors
from firth.vectors.questions.directions import directions_of
from firth.vectors.questions.nearest import Choice, similar
from firth.vectors.search import cosines
from firth.vectors.table import Token
from firth.vectors.vectors import Vectors, check_vectors

# Student's t for a two-sided interval of 95 %, by degrees of freedom from 1.
_STUDENT = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
)  # fmt: skip
_NORMAL = 1.96


class NeighbourInterval(NamedTuple):
    """A neighbour, and how sure it is.

    Attributes
    ----------
    word : token
    score : float
        The cosine.
    low, high : float
        Within these, in 95 of 100 cases, is the mean cosine of trainings on texts of this kind and
        size.
    kept : float
        The share of the replicas in which the word is among as many neighbours.
    """

    word: Token
    score: float
    low: float
    high: float
    kept: float


@explain_keywords
def neighbour_intervals(
    vectors: Vectors,
    query: Token | Mapping[Token, float],
    replicas: Iterable[Vectors],
    top: int = 10,
    *,
    exclude: Token | Iterable[Token] = (),
    restrict: int | Token | Iterable[Token] | None = None,
) -> list[NeighbourInterval]:
    """Find the words nearest to a query, and say how sure they are.

    Another sample of the text and other random numbers give other neighbours. The replicas show
    how much the cosine of each neighbour varies, s, and the interval is the cosine ± t s, with
    Student's t for R - 1 degrees of freedom: the standard error that a bootstrap estimates (Efron
    and Tibshirani 1993, chapter 6).

    Parameters
    ----------
    vectors : Vectors
    query : token, or weighted sum of words
        As for `Vectors.similar`. A vector means nothing in the space of another training.
    replicas : iterable of R Vectors
        What `firth.replicate` trained, at least 2. More give narrower intervals: 5 have t = 2.8.
    top : int
        The number of neighbours.
    exclude, restrict
        As for `Vectors.similar`.

    Returns
    -------
    list of NeighbourInterval
        Best first.

    Raises
    ------
    VocabularyError
        If a word has no vector.
    ConfigError
        If there are fewer than two replicas, they have other words, or the query holds a vector
        or is zero.

    Examples
    --------
    >>> import numpy as np
    >>> words = ["tea", "milk", "king"]
    >>> runs = [Vectors(words, np.array([[1, 0], [4, each], [0, 1]]) / 1) for each in (2, 3, 4)]
    >>> found = neighbour_intervals(runs[1], "tea", runs, top=1)[0]
    >>> found.word, round(found.low, 2), round(found.score, 2), round(found.high, 2), found.kept
    ('milk', 0.4, 0.8, 1.0, 1.0)
    """
    check_vectors("vectors", vectors)
    if not isinstance(replicas, Iterable) or isinstance(replicas, str | Vectors):
        raise ConfigError(
            f"replicas must be several Vectors, as from firth.replicate; got {shown(replicas)}"
        )
    replicas = list(replicas)
    for each in replicas:
        check_vectors("a replica", each)
    if len(replicas) < 2:
        raise ConfigError(
            f"intervals need at least 2 replicas, got {len(replicas)}; train them: "
            "replicas = list(firth.replicate(vectors, source))"
        )
    for number, replica in enumerate(replicas, 1):
        if replica._words is not vectors._words and replica.words != vectors.words:
            raise ConfigError(
                f"replica {number} has other words than the vectors; train replicas of these "
                "vectors: firth.replicate"
            )
    _check_words(query, vectors.dim)
    # Saved replicas have no n-grams, so a word may be unknown to them only: that is told first.
    directions_of(replicas[0], query)
    choice = Choice(top, exclude, restrict)
    found = similar(vectors, query, choice)
    if found and isinstance(found[0], list):
        raise ConfigError(f"one query at a time has intervals, got {shown(query)}")
    words = [neighbour.word for neighbour in found]  # type: ignore[union-attr]
    scores = np.array([neighbour.score for neighbour in found])  # type: ignore[union-attr]
    if not words:
        return TableList()
    varied, kept = [], np.zeros(len(words))
    for replica in replicas:
        direction = directions_of(replica, query).directions
        rows = replica[words]
        varied.append(cosines(rows, direction))
        again = {neighbour.word for neighbour in similar(replica, query, choice)}  # type: ignore[union-attr]
        kept += [word in again for word in words]
    spread = np.std(varied, axis=0, ddof=1, dtype=np.float64) * _student(len(replicas) - 1)
    low, high = (scores - spread).clip(min=-1.0), (scores + spread).clip(max=1.0)
    columns = (scores, low, high, kept / len(replicas))
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    return TableList(
        NeighbourInterval(word, *each) for word, each in zip(words, numbers, strict=True)
    )


def _student(degrees: int) -> float:
    return _STUDENT[degrees - 1] if degrees <= len(_STUDENT) else _NORMAL


def _check_words(query: object, dim: int) -> None:
    parts = query if isinstance(query, Mapping) else [query]
    if any(hasattr(part, "__array__") or query_vectors(part, dim) is not None for part in parts):
        raise ConfigError(
            "a vector means nothing in the space of another training: ask for a word, or for a "
            "weighted sum of words, {'king': 1, 'man': -1}"
        )
