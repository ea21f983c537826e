"""Files of the real gensim, where it is installed: Firth reads what gensim holds."""

import numpy as np
import pytest

from firth.vectors import load
from gensim_files import make_files

NAMES = [
    f"{name}{kind}"
    for name in ("word2vec", "softmax", "fasttext", "whole", "numbers", "tags")
    for kind in (".model", ".kv", "-beside.model", "-beside.kv", "-2.model", "-3.model", "-5.model")
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    pytest.importorskip("gensim", reason="gensim is not installed")
    folder = tmp_path_factory.mktemp("gensim")
    return folder, make_files(folder)


@pytest.mark.parametrize("name", [*NAMES, "numbers-documents.kv"])
def test_words_counts_and_vectors(name, made):
    folder, held = made
    theirs = held[name]
    wv = getattr(theirs, "wv", theirs)
    loaded = load(folder / name)
    assert list(loaded) == wv.index_to_key
    np.testing.assert_allclose(loaded, wv.vectors, rtol=1e-5, atol=1e-8)
    if "count" in wv.expandos:
        np.testing.assert_array_equal(loaded.counts, wv.expandos["count"])
    if name.startswith("fasttext"):
        for word in ("teapot", "kings", "e\u0301", "cafe\u0301s", "cafés"):
            np.testing.assert_allclose(loaded[word], wv[word], rtol=1e-4, atol=1e-7)
    if theirs is not wv and theirs.negative:
        np.testing.assert_array_equal(loaded.output_vectors, theirs.syn1neg)
    if hasattr(theirs, "dv"):
        np.testing.assert_array_equal(loaded.documents, theirs.dv.vectors)
    for word, score in wv.most_similar(wv.index_to_key[0], topn=3):
        assert loaded.similarity(wv.index_to_key[0], word) == pytest.approx(score, abs=1e-5)
