"""What a worker of a team asks of the others before it trains."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from firth.cluster.local_team import LocalGroup, _Meeting
from firth.cluster.part_trainer import add_up_counts


def test_counts_of_all_members_are_added_up_exactly():
    counts = np.array([[1, 2**31 + 3, 0], [2, 2**40 + 1, 0]] + [[4, 2**24 - 1, 0]] * 38)
    meeting = _Meeting(40)
    with ThreadPoolExecutor(40) as threads:
        groups = [LocalGroup(rank, meeting) for rank in range(40)]
        found = list(threads.map(add_up_counts, groups, counts))
    for sums in found:
        np.testing.assert_array_equal(sums, counts.sum(axis=0))


@pytest.mark.parametrize(
    ("short", "expected"), [(True, [1.0, 2.0]), (False, [1 + 2**-8, 2 + 2**-8])]
)
def test_threads_round_short_sums_to_bfloat16(short, expected):
    meeting, given = _Meeting(2), np.array([[1, 2], [2**-8, 2**-8]], np.float32)

    def add_up(rank):
        return LocalGroup(rank, meeting).add_up(given[rank], short=short)().tolist()

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(add_up, range(2))) == [expected] * 2
