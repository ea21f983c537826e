"""What the tests of the GPU engine train on."""

import numpy as np
import pytest

from firth.corpus import read_corpus

# Calls with an option that the engine lacks.
each_option_it_lacks = pytest.mark.parametrize(
    "options",
    [{"loss": "hs"}, {"documents": "joint"}, {"deterministic": True}, {"window": 3_000},
     {"threads": 2}],
    ids=lambda options: next(iter(options)),
)  # fmt: skip


def make_corpus(units=40, most=15, words=30):
    rng = np.random.default_rng(0)
    return read_corpus(
        [[f"w{min(rng.integers(0, words, 2))}" for _ in range(rng.integers(1, most))]
         for _ in range(units)],
        min_count=1,
    )  # fmt: skip
