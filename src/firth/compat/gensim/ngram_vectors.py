"""gensim's `FastTextKeyedVectors` on `firth.Vectors`.

V words · D dimensions · n rows of n-grams
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from firth.compat.gensim.key_table import Key
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.subwords import Subwords
from firth.vectors import RawTables


class FastTextKeyedVectors(KeyedVectors):
    """Words whose vectors are composed of n-grams."""

    # How words will be cut, before they are trained.
    _planned: tuple[int, int, int] = (0, 0, 0)

    # fastText's own hash of n-grams, as in all of its files and those of gensim 4.
    compatible_hash = True

    def get_vector(self, word: Key, norm: bool = False) -> NDArray[np.float32]:
        """Return the vector of a word (D,), at length one with `norm`."""
        return super().get_vector(word, norm)

    def get_sentence_vector(self, sentence: Iterable[Key]) -> NDArray[np.float32]:
        """Return the mean of the vectors of words at length one (D,)."""
        return self.get_mean_vector(sentence)

    @property
    def min_n(self) -> int:
        """The length of the shortest n-grams."""
        return self._cut[0]

    @property
    def max_n(self) -> int:
        """The length of the longest n-grams; 0 for whole words."""
        return self._cut[1]

    @property
    def bucket(self) -> int:
        """The number of rows into which n-grams are hashed."""
        return self._cut[2]

    @property
    def vectors_vocab(self) -> NDArray[np.float32]:
        """The own rows of the words (V, D), as they were trained: they cannot be changed."""
        raw, _ = self._tables("vectors_vocab")
        return raw.input[: raw.words]

    @property
    def vectors_ngrams(self) -> NDArray[np.float32]:
        """The rows of the n-grams (n, D), as they were trained: they cannot be changed."""
        raw, _ = self._tables("vectors_ngrams")
        return raw.input[raw.words :]

    @property
    def buckets_word(self) -> list[NDArray[np.uint32]]:
        """For each word the rows of its n-grams in `vectors_ngrams`."""
        _, subwords = self._tables("buckets_word")
        offsets, rows = subwords.rows_of_all(self.index_to_key)
        return np.split(rows.astype(np.uint32), offsets[1:-1])

    @property
    def _cut(self) -> tuple[int, int, int]:
        """The lengths of the shortest and longest n-grams, and how many rows they are hashed to."""
        raw = None if self._source is None else self._source.raw
        known = None if raw is None else raw.subwords
        return self._planned if known is None else (known.least, known.most, known.buckets or 0)

    def _tables(self, name: str) -> tuple[RawTables, Subwords]:
        """Return the rows of which vectors are composed, and how words are cut."""
        raw = None if self._source is None else self._source.raw
        if raw is None or raw.subwords is None:
            # `KeyTable` tells that there is no such attribute.
            raise AttributeError(name)
        return raw, raw.subwords
