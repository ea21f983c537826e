"""Programs that were written for gensim, with another import line."""

import numpy as np
import pytest

import firth
from firth.compat.gensim import (
    Doc2Vec,
    FastText,
    KeyedVectors,
    LineSentence,
    NotSupported,
    PathLineSentences,
    TaggedDocument,
    Text8Corpus,
    Word2Vec,
)

SENTENCES = [["tea", "milk"], ["tea", "sugar", "milk"], ["bread", "butter"], ["bread", "jam"]] * 80
SMALL = {"vector_size": 8, "workers": 1, "sample": 0, "epochs": 2}


@pytest.fixture(scope="module")
def model():
    return Word2Vec(SENTENCES, **SMALL)


@pytest.fixture
def keyed():
    matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0.5]], np.float32)
    return KeyedVectors(firth.Vectors(["man", "king", "woman", "queen", "far"], matrix))


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


# ---------------------------------------------------------------------------- training


def test_training_is_firths_with_gensims_defaults():
    model = Word2Vec(SENTENCES, workers=1, sample=0)
    expected = firth.train(
        SENTENCES, model="cbow", lr=0.025, window=5, negative=5, epochs=5, min_count=5, threads=1,
        sample=0, seed=1, min_lr=1e-4, subwords="none", readout="plain",
    )  # fmt: skip
    assert model.wv.index_to_key == list(expected.words)
    np.testing.assert_array_equal(model.wv.vectors, expected.input_vectors)
    np.testing.assert_array_equal(model.syn1neg, expected.output_vectors)


def test_options_are_translated():
    model = Word2Vec(SENTENCES, sg=1, hs=1, negative=0, window=2, alpha=0.05, seed=3, **SMALL)
    options = model.wv.to_firth().config["options"]
    found = [options[name] for name in ("model", "loss", "window", "lr", "seed", "dim")]
    assert found == ["skipgram", "hs", 2, 0.05, 3, 8]
    assert (model.sg, model.alpha, model.vector_size, model.epochs) == (1, 0.05, 8, 2)


def test_the_vocabulary_may_be_built_first_and_trained_later():
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    assert (model.corpus_count, model.corpus_total_words) == (320, 720)
    assert model.wv.get_vecattr("tea", "count") == 160
    trained = model.train(SENTENCES, total_examples=model.corpus_count, epochs=model.epochs)
    assert trained == (1_440, 1_440)
    np.testing.assert_array_equal(model.wv.vectors, Word2Vec(SENTENCES, **SMALL).wv.vectors)


def test_a_generator_that_was_read_for_words_is_trained_on():
    model = Word2Vec(**SMALL)
    sentences = (words for words in SENTENCES)
    model.build_vocab(sentences)
    model.train(sentences, total_examples=model.corpus_count, epochs=2)
    np.testing.assert_array_equal(model.wv.vectors, Word2Vec(SENTENCES, **SMALL).wv.vectors)


def test_training_goes_on_and_takes_new_words(model, tmp_path):
    model.save(tmp_path / "model")
    again = Word2Vec.load(tmp_path / "model")
    np.testing.assert_array_equal(again.wv.vectors, model.wv.vectors)
    again = Word2Vec(SENTENCES, **SMALL)
    more = [["tea", "lemon"]] * 20
    again.build_vocab(more, update=True)
    again.train(more, total_examples=20, epochs=3)
    assert "lemon" in again.wv
    assert "lemon" not in model.wv
    assert not np.array_equal(again.wv["tea"], model.wv["tea"])


def test_fasttext_gives_unknown_words_vectors(tmp_path):
    model = FastText(SENTENCES, min_n=2, max_n=3, bucket=100, **SMALL)
    assert "teas" in model.wv
    assert model.wv["teas"].shape == (8,)
    assert not model.wv.has_index_for("teas")
    assert (
        FastText(SENTENCES, max_n=0, **SMALL).wv.to_firth().config["options"]["subwords"] == "none"
    )


