"""gensim's `KeyedVectors` on `firth.Vectors`.

V words · D dimensions
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

import firth
from firth.compat.gensim import evaluation
from firth.compat.gensim.options import NotSupported
from firth.vectors import Vectors
from firth.vectors.questions.transport import bag, movers_distance
from firth.vectors.search import unit_rows

Key = str | int
Scored = list[tuple[Key, float]]


class KeyedVectors:
    """Words and their vectors.

    Parameters
    ----------
    vector_size : int or Vectors
        D of new, empty vectors; or vectors of Firth.
    """

    def __init__(self, vector_size: int | Vectors) -> None:
        if isinstance(vector_size, Vectors):
            self._take(vector_size)
        else:
            self._vectors: Vectors | None = None
            self.vector_size = vector_size
            self.index_to_key: list[Any] = []
            self.key_to_index: dict[Any, int] = {}
            self.vectors = np.empty((0, vector_size), np.float32)

    def _take(self, vectors: Vectors) -> None:
        self._vectors, self.vector_size = vectors, vectors.dim
        vars(self).pop("_units", None)
        self.index_to_key = list(vectors.words)
        self.key_to_index = {word: row for row, word in enumerate(self.index_to_key)}
        self.vectors = vectors.input_vectors

    @cached_property
    def _units(self) -> NDArray[np.float32]:
        """All vectors at length one (V, D)."""
        return unit_rows(self.vectors)

    def to_firth(self) -> Vectors:
        """Return the vectors as Firth's."""
        if self._vectors is None:
            raise KeyError("there are no vectors yet")
        return self._vectors

    def __len__(self) -> int:
        """Return V."""
        return len(self.index_to_key)

    def __contains__(self, key: object) -> bool:
        """Return whether a word has a vector."""
        return key in self.key_to_index or (
            self._vectors is not None and self._vectors.get(key) is not None  # type: ignore[call-overload]
        )

    def __getitem__(self, key_or_keys: Key | Sequence[Key]) -> NDArray[np.float32]:
        """Return the vector of a word (D,), or of several (n, D)."""
        if isinstance(key_or_keys, str | int | np.integer):
            return self.get_vector(key_or_keys)
        return np.vstack([self.get_vector(key) for key in key_or_keys])

    def get_vector(self, key: Key, norm: bool = False) -> NDArray[np.float32]:
        """Return the vector of a word (D,), at length one with `norm`."""
        found = None if self._vectors is None else self._vectors.get(key)
        if found is None:
            raise KeyError(f"Key '{key}' not present")
        return unit_rows(found[np.newaxis])[0] if norm else found

    word_vec = get_vector

    def get_index(self, key: Key, default: int | None = None) -> int:
        """Return the row of a word."""
        row = self.key_to_index.get(key, default)
        if row is None:
            raise KeyError(f"Key '{key}' not present")
        return row

    def has_index_for(self, key: Key) -> bool:
        """Return whether a word has a row."""
        return key in self.key_to_index

    def get_vecattr(self, key: Key, attr: str) -> Any:  # noqa: ANN401
        """Return the count of a word: the only attribute there is."""
        counts = self.to_firth().counts
        if attr != "count" or counts is None:
            raise KeyError(attr)
        return int(counts[self.get_index(key)])

    def get_normed_vectors(self) -> NDArray[np.float32]:
        """Return all vectors at length one (V, D)."""
        return self._units

    def fill_norms(self, force: bool = False) -> None:
        """Do nothing: lengths are always at hand."""

    def get_mean_vector(
        self,
        keys: Iterable[Any],
        weights: Iterable[float] | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> NDArray[np.float32]:
        """Return the weighted mean of the vectors of words and of vectors (D,)."""
        keys = [keys] if isinstance(keys, str | int) else list(keys)
        weights = [1.0] * len(keys) if weights is None else [float(weight) for weight in weights]
        if not keys or len(keys) != len(weights):
            raise ValueError("keys and weights must be as many, and at least one")
        total, size = np.zeros(self.vector_size), 0.0
        for key, weight in zip(keys, weights, strict=True):
            if _is_key(key):
                if ignore_missing and key not in self:
                    continue
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
        indexer: None = None,
    ) -> Scored | NDArray[np.float32]:
        """Return the words nearest to the mean of some words, less others, with their cosines.

        Each of `positive` and `negative` is a word, a vector, a pair of one and its weight, or
        several of these. With `topn=None`, return all cosines (V,).
        """
        if indexer is not None:
            raise NotSupported("indexer is not supported")
        keys, weights = _weighted(positive, negative)
        if not keys:
            raise ValueError("cannot compute similarity with no input")
        target = self.get_mean_vector(keys, weights, post_normalize=True, ignore_missing=False)
        end = restrict_vocab or clip_end or len(self)
        cosines = self._units[clip_start:end] @ target
        if topn is None:
            return cosines
        return self._best(cosines, topn, {key for key in keys if _is_key(key)}, clip_start)

    def _best(
        self, scores: NDArray[np.float32], topn: int, without: Iterable[Any], start: int = 0
    ) -> Scored:
        rows = [self.key_to_index[key] - start for key in without if key in self.key_to_index]
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

    similar_by_key = similar_by_word

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
        table = self._units[:restrict_vocab]
        shifted = [(1 + table @ self._unit(key)) / 2 for key in keys]
        scores: NDArray[Any] = np.ones(len(table), np.float32)
        for cosine, weight in zip(shifted, weights, strict=True):
            scores = scores * cosine if weight > 0 else scores / (cosine + 0.000001)
        if topn is None:
            return scores
        return self._best(scores, topn, {key for key in keys if _is_key(key)})

    def _unit(self, key: Any) -> NDArray[np.float32]:  # noqa: ANN401
        return self.get_mean_vector([key], post_normalize=True, ignore_missing=False)

    def most_similar_to_given(self, key1: Key, keys_list: Sequence[Key]) -> Key:
        """Return the word of a list that is nearest to a word."""
        return keys_list[int(np.argmax([self.similarity(key1, key) for key in keys_list]))]

    def closer_than(self, key1: Key, key2: Key) -> list[Key]:
        """Return the words that are nearer to `key1` than `key2` is."""
        cosines = self._units @ self._unit(key1)
        nearer = np.flatnonzero(cosines > cosines[self.get_index(key2)])
        return [self.index_to_key[row] for row in nearer if self.index_to_key[row] != key1]

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
        a, b = unit_rows(np.vstack(list(means)))
        return np.float32(a @ b)

    def distance(self, w1: Key, w2: Key) -> float:
        """Return 1 minus the cosine of two words."""
        return 1.0 - float(self.similarity(w1, w2))

    def distances(
        self,
        word_or_vector: Any,  # noqa: ANN401
        other_words: Sequence[Key] = (),
    ) -> NDArray[np.float32]:
        """Return 1 minus the cosine of a word or vector with others, by default with all."""
        table = (
            np.vstack([self._unit(word) for word in other_words]) if other_words else self._units
        )
        return 1 - table @ self._unit(word_or_vector)

    def doesnt_match(self, words: Iterable[Key]) -> Key:
        """Return the word that is farthest from the mean of words."""
        known = [word for word in words if word in self]
        if not known:
            raise ValueError("cannot select a word from an empty list")
        units = np.vstack([self._unit(word) for word in known])
        return known[int(np.argmin(units @ unit_rows(units.mean(axis=0)[np.newaxis])[0]))]

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
        """Return Pearson's and Spearman's correlations with p-values, and % of pairs missing."""
        how = evaluation.Settings(restrict_vocab, case_insensitive, dummy4unknown)
        return evaluation.word_pairs(self.to_firth(), pairs, how)

    # ------------------------------------------------------------------------ changes, files

    def add_vectors(
        self,
        keys: Sequence[Key] | Key,
        weights: ArrayLike,
        extras: None = None,
        replace: bool = False,
    ) -> None:
        """Add words, or with `replace` change the vectors of those that are there."""
        if extras is not None:
            raise NotSupported("extras is not supported: words have a count and a vector")
        keys = [keys] if isinstance(keys, str | int) else list(keys)
        rows = np.atleast_2d(np.asarray(weights, np.float32))
        found = dict(zip(self.index_to_key, self.vectors, strict=True))
        for key, row in zip(keys, rows, strict=True):
            if replace or key not in found:
                found[key] = row
        self._take(Vectors(list(found), np.vstack(list(found.values()))))

    add_vector = add_vectors

    def save(self, fname: str | os.PathLike[str], *_: object, **__: object) -> None:
        """Write Firth's folder; how gensim would pickle is ignored."""
        self.to_firth().save(fname, format="firth")

    @classmethod
    def load(cls, fname: str | os.PathLike[str], mmap: str | None = None) -> Self:
        """Read vectors of Firth, gensim or another tool."""
        return cls(firth.load(fname))

    def save_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        fvocab: None = None,
        binary: bool = False,
        write_header: bool = True,
    ) -> None:
        """Write word2vec's text or binary format, whatever the suffix."""
        if fvocab is not None or not write_header:
            raise NotSupported("fvocab and write_header=False are not supported")
        self.to_firth().save(fname, format="word2vec-binary" if binary else "word2vec-text")

    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | os.PathLike[str],
        fvocab: None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        no_header: bool = False,
    ) -> Self:
        """Read word2vec's text or binary format, whatever the suffix."""
        if fvocab is not None or encoding.replace("-", "").lower() != "utf8":
            raise NotSupported("fvocab and another encoding than utf8 are not supported")
        kind = "word2vec-binary" if binary else "word2vec-text"
        errors: Any = unicode_errors
        return cls(firth.load(fname, limit=limit, encoding_errors=errors, format=kind))


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
