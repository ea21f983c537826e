"""3CosMul, compared with a slow computation."""

import numpy as np
import pytest

from firth.errors import ConfigError
from firth.vectors import Vectors


def test_scores_are_quotients_of_products(vectors, unit):
    found = vectors.analogy(["w1", "w2"], ["w3", "w4"], top=40, method="mul")

    def moved(a, b):
        return (unit[a] @ unit[b] + 1) / 2

    expected = {
        w: moved(w, "w1") * moved(w, "w2") / (moved(w, "w3") + 0.001) / (moved(w, "w4") + 0.001)
        for w in unit
        if w not in ("w1", "w2", "w3", "w4")
    }
    assert [word for word, _ in found] == sorted(expected, key=lambda word: -expected[word])
    np.testing.assert_allclose([s for _, s in found], [expected[w] for w, _ in found], rtol=1e-4)


def test_the_methods_may_answer_differently():
    # x is like one of the words that are added, y a little like both.
    matrix = np.array([[1, 0, 0], [0, 1, 0], [0.9, 0, -0.1], [0.5, 0.5, 0.9]])
    vectors = Vectors(["a", "b", "x", "y"], matrix)
    best = [vectors.analogy(["a", "b"], method=method, top=1)[0].word for method in ("add", "mul")]
    assert best == ["x", "y"]


def test_words_without_a_direction_have_no_answers_and_are_none():
    vectors = Vectors(["zero", "a", "b"], np.array([[0, 0], [1, 0], [0, 1.0]]))
    with pytest.raises(ConfigError, match="the sum 'zero' is zero"):
        vectors.analogy("zero", method="mul")
    assert [word for word, _ in vectors.analogy("a", method="mul")] == ["b"]


def test_words_that_are_added_and_taken_away_cancel_exactly(vectors):
    words = [f"w{number}" for number in range(20)]
    with pytest.raises(ConfigError, match=r"the sum 'w0' \+ 'w1' .* is zero"):
        vectors.analogy(words, words[::-1])


@pytest.mark.parametrize("method", ["times", None, 3])
def test_another_method_is_refused(vectors, method):
    with pytest.raises(ConfigError, match="method must be add or mul, got"):
        vectors.analogy("w1", method=method)
