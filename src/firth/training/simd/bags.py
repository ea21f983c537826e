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

    def sum_rows(at: ir.Value, columns: list[ir.Value]) -> None:
        def over(i: ir.Value, totals: list[ir.Value]) -> list[ir.Value]:
            origin = e.at(table.data, builder.load(e.at(rows.data, first, i)), at)
            return [
                builder.fadd(total, e.load(e.at(origin, k)))
                for k, total in zip(columns, totals, strict=True)
            ]

        for k, total in zip(
            columns, e.loop(count, 1, [e.constant(0.0)] * len(columns), over), strict=True
        ):
            value, place = builder.fmul(total, scale), e.at(row, at, k)
            e.store(value, place)
            e.store(value, e.at(place, composed.stride))

    some_vectors_at_a_time(e, table.stride, sum_rows)


def share_change(
    table: Floats, rows: Offsets, first: int, end: int, gain: float, composed: Floats, bag: int
) -> None:
    """Add `gain` times the change of a composed vector to each row listed from `first` to `end`.

    A row that is listed twice is added to twice.
    """
    change = (composed[2 * bag] - composed[2 * bag + 1]) * gain
    for row in rows[first:end]:
        row_at(table, row)[:] += change


@emitted_for(share_change)
def _emit_share(e, table, rows, first, end, gain, composed, bag):
    builder = e.builder
    row = e.at(composed.data, builder.mul(builder.mul(bag, e.integer(2)), composed.stride))
    count, scale = builder.sub(end, first), e.splat(gain)

    def add_to_rows(at: ir.Value, columns: list[ir.Value]) -> None:
        changes = []
        for k in columns:
            place = e.at(row, at, k)
            change = builder.fsub(e.load(place), e.load(e.at(place, composed.stride)))
            changes.append(builder.fmul(change, scale))

        def over(i: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            origin = e.at(table.data, builder.load(e.at(rows.data, first, i)), at)
            for k, change in zip(columns, changes, strict=True):
                place = e.at(origin, k)
                e.store(builder.fadd(e.load(place), change), place)
            return []

        e.loop(count, 1, [], over)

    some_vectors_at_a_time(e, table.stride, add_to_rows)


def some_vectors_at_a_time(
    e: Emitter, columns: ir.Value, body: Callable[[ir.Value, list[ir.Value]], None]
) -> None:
    """Emit `body` for all columns: four vectors at a time, then what is left.

    It is given the first column, and the places of the vectors from there.
    """
    builder, step = e.builder, 4 * WIDTH
    rest = builder.and_(columns, e.integer(step - 1))
    whole = builder.sub(columns, rest)

    def places(end: int) -> list[ir.Value]:
        return [e.integer(k) for k in range(0, end, WIDTH)]

    def over(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        body(index, places(step))
        return []

    e.loop(whole, step, [], over)
    for end in range(WIDTH, step, WIDTH):
        with builder.if_then(builder.icmp_signed("==", rest, e.integer(end))):
            body(whole, places(end))
