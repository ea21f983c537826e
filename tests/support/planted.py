"""A corpus whose words form groups, which training has to find."""

import functools

import numpy as np

from firth.corpus import read_corpus


@functools.cache
def planted_corpus(units, holdout=0.0):
    """Make units of words from one of four groups, some of which are rarer than others."""
    rng = np.random.default_rng(0)
    ids = np.minimum(*rng.integers([[0], [1]], [[6], [7]], size=(units, 2, 8)).swapaxes(0, 1))
    groups = rng.integers(4, size=units)
    words = [[f"{g}-{k}" for k in unit] for g, unit in zip(groups, ids, strict=True)]
    return read_corpus(words, holdout=holdout)


def check_groups_are_found(result, corpus):
    """Check that the loss has fallen, and that the words next to each are those of its group."""
    assert result.losses[-1] < 0.95 * result.losses[0]
    unit = result.input_vectors / np.linalg.norm(result.input_vectors, axis=1, keepdims=True)
    groups = np.array([word[0] for word in corpus.vocabulary])
    for row, near in enumerate(np.argsort(-unit @ unit.T)[:, :6]):
        assert set(groups[near]) == {groups[row]}
