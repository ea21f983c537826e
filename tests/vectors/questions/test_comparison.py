"""Comparing words and sets of words."""

import numpy as np
import pytest

from firth.errors import ConfigError, VocabularyError
from firth.subwords import make_subwords
from firth.vectors import RawTables, Vectors


def test_the_similarity_of_sets_is_that_of_their_means(vectors, unit):
    a, b = unit["w1"] + unit["w2"] + unit["w3"], unit["w4"] + unit["w5"]
    expected = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    found = vectors.similarity(["w1", "w2", "w3"], ("w4", "w5"))
    assert found == pytest.approx(expected, abs=1e-6)
    assert vectors.distance(["w1", "w2", "w3"], ("w4", "w5")) == pytest.approx(1 - expected)
    assert vectors.similarity("w1", ["w2"]) == pytest.approx(vectors.similarity("w1", "w2"))


def test_distance_is_one_minus_the_cosine(vectors):
    assert vectors.distance("w1", "w2") == 1.0 - vectors.similarity("w1", "w2")
    assert vectors.distance("w1", "w1") == 0.0


def test_words_that_are_closer_are_those_before_it_among_the_neighbours(vectors):
    for a, b in (("w1", "w2"), ("w2", "w1"), ("w30", "w0")):
        neighbours = vectors.similar(a, top=40)
        place = [word for word, _ in neighbours].index(b)
        assert vectors.rank(a, b) == place + 1
        found = vectors.closer_than(a, b)
        assert [word for word, _ in found] == [word for word, _ in neighbours[:place]]
        np.testing.assert_allclose([s for _, s in found], [s for _, s in neighbours[:place]])
    nearest = vectors.similar("w5", top=1)[0].word
    assert (vectors.rank("w5", nearest), vectors.closer_than("w5", nearest)) == (1, [])


def test_zeros_are_never_closer():
    vectors = Vectors(["zero", "a", "b"], np.array([[0, 0], [1, 0], [-1, 0.1]]))
    assert vectors.rank("a", "b") == 1
    for pair in (("zero", "a"), ("a", "zero")):
        with pytest.raises(ConfigError, match="the vector of 'zero' is zero, so it is near no"):
            vectors.rank(*pair)


@pytest.mark.filterwarnings("ignore::firth.errors.FirthWarning")
def test_composed_words_have_a_rank():
    words = ["tea", "teas", "kings", "king"]
    subwords = make_subwords((3, 4), words, np.ones(4, np.int64), None)
    table = np.random.default_rng(0).normal(size=(4 + len(subwords), 3)).astype(np.float32)
    vectors = Vectors.from_tables(words, RawTables(table, subwords), readout="plain")
    for place, (word, _) in enumerate(vectors.similar("teaking")):
        assert vectors.rank("teaking", word) == place + 1
    cosine = vectors.similarity("king", "teaking")
    assert vectors.rank("king", "teaking") == 1 + sum(
        score > cosine for _, score in vectors.similar("king")
    )


def test_wrong_questions_are_told(vectors):
    with pytest.raises(ConfigError, match="a word is not among its own neighbours, got 'w1' twice"):
        vectors.rank("w1", "w1")
    accents = Vectors(["caf\xe9", "tea"], np.eye(2))
    with pytest.raises(ConfigError, match="not among its own neighbours, got 'caf\xe9' twice"):
        accents.rank("caf\xe9", "cafe\u0301")
    with pytest.raises(VocabularyError, match="'w99' is not among the 40 words"):
        vectors.closer_than("w1", "w99")
    for a, b in (([], "w1"), ("w1", [])):
        with pytest.raises(ConfigError, match="at least one word on each side, got an empty list"):
            vectors.similarity(a, b)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("similarity", ({"w1": 1, "w2": -1}, "w3")),
        ("similarity", ("w3", {"w1": 0.5})),
        ("distance", ({"w1": 1, "w2": -1}, "w3")),
        ("odd_one_out", ({"w1": 1, "w2": 2, "w3": 3},)),
    ],
)
def test_weights_are_not_left_out_silently(question, words, vectors):
    with pytest.raises(ConfigError, match=r"takes words without weights; .* ask similar\("):
        getattr(vectors, question)(*words)
