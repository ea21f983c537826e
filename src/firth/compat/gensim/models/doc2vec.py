"""gensim's module `models.doc2vec`."""

from firth.compat.gensim.callbacks import CallbackAny2Vec
from firth.compat.gensim.doc2vec import Doc2Vec, TaggedDocument, TaggedLineDocument
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.word2vec import Word2Vec

__all__ = [
    "FAST_VERSION",
    "CallbackAny2Vec",
    "Doc2Vec",
    "KeyedVectors",
    "TaggedDocument",
    "TaggedLineDocument",
    "Word2Vec",
]

# Of gensim's compiled loops; below 0, programs warn that training is slow.
FAST_VERSION = 1
