"""How the members of a team add up numbers."""

from __future__ import annotations

import contextlib
import datetime
import importlib
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from firth.errors import FirthError, MissingExtraError
from firth.training.engines.base import Floats

# A member that waits so long for another takes it for lost.
TIMEOUT = datetime.timedelta(seconds=120)
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

    def add_up(self, numbers: Floats, *, short: bool = False) -> Callable[[], Floats]:
        """Begin to add up numbers over all members.

        Parameters
        ----------
        numbers : float32
            Written to, unless they are short.
        short : bool
            Whether the numbers travel as bfloat16, to which they are rounded, and so do the sums.

        Returns
        -------
        callable
            Waits, and returns the sums, which are the same for each member, bit by bit. Raises
            GroupBroken if a member does not answer.
        """


def shorten(numbers: Floats) -> None:
    """Round numbers, in place, to those that bfloat16 has: the nearest one, or the even of two.

    Examples
    --------
    >>> numbers = np.array([1.0, 1.001, -3.14159], np.float32)
    >>> shorten(numbers)
    >>> numbers.tolist()
    [1.0, 1.0, -3.140625]
    """
    bits = numbers.view(np.uint32)
    bits += np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1))
    bits &= np.uint32(0xFFFF0000)


class TorchGroup:
    """The processes of PyTorch's default group, on one machine or on several; see `Group`."""

    def __init__(self) -> None:
        self._torch, self._distributed = import_extra("torch"), import_distributed()
        self.rank: int = self._distributed.get_rank()
        self.size: int = self._distributed.get_world_size()

    def add_up(self, numbers: Floats, *, short: bool = False) -> Callable[[], Floats]:
        """Begin to add up numbers over all members; see `Group`."""
        sums = self._torch.from_numpy(numbers)
        if short:
            sums = sums.to(self._torch.bfloat16)
        with self._named():
            work = self._distributed.all_reduce(sums, async_op=True)

        def wait() -> Floats:
            with self._named():
                work.wait()
            return np.asarray(sums.float().numpy())

        return wait

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            raise GroupBroken(f"worker {self.rank} lost its connection: {error}") from error


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
