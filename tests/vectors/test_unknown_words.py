"""Words that are not in the vocabulary: vectors composed of n-grams, and what is said of them."""

import copy
import pickle
import warnings

import numpy as np
import pytest

from firth.errors import ConfigError, FirthWarning, VocabularyError
from firth.vectors import RawTables, Vectors, load
from neighbours import assert_same_neighbours

COMPOSED = "is not among the 29 words.* its vector is composed of its n-grams"


@pytest.fixture
def vectors(tables):
    return Vectors.from_tables(
        tables.words, tables.raw, output_vectors=tables.output, readout="plain"
    )


def composed(tables, word):
    rows = [len(tables.words) + row for row in tables.raw.subwords.rows_of(word)]
    return tables.raw.input[rows].sum(axis=0) / np.sqrt(len(rows))


def test_they_have_vectors_but_are_not_in_the_vocabulary(tables, vectors):
    assert "kings" in vectors
    assert "kingship" not in vectors
    assert "kingship" not in vectors.index
    expected = composed(tables, "kingship")
    np.testing.assert_allclose(vectors["kingship"], expected, atol=1e-6)
    np.testing.assert_allclose(vectors.get("kingship"), expected, atol=1e-6)
    both = vectors[["kings", "kingship"]]
    np.testing.assert_array_equal(both, [vectors["kings"], vectors["kingship"]])


def test_accents_may_be_composed_or_not(vectors):
    np.testing.assert_array_equal(vectors["te\u0301king"], vectors["t\u00e9king"])


def test_neighbours_say_once_that_the_vector_is_composed(vectors):
    with pytest.warns(FirthWarning, match=f"'kingz' {COMPOSED}") as caught:
        found = vectors.similar("kingz", top=3)
    assert len(caught) == 1
    assert "near: king, kings" in str(caught[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error", FirthWarning)
        assert found == vectors.similar(vectors["kingz"], top=3)
        # Known words are not composed.
        vectors.similar("kings")


def test_several_words_are_told_in_one_line(vectors):
    with pytest.warns(FirthWarning, match="2 words, such as 'kingz', are not among the 29") as told:
        found = vectors.similar(["kingz", "kings", "teaz"], top=2)
    assert len(told) == 1
    assert_same_neighbours(found[1:2], [vectors.similar("kings", top=2)])


def test_other_queries_take_them(vectors):
    kingship, kings = vectors["kingship"].astype(float), vectors["kings"].astype(float)
    cosine = kingship @ kings / np.sqrt((kingship @ kingship) * (kings @ kings))
    with pytest.warns(FirthWarning, match=f"'kingship' {COMPOSED}"):
        assert vectors.similarity("kingship", "kings") == pytest.approx(cosine, abs=1e-6)
    with pytest.warns(FirthWarning, match=f"'kingship' {COMPOSED}"):
        assert vectors.odd_one_out(["kings", "kingship", "teas"]) in ("kings", "kingship", "teas")
    with pytest.warns(FirthWarning, match=f"'kingship' {COMPOSED}"):
        found = vectors.analogy(["kingship", "teas"], ["kings"], top=40)
    words = [neighbour.word for neighbour in found]
    assert len(words) == len(vectors) - 2
    assert not {"teas", "kings"} & set(words)


def test_maps_say_that_vectors_are_composed(vectors):
    pytest.importorskip("matplotlib", reason="pictures need matplotlib (extra plot)")
    from firth.plotting import scatter

    with pytest.warns(FirthWarning, match=f"'kingz' {COMPOSED}") as told:
        scatter(vectors, ["kings", "kingz", "teas"])
    assert len(told) == 1


def test_words_without_known_ngrams_have_no_vector(vectors):
    assert vectors.get("xyz") is None
    assert vectors.get("xyz", 5) == 5
    with pytest.raises(VocabularyError, match=r"^'xyz' is not among the 29 words"):
        vectors["xyz"]
    with pytest.raises(VocabularyError, match="'tsa' is not among the 29 words; near: tea"):
        vectors.similar("tsa")
    with pytest.raises(VocabularyError, match=r"^7 is not among"):
        vectors[7]
    with pytest.raises(ConfigError, match="a word is text or an integer"):
        vectors[["kings", 1.5]]


def test_copies_compose_too(vectors):
    expected = vectors["kingship"]
    for twin in (copy.copy(vectors), copy.deepcopy(vectors), pickle.loads(pickle.dumps(vectors))):
        np.testing.assert_array_equal(twin["kingship"], expected)
        assert not twin.raw.input.flags.writeable
    with pytest.raises(AttributeError, match="raw of Vectors cannot be changed"):
        vectors.raw = None


def test_reading_out_begins_with_the_trained_tables(tables, vectors):
    again = vectors.read_out("subword").read_out("plain,components=2").read_out("plain")
    np.testing.assert_array_equal(again.input_vectors, vectors.input_vectors)
    assert again.config == vectors.config
    assert np.shares_memory(again.raw.input, vectors.raw.input)
    assert vectors.read_out().config["readout"]["name"] == "subword"
    without_output = Vectors.from_tables(tables.words, tables.raw)
    assert without_output.config["readout"]["output"] == 0


def test_whole_words_are_read_out_too():
    words, matrix = ["tea", "milk", "king"], np.random.default_rng(0).normal(size=(3, 4))
    plain = Vectors(words, matrix.astype(np.float32), counts=np.array([3, 2, 1]))
    assert plain.read_out().raw is None
    other = plain.read_out("components=1")
    assert other.counts.tolist() == [3, 2, 1]
    np.testing.assert_array_equal(other.raw.input, plain.input_vectors)
    with pytest.raises(VocabularyError, match="'teas' is not among the 3 words; near: tea"):
        other["teas"]
    with pytest.raises(ConfigError, match="own_row=no needs n-grams"):
        plain.read_out("subword")


def test_what_lost_its_tables_cannot_be_read_out(vectors, tmp_path):
    whitened = vectors.read_out("subword")
    bare = Vectors(whitened.words, whitened.input_vectors, config=whitened.config)
    with pytest.raises(ConfigError, match="lack the tables that they were read out of"):
        bare.read_out("plain")
    whitened.save(tmp_path / "v.bin")
    loaded = load(tmp_path / "v.bin")
    np.testing.assert_array_equal(loaded.input_vectors, whitened.input_vectors)
    with pytest.raises(VocabularyError):
        loaded["kingship"]
    with pytest.raises(ConfigError, match="or from a file, which keeps no n-grams"):
        loaded.read_out("plain,own_row=no")
    with pytest.warns(FirthWarning, match="if they were read out before, this does so a second"):
        loaded.read_out("components=1")
    with warnings.catch_warnings():
        warnings.simplefilter("error", FirthWarning)
        loaded.read_out()


def test_integers_are_never_composed():
    raw = RawTables(np.ones((2, 3), np.float32))
    vectors = Vectors([10, 20], np.ones((2, 3), np.float32), raw=raw)
    with pytest.raises(VocabularyError, match=r"^30 is not among the 2 words$"):
        vectors[30]
