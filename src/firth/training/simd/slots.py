"""The vector loops of slots: words that are composed of several rows.

The vector of a word is a scale times the sum of its rows. It is trained in their place, in a slot,
and its change goes back to each of them. Row 2s of `slots` is the vector in slot s, row 2s + 1 its
value when it moved in. As in `gradients`, each loop is a plain NumPy function and one that emits
what is compiled in its place.
"""

from __future__ import annotations

from llvmlite import ir

from firth.compilation.emitter import ArrayArg, Emitter, emitted_for
from firth.training.simd.rows import (
    Floats,
    Listed,
    Offsets,
    add_to_rows,
    row_at,
    rows_at,
    some_vectors_at_a_time,
    sums_of_rows,
)


def compose(
    table: Floats, rows: Offsets, first: int, end: int, scale: float, slots: Floats, slot: int
) -> None:
    """Write `scale` times the sum of the rows from `first` to `end` into both rows of a slot."""
    slots[2 * slot : 2 * slot + 2] = rows_at(table, rows[first:end]).sum(axis=0) * scale


@emitted_for(compose)
def _emit_compose(e, table, rows, first, end, scale, slots, slot):
    builder, row, factor = e.builder, _row_of(e, slots, slot), e.splat(scale)
    listed = Listed(table.data, e.at(rows.data, first), builder.sub(end, first))

    def compose_columns(at: ir.Value, columns: list[ir.Value], _: list[ir.Value]) -> list[ir.Value]:
        totals = sums_of_rows(e, listed, at, columns)
        for k, total in zip(columns, totals, strict=True):
            value, place = builder.fmul(total, factor), e.at(row, at, k)
            e.store(value, place)
            e.store(value, e.at(place, slots.stride))
        return []

    some_vectors_at_a_time(e, table.stride, [], compose_columns)


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
    builder, row, factor = e.builder, _row_of(e, slots, slot), e.splat(scale)
    listed = Listed(table.data, e.at(rows.data, first), builder.sub(end, first))

    def share_columns(at: ir.Value, columns: list[ir.Value], _: list[ir.Value]) -> list[ir.Value]:
        changes = []
        for k in columns:
            place = e.at(row, at, k)
            change = builder.fsub(e.load(place), e.load(e.at(place, slots.stride)))
            changes.append(builder.fmul(change, factor))
        add_to_rows(e, listed, at, columns, changes)
        return []

    some_vectors_at_a_time(e, table.stride, [], share_columns)


def _row_of(e: Emitter, slots: ArrayArg, slot: ir.Value) -> ir.Value:
    """Return where the vector in a slot begins."""
    return e.at(slots.data, e.builder.mul(e.builder.mul(slot, e.integer(2)), slots.stride))
