"""Programs that run on gensim and on Firth, where gensim is installed: the same results."""

import numpy as np
import pytest

from firth.compat import gensim as ours

SMALL = {"vector_size": 8, "workers": 1, "sample": 0, "epochs": 2, "seed": 1}
# No two words occur equally often.
SENTENCES = [["tea", "milk", "tea"]] * 40 + [["tea", "sugar", "milk"]] * 20 + [["jam", "tea"]] * 7


def callbacks_in_order(api, folder):
    calls = []

    class Log(api.CallbackAny2Vec):
        def on_train_begin(self, model):
            calls.append("train begin")

        def on_epoch_begin(self, model):
            calls.append("epoch begin")

        def on_epoch_end(self, model):
            calls.append(("epoch end", model.wv.most_similar("tea", topn=1)[0][0] in model.wv))
            calls.append(model.get_latest_training_loss() > 0)

        def on_train_end(self, model):
            calls.append(("train end", len(model.wv)))

    api.Word2Vec(SENTENCES, callbacks=[Log()], compute_loss=True, **SMALL)
    return calls


def words_by_frequency(api, folder):
    model = api.Word2Vec(**SMALL, min_count=2)
    model.build_vocab_from_freq({"tea": 3, "milk": 40, "rare": 1}, corpus_count=67)
    found = [list(model.wv.index_to_key), model.corpus_count, model.wv.get_vecattr("tea", "count")]
    model.train(SENTENCES, total_examples=model.corpus_count, epochs=1)
    return [*found, list(model.wv.index_to_key), int(model.wv.get_vecattr("tea", "count"))]


def words_by_rule(api, folder):
    def rule(word, count, min_count):
        found = {"tea": api.RULE_DISCARD, "jam": api.RULE_KEEP}
        return found.get(word, api.RULE_DEFAULT)

    model = api.Word2Vec(SENTENCES, trim_rule=rule, min_count=10, **SMALL)
    return list(model.wv.index_to_key)


def words_that_are_added(api, folder):
    model = api.Word2Vec(SENTENCES, **SMALL)
    more = [["fresh", "tea"]] * 9 + [["rare", "tea"]]
    model.build_vocab(more, update=True)
    model.train(more, total_examples=model.corpus_count, epochs=1)
    counts = {word: int(model.wv.get_vecattr(word, "count")) for word in model.wv.index_to_key}
    return [counts, model.corpus_count, model.syn1neg.shape]


def another_text_than_that_of_the_words(api, folder):
    model = api.Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    model.train([["new", "tea", "milk"]] * 9, total_examples=9, epochs=1)
    return list(model.wv.index_to_key)


def words_of_another_model(api, folder):
    model = api.Word2Vec(**SMALL)
    model.reset_from(api.Word2Vec(SENTENCES, **SMALL))
    return list(model.wv.index_to_key)


def a_small_text(api, folder):
    few = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]]
    model = api.Word2Vec(few, vector_size=8, min_count=1, workers=1)
    return len(model.wv), model.wv["tea"].shape


def vectors(api):
    keyed = api.KeyedVectors(3)
    rows = np.array([[1, 0.5, 0], [-2, 1e-7, 3], [0.1, 7, 1]], np.float32)
    keyed.add_vectors(["tea", "milk", "jam"], rows)
    return keyed


def files_without_header(api, folder):
    vectors(api).save_word2vec_format(folder / "f", write_header=False)
    found = api.KeyedVectors.load_word2vec_format(folder / "f", no_header=True)
    some = api.KeyedVectors.load_word2vec_format(folder / "f", no_header=True, limit=2)
    return found.index_to_key, found.vectors.tolist(), some.index_to_key


def files_with_more_at_their_end(api, folder):
    keyed = vectors(api)
    for binary in (False, True):
        keyed.save_word2vec_format(folder / "f", binary=binary, total_vec=6)
        more = {"write_header": False, "append": True, "prefix": "*x_"}
        keyed.save_word2vec_format(folder / "f", binary=binary, **more)
        found = api.KeyedVectors.load_word2vec_format(folder / "f", binary=binary)
    return found.index_to_key, found.vectors.tolist(), int(found.get_vecattr("milk", "count"))


