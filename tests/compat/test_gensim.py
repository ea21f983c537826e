"""Programs that were written for gensim, with another import line."""

import bz2
import gzip

import numpy as np
import pytest

import firth
from firth.compat.gensim import (
    RULE_DEFAULT,
    RULE_DISCARD,
    RULE_KEEP,
    CallbackAny2Vec,
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
        (lambda: Word2Vec(SENTENCES, null_word=1), "null_word=1 is not supported: there is no"),
        (
            lambda: Word2Vec(SENTENCES, hs=1),
            "hs=1 with negative=5 is not supported: .* give negative=0 too .* or leave hs=1 out",
        ),
        (lambda: Word2Vec(SENTENCES, negative=0), "negative=0 with hs=0 trains nothing"),
        (lambda: Word2Vec(SENTENCES, cbow_mean=0), "cbow_mean=0 is not supported"),
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
    for make in (Word2Vec, FastText, Doc2Vec):
        with pytest.raises(ValueError, match="vector_size must be at least 1, got 0"):
            make(vector_size=0)


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
    np.testing.assert_array_equal(
        keyed.get_mean_vector(np.int64(2)), keyed.get_mean_vector([keyed.index_to_key[2]])
    )
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
    # gensim counts them by their order, unless it is asked to copy counts.
    assert [some.get_vecattr(word, "count") for word in some.index_to_key] == [2, 1]
    keyed.set_vecattr("man", "count", 7)
    assert keyed.vectors_for_all(["man"], copy_vecattrs=True).get_vecattr("man", "count") == 7
    assert keyed.rank_by_centrality(["man", "king", "x"])[0][1] in ("man", "king")
    keyed.init_sims(replace=True)
    np.testing.assert_allclose(np.linalg.norm(keyed.vectors, axis=1), 1, atol=1e-6)
    assert str(keyed) == "KeyedVectors<vector_size=3, 5 keys>"


@pytest.mark.parametrize(
    ("ask", "error", "fault"),
    [
        (lambda keyed: keyed.most_similar(), ValueError, "no input"),
        (lambda keyed: keyed.most_similar_cosmul(), ValueError, "no input"),
        (lambda keyed: keyed.n_similarity([], ["man"]), ZeroDivisionError, "lists is empty"),
        (lambda keyed: keyed.n_similarity(["man"], []), ZeroDivisionError, "lists is empty"),
        (lambda keyed: keyed.doesnt_match(["cow"]), ValueError, "an empty list"),
        (lambda keyed: keyed.rank_by_centrality(["cow"]), ValueError, "an empty list"),
        (lambda keyed: keyed.get_mean_vector([]), ValueError, "at least one"),
        (lambda keyed: keyed.get_mean_vector(["man"], [1, 2]), ValueError, "must be as many"),
        (lambda keyed: keyed.get_index("cow"), KeyError, "Key 'cow' not present"),
        (lambda keyed: keyed.get_index(5), KeyError, "Key '5' not present"),
        (lambda _: KeyedVectors(3).to_firth(), firth.ConfigError, "there are no vectors yet"),
        (lambda _: KeyedVectors(3, count=2), NotSupported, "count, dtype and mapfile_path"),
        (lambda _: KeyedVectors(3, dtype=float), NotSupported, "count, dtype and mapfile_path"),
    ],
)
def test_questions_that_have_no_answer(ask, error, fault, keyed):
    with pytest.raises(error, match=fault):
        ask(keyed)


def test_unknown_words_are_left_out_of_a_mean(keyed):
    np.testing.assert_array_equal(
        keyed.get_mean_vector(["man", "cow", "far"], [2, 5, -1], pre_normalize=False),
        (2 * keyed["man"] - keyed["far"]) / 3,
    )
    assert keyed.get_mean_vector(["cow"]).tolist() == [0, 0, 0]
    assert keyed.get_index("cow", 7) == 7


def test_scores_of_all_words_by_products(keyed):
    scores = keyed.most_similar_cosmul("king", "man", topn=None)
    assert scores.shape == (5,)
    best = [keyed.index_to_key[row] for row in np.argsort(-scores)]
    found = [word for word, _ in keyed.most_similar_cosmul("king", "man", topn=3)]
    assert found == [word for word in best if word not in ("king", "man")]
    # By a vector as by its word.
    np.testing.assert_allclose(
        keyed.most_similar_cosmul([keyed["king"]], topn=None),
        keyed.most_similar_cosmul("king", topn=None),
        rtol=1e-6,
    )


def test_keys_that_a_program_appends_get_vectors(keyed):
    before = keyed.vectors.copy()
    keyed.set_vecattr("king", "count", 9)
    keyed.index_to_key += ["cow", "calf"]
    keyed.resize_vectors(seed=3)
    assert keyed.vectors.shape == (7, 3)
    np.testing.assert_array_equal(keyed.vectors[:5], before)
    assert np.abs(keyed["cow"]).max() > 0
    assert not np.array_equal(keyed["cow"], keyed["calf"])
    assert keyed.expandos["count"].tolist() == [0, 9, 0, 0, 0, 0, 0]


def test_attributes_have_a_type(keyed):
    keyed.allocate_vecattrs(["weight", "name"], [np.float32, str])
    assert keyed.expandos["weight"].tolist() == [0] * 5
    with pytest.raises(TypeError, match="attribute 'weight' is of type float32, got object"):
        keyed.allocate_vecattrs(["weight"], [str])
    keyed.add_vectors(["cow"], np.ones((1, 3)), extras={"weight": [2.5], "age": [4]})
    assert keyed.expandos["weight"].tolist() == [0, 0, 0, 0, 0, 2.5]
    assert keyed.expandos["age"].tolist() == [0, 0, 0, 0, 0, 4]


def test_random_vectors_by_a_text(model):
    one, other = (model.seeded_vector(text, 6) for text in ("tea1", "milk1"))
    assert one.shape == (6,)
    assert not np.array_equal(one, other)
    np.testing.assert_array_equal(model.seeded_vector("tea1", 6), one)


def test_names_that_are_not_there_are_told(keyed, model):
    with pytest.raises(AttributeError, match="gensim 4 has index_to_key"):
        keyed.index2word  # noqa: B018
    for thing, name in ((keyed, "next_index"), (model, "score")):
        assert not hasattr(thing, name)
        with pytest.raises(NotSupported, match=f"{name} is not supported"):
            getattr(thing, name)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        keyed.nonsense  # noqa: B018


def test_files_have_headers_prefixes_and_more_at_their_end(keyed, tmp_path):
    path, counts = tmp_path / "file", tmp_path / "counts"
    keyed.save_word2vec_format(path, write_header=False, prefix="*w_")
    assert path.read_text().splitlines()[1] == "*w_king 1 1 0"
    found = KeyedVectors.load_word2vec_format(path, no_header=True)
    assert found.index_to_key[:2] == ["*w_man", "*w_king"]
    np.testing.assert_array_equal(found.vectors, keyed.vectors)
    for binary in (False, True):
        keyed.set_vecattr("man", "count", 7)
        keyed.save_word2vec_format(path, binary=binary, total_vec=10, fvocab=counts)
        more = {"append": True, "write_header": False, "prefix": "x", "fvocab": counts}
        keyed.save_word2vec_format(path, binary=binary, **more)
        found = KeyedVectors.load_word2vec_format(path, binary=binary, fvocab=counts)
        assert (len(found), found.index_to_key[5]) == (10, "xman")
        assert found.get_vecattr("xman", "count") == 7
    with pytest.raises(NotSupported, match="no_header=True is not supported with binary=True"):
        KeyedVectors.load_word2vec_format(path, binary=True, no_header=True)
    keyed.save_word2vec_format(path)
    with pytest.raises(firth.FormatError, match="has a header: read it without no_header=True"):
        KeyedVectors.load_word2vec_format(path, no_header=True)


@pytest.mark.parametrize(("suffix", "opened"), [(".gz", gzip.open), (".bz2", bz2.open)])
def test_files_are_compressed_as_their_names_tell(keyed, tmp_path, suffix, opened):
    path = tmp_path / f"file{suffix}"
    keyed.save_word2vec_format(path, total_vec=10)
    keyed.save_word2vec_format(path, write_header=False, append=True, prefix="x")
    with opened(path, "rt") as file:
        assert file.readline() == "10 3\n"
    assert KeyedVectors.load_word2vec_format(path).index_to_key[5] == "xman"


def test_counts_of_files_without_them_follow_the_order(keyed, tmp_path):
    keyed.save_word2vec_format(tmp_path / "file")
    found = KeyedVectors.load_word2vec_format(tmp_path / "file")
    assert [found.get_vecattr(word, "count") for word in ("man", "far")] == [5, 1]
    found["new"] = np.ones(3)
    assert found.to_firth().counts is None
    with pytest.raises(NotSupported, match="datatype=float16 is not supported"):
        KeyedVectors.load_word2vec_format(tmp_path / "file", datatype=np.float16)


def test_an_indexer_answers_for_itself(keyed):
    class Index:
        def most_similar(self, vector, num_neighbors):
            return [("asked", float(vector @ keyed.get_vector("king", norm=True)))] * num_neighbors

    assert keyed.most_similar("king", topn=2, indexer=Index()) == [("asked", pytest.approx(1))] * 2


def test_a_text_that_subsampling_empties_is_trained_without():
    few = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]]
    with pytest.warns(firth.FirthWarning, match="too small for sample=0.001"):
        model = Word2Vec(few, vector_size=8, min_count=1, workers=1)
    plain = Word2Vec(few, vector_size=8, min_count=1, workers=1, sample=0)
    np.testing.assert_array_equal(model.wv.vectors, plain.wv.vectors)
    with pytest.raises(firth.CorpusError, match="no line or token list has two words"):
        Word2Vec([["tea"], ["milk"]] * 9, vector_size=8, min_count=1, workers=1, sample=0)


