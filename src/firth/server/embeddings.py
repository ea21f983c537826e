"""Embeddings of texts as OpenAI's API has them, so that its clients can be pointed here."""

from __future__ import annotations

import base64
from typing import Any

from fastapi import APIRouter

from firth.server.dependencies import Sets, tokens
from firth.server.errors import INVALID, ServiceError
from firth.server.schemas import (
    ERRORS,
    Embedding,
    Embeddings,
    EmbeddingsRequest,
    Model,
    Models,
    Usage,
)
from firth.server.sets import VectorSet
from firth.server.texts import mean_vector

router = APIRouter(prefix="/v1", responses=ERRORS, tags=["OpenAI"])


@router.post("/embeddings")
def embeddings(request: EmbeddingsRequest, sets: Sets) -> Embeddings:
    """Return the mean of the vectors of the words of each text.

    A text is cut as the text was that the set was trained on. Words without a vector are left out;
    a text without any other has a vector of zeros. The model is the name of a set.
    """
    asked = sets.get(request.model)
    vectors = asked.vectors
    if request.dimensions not in (None, vectors.dim):
        raise ServiceError(
            422, INVALID, f"dimensions: {asked.name!r} has {vectors.dim}, which cannot be changed"
        )
    texts = [_words(asked, text) for text in _texts(request.input)]
    rows = [mean_vector(vectors, words) for words in texts]
    data = [
        Embedding(
            index=index,
            embedding=row.tolist()
            if request.encoding_format == "float"
            else base64.b64encode(row.astype("<f4").tobytes()).decode(),
        )
        for index, row in enumerate(rows)
    ]
    used = sum(map(len, texts))
    return Embeddings(
        data=data, model=asked.name, usage=Usage(prompt_tokens=used, total_tokens=used)
    )


@router.get("/models")
def models(sets: Sets) -> Models:
    """Return the sets as models."""
    return Models(data=[Model(id=each.name, created=int(each.loaded)) for each in sets])


def _texts(given: Any) -> list[Any]:  # noqa: ANN401
    """Return each text, or list of integers; a single one may stand without a list."""
    if isinstance(given, str) or isinstance(given[0], int):
        return [given]
    return list(given)


def _words(asked: VectorSet, text: str | list[int]) -> list[str | int]:
    """Return the words of a text; integers are words of a set whose words are integers.

    Raises
    ------
    ServiceError
        If none of the integers is a word.
    """
    if isinstance(text, str):
        return list(asked.split(text))
    if not any(number in asked.vectors for number in text):
        raise ServiceError(
            422,
            INVALID,
            f"input: the words of {asked.name!r} are not these integers; send texts, not token ids "
            "of another tokenizer",
        )
    return tokens(asked, text)
