"""Small files as gensim writes them, made without it: pickles of classes that have its names."""

import contextlib
import pickle
import sys
from collections import defaultdict
from types import ModuleType
from unittest import mock

import numpy as np

CLASSES = {
    "gensim.models.keyedvectors": "KeyedVectors Word2VecKeyedVectors Vocab",
    "gensim.models.word2vec": "Word2Vec",
    "gensim.models.fasttext": "FastText FastTextKeyedVectors",
    "gensim.models.doc2vec": "Doc2Vec",
}


def _modules():
    modules = {name: ModuleType(name) for name in ("gensim", "gensim.models", *CLASSES)}
    for module, names in CLASSES.items():
        for name in names.split():
            setattr(modules[module], name, type(name, (), {"__module__": module}))
    return modules


MODULES = _modules()


def made(name, **attributes):
    """Return an object of the class of this name, without the class's own work."""
    module = next(module for module, names in CLASSES.items() if name in names.split())
    instance = getattr(MODULES[module], name)()
    vars(instance).update(attributes)
    return instance


def dumped(instance, protocol=4):
    """Return the pickle of an object that `made` returned."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(sys.modules, MODULES))
        return pickle.dumps(instance, protocol)


def key_vectors(words, matrix, counts=None, **more):
    """Return KeyedVectors; without a matrix, it is said to lie beside the pickle."""
    beside = [] if matrix is not None else ["vectors"]
    arrays = {} if matrix is None else {"vectors": matrix}
    return made(
        "KeyedVectors",
        index_to_key=list(words),
        key_to_index={word: row for row, word in enumerate(words)},
        expandos={} if counts is None else {"count": np.asarray(counts)},
        norms=None,
        **arrays,
        **{"__numpys": beside, "__scipys": [], "__ignoreds": frozenset(["norms"])},
        **more,
    )


def fasttext_vectors(words, own, ngrams, lengths=(3, 6), **more):
    """Return FastTextKeyedVectors, whose composed vectors gensim does not save."""
    attributes = {
        "index_to_key": list(words), "expandos": {}, "vectors_vocab": own, "bucket": len(ngrams),
        "vectors_ngrams": ngrams, "min_n": lengths[0], "max_n": lengths[1], "compatible_hash": True,
    }  # fmt: skip
    return made("FastTextKeyedVectors", **{**attributes, **more})


def model(name, wv, **more):
    """Return a model with these vectors."""
    others = {"raw_vocab": defaultdict(int, {"tea": 1}), "hashfxn": hash, "seed": 1, "window": 5}
    return made(name, wv=wv, **others, **more)
