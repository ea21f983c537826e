import types

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")

import torch

from firth.cluster import group as group_module
from firth.cluster.group import TIMEOUT, GroupBroken, TorchGroup


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


class Distributed:
    """Stands in for `torch.distributed`, which has no GPUs here."""

    def __init__(self):
        self.groups, self.sums = [], []

    def get_rank(self):
        return 0

    def get_world_size(self):
        return 2

    def new_group(self, **options):
        self.groups.append(options)
        return f"group {len(self.groups)}"

    def all_reduce(self, numbers, **options):
        self.sums.append((numbers.dtype, options))
        return types.SimpleNamespace(wait=lambda: None)


@pytest.fixture
def distributed(monkeypatch):
    found = Distributed()
    monkeypatch.setattr(group_module, "import_distributed", lambda: found)
    return found


@pytest.mark.parametrize(("short", "dtype"), [(False, torch.float32), (True, torch.bfloat16)])
def test_numbers_on_a_device_are_added_up_by_nccl(distributed, short, dtype):
    members = TorchGroup()
    # A tensor of a device that holds no numbers, as none is here.
    numbers = torch.zeros(4, device="meta")
    for _ in range(2):
        summed = members.add_up(numbers, short=short)()
        assert (summed.device.type, summed.dtype, summed.shape) == ("meta", torch.float32, (4,))
    # Made once, by the first sum.
    assert distributed.groups == [{"backend": "nccl", "timeout": TIMEOUT}]
    assert distributed.sums == [(dtype, {"group": "group 1", "async_op": True})] * 2


def test_arrays_are_added_up_by_the_first_group(distributed):
    summed = TorchGroup().add_up(np.ones(3, np.float32), short=True)()
    assert isinstance(summed, np.ndarray)
    assert distributed.groups == []
    assert distributed.sums == [(torch.bfloat16, {"group": None, "async_op": True})]
