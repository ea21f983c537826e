"""Finding words of an evaluation set in a vocabulary."""

import numpy as np
import pytest

from firth.evaluation.lookup import first_rows, normalise
from firth.vectors import Vectors


def vectors_of(*words):
    return Vectors(words, np.ones((len(words), 2)))


def test_the_first_of_equal_spellings_counts():
    vectors = vectors_of("Mark", "the", "mark", 7, "MARK", "7")
    assert first_rows(vectors, fold=True) == {"mark": 0, "the": 1, "7": 3}


def test_exact_spelling():
    words = ["Mark", "mark", "Straße"]
    rows = first_rows(vectors_of(*words), fold=False)
    assert rows == {word: row for row, word in enumerate(words)}


@pytest.mark.parametrize("fold", [False, True])
def test_accents_may_be_composed_or_not(fold):
    assert first_rows(vectors_of("e\u0301", "\xe9"), fold=fold) == {"\xe9": 0}
    assert normalise("e\u0301", fold=fold) == "\xe9"


def test_a_vector_of_zeros_is_none():
    vectors = Vectors(["a", "A", "b"], np.array([[0, 0], [1, 0], [0, 1.0]]))
    assert first_rows(vectors, fold=True) == {"a": 1, "b": 2}
    assert first_rows(vectors, 2, fold=True) == {"a": 1}
