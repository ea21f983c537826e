"""The Huffman tree."""

import numpy as np
import pytest
import torch

from firth.errors import ConfigError
from firth.torch import HuffmanTree, SkipGramHS


def zipf(size):
    return np.concatenate([[0], np.maximum(1_000_000 // np.arange(1, size), 1)])


@pytest.mark.parametrize("size", [3, 4, 100, 5000])
def test_is_a_complete_and_optimal_tree(size):
    counts = zipf(size)
    tree = HuffmanTree(counts)
    lengths = tree.lengths.numpy()
    # Every inner node has two children (Kraft's inequality is an equality).
    assert np.sum(0.5 ** lengths[1:].astype(float)) == pytest.approx(1.0, rel=1e-12)
    shares = counts[1:] / counts.sum()
    entropy = -np.sum(shares * np.log2(shares))
    assert entropy <= np.sum(shares * lengths[1:]) < entropy + 1
    rarer = np.diff(counts[1:]) < 0
    assert np.all(np.diff(lengths[1:])[rarer] >= 0)  # the rarer a word, the longer its path
    assert tree.nodes.max() == size - 2
    assert tree.size == size - 1


def test_no_two_words_share_a_path():
    tree = HuffmanTree(zipf(200))
    paths = {
        tuple(zip(nodes[nodes != 0].tolist(), answers[nodes != 0].tolist(), strict=True))
        for nodes, answers in zip(tree.nodes[1:], tree.answers[1:], strict=True)
    }
    assert len(paths) == 199


def test_words_without_a_count_have_no_path():
    tree = HuffmanTree([0, 3, 0, 2, 1])
    assert tree.lengths.tolist() == [0, 1, 0, 2, 2]
    model = SkipGramHS([0, 3, 0, 2, 1], 2)
    assert model.log_probabilities(torch.ones(1, 2))[0, 2] == -torch.inf
    with pytest.raises(ConfigError, match="centre holds id 2, which has no count"):
        model(torch.tensor([2]), torch.tensor([[1]]))


@pytest.mark.parametrize("counts", [[0, 2.5, 1], [0, 2, -1], ["0", "1"], [[0, 1, 2]]])
def test_counts_are_whole(counts):
    with pytest.raises(ConfigError, match="counts must be a list of whole numbers"):
        HuffmanTree(counts)


def test_the_tree_moves_with_its_model():
    assert {"tree.nodes", "tree.answers"} <= set(SkipGramHS([0, 2, 1], 2).state_dict())
