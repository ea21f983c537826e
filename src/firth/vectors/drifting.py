"""Words that moved between two texts, and whether more than chance moves them.

Two models of the same text differ too: by their random start, and by which sentences they saw. How
far a word moves by chance is measured on models of *shuffled* halves: the units of both texts are
mixed, and divided into two halves at random, which are trained with the same options.

n words · m distances by chance
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown
from firth.errors import ConfigError, told_once
from firth.html import TableList
from firth.other_names import explain_keywords
from firth.vectors.alignment import ANCHORS, align, check_both, shared_rows
from firth.vectors.search import cosines, unit_rows, zero_rows
from firth.vectors.table import Token
from firth.vectors.vectors import Vectors

# How many distances by chance tell what to expect of words of a frequency.
BAND = 500
# Of a normal distribution, the standard deviation over the median deviation from the median.
_NORMAL = 1.4826

Doubles = NDArray[np.float64]


class Moved(NamedTuple):
    """A word, and how far it moved.

    Attributes
    ----------
    word : str or int
    distance : float
        The cosine distance between its two vectors after alignment.
    expected : float
        The median distance by chance, of words that are as frequent.
    p_value : float
        How often chance moves a word as far, measured against what is expected of its frequency.
    q_value : float
        Of the words with at most this value, about this share moved by chance only.
    """

    word: Token
    distance: float
    expected: float
    p_value: float
    q_value: float


@explain_keywords
def drift(
    before: Vectors,
    after: Vectors,
    *,
    shuffled: Iterable[tuple[Vectors, Vectors]],
    anchors: int | Iterable[Token] = ANCHORS,
) -> list[Moved]:
    """Return how far each word moved between two texts, and how often chance moves one as far.

    Each pair of vectors is aligned, and the cosine distance between the two vectors of each word is
    taken. Rare words move more by chance. So from the shuffled halves, the median and the spread of
    the distances are taken for words of about the same rank (the 500 nearest distances in rank).
    Distances minus this median, over this spread, are compared: with m of them by chance, of which
    k are at least as large as that of a word, its p-value is (1 + k) / (1 + m).
    `q_value` follows from all p-values (Benjamini and Hochberg 1995).

    This assumes that, but for median and spread, chance moves all words alike. A word that is
    unstable in itself, as one of many meanings, may move more. And a word may drift because its
    text is about other things, while it means the same.

    Parameters
    ----------
    before, after : Vectors
        Of the two texts, trained with the same options.
    shuffled : iterable of pairs of Vectors
        Of shuffled halves of both texts together, with the same options, each half with as many
        units as the text of its place. With few pairs, no q-value can be small: if k words moved
        beyond all that chance did in N pairs, their q-value is about 1 / (k N).
    anchors : int or iterable of tokens
        As for `align`.

    Returns
    -------
    list of Moved
        All words of both, by p-value, then by how far they are above what is expected. Words with a
        vector of zeros are left out.

    Raises
    ------
    ConfigError
        If there is no shuffled pair, dimensions differ, or an argument is out of range.
    VocabularyError
        If two vectors have no word in common, or one of `anchors` is not in all.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> words, table = [f"w{i}" for i in range(300)], rng.normal(size=(300, 8))
    >>> old, new, half, rest = (
    ...     Vectors(words, table + rng.normal(size=(300, 8)) / 9) for _ in range(4)
    ... )
    >>> moved = new.input_vectors.copy()
    >>> moved[7] *= -1
    >>> drift(old, Vectors(words, moved), shuffled=[(half, rest)])[0].word
    'w7'
    """
    if isinstance(anchors, Iterable) and not isinstance(anchors, str):
        anchors = list(anchors)
    pairs = _checked_pairs(shuffled)
    with told_once():
        words, ranks, distances = _distances(before, after, anchors)
        chance = [_distances(*pair, anchors)[1:] for pair in pairs]
    chance_ranks, by_chance = (np.concatenate(each) for each in zip(*chance, strict=True))
    order = np.argsort(chance_ranks, kind="stable")
    expect = _Expected(chance_ranks[order], by_chance[order])
    expected, spread = expect.at(ranks)
    excess = (distances - expected) / spread
    chance_excess = np.sort(_excess(expect))
    beyond = len(chance_excess) - np.searchsorted(chance_excess, excess)
    p_values = np.asarray((1.0 + beyond) / (1.0 + len(chance_excess)), dtype=np.float64)
    q_values = _q_values(p_values)
    best = np.lexsort((-excess, p_values))
    columns = (distances, expected, p_values, q_values)
    return TableList(
        Moved(words[i], *(float(column[i]) for column in columns)) for i in best.tolist()
    )


def _checked_pairs(shuffled: object) -> list[tuple[Vectors, Vectors]]:
    pairs: list[object] = list(shuffled) if isinstance(shuffled, Iterable) else [shuffled]
    checked = []
    for pair in pairs:
        if not (isinstance(pair, tuple | list) and len(pair) == 2):
            raise ConfigError(f"shuffled takes pairs of Vectors, got {shown(pair)}")
        checked.append(check_both(*pair))
    if not checked:
        raise ConfigError(
            "drift needs at least one pair of Vectors of shuffled halves, to know how far chance "
            "moves words; got none"
        )
    return checked


def _distances(
    before: Vectors, after: Vectors, anchors: int | Iterable[Token]
) -> tuple[list[Token], Doubles, Doubles]:
    """Return the words of both, their ranks where they are rarer, and how far each moved."""
    check_both(before, after)
    turned = align(after, before, anchors=anchors)
    # Both have the same words in the same rows, and the index of one is made already.
    own, other = shared_rows(before, after)
    a, b = unit_rows(before.input_vectors[own]), unit_rows(turned.input_vectors[other])
    kept = ~(zero_rows(a) | zero_rows(b))
    own, other = own[kept], other[kept]
    distances = 1.0 - cosines(a[kept], b[kept]).astype(np.float64)
    ranks = np.maximum(own, other).astype(np.float64)
    return [before.words[row] for row in own.tolist()], ranks, distances


class _Expected:
    """What chance does to words of each rank, from distances (m,) in the order of the ranks."""

    def __init__(self, ranks: Doubles, distances: Doubles) -> None:
        self.ranks, self.distances = ranks, distances
        width = min(BAND, len(ranks))
        starts = np.arange(0, len(ranks) - width + 1, max(1, width // 10))
        bands = np.lib.stride_tricks.sliding_window_view(distances, width)[starts]
        self._centres = np.lib.stride_tricks.sliding_window_view(ranks, width)[starts].mean(axis=1)
        self._medians = np.median(bands, axis=1)
        deviations = np.abs(bands - self._medians[:, np.newaxis])
        spreads = _NORMAL * np.median(deviations, axis=1)
        # Where chance moves nothing, distances are compared as they are.
        self._spreads = np.where(spreads > 0.0, spreads, 1.0)

    def at(self, ranks: Doubles) -> tuple[Doubles, Doubles]:
        """Return the median and the spread of the distances of words of these ranks."""
        return (
            np.interp(ranks, self._centres, self._medians),
            np.interp(ranks, self._centres, self._spreads),
        )


def _excess(expect: _Expected) -> Doubles:
    """Return the distances by chance minus their median, over their spread."""
    expected, spread = expect.at(expect.ranks)
    return (expect.distances - expected) / spread


def _q_values(p_values: Doubles) -> Doubles:
    """Return the share of false discoveries at each p-value, by Benjamini and Hochberg.

    Examples
    --------
    >>> _q_values(np.array([0.5, 0.01, 0.02])).round(3).tolist()
    [0.5, 0.03, 0.03]
    """
    order = np.argsort(p_values)
    n = len(p_values)
    ratios = p_values[order] * n / np.arange(1, n + 1)
    found = np.empty(n)
    found[order] = np.minimum.accumulate(ratios[::-1])[::-1]
    return found
