"""Lengths of rows, and products with a query, at any scale and across blocks."""

import numpy as np
import pytest

from firth.io import row_file
from firth.vectors.lengths import lengths_and_products, row_lengths


@pytest.mark.parametrize("scale", [1e-45, 1e-38, 1e-20, 1.0, 1e20, 1e38])
def test_row_lengths_are_exact_at_any_scale(scale):
    matrix = np.full((2, 2), np.float32(scale))
    matrix[1] = 0
    expected = [np.sqrt(2) * np.float64(np.float32(scale)), 0.0]
    np.testing.assert_allclose(row_lengths(matrix), expected, rtol=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_length_of_a_row_that_is_not_finite_is_not(value):
    matrix = np.array([[1, 2], [1, value]], dtype=np.float32)
    assert np.isfinite(row_lengths(matrix)).tolist() == [True, False]


@pytest.mark.parametrize("size", [1 << 20, 60])
def test_lengths_and_products_of_a_file_are_those_of_its_rows(monkeypatch, tmp_path, size):
    monkeypatch.setattr(row_file, "_BLOCK_BYTES", size)
    random = np.random.default_rng(5)
    matrix = random.normal(size=(101, 7)).astype(np.float32)
    query = random.normal(size=7).astype(np.float32)
    (tmp_path / "rows").write_bytes(b"the head" + matrix.astype("<f4").tobytes() + b"the end")
    file = row_file.RowFile(tmp_path / "rows", 8, matrix.shape)
    lengths, products = lengths_and_products(file, query)
    np.testing.assert_array_equal(lengths, row_lengths(matrix))
    np.testing.assert_allclose(products, matrix @ query, rtol=1e-5, atol=1e-6)
    with pytest.raises(EOFError, match="rows ends before row 1"):
        lengths_and_products(file._replace(shape=(103, 7)), query)
