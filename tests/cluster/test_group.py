import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")

from firth.cluster.group import GroupBroken, TorchGroup


def test_a_lost_connection_is_told_without_the_source_of_gloo():
    group = TorchGroup.__new__(TorchGroup)
    group.rank = 1
    told = "[/pytorch/gloo/unbound_buffer.cc:78] Timed out waiting 120000ms for recv.\nStack"
    with pytest.raises(GroupBroken) as raised, group._named():
        raise RuntimeError(told)
    expected = "worker 1 lost its connection: Timed out waiting 120000ms for recv"
    assert str(raised.value) == expected
