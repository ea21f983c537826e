"""How the members of a team add up numbers."""

from __future__ import annotations

import contextlib
import datetime
import importlib
import os
import re
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from firth.errors import FirthError, MissingExtraError
from firth.training.engines.team import Array

# A member that waits so long for another takes it for lost.
TIMEOUT = datetime.timedelta(seconds=120)
_PLACE = re.compile(r"^\[[^\]]*:\d+\] *")
_GET_ADDRESS = 0x8915  # SIOCGIFADDR of Linux


class GroupBroken(FirthError):
    """A member of the group does not answer."""


class Group(Protocol):
    """All that workers need to train together."""

    @property
    def rank(self) -> int:
        """The number of this member, from 0."""

    @property
    def size(self) -> int:
        """The number of members."""

    @property
    def place(self) -> tuple[int, int]:
        """The number of this member among those that share its GPUs, and how many these are."""

    def add_up(self, numbers: Array, *, short: bool = False) -> Callable[[], Array]:
        """Begin to add up numbers over all members.

        Parameters
        ----------
        numbers : float32
            An array, or a tensor on a device, where the sums will be too. Written to, unless they
            are short.
        short : bool
            Whether the numbers travel as bfloat16, to which they are rounded, and so do the sums.

        Returns
        -------
        callable
            Waits, and returns the sums, which are the same for each member, bit by bit. They stay
            until the second call after this one, and two sums at most may be on their way. Raises
            GroupBroken if a member does not answer.
        """


class TorchGroup:
    """The processes of PyTorch's default group, on one machine or on several; see `Group`."""

    def __init__(self, place: tuple[int, int] = (0, 1)) -> None:
        self.place = place
        self._torch, self._distributed = import_extra("torch"), import_distributed()
        self.rank: int = self._distributed.get_rank()
        self.size: int = self._distributed.get_world_size()
        self._of_gpus: Any = None

    def add_up(self, numbers: Array, *, short: bool = False) -> Callable[[], Array]:
        """Begin to add up numbers over all members; see `Group`."""
        sums = self._torch.as_tensor(numbers)
        if short:
            sums = sums.to(self._torch.bfloat16)
        with self.connection_watched():
            group = None if sums.device.type == "cpu" else self._group_of_gpus()
            work = self._distributed.all_reduce(sums, group=group, async_op=True)

        def wait() -> Array:
            with self.connection_watched():
                work.wait()
            summed = sums.float()
            return summed.numpy() if isinstance(numbers, np.ndarray) else summed

        return wait

    def _group_of_gpus(self) -> Any:  # noqa: ANN401
        """Return the same members, connected from GPU to GPU: made when all first need it."""
        if self._of_gpus is None:
            self._of_gpus = self._distributed.new_group(backend="nccl", timeout=TIMEOUT)
        return self._of_gpus

    @contextlib.contextmanager
    def connection_watched(self) -> Iterator[None]:
        """Raise GroupBroken where a call of `torch.distributed` fails, as a member was lost."""
        try:
            yield
        except RuntimeError as error:
            # Without the place in the source of gloo, its stack, and its advice.
            reason = _PLACE.sub("", str(error)).partition("\n")[0].partition(". ")[0].rstrip(". ")
            raise GroupBroken(f"worker {self.rank} lost its connection: {reason}") from error


def join_group(host: str, port: int, rank: int, size: int, address: str) -> TorchGroup:
    """Make this process a member of the group whose store is at `host` and `port`.

    Parameters
    ----------
    rank, size : int
        The number of this member, and the number of all.
    address : str
        An address of this machine by which the others reach it.
    """
    distributed = import_distributed()
    interface = interface_of(address)
    if interface is not None:
        # By default it is the one of the host's name, which may be that of this machine only.
        os.environ["GLOO_SOCKET_IFNAME"] = interface
    store = distributed.TCPStore(host, port, size, is_master=False, timeout=TIMEOUT)
    distributed.init_process_group("gloo", store=store, rank=rank, world_size=size, timeout=TIMEOUT)
    return TorchGroup()


def import_distributed() -> Any:  # noqa: ANN401
    """Return `torch.distributed`.

    Raises
    ------
    MissingExtraError
        If PyTorch is not installed.
    """
    return import_extra("torch.distributed")


def import_extra(name: str) -> Any:  # noqa: ANN401
    """Return a module of a package that the extra `cluster` installs.

    Raises
    ------
    MissingExtraError
        If the package is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtraError(name.partition(".")[0], "cluster") from error


def interface_of(address: str) -> str | None:
    """Return the name of the network interface that has an address, None where that is unknown."""
    if sys.platform != "linux":
        return None
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(probe.fileno(), _GET_ADDRESS, request)
            except OSError:
                continue  # It has no address.
            if socket.inet_ntoa(answer[20:24]) == address:
                return name
    return None
