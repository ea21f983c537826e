"""gensim's module `models.callbacks`."""

from firth.compat.gensim.callbacks import CallbackAny2Vec

__all__ = [
    "CallbackAny2Vec",
]
