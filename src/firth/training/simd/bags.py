"""The vector loops of bags: inputs that are composed of several rows.

A bag's vector is a weight times the sum of its rows. It is trained in their place, and the change
goes back to each of them. As in `primitives`, each loop is a plain NumPy function and one that
emits what is compiled in its place.
"""

from __future__ import annotations

from llvmlite import ir

from firth.compilation.emitter import WIDTH, emitted_for
from firth.training.simd.rows import Floats, Offsets, row_at, rows_at


def compose(
    table: Floats, rows: Offsets, first: int, end: int, weight: float, composed: Floats, bag: int
) -> None:
    """Write `weight` times the sum of the rows listed from `first` to `end` into `composed`.

    It goes to row 2 `bag`, which will be trained, and to the row after it, which will not.
    """
    total = rows_at(table, rows[first:end]).sum(axis=0) * weight
    composed[2 * bag : 2 * bag + 2] = total


@emitted_for(compose)
def _emit_compose(e, table, rows, first, end, weight, composed, bag):
    builder = e.builder
    row = e.at(composed.data, builder.mul(builder.mul(bag, e.integer(2)), composed.stride))
    count, scale = builder.sub(end, first), e.splat(weight)

    def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        def over(i: ir.Value, total: list[ir.Value]) -> list[ir.Value]:
            offset = builder.load(e.at(rows.data, first, i))
            return [builder.fadd(total[0], e.load(e.at(table.data, offset, index)))]

        (total,) = e.loop(count, 1, [e.constant(0.0)], over)
        value = builder.fmul(total, scale)
        e.store(value, e.at(row, index))
        e.store(value, e.at(row, composed.stride, index))
        return []

    e.loop(table.stride, WIDTH, [], along)


def share_change(
    table: Floats,
    rows: Offsets,
    first: int,
    end: int,
    gain: float,
    composed: Floats,
    bag: int,
    column: int,
    columns: int,
) -> None:
    """Add `gain` times the change of a composed vector to each row listed from `first` to `end`.

    A row that is listed twice is added to twice. Only `columns` columns are read and changed, from
    `column` on, in whole vectors.
    """
    part = slice(column, column + columns)
    change = (composed[2 * bag, part] - composed[2 * bag + 1, part]) * gain
    for row in rows[first:end]:
        row_at(table, row)[part] += change


@emitted_for(share_change)
def _emit_share(e, table, rows, first, end, gain, composed, bag, column, columns):
    builder = e.builder
    offset = builder.mul(builder.mul(bag, e.integer(2)), composed.stride)
    row, data = e.at(composed.data, offset, column), e.at(table.data, column)
    count, scale = builder.sub(end, first), e.splat(gain)

    def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        now, before = e.load(e.at(row, index)), e.load(e.at(row, composed.stride, index))
        change = builder.fmul(builder.fsub(now, before), scale)

        def over(i: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            offset = builder.load(e.at(rows.data, first, i))
            place = e.at(data, offset, index)
            e.store(builder.fadd(e.load(place), change), place)
            return []

        e.loop(count, 1, [], over)
        return []

    e.loop(columns, WIDTH, [], along)
