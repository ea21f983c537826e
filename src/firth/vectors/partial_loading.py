"""Loading the few vectors of a long file that answer one question.

V words · D dimensions · n words of a block
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.checks import whole_number
from firth.errors import VocabularyError
from firth.vectors.checks import hashes_repeat, word_hashes
from firth.vectors.formats.registry import is_read_by_rows
from firth.vectors.formats.selection import Selection
from firth.vectors.loading import load_selection
from firth.vectors.queries import unit_queries
from firth.vectors.search import are_usual, row_lengths, unit_rows
from firth.vectors.vectors import Vectors

# Shorter files are read as fast, and their vectors take little memory.
LEAST_BYTES = 1 << 27
# Most files begin with the frequent words, which most questions are about.
_FREQUENT = 1 << 16
# Cosines of the same row differ by less, whatever rows are multiplied with it.
_ROUNDING = 1e-5


def load_near(path: Path, weights: Mapping[str, float], top: int) -> Vectors | None:
    """Return the vectors of a long file that are nearest to a sum of words, and of these words.

    The file is read, not kept: memory does not grow with it. Asked for the `top` nearest words to
    the sum, the vectors answer as those of the whole file.

    Parameters
    ----------
    path : Path
    weights : mapping of word to weight
        The sum, of vectors of length one.
    top : int
        At least 1.

    Returns
    -------
    Vectors or None
        None if all vectors have to be loaded: the file is short or of a format that is not read
        by rows, it has not all the words, or something else than an answer is to be told of it.

    Raises
    ------
    FormatError
        If there is no such file, or it is damaged.
    """
    whole_number("top", top, least=1, most=None)
    if not is_read_by_rows(path) or path.stat().st_size < LEAST_BYTES:
        return None
    asked = _load_words(path, list(weights))
    if asked is None:
        return None
    signs = np.array(list(weights.values()))
    query = unit_queries(signs @ unit_rows(asked[list(weights)]).astype(np.float64))[0]
    if not query.any():
        return None
    nearest = Nearest(query, top + len(asked), frozenset(map(str, asked.words)))
    found = load_selection(path, Selection(choose=nearest), None)
    return found if nearest.is_sound() else None


def _load_words(path: Path, words: Sequence[str]) -> Vectors | None:
    """Return the vectors of some words; None if one has none."""
    for limit in (_FREQUENT, None):
        try:
            found = load_selection(path, Selection(limit=limit, words=words), None)
        except VocabularyError:
            continue
        if all(word in found for word in words):
            return found
    return None


class Nearest:
    """A choice of rows while a file is read: those nearest to a direction so far, and some more.

    Parameters
    ----------
    query : (D,) float32
        Of length one, or zeros.
    k : int
        How many rows to choose at least.
    words : set of str
        Words whose rows are chosen in any case.
    """

    def __init__(self, query: NDArray[np.float32], k: int, words: frozenset[str]) -> None:
        self._query, self._words = query, words
        # The k largest cosines so far, and what the next have to reach.
        self._best = np.full(k, -np.inf)
        self._hashes: list[NDArray[np.int64]] = []
        self._has_usual_rows = True

    def __call__(self, words: Sequence[str], rows: NDArray[np.float32]) -> list[int]:
        """Return the places to choose among words (n,) and their vectors (n, D), rising."""
        self._hashes.append(word_hashes(words))
        lengths = row_lengths(rows)
        self._has_usual_rows = self._has_usual_rows and are_usual(lengths)
        if not self._has_usual_rows:
            return []
        scores = np.divide(rows @ self._query, lengths, where=lengths > 0, out=np.zeros(len(rows)))
        near = np.flatnonzero(scores > self._best[0] - _ROUNDING)
        k = len(self._best)
        self._best = np.partition(np.append(self._best, scores[near]), -k)[-k:]
        near = near[scores[near] > self._best[0] - _ROUNDING]
        named = [place for place, word in enumerate(words) if word in self._words]
        return sorted({*near.tolist(), *named})

    def is_sound(self) -> bool:
        """Return whether no word stood twice, and no row was too long, too short or not finite."""
        return self._has_usual_rows and not hashes_repeat(np.concatenate(self._hashes))
