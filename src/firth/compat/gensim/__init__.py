"""gensim 4's names and signatures on Firth: programs run with another import line.

Nothing of gensim is imported or copied. What Firth cannot do raises `NotSupported`, which names the
option and says what to do instead.

Examples
--------
>>> from firth.compat.gensim import Word2Vec
>>> sentences = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]] * 200
>>> model = Word2Vec(sentences, vector_size=10, workers=1, sample=0, epochs=2)
>>> len(model.wv), model.wv["tea"].shape, len(model.wv.most_similar("tea", topn=2))
(5, (10,), 2)
"""

from firth.compat.gensim import models, test, utils
from firth.compat.gensim.callbacks import CallbackAny2Vec
from firth.compat.gensim.doc2vec import Doc2Vec, TaggedDocument, TaggedLineDocument
from firth.compat.gensim.elsewhere import PACKAGES, not_here
from firth.compat.gensim.fasttext import (
    FastText,
    load_facebook_model,
    load_facebook_vectors,
    save_facebook_model,
)
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.ngram_vectors import FastTextKeyedVectors
from firth.compat.gensim.options import NotSupported
from firth.compat.gensim.phrases import (
    ENGLISH_CONNECTOR_WORDS,
    FrozenPhrases,
    Phraser,
    Phrases,
)
from firth.compat.gensim.sentences import LineSentence, PathLineSentences, Text8Corpus
from firth.compat.gensim.utils import simple_preprocess
from firth.compat.gensim.vocabularies import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP
from firth.compat.gensim.word2vec import Word2Vec

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "CallbackAny2Vec",
    "Doc2Vec",
    "FastText",
    "FastTextKeyedVectors",
    "FrozenPhrases",
    "KeyedVectors",
    "LineSentence",
    "NotSupported",
    "PathLineSentences",
    "Phraser",
    "Phrases",
    "TaggedDocument",
    "TaggedLineDocument",
    "Text8Corpus",
    "Word2Vec",
    "load_facebook_model",
    "load_facebook_vectors",
    "models",
    "save_facebook_model",
    "simple_preprocess",
    "test",
    "utils",
]

__getattr__ = not_here("gensim", PACKAGES)
