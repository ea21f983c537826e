import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")

from firth.cluster.group import GroupBroken, TorchGroup


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            "[/pytorch/gloo/unbound_buffer.cc:78] Timed out waiting 120000ms for recv.\nStack",
            "Timed out waiting 120000ms for recv",
        ),
        (
            "[/gloo/pair.cc:553] Connection closed by peer [10.0.0.7]:1758. This is typically "
            "caused by a remote worker crashing. Check the logs",
            "Connection closed by peer [10.0.0.7]:1758",
        ),
    ],
)
def test_a_lost_connection_is_told_without_the_source_of_gloo(told, expected):
    group = TorchGroup.__new__(TorchGroup)
    group.rank = 1
    with pytest.raises(GroupBroken) as raised, group.connection_watched():
        raise RuntimeError(told)
    assert str(raised.value) == f"worker 1 lost its connection: {expected}"
