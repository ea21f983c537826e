"""Questions to words: `/similar`, `/analogy`, `/similarity`, `/vectors`, `/company`.

A GET asks one, and can be kept by the client; a POST asks many at a time.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query

from firth.server.batching import Question
from firth.server.dependencies import FreshSet, Sets, about, among, known_parameters, tokens
from firth.server.schemas import (
    ERRORS,
    LONGEST_WORD,
    MOST_PARTS,
    MOST_WORDS,
    AnalogyRequest,
    Companions,
    CompanyRequest,
    ManyCompanions,
    ManyNeighbours,
    Method,
    Neighbours,
    Similarities,
    Similarity,
    SimilarityRequest,
    SimilarRequest,
    Top,
    VectorsRequest,
    WordVectors,
)
from firth.server.sets import VectorSet

router = APIRouter(responses=ERRORS, tags=["words"], dependencies=[Depends(known_parameters)])

Text = Annotated[str, Query(max_length=LONGEST_WORD)]
Words = Annotated[list[Text], Query(min_length=1, max_length=MOST_PARTS)]
MaybeWords = Annotated[list[Text], Query(max_length=MOST_PARTS)]
ManyWords = Annotated[list[Text], Query(max_length=MOST_WORDS)]
First = Annotated[
    int | None,
    Query(ge=1, lt=1 << 63, description="Answer with one of this many most frequent words."),
]


@router.get("/similar")
async def similar(
    asked: FreshSet,
    word: Text,
    top: Annotated[Top, Query()] = 10,
    restrict: First = None,
    exclude: ManyWords = [],  # noqa: B006
) -> Neighbours:
    """Find the words nearest to a word."""
    query = tokens(asked, [word])[0]
    question = Question(query, top, restrict, tuple(tokens(asked, exclude)))
    found = await asked.batcher.ask(question)
    return Neighbours(**about(asked, [query]), answers=_as_dicts(found))


@router.post("/similar")
def similar_to_each(request: SimilarRequest, sets: Sets) -> ManyNeighbours:
    """Find the words nearest to each query: a word, a vector, or a weighted sum of words."""
    asked = sets.get(request.set)
    queries = [_sum_of(asked, query) for query in request.queries]
    words = [word for query in queries if isinstance(query, dict) for word in query]
    found: Any = asked.vectors.similar(
        queries,
        request.top,
        exclude=tokens(asked, request.exclude),
        restrict=among(asked, request.restrict),
    )
    return ManyNeighbours(**about(asked, words), answers=[_as_dicts(each) for each in found])


def _sum_of(asked: VectorSet, query: Any) -> Any:  # noqa: ANN401
    """Return a query as a weighted sum, so that all of a request are of one kind."""
    if isinstance(query, list):
        return [(np.array(query, np.float64), 1.0)]
    weights = query if isinstance(query, dict) else {query: 1.0}
    return dict(zip(tokens(asked, weights), weights.values(), strict=True))


@router.get("/analogy")
def analogy(
    asked: FreshSet,
    positive: Words,
    negative: MaybeWords = [],  # noqa: B006
    top: Annotated[Top, Query()] = 10,
    method: Method = "add",
    restrict: First = None,
    exclude: ManyWords = [],  # noqa: B006
) -> Neighbours:
    """Find the words nearest to some words, and far from others."""
    added, taken = tokens(asked, positive), tokens(asked, negative)
    found = asked.vectors.analogy(
        added,
        taken,
        top,
        method=method,
        exclude=tokens(asked, exclude),
        restrict=restrict,
    )
    return Neighbours(**about(asked, added + taken), answers=_as_dicts(found))


@router.post("/analogy")
def analogies(request: AnalogyRequest, sets: Sets) -> ManyNeighbours:
    """Answer many analogies."""
    asked = sets.get(request.set)
    exclude = tokens(asked, request.exclude)
    restrict = among(asked, request.restrict)
    questions = [
        (tokens(asked, question.positive), tokens(asked, question.negative))
        for question in request.questions
    ]
    words = [word for positive, negative in questions for word in positive + negative]
    answers = [
        asked.vectors.analogy(
            positive,
            negative,
            request.top,
            method=request.method,
            exclude=exclude,
            restrict=restrict,
        )
        for positive, negative in questions
    ]
    return ManyNeighbours(**about(asked, words), answers=[_as_dicts(each) for each in answers])


@router.get("/similarity")
def similarity(asked: FreshSet, a: Text, b: Text) -> Similarity:
    """Return the cosine of two words."""
    first, second = tokens(asked, [a, b])
    found = asked.vectors.similarity(first, second)
    return Similarity(**about(asked, [first, second]), similarity=found)


@router.post("/similarity")
def similarities(request: SimilarityRequest, sets: Sets) -> Similarities:
    """Return the cosine of each pair of words."""
    asked = sets.get(request.set)
    pairs = [tokens(asked, pair) for pair in request.pairs]
    found = [asked.vectors.similarity(a, b) for a, b in pairs]
    words = [word for pair in pairs for word in pair]
    return Similarities(**about(asked, words), similarities=found)


@router.get("/vectors")
def vectors(asked: FreshSet, word: Words) -> WordVectors:
    """Return the vectors of words."""
    return _vectors(asked, word)


@router.post("/vectors")
def many_vectors(request: VectorsRequest, sets: Sets) -> WordVectors:
    """Return the vectors of many words."""
    return _vectors(sets.get(request.set), request.words)


def _vectors(asked: VectorSet, words: Any) -> WordVectors:  # noqa: ANN401
    found = tokens(asked, words)
    rows = asked.vectors[found].tolist()
    told: Any = [{"word": word, "vector": row} for word, row in zip(found, rows, strict=True)]
    return WordVectors(**about(asked, found), dim=asked.vectors.dim, vectors=told)


@router.get("/company")
def company(
    asked: FreshSet,
    word: Text,
    other: Annotated[
        str | None,
        Query(max_length=LONGEST_WORD, description="The company that both words share."),
    ] = None,
    top: Annotated[Top, Query()] = 10,
    restrict: First = None,
    exclude: ManyWords = [],  # noqa: B006
) -> Companions:
    """Return the words that are seen near a word more often than by chance."""
    choice: Any = {"exclude": tokens(asked, exclude), "restrict": restrict}
    words = tokens(asked, [word] if other is None else [word, other])
    ask: Any = asked.vectors.company if other is None else asked.vectors.shared_company
    found = ask(*words, top, **choice)
    return Companions(**about(asked, words), answers=_as_dicts(found))


@router.post("/company")
def company_of_each(request: CompanyRequest, sets: Sets) -> ManyCompanions:
    """Return the company of each word."""
    asked = sets.get(request.set)
    choice: Any = {
        "exclude": tokens(asked, request.exclude),
        "restrict": among(asked, request.restrict),
    }
    words = tokens(asked, request.words)
    found = [asked.vectors.company(word, request.top, **choice) for word in words]
    return ManyCompanions(**about(asked, words), answers=[_as_dicts(each) for each in found])


def _as_dicts(answers: Any) -> Any:  # noqa: ANN401
    """Return answers as what Pydantic makes its models of."""
    return [answer._asdict() for answer in answers]
