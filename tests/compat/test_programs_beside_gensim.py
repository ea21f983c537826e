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


def words_in_steps(api, folder):
    model = api.Word2Vec(**SMALL)
    found = [model.scan_vocab(SENTENCES), dict(model.raw_vocab)]
    found += [model.prepare_vocab(dry_run=True, min_count=8, sample=0.1), model.min_count]
    found += [model.prepare_vocab(min_count=8, sample=0.1, keep_raw_vocab=True), model.min_count]
    found += [dict(model.raw_vocab), model.effective_min_count, model.sample]
    model.prepare_weights()
    found += [list(model.wv.index_to_key), model.wv.vectors.shape]
    model.train(SENTENCES, total_examples=67, epochs=1)
    model.init_weights()
    found += [float(np.abs(model.syn1neg).max()) == 0, list(model.wv.index_to_key)]
    found += [model.scan_vocab([["rye", "tea"]] * 9), model.prepare_vocab(update=True)]
    model.prepare_weights(update=True)
    return [*found, list(model.wv.index_to_key), dict(model.raw_vocab), model.wv.vectors.shape]


def words_of_a_limited_number(api, folder):
    texts = [["a"] * 5 + ["b"] * 3 + ["c"] * 3 + ["d"]] * 9
    found = []
    for most, least in ((1, 1), (2, 1), (3, 1), (9, 1), (3, 40)):
        model = api.Word2Vec(**{**SMALL, "min_count": least}, max_final_vocab=most)
        model.build_vocab(texts, keep_raw_vocab=most > 2)
        found += [sorted(model.wv.index_to_key), model.effective_min_count, dict(model.raw_vocab)]
    return found


def words_by_options_of_build_vocab(api, folder):
    model = api.Word2Vec(**SMALL)
    model.build_vocab(SENTENCES, min_count=20, sample=0.5)
    return [list(model.wv.index_to_key), model.min_count, model.sample, model.corpus_count]


def noise_words(api, folder):
    model = api.Word2Vec(**SMALL, ns_exponent=0.5)
    found = [hasattr(model, "cum_table")]
    model.build_vocab_from_freq({"tea": 300, "milk": 41, "rye": 7, "jam": 6})
    tree = api.Word2Vec(SENTENCES, **SMALL, hs=1, negative=0)
    return [*found, model.cum_table.tolist(), str(model.cum_table.dtype), tree.cum_table]


def documents_in_steps(api, folder):
    model = api.Doc2Vec(**SMALL)
    texts = [api.TaggedDocument(words, [n]) for n, words in enumerate(SENTENCES)]
    found = [model.scan_vocab(texts), model.prepare_vocab()["num_retained_words"]]
    model.prepare_weights()
    model.train(texts, total_examples=67, epochs=1)
    inferred = []
    for seed in (3, 3, 4):
        model.random.seed(seed)
        inferred.append(model.infer_vector(["tea", "milk"]).tolist())
    found += [inferred[0] == inferred[1], inferred[0] == inferred[2], model.sg, model.cbow_mean]
    return [*found, model.dv.vectors.shape, model.estimated_lookup_memory() > 0]


def rows_and_attributes_of_keys(api, folder):
    keyed = vectors(api)
    keyed.allocate_vecattrs(["seen", "told", "said"], [int, str, float])
    keyed.set_vecattr("tea", "told", "hot")
    keyed.index_to_key.append("new")
    keyed.key_to_index["new"] = len(keyed) - 1
    keyed.resize_vectors(seed=3)
    shapes = {name: (len(each), str(each.dtype)) for name, each in keyed.expandos.items()}
    found = [shapes, keyed.vectors.shape, keyed.get_vector("new").shape, keyed.mapfile_path]
    found += [keyed.get_vecattr("tea", "told"), keyed.get_vecattr("new", "seen")]
    near = keyed.similar_by_key(key="tea", topn=3)
    found += [word for word, _ in near if word != "new"]
    return [*found, sorted({*keyed.words_closer_than(word1="tea", word2="milk")} - {"new"})]


def events(api, folder):
    found = []
    for thing in (api.Word2Vec(**SMALL), vectors(api), api.Phrases(SENTENCES)):
        thing.add_lifecycle_event("mine", log_level=False, msg="told", more=[1])
        (*_, event) = thing.lifecycle_events
        found.append({name: event[name] for name in ("event", "msg", "more")})
    return found


def sources_of_texts(api, folder):
    (folder / "text").write_text("tea milk\n")
    path = str(folder / "text")
    lines = api.LineSentence(path).source, api.PathLineSentences(path).source
    return [name.endswith("text") and type(name) for name in (*lines, api.Text8Corpus(path).fname)]


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
    compressed_files, documents_inferred, an_indexer, words_in_steps, words_of_a_limited_number,
    words_by_options_of_build_vocab, noise_words, documents_in_steps, rows_and_attributes_of_keys,
    events, sources_of_texts,
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
    "another type of an attribute": (
        TypeError,
        lambda api: (kv := vectors(api)).allocate_vecattrs(["x"], [int])
        or kv.allocate_vecattrs(["x"], [str]),
    ),
    "weights without words": (
        RuntimeError, lambda api: api.Word2Vec().prepare_weights(update=True)
    ),
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
