"""A team whose members are threads of this process: for tests that need no network."""

import functools
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from firth.cluster.group import GroupBroken
from firth.cluster.member import Member
from firth.training.engines.base import WorkersLost


class ThreadGroup:
    """Adds up in the order of the ranks, in float32."""

    def __init__(self, rank, size, shared):
        self.rank, self.size, self._shared = rank, size, shared
        self.sums = 0

    def add_up(self, numbers):
        barrier, given = self._shared
        self.sums += 1
        given[self.rank] = numbers.copy()
        try:
            barrier.wait()
            total = given[0].copy()
            for rank in range(1, self.size):
                total += given[rank]
            barrier.wait()
        except threading.BrokenBarrierError:
            raise GroupBroken("a member is gone") from None
        np.copyto(numbers, total)


class ThreadTeam:
    def __init__(self, size):
        self.size, self.starts, self.members = size, 0, []
        self.lose_after = []  # calls of "train" after which a member is lost, one number a start

    @property
    def is_running(self):
        return bool(self.members)

    def start(self):
        self.starts += 1
        shared = threading.Barrier(self.size), [None] * self.size
        self.groups = [ThreadGroup(rank, self.size, shared) for rank in range(self.size)]
        self.members = [Member(group) for group in self.groups]
        self.trained = 0

    def call(self, method, *arguments):
        return self.call_each(method, [arguments] * self.size)

    def call_each(self, method, arguments):
        if method == "train":
            self.trained += 1
            if self.lose_after and self.trained > self.lose_after[0]:
                self.lose_after.pop(0)
                self.members = []
                raise WorkersLost("worker 1 was lost")
        with ThreadPoolExecutor(self.size) as threads:
            calls = [
                threads.submit(getattr(member, method), *own)
                for member, own in zip(self.members, arguments, strict=True)
            ]
            return [call.result() for call in calls]

    def call_merged(self, method, merge):
        return functools.reduce(merge, self.call(method))

    def call_first(self, method, *arguments):
        return getattr(self.members[0], method)(*arguments)

    def close(self):
        for member in self.members:
            if member._reader is not None:
                member._reader.close()
        self.members = []
