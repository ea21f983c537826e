"""A team whose members are threads of this process: it needs no network and no extra."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from firth.cluster.group import GroupBroken
from firth.cluster.member import Member
from firth.cluster.team import Team
from firth.training.engines.base import Floats
from firth.training.engines.registry import DEFAULT, team_engine_named
from firth.training.engines.team import Array, add_numbers


class _Meeting:
    """Where the members of a team give each other what is to be added up.

    `given[to][from]` and `added[to][from]` are what one member was told by another: its numbers,
    and that its part of the sums is there. None tells that a member has failed, for ever.
    """

    def __init__(self, size: int) -> None:
        self.given = _queues(size)
        self.added = _queues(size)
        self._rooms = [np.empty(0, np.float32)] * 2
        self._lock = threading.Lock()

    def room(self, turn: int, size: int) -> Floats:
        """Return the memory of sums, the same for all members: that of every other sum.

        When all have given their numbers to a sum, all have taken the last but one.
        """
        with self._lock:
            if len(self._rooms[turn]) < size:
                self._rooms[turn] = np.empty(size, np.float32)
            return self._rooms[turn][:size]

    def abort(self) -> None:
        """Tell all members that one has failed."""
        for queues in (*self.given, *self.added):
            for each in queues:
                each.put(None)


def _queues(size: int) -> list[list[queue.SimpleQueue[Floats | None]]]:
    return [[queue.SimpleQueue() for _ in range(size)] for _ in range(size)]


class LocalGroup:
    """Threads that add up in the order of their ranks, each a part of the numbers; see `Group`."""

    def __init__(self, rank: int, meeting: _Meeting) -> None:
        self.rank, self.size = rank, len(meeting.given)
        self._meeting = meeting
        self._turn = 0

    @property
    def place(self) -> tuple[int, int]:
        """All members share the GPUs of this process."""
        return self.rank, self.size

    def add_up(self, numbers: Array, *, short: bool = False) -> Callable[[], Array]:
        """Begin to add up numbers over all members, in the processor's memory; see `Group`.

        All members read the numbers until the sums are there.
        """
        is_tensor = not isinstance(numbers, np.ndarray)
        own: Floats = numbers.cpu().numpy() if is_tensor else numbers
        for queues in self._meeting.given:
            queues[self.rank].put(own)
        turn, self._turn = self._turn, 1 - self._turn

        def wait() -> Array:
            given = _taken(self._meeting.given[self.rank])
            summed = self._meeting.room(turn, len(own))
            part = slice(*(len(own) * end // self.size for end in (self.rank, self.rank + 1)))
            sums = summed[part]
            sums[:] = given[0][part]
            for other in given[1:]:
                add_numbers(sums, other[part], short=short)
            for queues in self._meeting.added:
                queues[self.rank].put(sums)
            _taken(self._meeting.added[self.rank])
            return numbers.new_tensor(summed) if is_tensor else summed

        return wait


def _taken(queues: Sequence[queue.SimpleQueue[Floats | None]]) -> list[Floats]:
    """Wait for what all members tell, and return it in the order of their ranks."""
    found = []
    for each in queues:
        numbers = each.get()
        if numbers is None:
            each.put(None)
            raise GroupBroken("another worker has failed")
        found.append(numbers)
    return found


class LocalTeam(Team):
    """Members as threads; see `Team`."""

    def __init__(self, workers: int, engine: str = DEFAULT) -> None:
        self.size, self.engine = workers, engine
        # Before a text is read.
        team_engine_named(engine).for_worker(0, workers)
        self._members: list[Member] = []
        self._meeting = _Meeting(workers)

    @property
    def members_here(self) -> int:
        """All members are in this process."""
        return self.size

    @property
    def is_running(self) -> bool:
        """Whether the members are there."""
        return bool(self._members)

    def start(self) -> None:
        """Make the members."""
        self._meeting = _Meeting(self.size)
        self._members = [Member(LocalGroup(rank, self._meeting)) for rank in range(self.size)]
        self.call("choose_engine", self.engine)

    def call_each(self, method: str, arguments: Sequence[Sequence[object]]) -> list[Any]:
        """Call a method of all members at once, each with its own arguments; see `Team`."""

        def call(member: Member, own: Sequence[object]) -> Any:  # noqa: ANN401
            try:
                return getattr(member, method)(*own)
            except BaseException:
                # The others would wait for this one.
                self._meeting.abort()
                raise

        with ThreadPoolExecutor(self.size) as threads:
            calls = [
                threads.submit(call, member, own)
                for member, own in zip(self._members, arguments, strict=True)
            ]
            failures = [failure for each in calls if (failure := each.exception()) is not None]
        # What made the others fail comes first.
        for failure in sorted(failures, key=lambda failure: isinstance(failure, GroupBroken)):
            raise failure
        return [each.result() for each in calls]

    def call_first(self, method: str, *arguments: object) -> Any:  # noqa: ANN401
        """Call a method of the first member; see `Team`."""
        return getattr(self._members[0], method)(*arguments)

    def close(self) -> None:
        """Drop the members."""
        for member in self._members:
            member.close()
        self._members, self._meeting = [], _Meeting(self.size)
