"""gensim's packages: helpers of its `utils` and `test.utils`, and what is not here."""

import bz2
import gzip

import numpy as np
import pytest

import firth
import firth.compat.gensim as gensim
from firth.compat.gensim import (
    CallbackAny2Vec,
    Doc2Vec,
    KeyedVectors,
    LineSentence,
    NotSupported,
    Word2Vec,
)
from firth.compat.gensim.models.doc2vec import TaggedDocument
from firth.compat.gensim.test.utils import common_texts, get_tmpfile, temporary_file
from firth.compat.gensim.utils import any2unicode, any2utf8, save_as_line_sentence

SMALL = {"vector_size": 8, "workers": 1, "sample": 0, "epochs": 2, "min_count": 1}
DOCUMENTS = [TaggedDocument(words, [place]) for place, words in enumerate(common_texts)]

pytestmark = pytest.mark.filterwarnings("ignore::firth.FirthWarning")


def test_the_first_example_of_gensims_documentation_runs():
    model = Word2Vec(sentences=common_texts, vector_size=10, window=5, min_count=1, workers=4)
    path = get_tmpfile("word2vec.model")
    model.save(path)
    assert Word2Vec.load(path).wv.most_similar("computer", topn=10)
    assert get_tmpfile("word2vec.model") != path
    with temporary_file("vectors.txt") as place:
        model.wv.save_word2vec_format(place)
        assert len(KeyedVectors.load_word2vec_format(place)) == 12
    with pytest.raises(FileNotFoundError):
        KeyedVectors.load_word2vec_format(place)


def test_gensims_text_is_the_same():
    theirs = pytest.importorskip("gensim.test.utils", reason="gensim is not installed")
    assert theirs.common_texts == common_texts


@pytest.mark.parametrize(
    ("name", "opener"), [("text", open), ("text.gz", gzip.open), ("text.bz2", bz2.open)]
)
def test_sentences_are_written_a_line_each(name, opener, tmp_path):
    path = str(tmp_path / name)
    save_as_line_sentence((words for words in [["tea", "thé"], ["milk"]]), path)
    with opener(path, "rb") as file:
        assert file.read() == "tea thé\nmilk\n".encode()
    assert list(LineSentence(path)) == [["tea", "thé"], ["milk"]]
    with gensim.utils.open(path) as file:
        assert file.readlines() == ["tea thé\n", "milk\n"]
    with gensim.utils.open(path, "rb") as file:
        assert file.readline() == "tea thé\n".encode()
    with gensim.utils.open(path, "w", encoding="latin-1") as file:
        file.write("thé")
    with opener(path, "rb") as file:
        assert file.read() == b"th\xe9"


def test_text_and_bytes():
    assert (any2unicode(b"th\xc3\xa9"), any2unicode("thé")) == ("thé", "thé")
    assert (any2utf8("thé"), any2utf8(b"th\xe9", encoding="latin-1")) == (b"th\xc3\xa9",) * 2
    with pytest.raises(UnicodeDecodeError):
        any2utf8(b"th\xe9")


@pytest.mark.parametrize(
    ("package", "name", "advice"),
    [
        (gensim, "corpora", r"gensim\.corpora is not supported: .*import it from gensim"),
        (gensim, "downloader", r"firth\.load\('hf://"),
        (gensim, "similarities", "build_index"),
        (gensim.models, "LdaModel", r"gensim\.models\.LdaModel .*import it from gensim"),
        (gensim.models, "TranslationMatrix", r"firth\.align"),
        (gensim.test.utils, "datapath", "the path of a file of yours"),
    ],
)
def test_what_gensim_has_beside_word_vectors_is_told(package, name, advice):
    with pytest.raises(NotSupported, match=advice):
        getattr(package, name)
    with pytest.raises(ImportError, match=advice):
        exec(f"from {package.__name__} import {name}", {})
    assert not hasattr(package, "no_such_name")


def test_models_of_documents_with_a_tree_are_refused_by_gensims_names():
    with pytest.raises(
        NotSupported, match=r"leave hs=1 out and give negative=5, or .* dbow_words=1"
    ):
        Doc2Vec(DOCUMENTS, dm=0, hs=1, negative=0, **SMALL)
    for how in ({"dm": 1}, {"dm": 0, "dbow_words": 1}):
        model = Doc2Vec(DOCUMENTS, **how, hs=1, negative=0, **SMALL)
        with pytest.raises(NotSupported, match="infer_vector with hs=1"):
            model.infer_vector(["human"])


def test_what_needs_training_says_so():
    model = Doc2Vec(**SMALL)
    model.build_vocab(DOCUMENTS)
    with pytest.raises(RuntimeError, match="call build_vocab and train before infer_vector"):
        model.similarity_unseen_docs(["human"], ["user"])
    words = Word2Vec(**{**SMALL, "vector_size": 3})
    words.wv = KeyedVectors(firth.Vectors(["tea"], np.ones((1, 3), np.float32)))
    with pytest.raises(RuntimeError, match="trained with negative sampling"):
        words.predict_output_word(["tea"])


class Seen(CallbackAny2Vec):
    """Notes what it is called for, and the loss after each epoch."""

    def __init__(self):
        self.events, self.losses = [], []

    def on_train_begin(self, model):
        self.events.append("begin")

    def on_epoch_begin(self, model):
        self.events.append("epoch")

    def on_epoch_end(self, model):
        self.events.append("end")
        self.losses.append(model.get_latest_training_loss())

    def on_train_end(self, model):
        self.events.append("finish")


def test_a_text_that_sampling_empties_is_reported_once():
    seen = Seen()
    with pytest.warns(firth.FirthWarning, match="it is trained with sample=0"):
        model = Word2Vec(common_texts, vector_size=10, min_count=0, epochs=3, callbacks=[seen])
    assert seen.events == ["begin", *["epoch", "end"] * 3, "finish"]
    plain = Word2Vec(common_texts, vector_size=10, min_count=0, epochs=3, sample=0)
    assert model.get_latest_training_loss() == plain.get_latest_training_loss()
    assert model.wv["system"].tolist() == plain.wv["system"].tolist()
