"""Exact search, compared with a full sort: across blocks, with ties and exclusions."""

import numpy as np
import pytest

from firth.vectors import blocks, search
from firth.vectors.lengths import row_lengths
from firth.vectors.search import ExactIndex, top_k, unit_rows


def by_full_sort(queries, table, k, exclude=None):
    """Search slowly: compute every score, and sort stably."""
    scores = queries.astype(np.float64) @ table.astype(np.float64).T
    if exclude is not None:
        np.put_along_axis(scores, exclude, -np.inf, axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.where(np.isneginf(np.take_along_axis(scores, order, axis=1)), -1, order)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "NUMBERS_PER_BLOCK", 64)
    monkeypatch.setattr(search, "QUERIES_PER_BLOCK", 4)


@pytest.fixture
def integers():
    """Small whole numbers, whose scores are exact and often tie."""
    return np.random.default_rng(1).integers(-2, 3, size=(101, 3)).astype(np.float32)


@pytest.mark.parametrize("k", [1, 2, 7, 100, 101, 500])
def test_agrees_with_a_full_sort_in_one_block_with_ties(integers, k):
    indices, _ = top_k(integers[:9], integers, k)
    np.testing.assert_array_equal(indices, by_full_sort(integers[:9], integers, k))


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("k", [1, 2, 7, 100, 101, 500])
def test_agrees_with_a_full_sort_across_blocks_with_ties_and_exclusions(integers, k):
    exclude = np.random.default_rng(2).integers(0, 101, size=(9, 3))
    indices, scores = top_k(integers[:9], integers, k, exclude=exclude)
    expected = by_full_sort(integers[:9], integers, k, exclude)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(np.isneginf(scores), indices == -1)
    found = integers[:9] @ integers.T
    np.testing.assert_array_equal(
        scores[indices >= 0], np.take_along_axis(found, indices, axis=1)[indices >= 0]
    )


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("order", ["rising", "falling", "random", "rare"])
def test_blocks_of_any_order_agree_with_a_full_sort(monkeypatch, order):
    monkeypatch.setattr(blocks, "NUMBERS_PER_BLOCK", 400)
    scores = np.random.default_rng(3).permutation(1000)
    if order == "rare":
        # Few rows are better than those before them, so that they are sorted together.
        scores = np.where(scores < 30, scores, -scores)
    elif order != "random":
        scores = np.sort(scores)[:: 1 if order == "rising" else -1]
    table = np.stack([scores, np.roll(scores, 500) // 7], axis=1).astype(np.float32)
    queries = np.array([[1, 0], [0, 1], [-1, 0], [1, 1], [-1, -1]], dtype=np.float32)
    for k in (1, 3, 10):
        indices, found = top_k(queries, table, k)
        np.testing.assert_array_equal(indices, by_full_sort(queries, table, k))
        np.testing.assert_array_equal(found, np.take_along_axis(queries @ table.T, indices, axis=1))


def test_no_query_has_no_answer(integers):
    indices, scores = top_k(integers[:0], integers, 3)
    assert indices.shape == scores.shape == (0, 3)


@pytest.mark.parametrize("scale", [1e-45, 1e-38, 1e-20, 1.0, 1e20, 1e38])
def test_unit_rows_have_length_one_at_any_scale(scale):
    matrix = np.full((2, 2), np.float32(scale))
    np.testing.assert_allclose(unit_rows(matrix), np.sqrt(0.5), rtol=1e-6)


def test_unit_rows_leave_zero_rows_zero():
    assert not unit_rows(np.zeros((2, 3), dtype=np.float32)).any()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("scales", [(1.0,), (1e-3, 1.0, 1e3), (1e-44, 1.0), (1.0, 1e38)])
def test_an_index_finds_the_rows_with_the_largest_cosines_whatever_their_lengths(scales):
    random = np.random.default_rng(4)
    directions = random.normal(size=(50, 3))
    directions[7] = 0
    matrix = (directions * np.resize(scales, (50, 1))).clip(-3e38, 3e38).astype(np.float32)
    index = ExactIndex(matrix, row_lengths(matrix))
    queries = unit_rows(random.normal(size=(9, 3)))
    unit = unit_rows(matrix)
    none = np.full((9, 1), -1)
    expected = by_full_sort(queries, np.delete(unit, 7, axis=0), 5)
    indices, scores = index.best(queries, 5, none)
    np.testing.assert_array_equal(indices, expected + (expected >= 7))
    np.testing.assert_allclose(scores, np.einsum("nkd,nd->nk", unit[indices], queries), atol=1e-6)
    found = index.cosines(queries[0])
    assert np.flatnonzero(np.isnan(found)).tolist() == [7]
    np.testing.assert_allclose(np.delete(found, 7), np.delete(unit @ queries[0], 7), atol=1e-6)