def test_a_model_takes_the_words_of_another(model):
    other = Word2Vec(**SMALL)
    other.reset_from(model)
    assert other.wv.index_to_key == model.wv.index_to_key
    assert not np.array_equal(other.wv.vectors, model.wv.vectors)
    other.train(SENTENCES, epochs=1)
    with pytest.raises(RuntimeError, match="the other model has no words"):
        other.reset_from(Word2Vec(**SMALL))


def test_a_file_is_taken_as_it_is_spelled(tmp_path):
    decomposed = "cafe\u0301"
    (tmp_path / "text.txt").write_text(f"{decomposed} tea\n" * 9, "utf-8")
    model = Word2Vec(corpus_file=tmp_path / "text.txt", **SMALL)
    assert sorted(model.wv.index_to_key) == [decomposed, "tea"]


def test_words_are_taken_from_frequencies():
    model = Word2Vec(**{**SMALL, "min_count": 2})
    model.build_vocab_from_freq({"tea": 3, "milk": 40, "rare": 1}, corpus_count=9)
    assert (model.wv.index_to_key, model.corpus_count) == (["milk", "tea"], 9)
    assert model.train(SENTENCES, epochs=1) == (320, 720)
    assert model.wv.index_to_key == ["milk", "tea"]
    assert model.wv.get_vecattr("tea", "count") == 3
    model.build_vocab_from_freq({"tea": 2, "jam": 5}, update=True)
    model.train(SENTENCES, epochs=1)
    assert model.wv.index_to_key == ["milk", "tea", "jam"]
    assert model.wv.expandos["count"].tolist() == [40, 5, 5]
    for given in (["tea"], {"tea": 1.5}, {"tea": True}):
        with pytest.raises(TypeError, match=r"must be a (dict|whole number)"):
            model.build_vocab_from_freq(given)
    with pytest.raises(firth.CorpusError, match="no word is kept with min_count=2"):
        Word2Vec(**{**SMALL, "min_count": 2}).build_vocab_from_freq({"rare": 1})


