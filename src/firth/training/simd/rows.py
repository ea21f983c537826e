"""Rows of tables: views for the NumPy form of the primitives, and a copy of one row.

A table is a float32 array of shape (rows, stride). A row is named by its offset from the start of
the table, in elements.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from firth.compilation.emitter import WIDTH, emitted_for
from firth.training.simd.tiles import LANES

Floats = NDArray[np.float32]
Offsets = NDArray[np.int64]


def stride_of(dim: int) -> int:
    """Return the length of a row of `dim` numbers, padded to whole vectors and whole `LANES`."""
    whole = max(WIDTH, LANES)
    return -(-dim // whole) * whole


def row_at(table: Floats, row: int | np.int64) -> Floats:
    """Return a view of the row at an offset."""
    return table.reshape(-1)[row : row + table.shape[1]]


def rows_at(table: Floats, rows: Offsets) -> Floats:
    """Return a copy of the rows at some offsets, (len(rows), stride)."""
    return table[rows // table.shape[1]]


def copy_row(table: Floats, row: int | np.int64, source: Floats, origin: int | np.int64) -> None:
    """Write the row at offset `origin` of `source` over the row at offset `row` of `table`."""
    row_at(table, row)[:] = row_at(source, origin)


@emitted_for(copy_row)
def _emit_copy(e, table, row, source, origin):
    to, start = e.at(table.data, row), e.at(source.data, origin)

    def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        e.store(e.load(e.at(start, index)), e.at(to, index))
        return []

    e.loop(table.stride, WIDTH, [], along)
