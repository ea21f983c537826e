"""gensim itself, where it is installed."""

import types

import pytest

from firth.compat import gensim as ours


@pytest.fixture(scope="session")
def theirs():
    """The names of Firth's face, as gensim has them."""
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    from gensim import utils
    from gensim.models import callbacks, doc2vec, fasttext, phrases, word2vec

    several = (models, word2vec, callbacks, doc2vec, fasttext, phrases, utils)
    names = {name: getattr(m, name) for name in ours.__all__ for m in several if hasattr(m, name)}
    return types.SimpleNamespace(**names, models=models)
