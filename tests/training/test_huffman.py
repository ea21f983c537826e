"""The Huffman tree of a vocabulary."""

import numpy as np
import pytest

from firth.errors import ConfigError
from firth.training.huffman import huffman_paths


def zipf(words):
    return np.maximum(1_000_000 // np.arange(1, words + 1), 1)


@pytest.mark.parametrize("words", [2, 3, 99, 4999])
def test_is_a_complete_and_optimal_tree(words):
    counts = zipf(words)
    paths = huffman_paths(counts)
    lengths = (paths.nodes >= 0).sum(axis=1)
    # Every inner node has two children (Kraft's inequality is an equality).
    assert np.sum(0.5**lengths) == pytest.approx(1.0, rel=1e-12)
    shares = counts / counts.sum()
    entropy = -np.sum(shares * np.log2(shares))
    assert entropy <= np.sum(shares * lengths) < entropy + 1
    rarer = np.diff(counts) < 0
    assert np.all(np.diff(lengths)[rarer] >= 0)  # the rarer a word, the longer its path
    assert set(np.unique(paths.nodes)) - {-1} == set(range(words - 1))


def test_no_two_words_share_a_path():
    nodes, turns = huffman_paths(zipf(199))
    paths = {
        tuple(zip(on_path[on_path >= 0].tolist(), right.tolist(), strict=False))
        for on_path, right in zip(nodes, turns, strict=True)
    }
    assert len(paths) == 199


@pytest.mark.parametrize("counts", [[], [5]])
def test_needs_two_words(counts):
    with pytest.raises(ConfigError, match="the counts of two words or more"):
        huffman_paths(np.array(counts, np.int64))
