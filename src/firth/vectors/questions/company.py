"""The company of a word: the words that training saw near it more often than by chance.

With x the trained input vector of a word c and y the output vectors, negative sampling lowers, over
all pairs (c, w) of c and a word w near it,

    -log σ(x·y_w) - Σ log σ(-x·y_n),   over those of K noise words n, drawn from P, that are not w

A word w is the near word in a share p(w | c) of these pairs, and a noise word K P(w) times in each
of the others. So the loss is least where

    σ(x·y_w) = p(w | c) / (p(w | c) + (1 - p(w | c)) K P(w))
    x·y_w + log(K P(w)) = log(p(w | c) / (1 - p(w | c)))

and a trained model tells how likely each word is near c:

    p(w | c) = σ(x·y_w + log K + log P(w))
    pmi(w, c) = log p(w | c) - log p(w)

Where p(w | c) is small, x·y_w = pmi(w, c) - log K - log(P(w) / p(w)): for P = p it is the shifted
mutual information of Levy and Goldberg (2014). They count noise words that are w too, which Firth
leaves out; hence the factor 1 - p(w | c). fastText draws such a noise word again, so the others are
drawn a little more often. P(w) ∝ count(w)**noise_exponent, and p(w), the share of w among the words
that subsampling keeps, ∝ count(w) times the probability that w is kept.

V words · D dimensions · K noise words
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from firth.checks import whole_number
from firth.errors import ConfigError
from firth.html import TableList
from firth.vectors.pair_options import are_drawn, draws
from firth.vectors.phrase_rows import spelled
from firth.vectors.queries import find_row, known_rows
from firth.vectors.questions.nearest import Choice, candidates
from firth.vectors.table import Token
from firth.vectors.word_rows import WordRows

Doubles = NDArray[np.float64]


class Companion(NamedTuple):
    """A word that is seen near another word.

    Attributes
    ----------
    word : str or int
    score : float
        The pointwise mutual information, in nats: log of how many times more often it is seen there
        than elsewhere.
    probability : float
        How likely a word near the other word is this one, after subsampling.
    """

    word: Token
    score: float
    probability: float


class Chances(NamedTuple):
    """How often training drew each word: log p (V,) from the text, log(K P) (V,) as noise."""

    near: Doubles
    noise: Doubles


def company(vectors: WordRows, words: Sequence[Token], choice: Choice) -> list[Companion]:
    """Return the words that keep company with all of `words`, by the least of their scores.

    The least score belongs to the least probability: a word is as good an answer as it goes with
    the word that it goes with least.
    """
    whole_number("top", choice.top, least=1, most=None)
    output, chances = _output_vectors(vectors), chances_of(vectors)
    inputs = [trained_vector(vectors, word) for word in words]
    log_odds = np.min([output @ each for each in inputs], axis=0) + chances.noise
    logarithms = -np.logaddexp(0.0, -log_odds)
    scores = logarithms - chances.near
    may_answer = np.zeros(len(vectors), dtype=np.bool_)
    may_answer[candidates(vectors, choice.restrict)] = True
    may_answer[known_rows(choice.exclude, vectors._rows)] = False
    rows = np.flatnonzero(may_answer & np.isfinite(scores))
    best = rows[np.argsort(-scores[rows], kind="stable")[: choice.top]]
    return TableList(
        Companion(vectors._words[row], float(scores[row]), float(np.exp(logarithms[row])))
        for row in best.tolist()
    )


def _output_vectors(vectors: WordRows) -> NDArray[np.float32]:
    if vectors.output_vectors is None and vectors.noun != "word":
        raise ConfigError(f"words have company, not a {vectors.noun}: ask the vectors of words")
    if vectors.output_vectors is None:
        raise ConfigError(
            "the company of a word needs output vectors, and these vectors have none: take the "
            "folder that training saved, or a model of fastText or gensim (files of vectors, "
            "combined vectors and loss='hs' have none)"
        )
    return vectors.output_vectors


def tells_company(vectors: WordRows) -> bool:
    """Return whether `company` has answers."""
    return vectors.output_vectors is not None and are_drawn(vectors.counts, vectors.config)


def chances_of(vectors: WordRows) -> Chances:
    """Return how often training drew each word; infinity for those that were never counted."""
    drawn = draws(vectors.counts, vectors.config)
    counted = drawn.near > 0
    near, noise = np.full((2, len(counted)), np.inf)
    near[counted] = np.log(drawn.near[counted])
    with np.errstate(divide="ignore"):
        noise[counted] = np.log(drawn.negative * drawn.noise[counted])
    return Chances(near, noise)


def trained_vector(vectors: WordRows, word: Token) -> NDArray[np.float32]:
    """Return the input vector (D,) of a word as it was trained, whatever was read out."""
    found = vectors._find_and_warn([word])
    row = find_row(word, vectors._rows)
    # A phrase may be asked for with spaces, and was trained without.
    cut = spelled(word, vectors.phrases) if row is None else vectors.words[row]
    trained = None if vectors.raw is None else vectors.raw.trained(cut, row)
    return cast(NDArray[np.float32], found.vectors[0]) if trained is None else trained
