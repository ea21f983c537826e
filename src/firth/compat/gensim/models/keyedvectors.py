"""gensim's module `models.keyedvectors`."""

from firth.compat.gensim.keyed_vectors import (
    Doc2VecKeyedVectors,
    EuclideanKeyedVectors,
    KeyedVectors,
    Word2VecKeyedVectors,
)
from firth.compat.gensim.ngram_vectors import FastTextKeyedVectors

__all__ = [
    "Doc2VecKeyedVectors",
    "EuclideanKeyedVectors",
    "FastTextKeyedVectors",
    "KeyedVectors",
    "Word2VecKeyedVectors",
]
