"""Damaged evaluation sets are read correctly or refused in one line (see `tests/fuzzing`)."""

import pytest


@pytest.mark.parametrize("reader", ["analogies", "similarity"])
@pytest.mark.parametrize(
    ("first", "count"), [(0, 400), pytest.param(1_000, 20_000, marks=pytest.mark.slow)]
)
def test_damaged_evaluation_sets_are_read_or_refused(reader, first, count, check_damaged):
    check_damaged(reader, first=first, count=count, faults=4)
