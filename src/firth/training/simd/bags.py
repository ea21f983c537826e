"""The vector loops of bags: inputs that are composed of several rows.

A bag's vector is a weight times the sum of its rows. It is trained in their place, and the change
goes back to each of them. As in `gradients`, each loop is a plain NumPy function and one that
emits what is compiled in its place.
"""

from __future__ import annotations

from collections.abc import Callable

from llvmlite import ir

from firth.compilation.emitter import WIDTH, Emitter, emitted_for
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

    def sum_rows(at: ir.Value, vectors: range) -> None:
        def over(i: ir.Value, totals: list[ir.Value]) -> list[ir.Value]:
            origin = e.at(table.data, builder.load(e.at(rows.data, first, i)), at)
            return [
                builder.fadd(total, e.load(e.at(origin, e.integer(k))))
                for k, total in zip(vectors, totals, strict=True)
            ]

        for k, total in zip(
            vectors, e.loop(count, 1, [e.constant(0.0)] * len(vectors), over), strict=True
        ):
            value, place = builder.fmul(total, scale), e.at(row, at, e.integer(k))
            e.store(value, place)
            e.store(value, e.at(place, composed.stride))

    _some_vectors_at_a_time(e, table.stride, sum_rows)


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

    def add_to_rows(at: ir.Value, vectors: range) -> None:
        changes = []
        for k in vectors:
            place = e.at(row, at, e.integer(k))
            change = builder.fsub(e.load(place), e.load(e.at(place, composed.stride)))
            changes.append(builder.fmul(change, scale))

        def over(i: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            origin = e.at(data, builder.load(e.at(rows.data, first, i)), at)
            for k, change in zip(vectors, changes, strict=True):
                place = e.at(origin, e.integer(k))
                e.store(builder.fadd(e.load(place), change), place)
            return []

        e.loop(count, 1, [], over)

    _some_vectors_at_a_time(e, columns, add_to_rows)


def _some_vectors_at_a_time(
    e: Emitter, columns: ir.Value, body: Callable[[ir.Value, range], None]
) -> None:
    """Emit `body` for all columns: four vectors at a time, then what is left.

    It is given the first column, and the places of the vectors from there.
    """
    builder, four = e.builder, 4 * WIDTH
    rest = builder.and_(columns, e.integer(four - 1))
    whole = builder.sub(columns, rest)

    def over(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        body(index, range(0, four, WIDTH))
        return []

    e.loop(whole, four, [], over)
    for vectors in (1, 2, 3):
        with builder.if_then(builder.icmp_signed("==", rest, e.integer(vectors * WIDTH))):
            body(whole, range(0, vectors * WIDTH, WIDTH))
