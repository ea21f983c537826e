"""gensim's module `models.fasttext`."""

from firth.compat.gensim.fasttext import (
    FastText,
    load_facebook_model,
    load_facebook_vectors,
    save_facebook_model,
)
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.ngram_vectors import FastTextKeyedVectors
from firth.compat.gensim.word2vec import Word2Vec

__all__ = [
    "FastText",
    "FastTextKeyedVectors",
    "KeyedVectors",
    "Word2Vec",
    "load_facebook_model",
    "load_facebook_vectors",
    "save_facebook_model",
]