def test_a_rule_says_which_words_are_kept():
    def rule(word, count, min_count):
        assert min_count == 100
        return {"tea": RULE_DISCARD, "jam": RULE_KEEP}.get(word, RULE_DEFAULT)

    expected = ["milk", "bread", "jam"]
    counts = {"tea": 160, "milk": 160, "bread": 160, "jam": 80, "butter": 80}
    options = {**SMALL, "min_count": 100}
    later, given = Word2Vec(**options), Word2Vec(**options)
    later.build_vocab(SENTENCES, trim_rule=rule)
    given.build_vocab_from_freq(counts, trim_rule=rule)
    for model in (Word2Vec(SENTENCES, trim_rule=rule, **options), later, given):
        assert model.wv.index_to_key == expected
    asked = []
    later.build_vocab(
        [["tea", "new"]], update=True, trim_rule=lambda word, *_: asked.append(word) or RULE_KEEP
    )
    assert sorted(asked) == ["new", "tea"]
    assert sorted(later.wv.index_to_key) == ["bread", "jam", "milk", "new", "tea"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ([["hello", "world"]], 2),
        ([["hello", "tea"]], 2),
        ([["tea"], ["milk"], ["milk"]], 3),
        ([[]], 0),
        ([], 0),
    ],
)
@pytest.mark.parametrize("kind", [Word2Vec, FastText])
def test_a_text_with_nothing_to_train_on_leaves_a_model_as_it_is(kind, text, read):
    model = kind(SENTENCES, **SMALL)
    before, count = model.wv.vectors.copy(), model.train_count
    with pytest.warns(firth.FirthWarning, match="the model stays as it is: "):
        assert model.train(text, total_examples=1, epochs=1) == (0, read)
    np.testing.assert_array_equal(model.wv.vectors, before)
    assert model.train_count == count + 1
    # What follows is trained on.
    assert model.train(SENTENCES, total_examples=len(SENTENCES), epochs=1)[0] > 0
    assert not np.array_equal(model.wv.vectors, before)


