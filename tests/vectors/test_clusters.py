"""Clusters of words: planted ones are found, numbered by size and named by their middle."""

import numpy as np
import pytest

from firth.vectors.clusters import spherical_k_means, typical_rows
from firth.vectors.search import unit_rows

SIZES = [30, 50, 20]


@pytest.fixture
def unit():
    """Unit rows about three axes; those nearest to an axis come last."""
    rng = np.random.default_rng(1)
    rows = [
        np.eye(6)[axis] + np.linspace(0.2, 0.0, size)[:, np.newaxis] * rng.normal(size=(size, 6))
        for axis, size in enumerate(SIZES)
    ]
    return unit_rows(np.concatenate(rows))


def test_planted_clusters_are_found_and_the_largest_is_first(unit):
    labels, _ = spherical_k_means(unit, 3)
    assert labels.tolist() == [1] * 30 + [0] * 50 + [2] * 20


def test_centres_are_the_directions_of_the_means(unit):
    labels, centres = spherical_k_means(unit, 3)
    means = [unit[labels == number].mean(axis=0) for number in range(3)]
    np.testing.assert_allclose(centres, unit_rows(np.array(means)), atol=1e-3)


def test_the_words_nearest_to_the_centre_name_a_cluster(unit):
    labels, centres = spherical_k_means(unit, 3)
    for rows, last in zip(typical_rows(unit, labels, centres), (80, 30, 100), strict=True):
        assert len(rows) == 3
        assert min(rows) >= last - 12


def test_there_are_no_more_clusters_than_words(unit):
    labels, centres = spherical_k_means(unit[:2], 3)
    assert (sorted(labels.tolist()), len(centres)) == ([0, 1], 2)
