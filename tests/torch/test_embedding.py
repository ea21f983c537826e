"""Trained vectors as a layer of PyTorch."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from firth.errors import ConfigError  # noqa: E402
from firth.torch import to_embedding  # noqa: E402
from firth.vectors import Vectors  # noqa: E402


@pytest.fixture
def vectors():
    return Vectors(["tea", "milk", 7], np.arange(1, 7, dtype=np.float32).reshape(3, 2))


@pytest.mark.parametrize("padding", [False, True])
def test_each_word_has_its_row(vectors, padding):
    layer, ids = to_embedding(vectors, padding=padding)
    found = layer(torch.tensor([ids[word] for word in vectors.words]))
    np.testing.assert_array_equal(found.numpy(), vectors.input_vectors)
    assert min(ids.values()) == int(padding)


def test_padding_is_zero_and_stays_so(vectors):
    layer, _ = to_embedding(vectors, freeze=False, padding=True)
    layer(torch.tensor([0, 1])).sum().backward()
    assert not layer.weight[0].any()
    assert not layer.weight.grad[0].any()
    assert layer.weight.grad[1].any()


def test_a_frozen_layer_is_not_trained_and_nothing_is_shared(vectors):
    assert not to_embedding(vectors).layer.weight.requires_grad
    layer = to_embedding(vectors, freeze=False).layer
    with torch.no_grad():
        layer.weight += 1
    assert vectors.input_vectors[0, 0] == 1.0


def test_what_is_no_vectors_is_refused(vectors):
    with pytest.raises(ConfigError, match=r"vectors must be Vectors, as from .*; got array"):
        to_embedding(np.eye(2))
    with pytest.raises(ConfigError, match="padding must be True or False"):
        to_embedding(vectors, padding=0)


def test_vectors_have_a_method_for_it():
    vectors = Vectors(["tea", "milk"], np.array([[1, 2], [3, 4]], np.float32))
    layer, ids = vectors.to_torch(freeze=False, padding=True)
    assert layer(torch.tensor([ids["milk"], 0])).tolist() == [[3, 4], [0, 0]]
    assert layer.weight.requires_grad
