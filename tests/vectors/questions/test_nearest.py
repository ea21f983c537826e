"""Which words may be answers: `exclude` and `restrict`."""

import numpy as np
import pytest

from firth.errors import ConfigError, VocabularyError
from neighbours import assert_same_neighbours


def words_of(neighbours):
    return [word for word, _ in neighbours]


def check(found, expected):
    """Check that answers are the same, up to rounding: it depends on the shape of a product."""
    assert words_of(found) == words_of(expected)
    np.testing.assert_allclose([s for _, s in found], [s for _, s in expected], rtol=1e-4)


@pytest.fixture(params=["similar", "analogy", "mul"])
def ask(request, vectors):
    """One of the questions that have these options, about the words w1 and w2."""

    def ask(**options):
        if request.param == "similar":
            return vectors.similar({"w1": 1, "w2": 1}, **options)
        method = {"method": "mul"} if request.param == "mul" else {}
        return vectors.analogy(["w1", "w2"], **method, **options)

    return ask


def test_excluded_words_are_no_answers(ask):
    everything = words_of(ask(top=40))
    assert len(everything) == 38
    left_out = everything[:3]
    assert words_of(ask(top=40, exclude=left_out)) == everything[3:]
    assert words_of(ask(top=40, exclude=everything[0])) == everything[1:]


def test_answers_are_restricted_to_the_most_frequent_words(ask):
    first = {f"w{number}" for number in range(10)}
    expected = [each for each in ask(top=40) if each.word in first]
    assert len(expected) == 8
    for restrict in (10, np.int64(10)):
        check(ask(top=40, restrict=restrict), expected)
    assert ask(top=40, restrict=1000) == ask(top=40)


def test_answers_are_restricted_to_given_words(ask):
    given = ["w30", "w1", "w7", "w30", "w21"]
    expected = [each for each in ask(top=40) if each.word in given]
    check(ask(top=40, restrict=given), expected)
    best, second = words_of(expected)[:2]
    assert words_of(ask(restrict=given, exclude=best, top=1)) == [second]
    assert ask(restrict="w1") == []


def test_many_queries_have_the_same_choice(vectors):
    queries = ["w1", "w5", "w9"]
    options = {"restrict": ["w5", "w6", "w7", "w8"], "exclude": ["w6"], "top": 9}
    singly = [vectors.similar(query, **options) for query in queries]
    assert_same_neighbours(vectors.similar(queries, **options), singly)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"exclude": "w99"}, VocabularyError, "'w99' is not among the 40 words"),
        ({"exclude": ["w1", "w99"]}, VocabularyError, "'w99' is not among the 40 words"),
        ({"exclude": 1.5}, ConfigError, "a word is text or an integer"),
        ({"restrict": ["w99"]}, VocabularyError, "'w99' is not among the 40 words"),
        ({"restrict": 0}, ConfigError, "restrict must be at least 1, got 0"),
        ({"restrict": True}, ConfigError, "restrict must be a whole number, got True"),
        ({"restrict": []}, ConfigError, "restrict needs a number or at least one word, got none"),
        ({"topn": 3}, ConfigError, "Firth calls it top"),
        ({"restrict_vocab": 3}, ConfigError, "Firth calls it restrict"),
    ],
)
def test_wrong_choices_are_told(ask, options, error, told):
    with pytest.raises(error, match=told):
        ask(**options)