@pytest.mark.parametrize("options", [{}, {"dm": 0}, {"dm": 0, "dbow_words": 1}], ids=str)
def test_documents_have_vectors_by_their_tags(options):
    documents = [TaggedDocument(words, [f"d{k}"]) for k, words in enumerate(SENTENCES)]
    model = Doc2Vec(documents, **SMALL, **options)
    assert model.dv["d7"].shape == (8,)
    assert len(model.dv) == 320
    assert model.infer_vector(["tea", "milk"]).shape == (8,)
    assert len(model.dv.most_similar([model.infer_vector(["bread"])], topn=3)) == 3


def test_a_file_is_read_as_lines(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("".join(" ".join(words) + "\n" for words in SENTENCES))
    whole = Word2Vec(SENTENCES, **SMALL).wv.vectors
    for given in ({"corpus_file": str(path)}, {"sentences": LineSentence(path)}):
        np.testing.assert_array_equal(Word2Vec(**given, **SMALL).wv.vectors, whole)
    assert list(LineSentence(path, limit=2)) == SENTENCES[:2]
    assert list(LineSentence(path, max_sentence_length=2))[1:3] == [["tea", "sugar"], ["milk"]]
    (tmp_path / "z.txt").write_text("last line\n")
    assert list(PathLineSentences(tmp_path))[-1] == ["last", "line"]
    words = [word for words in SENTENCES for word in words]
    one = tmp_path / "z.txt"
    one.write_text(" ".join(words))
    assert list(Text8Corpus(one, max_sentence_length=100))[:2] == [words[:100], words[100:200]]
    assert sum(map(len, Text8Corpus(one, max_sentence_length=7))) == len(words)


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: Word2Vec(SENTENCES, trim_rule=len), "trim_rule=.* is not supported"),
        (lambda: Word2Vec(SENTENCES, hs=1), "hs=1 with negative=5 is not supported"),
        (lambda: Word2Vec(SENTENCES, negative=0), "negative=0 with hs=0 trains nothing"),
        (lambda: Word2Vec(SENTENCES, cbow_mean=0), "cbow_mean=0 is not supported"),
        (lambda: Word2Vec(SENTENCES, callbacks=[print]), "callbacks=.* see firth.Callback"),
        (lambda: Doc2Vec([TaggedDocument(["a"], [])]), "a document has one tag"),
        (lambda: Doc2Vec([TaggedDocument(["a"], [1])] * 2), "two documents with the same tag"),
        (lambda: Word2Vec(**SMALL).score([]), "score is not supported"),
    ],
)
def test_what_firth_cannot_do_is_named(make, fault):
    with pytest.raises(NotSupported, match=fault):
        make()


def test_options_that_gensim_has_not_are_type_errors():
    with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
        Word2Vec(SENTENCES, size=100)
    with pytest.raises(TypeError, match="token lists, not one text"):
        Word2Vec("tea with milk")
    with pytest.raises(RuntimeError, match="build_vocab before train"):
        Word2Vec().train(SENTENCES)


# ---------------------------------------------------------------------------- vectors


def test_words_and_rows(keyed):
    assert (len(keyed), keyed.vector_size, keyed.index_to_key[1]) == (5, 3, "king")
    assert keyed.key_to_index["woman"] == keyed.get_index("woman") == 2
    assert keyed.get_index("x", -1) == -1
    assert "king" in keyed
    assert "x" not in keyed
    np.testing.assert_array_equal(keyed[["king", "man"]], [[1, 1, 0], [1, 0, 0]])
    assert np.linalg.norm(keyed.get_vector("king", norm=True)) == pytest.approx(1)
    with pytest.raises(KeyError, match="Key 'x' not present"):
        keyed["x"]


def test_neighbours(keyed):
    assert keyed.most_similar(positive=["king", "woman"], negative=["man"], topn=1)[0][0] == "queen"
    assert keyed.most_similar_cosmul(["king", "woman"], ["man"], restrict_vocab=4)[0][0] == "queen"
    found = keyed.most_similar("king", topn=2)
    assert [word for word, _ in found] == ["man", "queen"]
    assert found[0][1] == pytest.approx(cosine(keyed["king"], keyed["man"]))
    assert keyed.similar_by_word("king", topn=2) == found
    assert keyed.similar_by_vector(keyed["king"], topn=1)[0][0] == "king"
    assert keyed.most_similar("king", topn=None).shape == (5,)
    assert [word for word, _ in keyed.most_similar("king", restrict_vocab=3)] == ["man", "woman"]
    weighted = keyed.most_similar([("king", 1.0), (keyed["woman"], 0.5)], topn=1)
    assert weighted[0][0] == "queen"
    assert keyed.rank("king", "queen") == len(keyed.closer_than("king", "queen")) + 1 == 2
    assert keyed.most_similar_to_given("king", ["far", "queen"]) == "queen"
    with pytest.raises(KeyError, match="'x'"):
        keyed.most_similar("x")


