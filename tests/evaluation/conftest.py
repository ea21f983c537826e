"""Fixtures for evaluation sets."""

import numpy as np
import pytest

from firth.vectors import Vectors


@pytest.fixture
def write(tmp_path):
    """Write a file of questions or pairs."""

    def write_file(text, name="set.txt"):
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return write_file


@pytest.fixture
def royal():
    """Queen is king - man + woman, in the planes (1, 2) and (2, 3)."""
    matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, -1, -1]], np.float32)
    return Vectors(["man", "king", "woman", "queen", "far"], matrix)
