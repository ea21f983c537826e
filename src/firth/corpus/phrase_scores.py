"""How phrases are chosen: the options, and the scores of pairs of words.

n(a), n(b), n(ab) occurrences of two words and of their pair · N words in all
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from firth.checks import one_of, real_number, shown, whole_number
from firth.corpus.pairs import MOST_CONNECTORS
from firth.errors import ConfigError
from firth.phrases import check_delimiter

Scoring = Literal["word2phrase", "npmi"]

# Articles, prepositions and conjunctions that names hold: Bank of America, rock and roll.
ENGLISH_CONNECTORS = (
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
)  # fmt: skip
_THRESHOLDS = {"word2phrase": 100.0, "npmi": 0.5}
MOST_PASSES = 20


@dataclass(frozen=True)
class PhraseOptions:
    """How phrases are found; `learn_phrases` describes the options.

    Raises
    ------
    ConfigError
        If one of them is out of range.
    """

    passes: int = 1
    scoring: Scoring = "word2phrase"
    threshold: float | None = None
    min_count: int = 5
    connectors: Sequence[str] | None = None
    delimiter: str = "_"

    def __post_init__(self) -> None:
        """Check the options."""
        whole_number("passes", self.passes, least=1, most=MOST_PASSES)
        one_of("scoring", self.scoring, choices=get_args(Scoring))
        whole_number("min_count", self.min_count, least=1)
        if self.threshold is not None:
            low, high = (-1.0, 1.0) if self.scoring == "npmi" else (0.0, math.inf)
            real_number(f"threshold (of {self.scoring})", self.threshold, least=low, most=high)
        check_delimiter(self.delimiter)
        if self.connectors is not None:
            object.__setattr__(self, "connectors", _checked_connectors(self.connectors))

    @property
    def lowest(self) -> float:
        """The score that a phrase must exceed."""
        return _THRESHOLDS[self.scoring] if self.threshold is None else float(self.threshold)


def _checked_connectors(given: object) -> tuple[str, ...]:
    """Return connectors, each once."""
    words = None if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if words is None or not all(isinstance(word, str) and word for word in words):
        told = shown(given if words is None else words)
        raise ConfigError(f"connectors must be a list of words, got {told}")
    connectors = tuple(dict.fromkeys(words))
    if len(connectors) > MOST_CONNECTORS:
        raise ConfigError(
            f"there may be at most {MOST_CONNECTORS} connectors, got {len(connectors)}"
        )
    return connectors


def score_pairs(
    pairs: NDArray[np.float64],
    first: NDArray[np.float64],
    last: NDArray[np.float64],
    words: float,
    options: PhraseOptions,
) -> NDArray[np.float64]:
    """Return the score of pairs, from n(ab), n(a), n(b) and N, each (n,).

    Examples
    --------
    >>> together = np.array([8.0])
    >>> score_pairs(together, together, together, 64.0, PhraseOptions(scoring="npmi"))
    array([1.])
    >>> score_pairs(together, together, 2 * together, 64.0, PhraseOptions(min_count=4))
    array([2.])
    """
    if options.scoring == "word2phrase":
        return (pairs - options.min_count) * words / (first * last)
    # Above 0: a pair is two words, so there are more words than pairs.
    information = np.log(words / pairs)
    chance = np.log(words / first) + np.log(words / last)
    return (chance - information) / information


def bounds_of(
    counts: NDArray[np.float64], words: float, options: PhraseOptions
) -> NDArray[np.float64]:
    """Return, for each word, how often a more frequent word must not occur to make a phrase.

    A pair occurs at most as often as its rarer word. If even that many occurrences score too low,
    the pair need not be counted.
    """
    if options.scoring == "word2phrase":
        bounds: NDArray[np.float64] = (
            (1 - options.min_count / counts) * words / max(options.lowest, 1e-300)
        )
    else:
        bounds = words * (counts / words) ** options.lowest
    # Rounding must not lose a pair. Its score is computed from its count.
    return bounds * (1 + 1e-9)
