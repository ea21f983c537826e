"""Random vectors of a few words, and slow answers to compare with."""

import numpy as np
import pytest

from firth.vectors import Vectors

WORDS = [f"w{number}" for number in range(40)]


@pytest.fixture(scope="session")
def vectors():
    return Vectors(WORDS, np.random.default_rng(7).normal(size=(40, 5)).astype(np.float32))


@pytest.fixture(scope="session")
def unit(vectors):
    """The unit vector of each word, in float64."""
    matrix = vectors.input_vectors.astype(np.float64)
    rows = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return dict(zip(WORDS, rows, strict=True))
