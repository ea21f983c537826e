"""Weighted sums of words and vectors as queries."""

import numpy as np
import pytest

from firth.errors import ConfigError, FirthWarning, VocabularyError
from firth.subwords import make_subwords
from firth.vectors import RawTables, Vectors
from neighbours import assert_same_neighbours


def slowly(unit, direction, without):
    """Return all words but some, by their cosine to a direction."""
    length = np.linalg.norm(direction)
    scores = {word: row @ direction / length for word, row in unit.items() if word not in without}
    return sorted(scores.items(), key=lambda item: -item[1])


def check(found, expected):
    assert [word for word, _ in found] == [word for word, _ in expected]
    np.testing.assert_allclose([s for _, s in found], [s for _, s in expected], atol=1e-6)


def test_words_count_at_length_one_by_their_weights(vectors, unit):
    found = vectors.similar({"w1": 2, "w2": -0.5, "w3": np.float32(1)}, top=40)
    direction = 2 * unit["w1"] - 0.5 * unit["w2"] + unit["w3"]
    check(found, slowly(unit, direction, {"w1", "w2", "w3"}))


def test_vectors_count_at_the_length_that_they_have(vectors, unit):
    row = np.array([3.0, -1, 0, 2, 5], dtype=np.float32)
    expected = slowly(unit, unit["w4"] + 0.25 * row, {"w4"})
    for part in (row, list(map(float, row)), tuple(map(float, row))):
        check(vectors.similar([("w4", 1), (part, 0.25)], top=40), expected)
        check(vectors.similar((("w4", 1), (part, 0.25)), top=40), expected)


def test_a_sum_of_unit_weights_is_an_analogy(vectors):
    assert vectors.similar({"w1": 1, "w2": 1, "w3": -1}) == vectors.analogy(["w1", "w2"], ["w3"])


def test_a_word_with_weight_one_is_the_word(vectors):
    assert vectors.similar({"w1": 1}) == vectors.similar("w1")
    for cancelled in ({"w1": 0.0}, [("w1", 1), ("w1", -1)]):
        with pytest.raises(ConfigError, match="is zero, so it has no direction"):
            vectors.similar(cancelled)


def test_several_sums_are_answered_at_once(vectors):
    row = vectors["w9"]
    sums = [{"w1": 1}, [("w2", 1), (row, 2)], {"w3": 1, "w4": 1, "w5": 1}]
    assert_same_neighbours(vectors.similar(sums), [vectors.similar(each) for each in sums])
    assert vectors.similar(sums[1:2]) == [vectors.similar(sums[1])]
    assert vectors.similar(tuple(tuple(each) for each in sums[1:2])) == vectors.similar(sums[1:2])


def test_integers_are_words_of_sums():
    matrix = np.random.default_rng(1).normal(size=(9, 2)).astype(np.float32)
    items = Vectors(range(9), matrix)
    assert items.similar({3: 1.0, 4: 1.0}) == items.similar([(3, 1), (4, 1)])
    # Of two dimensions, a pair with a float is a vector, as it always was.
    assert items.similar([(3, 1.0), (4, 1.0)]) == items.similar(np.array([[3, 1], [4, 1.0]]))
    wide = Vectors(range(9), np.hstack([matrix, matrix[::-1]]))
    assert wide.similar([(3, 1.0), (np.int64(4), 1.0)]) == wide.similar({3: 1, 4: 1})


@pytest.mark.parametrize("weight", [np.nan, np.inf, "1", None, 1j, True])
def test_weights_that_are_no_finite_numbers_are_refused(vectors, weight):
    with pytest.raises(ConfigError, match=r"^the weight of 'w1' must be a finite number, got "):
        vectors.similar({"w1": weight})


@pytest.mark.parametrize(
    ("query", "error", "told"),
    [
        ({}, ConfigError, "a weighted sum needs at least one word or vector, got none"),
        ([{"w1": 1}, {}], ConfigError, "needs at least one word or vector, got none"),
        ({"w99": 1}, VocabularyError, "'w99' is not among the 40 words"),
        ({1.5: 1}, ConfigError, "a word is text or an integer"),
        ([("w1", 1), (np.ones(4), 1)], ConfigError, r"floats of shape \(5,\)"),
        ([("w1", 1), (np.ones((2, 5)), 1)], ConfigError, "or a vector of 5 floats"),
        ([("w1", 1), (np.array([1, 2, 3, 4, 5]), 1)], ConfigError, "or a vector of 5 floats"),
        ([("w1", 1), ([np.nan] * 5, 1)], ConfigError, "must be finite"),
        ([(np.ones(5), np.nan)], ConfigError, "the weight of a vector must be a finite number"),
        ([{"w1": 1}, "w2"], ConfigError, r"give \{word: 1\}"),
        ([(np.full(5, 1e308), 10)], ConfigError, "too large for a float"),
    ],
)
def test_wrong_sums_are_told_in_one_line(vectors, query, error, told):
    with pytest.raises(error, match=told) as caught:
        vectors.similar(query)
    assert "\n" not in str(caught.value)


def test_composed_words_may_be_parts():
    words = ["tea", "teas", "kings", "king"]
    subwords = make_subwords((3, 4), words, np.ones(4, np.int64), None)
    table = np.random.default_rng(0).normal(size=(4 + len(subwords), 3)).astype(np.float32)
    vectors = Vectors.from_tables(words, RawTables(table, subwords), readout="plain")
    with pytest.warns(FirthWarning, match="'teaking' is not among the 4 words; its vector is comp"):
        found = vectors.similar({"teaking": 1, "king": 0.0})
    assert sorted(word for word, _ in found) == ["kings", "tea", "teas"]
