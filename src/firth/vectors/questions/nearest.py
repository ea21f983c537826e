"""The words nearest to a direction.

V words · D dimensions · n queries · e words to leave out
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from numbers import Integral
from typing import NamedTuple, SupportsIndex, overload

import numpy as np
from numpy.typing import NDArray

from firth.checks import switch, whole_number
from firth.errors import ConfigError
from firth.html import TableList, html_table, isolated
from firth.vectors.approximate import ApproximateIndex
from firth.vectors.queries import known_rows
from firth.vectors.questions.directions import directions_of, words_asked
from firth.vectors.search import Score, dot_products
from firth.vectors.table import Token
from firth.vectors.word_rows import WordRows

# Among fewer words, looking at all of them takes a few milliseconds.
EXACT_BELOW = 200_000
# An index answers with at most one word in so many.
_SHARE = 10
# Queries whose answers a notebook shows.
MOST_COLUMNS = 12


class Neighbour(NamedTuple):
    """A word and its score: the cosine of the angle between its vector and the query's."""

    word: Token
    score: float


class Answers(list[list[Neighbour]]):
    """The neighbours of several queries, which notebooks show beside each other, in parts too."""

    @overload
    def __getitem__(self, place: SupportsIndex) -> list[Neighbour]: ...

    @overload
    def __getitem__(self, place: slice) -> Answers: ...

    def __getitem__(self, place: SupportsIndex | slice) -> list[Neighbour] | Answers:
        """Return an answer, or a part."""
        found = super().__getitem__(place)
        return Answers(found) if isinstance(place, slice) else found  # type: ignore[arg-type, return-value]

    def _repr_html_(self) -> str:
        if not self:
            return html_table([], [], "nothing found")
        shown = self[:MOST_COLUMNS]
        heads = [getattr(each, "name", "") or "query" for each in shown]
        cells = [[f"{isolated(word)} {score:.4f}" for word, score in each] for each in shown]
        note = f"the first {MOST_COLUMNS} of {len(self):,}" if len(self) > len(shown) else ""
        return html_table(heads, zip_longest(*cells, fillvalue=""), note)


def _named(answers: list[TableList[Neighbour]], words: Sequence[Token]) -> Answers:
    """Name each answer by its query, a word or a number, in whatever order they will stand."""
    heads = map(str, words) if words else (f"query {i + 1}" for i in range(len(answers)))
    for answer, head in zip(answers, heads, strict=True):
        answer.name = head
    return Answers(answers)


class Choice(NamedTuple):
    """Which words may be answers.

    Parameters
    ----------
    top : int
        How many answers to give.
    exclude : token or iterable of tokens
        Words that are no answers.
    restrict : int, token or iterable of tokens, optional
        The number of the most frequent words, which come first, or the words that may be answers.
    exact : bool, optional
        Whether to look at all words, or ask the index; by default whether that is fast enough.
    """

    top: int = 10
    exclude: Token | Iterable[Token] = ()
    restrict: int | Token | Iterable[Token] | None = None
    exact: bool | None = None


def similar(
    vectors: WordRows, query: object, choice: Choice
) -> list[Neighbour] | list[list[Neighbour]]:
    """Find the words nearest to each query by cosine; `Vectors.similar` describes the queries."""
    whole_number("top", choice.top, least=1, most=None)
    asked = directions_of(vectors, query)
    answers = nearest(vectors, asked.directions, asked.rows, choice)
    return answers[0] if asked.is_one else _named(answers, asked.words)


def neighbours_of(
    vectors: WordRows, words: Sequence[Token], choice: Choice
) -> list[TableList[Neighbour]]:
    """Return the neighbours of each word: none of a word whose vector is zero.

    For words that nobody chose one by one, as those of a map.
    """
    asked, _ = words_asked(vectors, words)
    return nearest(vectors, asked.directions, asked.rows, choice)


def nearest(
    vectors: WordRows,
    queries: NDArray[np.float32],
    rows: NDArray[np.int64],
    choice: Choice,
    score: Score = dot_products,
) -> list[TableList[Neighbour]]:
    """Name the words with the best scores for each query (n, ...), but those of `rows` (n, e)."""
    whole_number("top", choice.top, least=1, most=None)
    among = candidates(vectors, choice.restrict)
    excluded = known_rows(choice.exclude, vectors._rows)
    excluded = np.hstack([rows, np.broadcast_to(excluded, (len(rows), len(excluded)))])
    graph = _graph_for(vectors, choice, score)
    if graph is not None:
        indices, scores = graph.best(queries, choice.top, excluded)
    else:
        indices, scores = vectors._exact.best(
            queries, choice.top, excluded, among=among, score=score
        )
    words = vectors._words
    return [
        TableList(Neighbour(words[i], score) for i, score in zip(*answer, strict=True) if i >= 0)
        for answer in zip(indices.tolist(), scores.tolist(), strict=True)
    ]


def _graph_for(vectors: WordRows, choice: Choice, score: Score) -> ApproximateIndex | None:
    """Return the index that answers, if one does."""
    exact = choice.exact if choice.exact is None else switch("exact", choice.exact)
    graph = vectors._approximate
    can_answer = score is dot_products and choice.restrict is None
    if exact is False:
        if graph is None:
            raise ConfigError(
                "exact=False needs an index: vectors.build_index() builds one, "
                "vectors.open_index(path) opens one"
            )
        if not can_answer:
            raise ConfigError(
                "an index answers by the cosine to one direction, and among all words: leave out "
                "restrict and method='mul', or exact=False"
            )
    elif exact or not can_answer or len(vectors) < EXACT_BELOW:
        return None
    # A graph may have rows that no way leads to; where many are asked for, it is no faster.
    return None if choice.top * _SHARE > len(vectors) else graph


def candidates(
    vectors: WordRows, restrict: int | Token | Iterable[Token] | None
) -> slice | NDArray[np.int64]:
    """Return the rows of the words that may be answers, rising."""
    if restrict is None or isinstance(restrict, Integral | bool):
        most = None if restrict is None else whole_number("restrict", restrict, least=1, most=None)
        return slice(0, most)
    rows = np.unique(known_rows(restrict, vectors._rows))
    if len(rows) == 0:
        raise ConfigError("restrict needs a number or at least one word, got none")
    return rows
