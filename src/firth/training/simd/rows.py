"""Rows of tables: views for the NumPy form of the primitives, a copy of one row, and loops.

A table is a float32 array of shape (rows, stride). A row is named by its offset from the start of
the table, in elements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from firth.compilation.emitter import INT64, WIDTH, Emitter, emitted_for
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


class Listed(NamedTuple):
    """Some rows of a table, by a list of their offsets."""

    table: ir.Value
    rows: ir.Value
    count: ir.Value

    def row(self, e: Emitter, i: ir.Value, at: ir.Value) -> ir.Value:
        """Return where row i has the column `at`."""
        return e.at(self.table, e.builder.load(e.at(self.rows, i)), at)


def sums_of_rows(
    e: Emitter, listed: Listed, at: ir.Value, columns: Sequence[ir.Value]
) -> list[ir.Value]:
    """Emit the sums of some rows: of the vectors at some places from the column `at` on."""

    def over(i: ir.Value, totals: list[ir.Value]) -> list[ir.Value]:
        origin = listed.row(e, i, at)
        values = [e.load(e.at(origin, k)) for k in columns]
        return [e.builder.fadd(a, b) for a, b in zip(totals, values, strict=True)]

    return e.loop(listed.count, 1, [e.constant(0.0)] * len(columns), over)


def add_to_rows(
    e: Emitter,
    listed: Listed,
    at: ir.Value,
    columns: Sequence[ir.Value],
    changes: Sequence[ir.Value],
) -> None:
    """Emit the addition of changes to some rows, at the places of `sums_of_rows`."""

    def over(i: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        origin = listed.row(e, i, at)
        for k, change in zip(columns, changes, strict=True):
            place = e.at(origin, k)
            e.store(e.builder.fadd(e.load(place), change), place)
        return []

    e.loop(listed.count, 1, [], over)


def some_vectors_at_a_time(
    e: Emitter,
    columns: ir.Value,
    state: Sequence[ir.Value],
    body: Callable[[ir.Value, list[ir.Value], list[ir.Value]], Sequence[ir.Value]],
) -> list[ir.Value]:
    """Emit `state = body(first, places, state)` for all columns.

    Four vectors are taken at a time, then what is left: those at some places from the first column.
    """
    builder, step = e.builder, 4 * e.lanes
    rest = builder.and_(columns, e.integer(step - 1))
    whole = builder.sub(columns, rest)

    def places(end: int) -> list[ir.Value]:
        return [e.integer(k) for k in range(0, end, e.lanes)]

    def over(index: ir.Value, state: list[ir.Value]) -> Sequence[ir.Value]:
        return body(index, places(step), state)

    now = e.loop(whole, step, state, over)
    for end in range(e.lanes, step, e.lanes):

        def once(_: ir.Value, state: list[ir.Value], end: int = end) -> Sequence[ir.Value]:
            return body(whole, places(end), state)

        is_left = builder.icmp_signed("==", rest, e.integer(end))
        now = e.loop(builder.zext(is_left, INT64), 1, now, once)
    return now
