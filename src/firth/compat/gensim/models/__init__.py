"""gensim's package `models`, for programs that name it and its modules."""

from firth.compat.gensim.elsewhere import MODELS, not_here
from firth.compat.gensim.models import (
    callbacks,
    doc2vec,
    fasttext,
    keyedvectors,
    phrases,
    word2vec,
)
from firth.compat.gensim.models.doc2vec import Doc2Vec
from firth.compat.gensim.models.fasttext import FastText
from firth.compat.gensim.models.keyedvectors import KeyedVectors
from firth.compat.gensim.models.phrases import Phrases
from firth.compat.gensim.models.word2vec import Word2Vec

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

__getattr__ = not_here("gensim.models", MODELS)
