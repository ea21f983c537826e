"""Vector loops over rows by themselves, and over lists of numbers, beside those of `simd`.

As there, each primitive is a plain NumPy function and one that emits what is compiled in its place,
a table is a float32 array of shape (rows, stride), and rows are named by their offsets.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from firth.compilation.emitter import WIDTH, emitted_for

Floats = NDArray[np.float32]
Offsets = NDArray[np.int64]


def rows_at(
    table: Floats, at: int, rows: Offsets, first: int, count: int, columns: int | None = None
) -> Floats:
    """Return a copy of the rows listed from `first`, whose offsets are counted from `at`."""
    return np.stack([row_at(table, at + row, columns) for row in rows[first : first + count]])


def row_at(table: Floats, row: int | np.int64, columns: int | None = None) -> Floats:
    """Return a view of the row at an offset, or of its first columns, so many."""
    length = table.shape[1] if columns is None else columns
    return table.reshape(-1)[row : row + length]


def copy_row(table: Floats, row: int | np.int64, source: Floats, place: int | np.int64) -> None:
    """Write the row at offset `place` of `source` over that at offset `row` of `table`."""
    row_at(table, row)[:] = row_at(source, place)


@emitted_for(copy_row)
def _emit_copy(e, table, row, source, place):
    to, origin = e.at(table.data, row), e.at(source.data, place)

    def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        e.store(e.load(e.at(origin, index)), e.at(to, index))
        return []

    e.loop(table.stride, WIDTH, [], along)


def add_parts(parts: Floats, place: int, apart: int, count: int, sums: Floats, length: int) -> None:
    """Add up `count` lists of numbers, in order, into `sums`.

    They are as long as `length`, rounded up to whole vectors, and stand in `parts` from `place`,
    each `apart` from the one before.
    """
    padded = -(-length // WIDTH) * WIDTH
    sums[:padded] = parts[place : place + padded]
    for k in range(1, count):
        sums[:padded] += parts[place + k * apart :][:padded]


@emitted_for(add_parts)
def _emit_parts(e, parts, place, apart, count, sums, length):
    builder = e.builder
    first = e.at(parts.data, place)
    others, more = e.at(first, apart), builder.sub(count, e.integer(1))

    def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        def over(k: ir.Value, total: list[ir.Value]) -> list[ir.Value]:
            part = e.load(e.at(others, builder.mul(k, apart), index))
            return [builder.fadd(total[0], part)]

        (total,) = e.loop(more, 1, [e.load(e.at(first, index))], over)
        e.store(total, e.at(sums.data, index))
        return []

    e.loop(length, WIDTH, [], along)
