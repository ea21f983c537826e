"""The vector loops of CBOW, whose window has one input: the mean x̄ of its context rows.

As in `simd`, each primitive is a plain NumPy function and one that emits what is compiled in its
place. The mean is taken and scored in one pass over the rows, and what changes it goes to the rows
in the pass that finds it: a pass for each would wait for what the one before has just written.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from llvmlite import ir

from firth.compilation.emitter import FLOAT, WIDTH, Emitter, emitted_for
from firth.training.simd.rows import Floats, Offsets, row_at, rows_at
from firth.training.simd.tiles import Tile, call_tile, loop_over_tiles


def scores(
    x: Floats,
    x_at: int,
    x_rows: Offsets,
    first: int,
    m: int,
    mean: int,
    y: Floats,
    y_at: int,
    y_rows: Offsets,
    y_first: int,
    t: int,
    s: Floats,
    place: int,
) -> None:
    """Compute x̄, the mean of m rows, and its scores x̄ Yᵀ, which begin at `place`.

    The m rows are listed in `x_rows` from `first`, those of Y in `y_rows` from `y_first`; x̄ is
    written to the row listed at `mean`.
    """
    x_mean = rows_at(x, x_at, x_rows, first, m).mean(axis=0)
    row_at(x, x_at + x_rows[mean])[:] = x_mean
    s[place : place + t] = rows_at(y, y_at, y_rows, y_first, t) @ x_mean


@emitted_for(scores)
def _emit_scores(e, x, x_at, x_rows, first, m, mean, y, y_at, y_rows, y_first, t, s, place):
    builder = e.builder
    to = e.at(x.data, x_at, builder.load(e.at(x_rows.data, mean)))

    def score_tile(tile: Tile) -> None:
        # For further tiles it is the mean of one row: of itself.
        listed = builder.select(tile.is_first, first, mean)
        count = builder.select(tile.is_first, m, e.integer(1))
        rows = [e.at(x.data, x_at), e.at(x_rows.data, listed), count, to]
        targets = [e.at(y.data, y_at), e.at(y_rows.data, y_first, tile.done)]
        called = [*rows, *targets, e.at(s.data, place, tile.done), x.stride]
        call_tile(builder, "firth_score_mean", tile.count, called, _emit_scores_of_tile)

    loop_over_tiles(e, t, score_tile)


def _emit_scores_of_tile(e: Emitter, arguments: Sequence[ir.Value], targets: int) -> None:
    """Emit the mean of the rows, vector by vector, and its scores against one tile of targets."""
    x, x_rows, m, mean, y, y_rows, s, stride = arguments
    builder = e.builder
    places = e.rows(y, y_rows, targets)
    share = e.splat(builder.fdiv(ir.Constant(FLOAT, 1.0), builder.sitofp(m, FLOAT)))

    def along(index: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
        def over(i: ir.Value, total: list[ir.Value]) -> list[ir.Value]:
            value = e.load(e.at(x, builder.load(e.at(x_rows, i)), index))
            return [builder.fadd(total[0], value)]

        (total,) = e.loop(m, 1, [e.constant(0.0)], over)
        value = builder.fmul(total, share)
        e.store(value, e.at(mean, index))
        return [
            e.multiply_add(value, e.load(e.at(place, index)), k)
            for place, k in zip(places, sums, strict=True)
        ]

    e.store_totals(e.loop(stride, WIDTH, [e.constant(0.0)] * targets, along), s)


def update(
    x: Floats,
    x_at: int,
    x_rows: Offsets,
    first: int,
    m: int,
    mean: int,
    y: Floats,
    y_at: int,
    y_rows: Offsets,
    y_first: int,
    t: int,
    g: Floats,
    place: int,
    zero: int,
    sums: int,
    columns: int,
) -> None:
    """Add g Y to each of m rows, and gᵀ x̄ to the t rows of Y, with the old x̄ and Y.

    x̄ stands in the row listed at `mean`, the gradients g begin at `place`. A row of the m that is
    listed twice is added to twice; rows of Y may not repeat. The row listed at `zero` holds zeros,
    that at `sums` is overwritten. Of all rows, only so many columns are read and changed, from
    `x_at` and `y_at` on, in whole vectors.
    """
    gradients = g[place : place + t]
    x_mean = row_at(x, x_at + x_rows[mean], columns).copy()
    targets = rows_at(y, y_at, y_rows, y_first, t, columns)
    for row in x_rows[first : first + m]:
        row_at(x, x_at + row, columns)[:] += gradients @ targets
    for k in range(t):
        row_at(y, y_at + y_rows[y_first + k], columns)[:] += gradients[k] * x_mean


@emitted_for(update)
def _emit_update(
    e, x, x_at, x_rows, first, m, mean, y, y_at, y_rows, y_first, t, g, place, zero, sums, columns
):
    builder = e.builder

    def own(listed: ir.Value) -> ir.Value:
        return e.at(x.data, x_at, builder.load(e.at(x_rows.data, listed)))

    def update_tile(tile: Tile) -> None:
        before = own(builder.select(tile.is_first, zero, sums))
        rows = [e.at(x.data, x_at), e.at(x_rows.data, first)]
        changed = [builder.select(tile.is_last, m, e.integer(0)), own(mean), before, own(sums)]
        targets = [e.at(y.data, y_at), e.at(y_rows.data, y_first, tile.done)]
        called = [*rows, *changed, *targets, e.at(g.data, place, tile.done), columns]
        call_tile(builder, "firth_update_mean", tile.count, called, _emit_update_of_tile)

    loop_over_tiles(e, t, update_tile)


def _emit_update_of_tile(e: Emitter, arguments: Sequence[ir.Value], targets: int) -> None:
    """Emit the update by one tile of targets: vector by vector, first of Y, then of all rows."""
    x, x_rows, m, mean, before, after, y, y_rows, g, columns = arguments
    builder = e.builder
    places = e.rows(y, y_rows, targets)
    weights = [e.splat(builder.load(e.at(g, e.integer(t)))) for t in range(targets)]

    def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        value = e.load(e.at(mean, index))
        # Two chains of additions: one runs while the other waits.
        chains = [e.load(e.at(before, index)), e.constant(0.0)]
        for t, (place, weight) in enumerate(zip(places, weights, strict=True)):
            row = e.load(e.at(place, index))
            chains[t % 2] = e.multiply_add(weight, row, chains[t % 2])
            e.store(e.multiply_add(weight, value, row), e.at(place, index))
        total = functools.reduce(builder.fadd, chains)
        e.store(total, e.at(after, index))

        def over(i: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            row = e.at(x, builder.load(e.at(x_rows, i)), index)
            e.store(builder.fadd(e.load(row), total), row)
            return []

        e.loop(m, 1, [], over)
        return []

    e.loop(columns, WIDTH, [], along)
