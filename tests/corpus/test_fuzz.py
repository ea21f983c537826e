"""Damaged texts, plain and compressed: read well or refused in one line (see `tests/fuzzing`)."""

import pytest

READERS = {"corpus": 3, "corpus.gz": 5, "corpus.bz2": 4, "corpus.xz": 5, "corpus.zst": 5}


@pytest.mark.parametrize(("reader", "faults"), READERS.items())
def test_damaged_texts_are_read_or_refused(reader, faults, check_damaged):
    check_damaged(reader, first=0, count=120, faults=faults)


@pytest.mark.slow
@pytest.mark.parametrize(("reader", "faults"), READERS.items())
def test_many_damaged_texts_are_read_or_refused(reader, faults, check_damaged):
    check_damaged(reader, first=1_000, count=6_000, faults=faults)