def test_other_texts_are_trained_with_the_words_of_the_model():
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    words = model.wv.index_to_key
    model.train([["tea", "new"], ["tea", "milk"]] * 9, total_examples=18, epochs=1)
    assert model.wv.index_to_key == words
    assert model.wv.get_vecattr("tea", "count") == 160
    untrained = Word2Vec(**SMALL)
    untrained.build_vocab(SENTENCES)
    with pytest.raises(firth.CorpusError, match="no word of the text is in the vocabulary"):
        untrained.train([["nothing", "here"]])
    tea, output = model.wv["tea"].copy(), model.syn1neg.copy()
    model.build_vocab([["rare", "fresh"]] + [["fresh", "tea"]] * 9, update=True)
    # New words have random vectors until they are trained, as in gensim.
    assert model.wv.index_to_key == [*words, "fresh"]
    assert model.wv.get_vecattr("fresh", "count") == 10
    assert model.wv["tea"].tolist() == tea.tolist()
    np.testing.assert_array_equal(model.syn1neg, np.vstack([output, np.zeros(8)]))
    model.train([["rare", "fresh", "tea"]] * 9, epochs=1)
    assert model.wv.index_to_key == [*words, "fresh"]
    assert model.wv.get_vecattr("tea", "count") == 169
    model.build_vocab([["other", "words"]] * 9)
    assert sorted(model.wv.index_to_key) == ["other", "words"]
    with pytest.raises(RuntimeError, match="update=True adds words to those of a model"):
        Word2Vec(**SMALL).build_vocab(SENTENCES, update=True)


def test_words_that_are_added_before_training_keep_their_vectors():
    model = Word2Vec(**{**SMALL, "alpha": 1e-6, "min_count": 1})
    model.build_vocab(SENTENCES)
    model.wv["tea"] = np.full(8, 3.0)
    model.build_vocab([["elsewhere", "tea"]], update=True)
    model.wv["elsewhere"] = np.full(8, 5.0)
    model.train(SENTENCES)
    np.testing.assert_allclose(model.wv["tea"], 3, atol=0.1)
    np.testing.assert_allclose(model.wv["elsewhere"], 5, atol=0.1)


class Recorder(CallbackAny2Vec):
    def __init__(self):
        self.calls, self.losses = [], []

    def on_train_begin(self, model):
        self.calls.append("train begin")

    def on_epoch_begin(self, model):
        self.calls.append("epoch begin")
        self.before = np.array(model.wv["tea"])

    def on_epoch_end(self, model):
        self.calls.append("epoch end")
        self.losses.append(model.get_latest_training_loss())
        assert not np.array_equal(model.wv["tea"], self.before)

    def on_train_end(self, model):
        self.calls.append("train end")
        assert model.syn1neg is not None
        self.last = np.array(model.wv["tea"])


