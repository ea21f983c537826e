"""Damaged evaluation sets are read correctly or refused in one line (see `tests/fuzzing`)."""

import pytest

READERS = ["analogies", "similarity"]


@pytest.mark.parametrize("reader", READERS)
def test_damaged_evaluation_sets_are_read_or_refused(reader, check_damaged):
    check_damaged(reader, first=0, count=400, faults=4)


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_many_damaged_evaluation_sets_are_read_or_refused(reader, check_damaged):
    check_damaged(reader, first=1_000, count=20_000, faults=4)
