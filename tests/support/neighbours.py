"""Comparing answers that were computed in two ways."""

from collections.abc import Sequence

import pytest

from firth.vectors import Neighbour


def assert_same_neighbours(
    found: Sequence[Sequence[Neighbour]], expected: Sequence[Sequence[Neighbour]]
) -> None:
    """Compare lists of neighbours: words, and scores but for rounding.

    A product of matrices is rounded otherwise than products of a matrix and vectors.
    """
    assert [[each.word for each in some] for some in found] == [
        [each.word for each in some] for some in expected
    ]
    for some, others in zip(found, expected, strict=True):
        assert [each.score for each in some] == pytest.approx(
            [each.score for each in others], abs=1e-6
        )