def test_similarities(keyed):
    assert keyed.similarity("king", "queen") == pytest.approx(cosine(keyed["king"], keyed["queen"]))
    assert keyed.distance("king", "king") == pytest.approx(0, abs=1e-6)
    a, b = keyed[["king", "man"]].mean(axis=0), keyed[["woman"]].mean(axis=0)
    assert keyed.n_similarity(["king", "man"], ["woman"]) == pytest.approx(cosine(a, b))
    assert keyed.distances("king", ["man"])[0] == pytest.approx(keyed.distance("king", "man"))
    assert keyed.distances("king").shape == (5,)
    assert keyed.doesnt_match(["king", "man", "queen", "far"]) == "far"


def test_files(keyed, tmp_path):
    for binary in (False, True):
        keyed.save_word2vec_format(tmp_path / "file", binary=binary)
        again = KeyedVectors.load_word2vec_format(tmp_path / "file", binary=binary)
        assert again.index_to_key == keyed.index_to_key
        np.testing.assert_array_equal(again.vectors, keyed.vectors)
    limited = KeyedVectors.load_word2vec_format(tmp_path / "file", binary=True, limit=2)
    assert limited.index_to_key == ["man", "king"]
    keyed.save(tmp_path / "vectors.kv")
    np.testing.assert_array_equal(KeyedVectors.load(tmp_path / "vectors.kv").vectors, keyed.vectors)


def test_vectors_are_added_and_replaced():
    keyed = KeyedVectors(2)
    keyed.add_vectors(["tea", "milk"], [[1, 2], [3, 4]])
    keyed.add_vector("jam", [5, 6])
    keyed.add_vectors("tea", [[7, 8]])
    assert keyed["tea"].tolist() == [1, 2]
    keyed.add_vectors("tea", [[7, 8]], replace=True)
    assert keyed["tea"].tolist() == [7, 8]
    assert keyed.index_to_key == ["tea", "milk", "jam"]


def test_vectors_that_are_replaced_or_changed_answer_from_then_on(keyed):
    keyed.vectors = keyed.vectors[::-1].copy()
    assert keyed["far"].tolist() == [1, 0, 0]
    assert keyed.most_similar("far", topn=1)[0][0] == "queen"
    keyed.vectors[0] = [0, 0, 7]
    keyed.fill_norms(force=True)
    assert keyed.get_vector("man", norm=True).tolist() == [0, 0, 1]
    assert keyed.similarity("man", "woman") == pytest.approx(1)
    assert keyed.to_firth()["man"].tolist() == [0, 0, 7]
    keyed["man"] = np.array([2, 0, 0])
    assert keyed.most_similar("man", topn=1) == [("far", 1.0)]
    with pytest.raises(firth.ConfigError, match=r"shape \(5, 3\), got \(2, 3\)"):
        keyed.vectors = keyed.vectors[:2]
    with pytest.raises(ValueError, match="read-only"):
        keyed["man"][0] = 5


def test_counts_and_other_attributes_stay_when_words_are_added(model):
    keyed = KeyedVectors(model.wv.to_firth())
    count = keyed.get_vecattr("tea", "count")
    assert keyed.add_vector("new", np.ones(8)) == len(keyed) - 1
    assert (keyed.get_vecattr("tea", "count"), keyed.get_vecattr("new", "count")) == (count, 0)
    keyed.add_vectors(["last"], np.ones((1, 8)), extras={"count": [1000]})
    keyed.set_vecattr("new", "kind", "drink")
    assert (keyed.get_vecattr("new", "kind"), keyed.get_vecattr("tea", "kind")) == ("drink", None)
    keyed.sort_by_descending_frequency()
    assert (keyed.index_to_key[0], keyed.index_to_key[-1]) == ("last", "new")
    assert keyed.get_vecattr("new", "kind") == "drink"
    assert keyed.to_firth().counts[0] == 1000
    with pytest.raises(ValueError, match=r"shape \(2, 8\), got \(1, 8\)"):
        keyed.add_vectors(["a", "b"], np.ones((1, 8)))


