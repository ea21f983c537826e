"""The Huffman tree of a vocabulary."""

import numpy as np
import pytest

from firth.errors import ConfigError
from firth.training import reference
from firth.training.huffman import (
    expected_longest_path,
    huffman_paths,
    huffman_tree,
    longest_path,
)


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


@pytest.mark.parametrize("words", [2, 3, 5, 40, 200])
@pytest.mark.parametrize("most", [1, 4, 1_000])
def test_paths_are_those_of_the_definition(words, most):
    # Many counts are equal: which is the lighter is a rule too.
    counts = np.random.default_rng(words).integers(1, most + 1, words)
    expected = reference.huffman_paths(counts.tolist())
    nodes, turns = huffman_paths(counts)
    lengths = (nodes >= 0).sum(axis=1)
    ours = [
        tuple(zip(nodes[word, :length].tolist(), turns[word, :length].tolist(), strict=True))
        for word, length in enumerate(lengths)
    ]
    assert ours == expected
    assert not turns[nodes < 0].any()
    assert longest_path(huffman_tree(counts)) == lengths.max()


def test_the_longest_path_of_a_text_is_within_what_is_expected():
    for words in (2, 10, 3_000, 70_000):
        assert longest_path(huffman_tree(zipf(words))) <= expected_longest_path(words)
        assert longest_path(huffman_tree(np.full(words, 7))) <= expected_longest_path(words)


@pytest.mark.parametrize("counts", [[], [5]])
def test_needs_two_words(counts):
    with pytest.raises(ConfigError, match="the counts of two words or more"):
        huffman_paths(np.array(counts, np.int64))
