"""Members as threads of one process: how they add up numbers."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from firth.cluster.group import GroupBroken
from firth.cluster.local_team import LocalGroup, _Meeting


def in_threads(size, meeting, work):
    """Return what a member of each rank does, all at once."""
    groups = [LocalGroup(rank, meeting) for rank in range(size)]
    with ThreadPoolExecutor(size) as threads:
        return [each.result(60) for each in [threads.submit(work, group) for group in groups]]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("length", [0, 1, 4, 1_000])
def test_sums_that_are_on_their_way_do_not_mix(size, length):
    def work(group):
        found, pending = [], None
        for turn in range(20):
            # Of another length each time, so that memory grows.
            numbers = np.full(length * (turn + 1), turn + 10 * group.rank, np.float32)
            wait = group.add_up(numbers)
            if pending is not None:
                found.append(np.unique(pending()).tolist())
            pending = wait
        return found

    expected = [[size * turn + 10 * sum(range(size))] if length else [] for turn in range(19)]
    assert in_threads(size, _Meeting(size), work) == [expected] * size


def test_sums_need_not_be_taken_before_the_next_numbers_are_given():
    def work(group):
        waits = [group.add_up(np.full(3, turn, np.float32)) for turn in range(2)]
        return [wait().tolist() for wait in waits]

    assert in_threads(2, _Meeting(2), work) == [[[0.0] * 3, [2.0] * 3]] * 2


def test_a_member_that_fails_breaks_the_group_for_all_and_for_ever():
    meeting = _Meeting(3)

    def work(group):
        if group.rank == 1:
            meeting.abort()
            return 0
        broken = 0
        for _ in range(3):
            wait = group.add_up(np.ones(2, np.float32))
            with pytest.raises(GroupBroken, match="another worker has failed"):
                wait()
            broken += 1
        return broken

    assert in_threads(3, meeting, work) == [3, 0, 3]