def test_an_integer_is_a_row_unless_keys_are_integers(keyed):
    assert keyed[1].tolist() == keyed["king"].tolist()
    assert keyed.get_index(np.int64(2)) == 2
    assert 4 in keyed
    assert 5 not in keyed
    numbers = KeyedVectors(2)
    numbers.add_vectors([7, 3], np.eye(2))
    assert numbers[3].tolist() == [0, 1]
    with pytest.raises(KeyError, match="'1' not present"):
        numbers[1]


def test_vectors_of_some_words(keyed):
    some = keyed.vectors_for_all(["queen", "x", "man"])
    assert some.index_to_key == ["queen", "man"]
    assert keyed.rank_by_centrality(["man", "king", "x"])[0][1] in ("man", "king")
    keyed.init_sims(replace=True)
    np.testing.assert_allclose(np.linalg.norm(keyed.vectors, axis=1), 1, atol=1e-6)
    assert str(keyed) == "KeyedVectors<vector_size=3, 5 keys>"


def test_names_that_are_not_there_are_told(keyed, model):
    with pytest.raises(AttributeError, match="gensim 4 has index_to_key"):
        keyed.index2word  # noqa: B018
    for thing, name in ((keyed, "resize_vectors"), (model, "build_vocab_from_freq")):
        assert not hasattr(thing, name)
        with pytest.raises(NotSupported, match=f"{name} is not supported"):
            getattr(thing, name)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        keyed.nonsense  # noqa: B018


def test_vectors_of_a_file_are_trained_further(keyed, tmp_path):
    path, options = tmp_path / "file.txt", {**SMALL, "epochs": 1, "alpha": 1e-6}
    known = KeyedVectors(8)
    known.add_vectors(["tea", "elsewhere"], np.full((2, 8), 3.0))
    known.save_word2vec_format(path)
    model = Word2Vec(**options)
    model.build_vocab(SENTENCES)
    assert model.wv["tea"].any()
    with pytest.raises(NotSupported, match=r"lockf=0.0 is not supported, 1.0 is"):
        model.wv.intersect_word2vec_format(path)
    model.wv.intersect_word2vec_format(path, lockf=1.0)
    model.train(SENTENCES, total_examples=model.corpus_count, epochs=1)
    np.testing.assert_allclose(model.wv["tea"], 3, atol=0.1)
    assert "elsewhere" not in model.wv
    with pytest.raises(ValueError, match="8 dimensions, these have 3"):
        keyed.intersect_word2vec_format(path, lockf=1.0)


def test_counts_are_kept_in_a_file_beside(model, tmp_path):
    files = tmp_path / "vectors.txt", tmp_path / "counts.txt"
    model.wv.save_word2vec_format(files[0], fvocab=files[1])
    found = KeyedVectors.load_word2vec_format(files[0], fvocab=files[1])
    assert found.get_vecattr("tea", "count") == 160
    files[1].write_text("tea many\n")
    with pytest.raises(firth.FormatError, match="line 1: expected a word and a count"):
        KeyedVectors.load_word2vec_format(*files)
    with pytest.raises(NotSupported, match="prefix"):
        model.wv.save_word2vec_format(files[0], prefix="x")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Word2Vec, {"sg": 1, "window": 3, "hs": 1, "negative": 0}),
        (Word2Vec, {"ns_exponent": 0.5, "alpha": 0.03, "seed": 7}),
        (FastText, {"min_n": 2, "max_n": 4, "bucket": 50, "sg": 1}),
        (FastText, {"max_n": 0}),
    ],
    ids=str,
)
def test_a_model_keeps_its_options_in_its_file(kind, options, tmp_path):
    kind(SENTENCES, **SMALL, **options).save(tmp_path / "model")
    again = kind.load(tmp_path / "model")
    expected = {**SMALL, **options}
    assert {name: again.options[name] for name in expected} == expected
    again.build_vocab(SENTENCES, update=True)
    again.train(SENTENCES, total_examples=320, epochs=1)
    if "bucket" in options:
        assert (again.wv.min_n, again.wv.max_n, again.wv.bucket) == (2, 4, 50)