@pytest.mark.parametrize("kind", [Word2Vec, FastText])
def test_callbacks_are_called_as_gensim_calls_them(kind):
    recorder = Recorder()
    model = kind(SENTENCES, callbacks=[recorder], compute_loss=True, **SMALL)
    epoch = ["epoch begin", "epoch end"]
    assert recorder.calls == ["train begin", *epoch, *epoch, "train end"]
    first, second = recorder.losses
    # Of all pairs: the mean loss of one is at most that of six coins.
    assert 0 < first < second < 2 * first * 1.01
    assert model.get_latest_training_loss() == second
    np.testing.assert_array_equal(recorder.last, model.wv["tea"])
    model.train(SENTENCES, epochs=1, callbacks=[recorder])
    assert recorder.losses[2] < second
    with pytest.raises(AttributeError, match="on_train_begin"):
        kind(SENTENCES, callbacks=[print], **SMALL)


def test_a_callback_may_stop_the_run():
    class Stop(CallbackAny2Vec):
        def on_epoch_end(self, model):
            raise StopIteration("enough")

    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    before = np.array(model.wv["tea"])
    with pytest.raises(StopIteration, match="enough"):
        model.train(SENTENCES, epochs=2, callbacks=[Stop()])
    assert not np.array_equal(model.wv["tea"], before)


def test_documents_are_inferred_with_other_step_sizes():
    documents = [TaggedDocument(words, [k]) for k, words in enumerate(SENTENCES)]
    model = Doc2Vec(documents, **SMALL)
    words = ["tea", "milk"]
    usual = model.infer_vector(words)
    np.testing.assert_array_equal(
        model.infer_vector(words, alpha=0.025, min_alpha=0.0001, epochs=2), usual
    )
    lengths = [
        np.linalg.norm(model.infer_vector(words, alpha=alpha, epochs=50)) for alpha in (0.001, 0.2)
    ]
    assert lengths[1] > 3 * lengths[0]
    with pytest.warns(firth.FirthWarning, match="no word of the document is known"):
        unknown = model.infer_vector(["unknown"])
    assert unknown.shape == (8,)
    assert 0 < np.abs(unknown).max() <= 0.5 / 8


def test_vectors_of_a_file_are_trained_further(keyed, tmp_path):
    path, options = tmp_path / "file.txt", {**SMALL, "epochs": 1, "alpha": 1e-6}
    known = KeyedVectors(8)
    known.add_vectors(["tea", "elsewhere"], np.full((2, 8), 3.0))
    known.save_word2vec_format(path)
    model = Word2Vec(**options)
    model.build_vocab(SENTENCES)
    assert model.wv["tea"].any()
    with pytest.raises(NotSupported, match=r"lockf=0.5 is not supported: a row is trained"):
        model.wv.intersect_word2vec_format(path, lockf=0.5)
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
    with pytest.raises(ValueError, match="counts cannot be written: there is no attribute 'rank'"):
        model.wv.save_word2vec_format(files[0], fvocab=files[1], sort_attr="rank")


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
    model.save_word2vec_format(tmp_path / "both", doctag_vec=True, binary=True)
    both = KeyedVectors.load_word2vec_format(tmp_path / "both", binary=True)
    assert len(both) == len(model.wv) + len(model.dv)
    np.testing.assert_array_equal(both["*dt_t3"], model.dv["t3"])
    model.save_word2vec_format(tmp_path / "tags", doctag_vec=True, word_vec=False, prefix="")
    assert len(KeyedVectors.load_word2vec_format(tmp_path / "tags")) == len(model.dv)
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


@pytest.mark.parametrize("kind", [Word2Vec, FastText])
@pytest.mark.parametrize(
    "config",
    [
        {"options": {"subwords": [3]}},
        {"options": {"subwords": ["3", "6"]}},
        {"options": {"subwords": []}},
        {"gensim": "window"},
        {"gensim": [1]},
        {"gensim_model": "window"},
        {"gensim_model": [5]},
        {"gensim": {"vector_size": 0}},
        {"gensim_model": {"vector_size": "100"}},
        {"options": 5, "fasttext": [5]},
    ],
)
def test_options_that_another_program_wrote_are_not_taken(kind, config, tmp_path):
    matrix = np.eye(2, dtype=np.float32)
    firth.Vectors(["tea", "milk"], matrix, config=config).save(tmp_path / "v")
    model = kind.load(str(tmp_path / "v"))
    assert model.window == 5
    np.testing.assert_array_equal(model.wv.vectors, matrix)


def test_nothing_of_gensim_is_imported():
    from processes import output_of

    program = "import sys, firth.compat.gensim; print('gensim' in sys.modules)"
    assert output_of("-c", program).strip() == "False"
