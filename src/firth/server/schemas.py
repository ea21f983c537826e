"""What requests and answers hold, as JSON; FastAPI writes the OpenAPI description from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    field_validator,
    model_validator,
)

from firth.server.inputs import MOST_TEXTS, check_texts

MOST_QUERIES = 1_000
MOST_ANSWERS = 1_000
# Of all queries of a request together.
MOST_IN_ALL = 100_000
MOST_WORDS = 10_000
LONGEST_WORD = 1_000
MOST_PARTS = 100
MOST_NUMBERS = 100_000
_INT64 = 1 << 63

Text = Annotated[StrictStr, Field(max_length=LONGEST_WORD)]
Item = Annotated[StrictInt, Field(ge=-_INT64, lt=_INT64)]
Word = Text | Item
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Vector = Annotated[list[Number], Field(min_length=1, max_length=MOST_NUMBERS)]
Sum = Annotated[dict[Text, Number], Field(min_length=1, max_length=MOST_PARTS)]
Query = Word | Vector | Sum
SetName = Annotated[
    str | None, Field(max_length=200, description="The set of vectors; the first if not given.")
]
Top = Annotated[int, Field(ge=1, le=MOST_ANSWERS, description="How many answers to give.")]
# In a body, true or "5" is no number.
GivenTop = Annotated[Top, Field(strict=True)]
Restrict = Annotated[
    Annotated[int, Field(strict=True, ge=1, lt=_INT64)]
    | Annotated[list[Word], Field(min_length=1, max_length=MOST_WORDS)]
    | None,
    Field(description="Answer with one of the most frequent words, or with one of these."),
]
Exclude = Annotated[
    list[Word], Field(max_length=MOST_WORDS, description="Words that are no answers.")
]
Method = Literal["add", "mul"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Ranked(_Request):
    """A request whose answers are words, best first."""

    set: SetName = None
    top: GivenTop = 10
    exclude: Exclude = []
    restrict: Restrict = None

    def _check_answers(self, queries: int) -> None:
        if queries * self.top > MOST_IN_ALL:
            raise ValueError(
                f"queries times top must be at most {MOST_IN_ALL:,}, got {queries} times {self.top}"
            )


class SimilarRequest(_Ranked):
    """Words, vectors or weighted sums of words."""

    queries: Annotated[list[Query], Field(min_length=1, max_length=MOST_QUERIES)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_answers(len(self.queries))
        return self


class AnalogyQuestion(_Request):
    """Words to be near to, and words to be far from."""

    positive: Annotated[list[Word], Field(min_length=1, max_length=MOST_PARTS)]
    negative: Annotated[list[Word], Field(max_length=MOST_PARTS)] = []


class AnalogyRequest(_Ranked):
    """Analogies."""

    questions: Annotated[list[AnalogyQuestion], Field(min_length=1, max_length=MOST_QUERIES)]
    method: Method = "add"

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_answers(len(self.questions))
        return self


class SimilarityRequest(_Request):
    """Pairs of words."""

    set: SetName = None
    pairs: Annotated[list[tuple[Word, Word]], Field(min_length=1, max_length=MOST_QUERIES)]


class VectorsRequest(_Request):
    """Words whose vectors are wanted."""

    set: SetName = None
    words: Annotated[list[Word], Field(min_length=1, max_length=MOST_QUERIES)]


class CompanyRequest(_Ranked):
    """Words whose company is wanted."""

    words: Annotated[list[Word], Field(min_length=1, max_length=MOST_QUERIES)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_answers(len(self.words))
        return self


class Neighbour(BaseModel):
    """A word and its score."""

    word: str | int
    score: float


class Companion(Neighbour):
    """A word that is seen near another."""

    probability: float


class WordVector(BaseModel):
    """A word and its vector."""

    word: str | int
    vector: list[float]


class _Answer(BaseModel):
    """What every answer tells beside the answer."""

    set: str
    composed: Annotated[
        list[str | int],
        Field(description="Words of the question that the set lacks, composed of their n-grams."),
    ] = []


class Neighbours(_Answer):
    """The answers to one query."""

    answers: list[Neighbour]


class ManyNeighbours(_Answer):
    """The answers to each query."""

    answers: list[list[Neighbour]]


class Companions(_Answer):
    """The company of one word."""

    answers: list[Companion]


class ManyCompanions(_Answer):
    """The company of each word."""

    answers: list[list[Companion]]


class Similarity(_Answer):
    """The cosine of two words."""

    similarity: float


class Similarities(_Answer):
    """The cosine of each pair."""

    similarities: list[float]


class WordVectors(_Answer):
    """The vectors of words."""

    dim: int
    vectors: list[WordVector]


class EmbeddingsRequest(BaseModel):
    """A text, or several, as for OpenAI's `/v1/embeddings`. Other fields are ignored, as there."""

    model: Annotated[str, Field(max_length=200, description="The name of a set.")]
    input: (
        StrictStr
        | Annotated[list[StrictStr], Field(min_length=1, max_length=MOST_TEXTS)]
        | Annotated[list[Item], Field(min_length=1)]
        | Annotated[
            list[Annotated[list[Item], Field(min_length=1)]],
            Field(min_length=1, max_length=MOST_TEXTS),
        ]
    )
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Annotated[int, Field(ge=1)] | None = None

    @field_validator("input", mode="before")
    @classmethod
    def _check_input(cls, given: object) -> object:
        """Tell what is wrong with an input in words: Pydantic tells it of each form it may have."""
        check_texts(given)
        return given


class Embedding(BaseModel):
    """The vector of a text, as numbers or as the Base64 of little-endian float32."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class Usage(BaseModel):
    """How many words the texts were cut into."""

    prompt_tokens: int
    total_tokens: int


class Embeddings(BaseModel):
    """The vectors of texts."""

    object: Literal["list"] = "list"
    data: list[Embedding]
    model: str
    usage: Usage


class Model(BaseModel):
    """A set, as OpenAI describes a model."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["firth"] = "firth"


class Models(BaseModel):
    """All sets."""

    object: Literal["list"] = "list"
    data: list[Model]


class SetHealth(BaseModel):
    """A set, and what is wrong with its files."""

    name: str
    words: int
    dim: int
    company: bool
    loaded: float
    problem: str | None


class Health(BaseModel):
    """Whether all is well; the rest is for those who have the token."""

    status: Literal["ok", "degraded"]
    version: str | None = None
    sets: list[SetHealth] | None = None


class ErrorDetail(BaseModel):
    """One sentence, and a short name for programs."""

    message: str
    type: str


class ErrorBody(BaseModel):
    """An error."""

    error: ErrorDetail


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": description}
    for status, description in {
        400: "The request is no HTTP or JSON.",
        401: "The token is missing or wrong.",
        403: "The page of another host, or a name that this service does not have.",
        404: "There is no such word or set.",
        408: "The body did not come in time.",
        413: "The body is too large.",
        422: "A part of the request is out of range.",
    }.items()
}