@pytest.mark.parametrize(("dm", "words"), [(1, 0), (0, 0), (0, 1)])
def test_documents_keep_tags_and_options_in_their_file(dm, words, tmp_path):
    documents = [TaggedDocument(each, [f"t{number}"]) for number, each in enumerate(SENTENCES)]
    model = Doc2Vec(documents, dm=dm, dbow_words=words, **SMALL)
    model.save(tmp_path / "model")
    again = Doc2Vec.load(tmp_path / "model")
    np.testing.assert_array_equal(again.dv["t3"], model.dv["t3"])
    assert (again.dm, again.dbow_words, again.dbow) == (dm, words, not dm)
    assert again.similarity_unseen_docs(["tea"], ["tea"]) == pytest.approx(1)
    with pytest.raises(TypeError, match="a list of words"):
        again.infer_vector("tea")


def test_values_without_names_are_in_gensims_order():
    model = Word2Vec(
        SENTENCES, None, 8, 0.03, 4, workers=1, callbacks=[], comment="mine", min_count=0
    )
    assert (model.vector_size, model.alpha, model.window, model.comment) == (8, 0.03, 4, "mine")
    assert FastText(None, None, 1).sg == 1
    assert Doc2Vec(None, None, 7).dv.vector_size == 7
    with pytest.raises(TypeError, match="multiple values for argument 'vector_size'"):
        Word2Vec(None, None, 8, vector_size=8)
    with pytest.raises(TypeError, match="at most"):
        Word2Vec(*range(40))


def test_words_are_predicted_from_words(model):
    found = Word2Vec(SENTENCES, **{**SMALL, "epochs": 40}).predict_output_word(["bread"], topn=2)
    assert {word for word, _ in found} == {"butter", "jam"}
    assert sum(share for _, share in model.predict_output_word(["tea"], topn=99)) == pytest.approx(
        1
    )
    assert model.predict_output_word(["unknown"]) is None
    with pytest.raises(TypeError, match="a list of words"):
        model.predict_output_word("tea")
    with pytest.raises(RuntimeError, match="negative=5"):
        Word2Vec(SENTENCES, hs=1, negative=0, **SMALL).predict_output_word(["tea"])


def test_sentences_are_read_from_an_open_file(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("tea milk\nbread\n")
    for mode in ("r", "rb"):
        with path.open(mode) as file:
            lines = LineSentence(file)
            assert list(lines) == list(lines) == [["tea", "milk"], ["bread"]]


def test_evaluation(keyed, tmp_path):
    stats = pytest.importorskip("scipy.stats")
    questions, pairs = tmp_path / "q.txt", tmp_path / "p.tsv"
    questions.write_text(": family\nman king woman queen\nman king woman far\nx y z w\n")
    accuracy, sections = keyed.evaluate_word_analogies(questions)
    assert accuracy == 0.5
    assert [len(sections[0][name]) for name in ("correct", "incorrect")] == [1, 1]
    assert sections[-1]["section"] == "Total accuracy"
    assert keyed.evaluate_word_analogies(questions, dummy4unknown=True)[0] == pytest.approx(1 / 3)
    pairs.write_text("man\tking\t5\nman\tqueen\t1\nwoman\tqueen\t4\nman\tx\t2\n")
    pearson, spearman, missing = keyed.evaluate_word_pairs(pairs)
    x = [cosine(keyed[a], keyed[b]) for a, b in (("man", "king"), ("man", "queen"))]
    x.append(cosine(keyed["woman"], keyed["queen"]))
    assert tuple(pearson) == pytest.approx(tuple(stats.pearsonr(x, [5, 1, 4])))
    assert pearson.statistic == pearson[0]
    assert spearman[0] == pytest.approx(stats.spearmanr(x, [5, 1, 4])[0])
    assert missing == 25.0


def test_nothing_of_gensim_is_imported():
    from processes import output_of

    program = "import sys, firth.compat.gensim; print('gensim' in sys.modules)"
    assert output_of("-c", program).strip() == "False"
