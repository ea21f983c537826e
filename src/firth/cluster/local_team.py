"""A team whose members are threads of this process: it needs no network and no extra."""

from __future__ import annotations

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
    """Where the members of a team lay down what is to be added up."""

    def __init__(self, size: int) -> None:
        self.barrier = threading.Barrier(size)
        empty = np.empty(0, np.float32)
        self.given: list[Floats] = [empty] * size
        self.summed = empty


class LocalGroup:
    """Threads that add up in the order of their ranks, each a part of the numbers; see `Group`."""

    def __init__(self, rank: int, meeting: _Meeting) -> None:
        self.rank, self.size = rank, len(meeting.given)
        self._meeting = meeting

    @property
    def place(self) -> tuple[int, int]:
        """All members share the GPUs of this process."""
        return self.rank, self.size

    def add_up(self, numbers: Array, *, short: bool = False) -> Callable[[], Array]:
        """Add up numbers over all members, at once, in the processor's memory; see `Group`."""
        given = self._meeting.given
        is_tensor = not isinstance(numbers, np.ndarray)
        given[self.rank] = numbers.cpu().numpy() if is_tensor else numbers
        if self.rank == 0:
            # New ones each time: others may still read the last ones.
            self._meeting.summed = np.empty(len(numbers), np.float32)
        self._wait()
        summed = self._meeting.summed
        own = slice(*(len(numbers) * end // self.size for end in (self.rank, self.rank + 1)))
        sums = summed[own]
        sums[:] = given[0][own]
        for other in given[1:]:
            add_numbers(sums, other[own], short=short)
        self._wait()
        return lambda: numbers.new_tensor(summed) if is_tensor else summed

    def _wait(self) -> None:
        try:
            self._meeting.barrier.wait()
        except threading.BrokenBarrierError:
            raise GroupBroken("another worker has failed") from None


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
                self._meeting.barrier.abort()
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
        self._members = []
