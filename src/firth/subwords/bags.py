"""The rows that make up the input vector of each word: its own, and those of its n-grams.

V words
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, counted
from firth.subwords.options import MOST_ROWS, Token
from firth.subwords.subwords import Subwords


def word_bags(
    subwords: Subwords, words: Sequence[Token]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the rows of the input table that each word of a vocabulary is the sum of.

    Row w is word w's own, row V + j that of n-gram j.

    Returns
    -------
    offsets : int64, (V + 1,)
        The rows of word w are `rows[offsets[w] : offsets[w + 1]]`.
    rows : int32, (offsets[-1],)
        For each word its own row, then those of its n-grams, with repetitions.

    Raises
    ------
    ConfigError
        If there are more rows than int32 can number, or a word is not text.

    Examples
    --------
    >>> offsets, rows = word_bags(Subwords(3, 4, ngrams=("ea>", "<te")), ["tea", "sea"])
    >>> offsets.tolist(), rows.tolist()
    ([0, 3, 5], [0, 3, 2, 1, 2])
    """
    V = len(words)
    if V + len(subwords) > MOST_ROWS:
        raise ConfigError(
            f"{counted(V, 'word')} and {len(subwords):,} rows of n-grams are more than "
            f"{MOST_ROWS:,} rows"
        )
    offsets, ngram_rows = subwords.rows_of_all(words)
    offsets += np.arange(V + 1)
    rows = np.empty(offsets[-1], np.int32)
    is_own = np.zeros(len(rows), np.bool_)
    is_own[offsets[:-1]] = True
    rows[is_own] = np.arange(V)
    ngram_rows += V
    rows[~is_own] = ngram_rows
    return offsets, rows
