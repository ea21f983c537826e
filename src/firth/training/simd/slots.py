"""The vector loops of slots: words that are composed of several rows.

The vector of a word is a scale times the sum of its rows. It is trained in their place, in a slot,
and its change goes back to each of them. Row 2s of `slots` is the vector in slot s, row 2s + 1 its
value when it moved in. As in `gradients`, each loop is a plain NumPy function and one that emits
what is compiled in its place.
"""

from __future__ import annotations

from llvmlite import ir

from firth.compilation.emitter import emitted_for
from firth.training.simd.rows import Floats, Offsets, row_at, rows_at, some_vectors_at_a_time


def compose(
    table: Floats, rows: Offsets, first: int, end: int, scale: float, slots: Floats, slot: int
) -> None:
    """Write `scale` times the sum of the rows from `first` to `end` into both rows of a slot."""
    slots[2 * slot : 2 * slot + 2] = rows_at(table, rows[first:end]).sum(axis=0) * scale


@emitted_for(compose)
def _emit_compose(e, table, rows, first, end, scale, slots, slot):
    builder = e.builder
    row = e.at(slots.data, builder.mul(builder.mul(slot, e.integer(2)), slots.stride))
    count, factor = builder.sub(end, first), e.splat(scale)

    def sum_rows(at: ir.Value, columns: list[ir.Value], _: list[ir.Value]) -> list[ir.Value]:
        def over(i: ir.Value, totals: list[ir.Value]) -> list[ir.Value]:
            origin = e.at(table.data, builder.load(e.at(rows.data, first, i)), at)
            return [
                builder.fadd(total, e.load(e.at(origin, k)))
                for k, total in zip(columns, totals, strict=True)
            ]

        for k, total in zip(
            columns, e.loop(count, 1, [e.constant(0.0)] * len(columns), over), strict=True
        ):
            value, place = builder.fmul(total, factor), e.at(row, at, k)
            e.store(value, place)
            e.store(value, e.at(place, slots.stride))
        return []

    some_vectors_at_a_time(e, table.stride, [], sum_rows)


def share_change(
    table: Floats, rows: Offsets, first: int, end: int, scale: float, slots: Floats, slot: int
) -> None:
    """Add `scale` times the change of the vector in a slot to each row from `first` to `end`.

    A row that is listed twice is added to twice.
    """
    change = (slots[2 * slot] - slots[2 * slot + 1]) * scale
    for row in rows[first:end]:
        row_at(table, row)[:] += change


@emitted_for(share_change)
def _emit_share(e, table, rows, first, end, scale, slots, slot):
    builder = e.builder
    row = e.at(slots.data, builder.mul(builder.mul(slot, e.integer(2)), slots.stride))
    count, factor = builder.sub(end, first), e.splat(scale)

    def add_to_rows(at: ir.Value, columns: list[ir.Value], _: list[ir.Value]) -> list[ir.Value]:
        changes = []
        for k in columns:
            place = e.at(row, at, k)
            change = builder.fsub(e.load(place), e.load(e.at(place, slots.stride)))
            changes.append(builder.fmul(change, factor))

        def over(i: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            origin = e.at(table.data, builder.load(e.at(rows.data, first, i)), at)
            for k, change in zip(columns, changes, strict=True):
                place = e.at(origin, k)
                e.store(builder.fadd(e.load(place), change), place)
            return []

        e.loop(count, 1, [], over)
        return []

    some_vectors_at_a_time(e, table.stride, [], add_to_rows)
