"""Damaged texts, plain and compressed: read well or refused in one line (see `tests/fuzzing`)."""

import pytest

READERS = {"corpus": 3, "corpus.gz": 5, "corpus.bz2": 4, "corpus.xz": 5, "corpus.zst": 5}


@pytest.mark.parametrize(("reader", "faults"), READERS.items())
@pytest.mark.parametrize(
    ("first", "count"), [(0, 120), pytest.param(1_000, 6_000, marks=pytest.mark.slow)]
)
def test_damaged_texts_are_read_or_refused(reader, faults, first, count, check_damaged):
    check_damaged(reader, first=first, count=count, faults=faults)
