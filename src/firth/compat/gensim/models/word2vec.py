"""gensim's module `models.word2vec`."""

from firth.compat.gensim.callbacks import CallbackAny2Vec
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.sentences import (
    MAX_WORDS_IN_BATCH,
    LineSentence,
    PathLineSentences,
    Text8Corpus,
)
from firth.compat.gensim.word2vec import Word2Vec

__all__ = [
    "FAST_VERSION",
    "MAX_WORDS_IN_BATCH",
    "CallbackAny2Vec",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "Text8Corpus",
    "Word2Vec",
]

# Of gensim's compiled loops; below 0, programs warn that training is slow.
FAST_VERSION = 1
