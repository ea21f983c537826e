"""gensim's package `models`, for programs that name it: `gensim.models.Word2Vec`."""

from firth.compat.gensim import callbacks, doc2vec, fasttext, phrases, word2vec
from firth.compat.gensim import keyed_vectors as keyedvectors
from firth.compat.gensim.doc2vec import Doc2Vec
from firth.compat.gensim.fasttext import FastText
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.phrases import Phrases
from firth.compat.gensim.word2vec import Word2Vec

__all__ = [
    "Doc2Vec",
    "FastText",
    "KeyedVectors",
    "Phrases",
    "Word2Vec",
    "callbacks",
    "doc2vec",
    "fasttext",
    "keyedvectors",
    "phrases",
    "word2vec",
]
