"""What requests and answers of the explorer hold, as JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from firth.server.schemas import (
    ERRORS,
    MOST_PARTS,
    ErrorBody,
    GivenTop,
    Number,
    SetName,
    Word,
)

# Of all terms of an equation together: a region that a lasso draws has many.
MOST_SUMMED = 1_000_000
EXPLORER_ERRORS: dict[int | str, dict[str, Any]] = {
    **ERRORS,
    409: {"model": ErrorBody, "description": "The vectors are others than those that were named."},
}
LayoutName = Literal["pca", "umap"]


class SetDescription(BaseModel):
    """A set, and what can be asked of it."""

    name: str
    words: int
    shown: int
    dim: int
    counts: bool
    company: bool
    replicas: int
    fingerprint: str


class Description(BaseModel):
    """What the explorer shows. `vectors` differs if those of a set are others."""

    version: str
    vectors: str
    sets: list[SetDescription]
    corpus: str | None


class Legend(BaseModel):
    """The clusters of a map: typical words of each, and how many it has."""

    words: list[list[str | int]]
    sizes: list[int]


class UmapProgress(BaseModel):
    """How far UMAP is: epochs of the layout, and what went wrong, with its short name."""

    stage: Literal["none", "neighbours", "layout", "done", "failed"]
    done: int = 0
    total: int = 0
    message: str | None = None
    kind: str | None = None


class Near(BaseModel):
    """A word near another, with its row, and how sure that is."""

    word: str | int
    row: int
    score: float
    low: float | None = None
    high: float | None = None
    kept: float | None = None


class WordPage(BaseModel):
    """What is known of a word."""

    word: str | int
    row: int
    count: int | None
    rank: int
    words: int
    neighbours: list[Near]
    company: list[Near] | None
    replicas: int


class Term(BaseModel):
    """One or several words of an equation; of several, their mean is meant."""

    model_config = ConfigDict(extra="forbid")

    words: Annotated[list[Word], Field(min_length=1)]
    weight: Number


class EquationRequest(BaseModel):
    """A weighted sum of words."""

    model_config = ConfigDict(extra="forbid")

    set: SetName = None
    layout: LayoutName = "pca"
    terms: Annotated[list[Term], Field(min_length=1, max_length=MOST_PARTS)]
    top: GivenTop = 10

    @model_validator(mode="after")
    def _check(self) -> EquationRequest:
        total = sum(len(term.words) for term in self.terms)
        if total > MOST_SUMMED:
            raise ValueError(f"an equation has at most {MOST_SUMMED:,} words, got {total:,}")
        return self


class Answers(BaseModel):
    """The words nearest to a sum, and where the partial sums are on the map.

    `composed` are terms that are not in the vocabulary: their vectors are made of n-grams.
    """

    path: list[tuple[float, float]]
    answers: list[Near]
    composed: list[str]


class Line(BaseModel):
    """A word in a line of the corpus, with what stands around it."""

    before: str
    word: str
    after: str


class Lines(BaseModel):
    """Lines in context, and whether the whole corpus was looked at."""

    lines: list[Line]
    complete: bool


class Spelled(BaseModel):
    """Words of nearly the same spelling as one that is not known."""

    words: list[str]


class Moved(BaseModel):
    """A word of both sets: its cosine after alignment, and where it is in both."""

    word: str | int
    cosine: float
    row: int
    here: tuple[float, float]
    there: tuple[float, float]


class MovedWords(BaseModel):
    """The words that moved most, and what they were chosen from."""

    first: str
    second: str
    shared: int
    compared: int
    mean_cosine: float
    words: list[Moved]


class MovedWord(BaseModel):
    """A word in both sets."""

    moved: Moved
    first: list[Near]
    second: list[Near]
