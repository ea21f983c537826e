"""Fixtures of the tests of vectors."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.subwords import make_subwords
from firth.vectors import RawTables, load


class SubwordTables(NamedTuple):
    """What training with n-grams leaves."""

    words: list[str]
    raw: RawTables
    output: NDArray[np.float32]


@pytest.fixture(scope="session")
def assert_refused() -> Callable[..., None]:
    """Assert that a file is refused in one short line that names it and its fault."""

    def check(path, fault=None):
        with pytest.raises(FormatError, match=fault) as caught:
            load(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 1000

    return check


@pytest.fixture(scope="session")
def tables() -> SubwordTables:
    """Words, raw tables with n-grams, and output vectors, all random."""
    random = np.random.default_rng(0)
    beginnings, ends = ("tea", "king", "milk", "walk"), ("", "s", "ed", "ing", "er", "ly", "dom")
    # One word is too short for n-grams that others hold.
    words = ["I", *(beginning + end for beginning in beginnings for end in ends)]
    subwords = make_subwords((3, 5), words, np.ones(len(words), np.int64), None)
    table = random.normal(size=(len(words) + len(subwords), 6)).astype(np.float32)
    output = random.normal(size=(len(words), 6)).astype(np.float32)
    return SubwordTables(words, RawTables(table, subwords), output)
