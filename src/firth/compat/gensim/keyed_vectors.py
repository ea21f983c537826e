"""gensim's `KeyedVectors` on `firth.Vectors`.

V words · D dimensions
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.compat.gensim import evaluation
from firth.compat.gensim.encodings import check_utf8
from firth.compat.gensim.key_files import KeyFiles
from firth.compat.gensim.key_table import Key
from firth.compat.gensim.options import NotSupported
from firth.vectors.questions.transport import bag, movers_distance
from firth.vectors.search import cosines, unit_rows

Scored = list[tuple[Key, float]]


class Indexer(Protocol):
    """What finds near vectors in its own way, such as an index of Annoy."""

    def most_similar(self, vector: NDArray[np.float32], num_neighbors: int) -> Scored:
        """Return the nearest words with their similarities."""


class KeyedVectors(KeyFiles):
    """Words and their vectors.

    Parameters
    ----------
    vector_size : int or Vectors
        D of new, empty vectors; or vectors of Firth.
    count, dtype, mapfile_path
        As in gensim; only the defaults are supported.
    """

    @classmethod
    def load(cls, fname: str | os.PathLike[str], mmap: str | None = None) -> Self:
        """Read vectors of Firth, gensim or another tool; of those with n-grams, these too."""
        found = super().load(fname, mmap)
        raw = None if found._source is None else found._source.raw
        if cls is KeyedVectors and raw is not None and raw.subwords is not None:
            from firth.compat.gensim.ngram_vectors import FastTextKeyedVectors

            return cast(Self, FastTextKeyedVectors(found.to_firth()))
        return found

    def __contains__(self, key: object) -> bool:
        """Return whether a word has a vector."""
        return self.has_index_for(key) or self._composed(key) is not None  # type: ignore[arg-type]

    def _composed(self, key: Key) -> NDArray[np.float32] | None:
        """Return the vector that n-grams or phrases give a word, if they do."""
        if self._source is None or not isinstance(key, str | int | np.integer):
            return None
        return self._source.get(key)

    def __getitem__(self, key_or_keys: Key | Sequence[Key]) -> NDArray[np.float32]:
        """Return the vector of a word (D,), or of several (n, D)."""
        if isinstance(key_or_keys, str | int | np.integer):
            return self.get_vector(key_or_keys)
        return np.vstack([self.get_vector(key) for key in key_or_keys])

    def get_vector(self, key: Key, norm: bool = False) -> NDArray[np.float32]:
        """Return the vector of a word (D,), at length one with `norm`."""
        row = self.get_index(key, -1)
        found = self._matrix[row] if row >= 0 else self._composed(key)
        if found is None:
            raise KeyError(f"Key '{key}' not present")
        vector = unit_rows(found[np.newaxis])[0] if norm else found.view()
        vector.setflags(write=False)
        return vector

    word_vec = get_vector

    def get_mean_vector(
        self,
        keys: Iterable[Any],
        weights: Iterable[float] | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> NDArray[np.float32]:
        """Return the weighted mean of the vectors of words and of vectors (D,)."""
        keys = [keys] if _is_key(keys) else list(keys)
        weights = [1.0] * len(keys) if weights is None else [float(weight) for weight in weights]
        if not keys or len(keys) != len(weights):
            raise ValueError("keys and weights must be as many, and at least one")
        total, size = np.zeros(self.vector_size), 0.0
        for key, weight in zip(keys, weights, strict=True):
            if _is_key(key):
                if key not in self:
                    if ignore_missing:
                        continue
                    raise KeyError(f"Key '{key}' not present in vocabulary")
                vector = self.get_vector(key, norm=pre_normalize)
            else:
                # Only words are scaled, as in gensim.
                vector = np.asarray(key, np.float32)
            total, size = total + weight * vector, size + abs(weight)
        mean = (total / size if size else total).astype(np.float32)
        return unit_rows(mean[np.newaxis])[0] if post_normalize else mean

    # ------------------------------------------------------------------------ neighbours

    def most_similar(
        self,
        positive: Any = None,  # noqa: ANN401
        negative: Any = None,  # noqa: ANN401
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
    ) -> Scored | NDArray[np.float32]:
        """Return the words nearest to the mean of some words, less others, with their cosines.

        Each of `positive` and `negative` is a word, a vector, a pair of one and its weight, or
        several of these. With `topn=None`, return all cosines (V,). An `indexer` answers itself.
        """
        keys, weights = _weighted(positive, negative)
        if not keys:
            raise ValueError("cannot compute similarity with no input")
        target = self.get_mean_vector(keys, weights, post_normalize=True, ignore_missing=False)
        if indexer is not None and isinstance(topn, int):
            return indexer.most_similar(target, topn)
        end = restrict_vocab or clip_end or len(self)
        scores = self._cosines(target, slice(clip_start, end))
        if topn is None:
            return scores
        return self._best(scores, topn, {key for key in keys if _is_key(key)}, clip_start)

    def _cosines(self, unit: NDArray[np.float32], part: slice = slice(None)) -> NDArray[np.float32]:
        """Return the cosines of some rows with a vector of length one."""
        return (self._matrix[part] @ unit) / self._divisors[part]

    def _best(
        self, scores: NDArray[np.float32], topn: int, without: Iterable[Any], start: int = 0
    ) -> Scored:
        rows = [row - start for row in (self.get_index(key, -1) for key in without) if row >= 0]
        scores = scores.copy()
        scores[[row for row in rows if 0 <= row < len(scores)]] = -np.inf
        topn = max(0, min(topn, int(np.isfinite(scores).sum())))
        best = np.argpartition(-scores, topn - 1)[:topn] if topn else np.empty(0, np.int64)
        order = best[np.argsort(-scores[best], kind="stable")]
        return [(self.index_to_key[start + row], float(scores[row])) for row in order.tolist()]

    def similar_by_word(
        self, word: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Scored | NDArray[np.float32]:
        """Return the words nearest to a word."""
        return self.most_similar([word], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_key(
        self, key: Key, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Scored | NDArray[np.float32]:
        """Do what `similar_by_word` does."""
        return self.similar_by_word(key, topn, restrict_vocab)

    def similar_by_vector(
        self, vector: ArrayLike, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Scored | NDArray[np.float32]:
        """Return the words nearest to a vector (D,)."""
        given = [np.asarray(vector, np.float32)]
        return self.most_similar(given, topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_cosmul(
        self,
        positive: Any = None,  # noqa: ANN401
        negative: Any = None,  # noqa: ANN401
        topn: int | None = 10,
        restrict_vocab: int | None = None,
    ) -> Scored | NDArray[np.float32]:
        """Return the best words by 3CosMul (Levy and Goldberg 2014)."""
        keys, weights = _weighted(positive, negative)
        if not keys:
            raise ValueError("cannot compute similarity with no input")
        part = slice(restrict_vocab)
        shifted = [(1 + self._cosines(self._unit(key), part)) / 2 for key in keys]
        scores: NDArray[Any] = np.ones_like(shifted[0])
        for cosine, weight in zip(shifted, weights, strict=True):
            scores = scores * cosine if weight > 0 else scores / (cosine + 0.000001)
        if topn is None:
            return scores
        return self._best(scores, topn, {key for key in keys if _is_key(key)})

    def _unit(self, key: Any) -> NDArray[np.float32]:  # noqa: ANN401
        if _is_key(key):
            return self.get_vector(key, norm=True)
        unit: NDArray[np.float32] = unit_rows(np.asarray(key, np.float32)[np.newaxis])[0]
        return unit

    def most_similar_to_given(self, key1: Key, keys_list: Sequence[Key]) -> Key:
        """Return the word of a list that is nearest to a word."""
        return keys_list[int(np.argmax([self.similarity(key1, key) for key in keys_list]))]

    def closer_than(self, key1: Key, key2: Key) -> list[Key]:
        """Return the words that are nearer to `key1` than `key2` is."""
        scores = self._cosines(self._unit(key1))
        nearer = np.flatnonzero(scores > scores[self.get_index(key2)])
        return [self.index_to_key[row] for row in nearer if self.index_to_key[row] != key1]

    def words_closer_than(self, word1: Key, word2: Key) -> list[Key]:
        """Do what `closer_than` does."""
        return self.closer_than(word1, word2)

    def rank(self, key1: Key, key2: Key) -> int:
        """Return 1 plus the number of words that are nearer to `key1` than `key2` is."""
        return len(self.closer_than(key1, key2)) + 1

    # ------------------------------------------------------------------------ similarity

    def similarity(self, w1: Key, w2: Key) -> np.float32:
        """Return the cosine of two words."""
        return np.float32(self._unit(w1) @ self._unit(w2))

    def n_similarity(self, ws1: Sequence[Key], ws2: Sequence[Key]) -> np.float32:
        """Return the cosine of the means of two lists of words."""
        if not (len(ws1) and len(ws2)):
            raise ZeroDivisionError("at least one of the lists is empty")
        means = (self.get_mean_vector(keys, pre_normalize=False) for keys in (ws1, ws2))
        return np.float32(cosines(*means))

    def distance(self, w1: Key, w2: Key) -> np.float32:
        """Return 1 minus the cosine of two words."""
        return np.float32(1) - self.similarity(w1, w2)

    def distances(
        self,
        word_or_vector: Any,  # noqa: ANN401
        other_words: Sequence[Key] = (),
    ) -> NDArray[np.float32]:
        """Return 1 minus the cosine of a word or vector with others, by default with all."""
        unit = self._unit(word_or_vector)
        if not len(other_words):
            return 1 - self._cosines(unit)
        return 1 - np.vstack([self._unit(word) for word in other_words]) @ unit

    def doesnt_match(self, words: Iterable[Key]) -> Key:
        """Return the word that is farthest from the mean of words."""
        known = [word for word in words if word in self]
        if not known:
            raise ValueError("cannot select a word from an empty list")
        units = np.vstack([self._unit(word) for word in known])
        return known[int(np.argmin(units @ unit_rows(units.mean(axis=0)[np.newaxis])[0]))]

    def rank_by_centrality(
        self, words: Iterable[Key], use_norm: bool = True
    ) -> list[tuple[np.float32, Key]]:
        """Return words with their cosines to the mean of them all, the nearest first."""
        known = [word for word in words if word in self]
        if not known:
            raise ValueError("cannot select a word from an empty list")
        rows = np.vstack([self.get_vector(word, norm=use_norm) for word in known])
        mean = unit_rows(rows.mean(axis=0)[np.newaxis])[0]
        return sorted(zip(rows @ mean, known, strict=True), reverse=True)

    def relative_cosine_similarity(self, wa: Key, wb: Key, topn: int = 10) -> float:
        """Return the cosine of two words by the sum of those of the nearest (Leeuwenberg 2016)."""
        near: Any = self.most_similar(wa, topn=topn)
        return float(self.similarity(wa, wb) / sum(score for _, score in near))

    @staticmethod
    def cosine_similarities(
        vector_1: NDArray[np.float32], vectors_all: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return the cosines of a vector (D,) with each of some rows (n, D)."""
        return cosines(np.asarray(vectors_all), np.asarray(vector_1))

    def vectors_for_all(
        self,
        keys: Iterable[Key],
        allow_inference: bool = True,
        copy_vecattrs: bool = False,
    ) -> KeyedVectors:
        """Return the vectors of some words, those that are composed included; unknown ones not."""
        there: Any = self.__contains__ if allow_inference else self.has_index_for
        found = [key for key in dict.fromkeys(keys) if there(key)]
        some = KeyedVectors(self.vector_size)
        if found:
            some.add_vectors(found, self[found])
        for name in self.expandos if copy_vecattrs else ():
            for key in filter(self.has_index_for, found):
                some.set_vecattr(key, name, self.get_vecattr(key, name))
        some._make_up_counts()
        return some

    def wmdistance(
        self, document1: Iterable[Key], document2: Iterable[Key], norm: bool = True
    ) -> float:
        """Return the word mover's distance of two texts; infinite if one has no known word."""
        counts = [Counter(key for key in text if key in self) for text in (document1, document2)]
        if not all(counts):
            return math.inf
        first, second = (bag(self[list(each)], each.values(), norm=norm) for each in counts)
        return movers_distance(first, second)

    # ------------------------------------------------------------------------ evaluation

    log_accuracy = staticmethod(evaluation.log_accuracy)
    log_evaluate_word_pairs = staticmethod(evaluation.log_word_pairs)

    def evaluate_word_analogies(
        self,
        analogies: str | os.PathLike[str],
        restrict_vocab: int = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[dict[str, Any]]]:
        """Return the accuracy on a file, and the questions of each section, right and wrong."""
        if similarity_function != "most_similar":
            raise NotSupported("only similarity_function='most_similar' is supported")
        how = evaluation.Settings(restrict_vocab, case_insensitive, dummy4unknown)
        return evaluation.word_analogies(self.to_firth(), analogies, how)

    def evaluate_word_pairs(
        self,
        pairs: str | os.PathLike[str],
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[tuple[float, float], tuple[float, float], float]:
        """Return Pearson's and Spearman's correlations with p-values, and % of pairs missing.

        Tabs, commas and spaces between the fields are told apart without `delimiter`.
        """
        check_utf8(encoding)
        how = evaluation.Settings(restrict_vocab, case_insensitive, dummy4unknown)
        return evaluation.word_pairs(self.to_firth(), pairs, how)


# Names of gensim 3 that gensim 4 still has.
Word2VecKeyedVectors = Doc2VecKeyedVectors = EuclideanKeyedVectors = KeyedVectors


def _is_key(key: object) -> bool:
    return isinstance(key, str | int | np.integer)


def _weighted(positive: object, negative: object) -> tuple[list[Any], list[float]]:
    """Return words and vectors, and the weight of each."""
    keys: list[Any] = []
    weights: list[float] = []
    for given, sign in ((positive, 1.0), (negative, -1.0)):
        for item in _several(given):
            key, weight = item if _is_pair(item) else (item, sign)
            keys.append(key)
            weights.append(float(weight))
    return keys, weights


def _several(given: Any) -> list[Any]:  # noqa: ANN401
    if given is None:
        return []
    if _is_key(given) or (isinstance(given, np.ndarray) and given.ndim == 1):
        return [given]
    return list(given)


def _is_pair(item: object) -> bool:
    is_pair = isinstance(item, tuple) and len(item) == 2
    return is_pair and (_is_key(item[0]) or np.ndim(item[0]) == 1)  # type: ignore[index]
