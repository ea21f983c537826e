"""The two ways to hold a table, by themselves."""

import numpy as np
import pytest
import torch

from firth.torch.tables import make_table

KINDS = pytest.mark.parametrize("kind", ["embedding", "parameter"])


@KINDS
def test_a_look_up_of_padding_sends_nothing_back(kind):
    table = make_table(kind, 5, 3)
    table(torch.tensor([[0, 2], [2, 0]])).sum().backward()
    assert table.weight.grad.tolist() == [[0.0] * 3, [0.0] * 3, [2.0] * 3, [0.0] * 3, [0.0] * 3]


@KINDS
def test_starts_as_word2vec_does(kind):
    torch.manual_seed(2)
    weight = make_table(kind, 2001, 50).weight.detach()
    assert not weight[0].any()
    assert weight.abs().max() <= 0.01
    assert weight[1:].std().item() == pytest.approx(0.01 / np.sqrt(3), rel=0.02)
    assert not make_table(kind, 5, 3, zeros=True).weight.any()