def files_of_words_and_documents(api, folder):
    documents = [api.TaggedDocument(words, [f"d{k}"]) for k, words in enumerate(SENTENCES)]
    model = api.Doc2Vec(documents, **SMALL)
    model.save_word2vec_format(folder / "f", doctag_vec=True)
    model.save_word2vec_format(folder / "tags", doctag_vec=True, word_vec=False)
    load = api.KeyedVectors.load_word2vec_format
    return len(load(folder / "f")), load(folder / "tags").index_to_key[:2]


def compressed_files(api, folder):
    for name in ("f.gz", "f.bz2"):
        vectors(api).save_word2vec_format(str(folder / name))
    return [(folder / name).read_bytes()[:2].hex() for name in ("f.gz", "f.bz2")]


def documents_inferred(api, folder):
    documents = [api.TaggedDocument(words, [k]) for k, words in enumerate(SENTENCES)]
    model = api.Doc2Vec(documents, **SMALL)
    some = [
        model.infer_vector(["tea", "milk"], alpha=0.05, min_alpha=0.001, epochs=5),
        model.infer_vector(["unknown"]),
        model.infer_vector([]),
    ]
    return [(row.shape, row.dtype.name, bool(np.abs(row).max() > 0)) for row in some]


def an_indexer(api, folder):
    class Index:
        def most_similar(self, vector, num_neighbors):
            return [("asked", round(float(np.linalg.norm(vector)), 4))] * num_neighbors

    return vectors(api).most_similar("tea", topn=2, indexer=Index())


PROGRAMS = [
    callbacks_in_order, words_by_frequency, words_by_rule, words_that_are_added,
    another_text_than_that_of_the_words, words_of_another_model, a_small_text,
    files_without_header, files_with_more_at_their_end, files_of_words_and_documents,
    compressed_files, documents_inferred, an_indexer,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_results_are_the_same(theirs, program, tmp_path):
    found, expected = [], []
    for api, into in ((ours, found), (theirs, expected)):
        folder = tmp_path / api.__class__.__name__
        folder.mkdir()
        into.append(program(api, folder))
    assert found == expected


MISSING = {
    "vectors": lambda api, path: api.KeyedVectors.load(path),
    "a file of vectors": lambda api, path: api.KeyedVectors.load_word2vec_format(path),
    "a model": lambda api, path: api.Word2Vec.load(path),
    "phrases": lambda api, path: api.Phrases.load(path),
    "lines": lambda api, path: list(api.LineSentence(path)),
    "analogies": lambda api, path: vectors(api).evaluate_word_analogies(path),
    "pairs": lambda api, path: vectors(api).evaluate_word_pairs(path),
}

REFUSED = {
    "an update of nothing": (
        RuntimeError, lambda api: api.Word2Vec().build_vocab(SENTENCES, update=True)
    ),
    "training without words": (
        RuntimeError,
        lambda api: api.Word2Vec().train(SENTENCES, total_examples=1, epochs=1),
    ),
    "binary without header": (
        NotImplementedError,
        lambda api: api.KeyedVectors.load_word2vec_format("f", binary=True, no_header=True),
    ),
    "an unknown word": (KeyError, lambda api: vectors(api)["unknown"]),
    "an unknown word to compare": (KeyError, lambda api: vectors(api).most_similar("unknown")),
    "nothing to compare": (ValueError, lambda api: vectors(api).most_similar()),
    "no lists": (ZeroDivisionError, lambda api: vectors(api).n_similarity([], ["tea"])),
    "a vector of other length": (ValueError, lambda api: vectors(api).add_vector("x", np.ones(5))),
    "no attribute": (KeyError, lambda api: vectors(api).get_vecattr("tea", "count")),
}  # fmt: skip


@pytest.mark.parametrize("load", MISSING.values(), ids=MISSING)
def test_a_missing_file_is_the_same_error(theirs, load, tmp_path):
    for api in (ours, theirs):
        with pytest.raises(FileNotFoundError, match="absent"):
            load(api, str(tmp_path / "absent"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "ask"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_the_same_error(theirs, kind, ask, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    vectors(ours).save_word2vec_format("f", binary=True)
    for api in (ours, theirs):
        with pytest.raises(kind):
            ask(api)
