"""Analogies: two ways to score the words that answer one.

û is the vector of u scaled to length one; p are the words that are added, n those taken away.

V words · D dimensions · n questions · w words of a question
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import numpy as np

from firth.checks import one_of
from firth.errors import ConfigError, one_line
from firth.vectors.queries import check_unweighted, token_list, unit_queries
from firth.vectors.questions.directions import NoDirectionError
from firth.vectors.questions.nearest import Choice, Neighbour, nearest
from firth.vectors.search import Floats, Score, dot_products, unit_rows
from firth.vectors.table import Token
from firth.vectors.word_rows import WordRows

# Keeps the quotient finite: Levy and Goldberg's value.
_EPSILON = 1e-3

Method = Callable[[Floats, Sequence[int]], tuple[Floats, Score]]


def add(words: Floats, signs: Sequence[int]) -> tuple[Floats, Score]:
    """Score by the cosine to the sum: cos(w, Σ p̂ - Σ n̂), 3CosAdd.

    Parameters
    ----------
    words : (n, w, D) float32
        Unit vectors of the words of each question.
    signs : w numbers
        1 for words that are added, -1 for those taken away.

    Returns
    -------
    queries : (n, ...) float32
        Zeros where a question has no answer.
    score : callable
        Takes queries and a part of the table, as `top_k` asks for.
    """
    # In float64, a word that is both added and subtracted cancels exactly.
    sums = np.einsum("nwd,w->nd", words.astype(np.float64), np.array(signs, dtype=np.float64))
    return unit_queries(sums), dot_products


def multiply(words: Floats, signs: Sequence[int]) -> tuple[Floats, Score]:
    """Score by products: Π c(w, p) / Π (c(w, n) + 0.001), c = (cos + 1) / 2, 3CosMul.

    From Levy and Goldberg (2014), equation 4. For one word that is taken away it is theirs; for
    several, each quotient has its own 0.001. Arguments and results are those of `add`.
    """
    return words, partial(_quotients, signs)


def _quotients(
    signs: Sequence[int], queries: Floats, table: Floats, lengths: Floats | None
) -> Floats:
    scores: Floats = np.ones((len(queries), len(table)), dtype=np.float32)
    for place, sign in enumerate(signs):
        cosines = dot_products(queries[:, place], table, lengths)
        # Rounding can take a cosine beyond 1.
        shifted: Floats = ((cosines + 1.0) / 2.0).clip(0.0, 1.0)
        if sign > 0:
            scores *= shifted
        else:
            scores /= shifted + np.float32(_EPSILON)
    return scores


METHODS: Mapping[str, Method] = MappingProxyType({"add": add, "mul": multiply})
"""The ways to score answers, by name."""


def method_named(name: object) -> Method:
    """Return the way to score answers that an option `method` names.

    Raises
    ------
    ConfigError
        If there is none of this name.
    """
    return METHODS[one_of("method", name, choices=list(METHODS))]


def analogy(
    vectors: WordRows,
    positive: Token | Sequence[Token],
    negative: Token | Sequence[Token],
    method: str,
    choice: Choice,
) -> list[Neighbour]:
    """Find the words that answer an analogy; `Vectors.analogy` describes the question."""
    score_by = method_named(method)
    check_unweighted("an analogy", positive, negative)
    added, taken = token_list(positive)[0], token_list(negative)[0]
    if not (added or taken):
        raise ConfigError("an analogy needs at least one word")
    found = vectors._find_and_warn([*added, *taken])
    signs = [1] * len(added) + [-1] * len(taken)
    queries, score = score_by(unit_rows(found.vectors)[np.newaxis], signs)
    if not queries.any():
        raise NoDirectionError(_described(added, taken), "ask with other words")
    return nearest(vectors, queries, found.rows[np.newaxis], choice, score)[0]


def _described(added: Sequence[Token], taken: Sequence[Token]) -> str:
    """Return the question of an analogy as a message names it."""
    signed = [
        *(f"+ {one_line(repr(word))}" for word in added),
        *(f"- {one_line(repr(word))}" for word in taken),
    ]
    return one_line(f"the sum {' '.join(signed).removeprefix('+ ')}")
