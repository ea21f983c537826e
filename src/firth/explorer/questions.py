"""Questions of the page: a word, an equation, lines in context."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import numpy as np
from fastapi import Query
from numpy.typing import NDArray

from firth.explorer.lines import lines_with
from firth.explorer.schemas import (
    Answers,
    EquationRequest,
    Lines,
    Near,
    Spelled,
    WordPage,
)
from firth.explorer.state import State, explorer_router
from firth.server.dependencies import Sets, tokens
from firth.server.errors import ServiceError
from firth.server.schemas import LONGEST_WORD, SetName, Top
from firth.vectors import Vectors
from firth.vectors.queries import unit_queries
from firth.vectors.questions.company import tells_company
from firth.vectors.questions.directions import NoDirectionError
from firth.vectors.questions.nearest import Choice, neighbours_of
from firth.vectors.search import unit_rows
from firth.vectors.spelling import spelled_alike
from firth.vectors.uncertainty import neighbour_intervals

router = explorer_router()

Name = Annotated[SetName, Query(alias="set")]
Text = Annotated[str, Query(min_length=1, max_length=LONGEST_WORD)]
TopWords = Annotated[Top, Query()]


@router.get("/word")
def word_page(
    sets: Sets, state: State, word: Text, name: Name = None, top: TopWords = 20
) -> WordPage:
    """Return a word's neighbours, its company, its count and rank, and how sure neighbours are."""
    asked = sets.get(name)
    vectors = asked.vectors
    query = tokens(asked, [word])[0]
    replicas = state.map_of(asked).replicas
    row = vectors.index.get(query, -1)
    if row >= 0 and vectors.input_vectors[row].any() and len(replicas) > 1:
        found: Iterable[Any] = neighbour_intervals(vectors, query, replicas, top)
    else:
        # A page shows the rest of what is known of a word whose vector is zero.
        (found,) = neighbours_of(vectors, [query], Choice(top))
    company = None
    if query in vectors and tells_company(vectors):
        company = near(vectors, vectors.company(query, top))
    return WordPage(
        word=query,
        row=row,
        count=None if vectors.counts is None or row < 0 else int(vectors.counts[row]),
        rank=row + 1,
        words=len(vectors),
        neighbours=near(vectors, found),
        company=company,
        replicas=len(replicas),
    )


@router.get("/spelled")
def spelled(sets: Sets, word: Text, name: Name = None) -> Spelled:
    """Return known words that are spelled nearly as a word that is not known."""
    return Spelled(words=spelled_alike(word, sets.get(name).vectors.index))


@router.post("/equation")
def equation(request: EquationRequest, sets: Sets, state: State) -> Answers:
    """Return the words nearest to a sum, and the path of its partial sums on the map.

    Raises
    ------
    ConfigError
        If the sum is zero or too large.
    """
    asked = sets.get(request.set)
    vectors = asked.vectors
    given = [tokens(asked, term.words) for term in request.terms]
    parts = [
        term.weight * _direction(vectors, words)
        for term, words in zip(request.terms, given, strict=True)
    ]
    exclude = [word for words in given for word in words if word in vectors]
    weighted = [(part, 1.0) for part in parts]
    try:
        found: Any = vectors.similar(weighted, request.top, exclude=exclude)
    except NoDirectionError as error:
        raise NoDirectionError("the sum of these terms", error.advice) from error
    layout = state.map_of(asked).layout(request.layout)
    # No partial sum is too large: the whole would be too.
    path = layout.place(unit_queries(np.cumsum(parts, axis=0))).tolist()
    # A term may stand twice.
    composed = dict.fromkeys(str(word) for words in given for word in words if word not in vectors)
    return Answers(path=path, answers=near(vectors, found), composed=list(composed))


@router.get("/lines")
def lines(sets: Sets, state: State, word: Text, name: Name = None, top: TopWords = 20) -> Lines:
    """Return lines of the corpus that have a word.

    Raises
    ------
    ServiceError
        If there is no corpus.
    """
    if state.texts is None:
        raise ServiceError(404, "no_corpus", "there is no corpus; give one with --corpus FILE")
    return lines_with(word, list(state.texts), sets.get(name).split, top)


def near(vectors: Vectors, found: Iterable[Any]) -> list[Near]:
    """Return answers with the rows of their words."""
    index = vectors.index
    return [Near(row=index[each.word], **each._asdict()) for each in found]


def _direction(vectors: Vectors, words: list[str | int]) -> NDArray[np.float64]:
    """Return the mean of the vectors of words at length one (D,).

    Raises
    ------
    VocabularyError
        If a word has no vector.
    """
    return np.asarray(unit_rows(vectors[words]).mean(axis=0), dtype=np.float64)
