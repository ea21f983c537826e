"""Vector loops over rows by themselves, and over lists of numbers, beside those of `simd`.

As there, each primitive is a plain NumPy function and an overload that Numba compiles in its place,
a table is a float32 array of shape (rows, stride), and rows are named by their offsets.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload
from numpy.typing import NDArray

from firth.training.emitter import INT32, WIDTH, Emitter, data_of, stride_in

Floats = NDArray[np.float32]
Offsets = NDArray[np.int64]

_INLINED = {"forceinline": True}


def rows_at(table: Floats, at: int, rows: Offsets, first: int, count: int) -> Floats:
    """Give a copy of the rows listed from `first`, whose offsets are counted from `at`."""
    return np.stack([row_at(table, at + row) for row in rows[first : first + count]])


def row_at(table: Floats, row: int | np.int64) -> Floats:
    """Give a view of the row at an offset."""
    return table.reshape(-1)[row : row + table.shape[1]]


def mean_rows(x: Floats, x_at: int, x_rows: Offsets, first: int, m: int, mean: int) -> None:
    """Compute the mean of m rows, listed from `first`, into the row at offset `mean`."""
    row_at(x, x_at + mean)[:] = rows_at(x, x_at, x_rows, first, m).mean(axis=0)


@overload(mean_rows, jit_options=_INLINED)
def _mean_rows(x, x_at, x_rows, first, m, mean):
    def implementation(x, x_at, x_rows, first, m, mean):
        _sum_rows(x, x_at, x_rows, first, m, np.float32(1.0) / np.float32(m), mean)

    return implementation


@intrinsic
def _sum_rows(typingctx, x, x_at, x_rows, first, m, scale, mean):
    def codegen(context, builder, signature, arguments):
        e = Emitter(builder)
        x, x_rows = (data_of(context, builder, signature.args[k], arguments[k]) for k in (0, 2))
        x_at, first, m, scale, mean = (arguments[k] for k in (1, 3, 4, 5, 6))
        stride = stride_in(context, builder, signature.args[0], arguments[0])
        x, x_rows = e.at(x, x_at), e.at(x_rows, first)
        factor = e.spread(scale)

        def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            def over(i: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
                value = e.load(e.at(x, builder.load(e.at(x_rows, i)), index))
                return [builder.fadd(sums[0], value)]

            (total,) = e.loop(m, 1, [e.constant(0.0)], over)
            e.store(builder.fmul(total, factor), e.at(x, mean, index))
            return []

        e.loop(stride, WIDTH, [], along)
        return context.get_dummy_value()

    size = types.int64
    return types.void(x, size, x_rows, size, size, types.float32, size), codegen


def add_to_rows(x: Floats, x_at: int, x_rows: Offsets, first: int, m: int, change: int) -> None:
    """Add the row at offset `change` to m rows, listed from `first`; twice to one named twice."""
    for row in x_rows[first : first + m]:
        row_at(x, x_at + row)[:] += row_at(x, x_at + change)


@overload(add_to_rows, jit_options=_INLINED)
def _add_to_rows(x, x_at, x_rows, first, m, change):
    def implementation(x, x_at, x_rows, first, m, change):
        for i in range(first, first + m):
            _add_row(x, x_at + x_rows[i], x_at + change)

    return implementation


@intrinsic
def _add_row(typingctx, x, row, change):
    def codegen(context, builder, signature, arguments):
        e = Emitter(builder)
        x = data_of(context, builder, signature.args[0], arguments[0])
        row, change = (e.at(x, offset) for offset in arguments[1:])
        stride = stride_in(context, builder, signature.args[0], arguments[0])

        def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            total = builder.fadd(e.load(e.at(row, index)), e.load(e.at(change, index)))
            e.store(total, e.at(row, index))
            return []

        e.loop(stride, WIDTH, [], along)
        return context.get_dummy_value()

    return types.void(x, types.int64, types.int64), codegen


def copy_row(table: Floats, row: int | np.int64, source: Floats, place: int | np.int64) -> None:
    """Write the row at offset `place` of `source` over that at offset `row` of `table`."""
    row_at(table, row)[:] = row_at(source, place)


@overload(copy_row, jit_options=_INLINED)
def _copy_row(table, row, source, place):
    def implementation(table, row, source, place):
        _copy_vectors(table, row, source, place)

    return implementation


@intrinsic
def _copy_vectors(typingctx, table, row, source, place):
    def codegen(context, builder, signature, arguments):
        e = Emitter(builder)
        to, origin = (
            e.at(data_of(context, builder, signature.args[k], arguments[k]), arguments[k + 1])
            for k in (0, 2)
        )
        stride = stride_in(context, builder, signature.args[0], arguments[0])

        def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            e.store(e.load(e.at(origin, index)), e.at(to, index))
            return []

        e.loop(stride, WIDTH, [], along)
        return context.get_dummy_value()

    return types.void(table, types.int64, source, types.int64), codegen


def add_parts(parts: Floats, place: int, apart: int, count: int, sums: Floats, length: int) -> None:
    """Add up `count` lists of numbers, in order, into `sums`.

    They are as long as `length`, rounded up to whole vectors, and stand in `parts` from `place`,
    each `apart` from the one before.
    """
    padded = -(-length // WIDTH) * WIDTH
    sums[:padded] = parts[place : place + padded]
    for k in range(1, count):
        sums[:padded] += parts[place + k * apart :][:padded]


@overload(add_parts, jit_options=_INLINED)
def _add_parts(parts, place, apart, count, sums, length):
    def implementation(parts, place, apart, count, sums, length):
        _add_vectors(parts, place, apart, count, sums, length)

    return implementation


@intrinsic
def _add_vectors(typingctx, parts, place, apart, count, sums, length):
    def codegen(context, builder, signature, arguments):
        e = Emitter(builder)
        parts, sums = (data_of(context, builder, signature.args[k], arguments[k]) for k in (0, 4))
        place, apart, count, length = (arguments[k] for k in (1, 2, 3, 5))
        first = e.at(parts, place)
        others, more = e.at(first, apart), builder.sub(count, e.integer(1))

        def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            def over(k: ir.Value, total: list[ir.Value]) -> list[ir.Value]:
                part = e.load(e.at(others, builder.mul(k, apart), index))
                return [builder.fadd(total[0], part)]

            (total,) = e.loop(more, 1, [e.load(e.at(first, index))], over)
            e.store(total, e.at(sums, index))
            return []

        e.loop(length, WIDTH, [], along)
        return context.get_dummy_value()

    size = types.int64
    return types.void(parts, size, size, size, sums, size), codegen


def prefetch(table: Floats, row: int | np.int64) -> None:
    """Ask for a row of a table to be brought into the cache, for writing."""


@overload(prefetch, jit_options=_INLINED)
def _prefetch(table, row):
    def implementation(table, row):
        _prefetch_lines(table, row, table.shape[1])

    return implementation


def prefetch_items(items: NDArray[Any], place: int, count: int) -> None:
    """Ask for elements of an array to be brought into the cache, for writing."""


@overload(prefetch_items, jit_options=_INLINED)
def _prefetch_items(items, place, count):
    def implementation(items, place, count):
        _prefetch_lines(items, place, count)

    return implementation


@intrinsic
def _prefetch_lines(typingctx, items, place, count):
    def codegen(context, builder, signature, arguments):
        e = Emitter(builder)
        first = e.at(data_of(context, builder, signature.args[0], arguments[0]), arguments[1])
        in_line = 64 * 8 // signature.args[0].dtype.bitwidth

        def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            _ask_for(e, e.at(first, index), for_writing=True)
            return []

        e.loop(arguments[2], in_line, [], along)
        return context.get_dummy_value()

    return types.void(items, types.int64, types.int64), codegen


def prefetch_item(items: NDArray[np.uint64], place: int | np.int64) -> None:
    """Ask for an element of an array to be brought into the cache, for reading."""


@overload(prefetch_item, jit_options=_INLINED)
def _prefetch_item(items, place):
    def implementation(items, place):
        _prefetch_one(items, place)

    return implementation


@intrinsic
def _prefetch_one(typingctx, items, place):
    def codegen(context, builder, signature, arguments):
        e = Emitter(builder)
        item = e.at(data_of(context, builder, signature.args[0], arguments[0]), arguments[1])
        _ask_for(e, item, for_writing=False)
        return context.get_dummy_value()

    return types.void(items, types.int64), codegen


def _ask_for(e: Emitter, place: ir.Value, *, for_writing: bool) -> None:
    """Emit that the line that holds a place shall be brought into all caches."""
    line = e.builder.bitcast(place, ir.IntType(8).as_pointer())
    flags = [ir.Constant(INT32, flag) for flag in (int(for_writing), 3, 1)]
    e.call("llvm.prefetch.p0", ir.VoidType(), line, *flags)
