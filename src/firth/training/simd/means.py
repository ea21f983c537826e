"""The step of a window of CBOW, whose one input is the mean of its contexts.

The loops over targets form the mean and share its change on their way, so that its numbers stay in
registers. As in `gradients`, each primitive is a plain NumPy function and one that emits what is
compiled in its place, and the letters are the same.

    h  (stride,) the mean
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Literal

import numpy as np
from llvmlite import ir

from firth.compilation.emitter import FLOAT, WIDTH, Emitter, call_variant, emitted_for
from firth.compilation.prefetching import emit_prefetch_of_columns, emit_prefetch_of_vectors
from firth.training.simd.gradients import emit_derivatives, emit_scores, gradients
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
from firth.training.simd.tiles import LANES, TILE, tile_numbered


def mean_gradients(
    table: Floats,
    rows: Offsets,
    mean: Floats,
    y: Floats,
    y_rows: Offsets,
    part: tuple[int, int, int],
    labelling: Floats,
    eta: float | np.float32,
    g: Floats,
    loss: Floats,
    portable: Literal[True] | None,
) -> None:
    """Write the mean of some rows, h, into `mean[0]`, and compute its gradients.

    `part` holds how many of the rows listed these are; the number of targets of the window, t; and
    which TILE of them. For other arguments, see `gradients`.
    """
    count, t, tile = part
    mean[0] = rows_at(table, rows[:count]).sum(axis=0) * np.float32(1.0 / count)
    first = np.zeros(1, np.int64)
    gradients(mean, first, y, y_rows, (0, 1, t, tile), labelling, eta, g, loss, portable, None)


@emitted_for(mean_gradients)
def _emit_gradients(e, table, rows, mean, y, y_rows, part, labelling, eta, g, loss, portable):
    builder, (count, t, tile) = e.builder, part
    _, done, targets = tile_numbered(e, tile, t)
    called = [
        table.data, rows.data, count, mean.data, mean.stride,
        y.data, e.at(y_rows.data, done), e.at(labelling.data, builder.mul(tile, labelling.stride)),
        eta, e.at(g.data, builder.mul(tile, g.stride)), loss.data,
    ]  # fmt: skip
    lanes = WIDTH if portable is None else LANES
    emit = functools.partial(_emit_gradients_of_tile, lanes=lanes)
    call_variant(builder, f"firth_mean_gradients_{lanes}", targets, TILE, called, emit)


def _emit_gradients_of_tile(
    e: Emitter, arguments: Sequence[ir.Value], targets: int, *, lanes: int
) -> None:
    table, rows, count, mean, stride, y, y_rows, signs, eta, g, loss = arguments
    narrow, places = Emitter(e.builder, lanes), e.rows(y, y_rows, targets)
    one = ir.Constant(FLOAT, 1.0)
    weight = narrow.splat(e.builder.fdiv(one, e.builder.sitofp(count, FLOAT)))

    def multiply(at: ir.Value, columns: list[ir.Value], sums: list[ir.Value]) -> list[ir.Value]:
        totals = sums_of_rows(narrow, Listed(table, rows, count), at, columns)
        values = [e.builder.fmul(total, weight) for total in totals]
        for k, value in zip(columns, values, strict=True):
            narrow.store(value, e.at(mean, at, k))
        for k, value in zip(columns, values, strict=True):
            loaded = [narrow.load(e.at(place, at, k)) for place in places]
            sums = [
                narrow.multiply_add(value, target, total)
                for target, total in zip(loaded, sums, strict=True)
            ]
        return sums

    sums = [narrow.constant(0.0)] * targets
    sums = some_vectors_at_a_time(narrow, stride, sums, multiply)
    emit_scores(narrow, [sums], g)
    emit_derivatives(e, e.integer(1), signs, eta, g, loss)


def mean_update(
    table: Floats,
    rows: Offsets,
    gain: float,
    mean: Floats,
    y: Floats,
    y_rows: Offsets,
    part: tuple[int, int, int],
    g: Floats,
    soon: Offsets,
) -> None:
    """Compute the change of h, G Y, and Y += Gᵀ h with the old Y, for one tile of targets.

    With the last tile, `gain` times the change of h is added to each row of the mean; to one that
    is listed twice, twice. Before that, it is kept in `mean[1]`. For `part`, see `mean_gradients`.

    Meanwhile some rows are brought into the cache, see `update`.
    """
    count, t, tile = part
    some = slice(tile * TILE, min(t, (tile + 1) * TILE))
    of_targets = g[tile, : some.stop - some.start]
    listed = y_rows[some] // y.shape[1]
    change = of_targets @ y[listed] + (mean[1] if tile > 0 else 0.0)
    np.add.at(y, listed, np.outer(of_targets, mean[0]))
    if some.stop < t:
        mean[1] = change
        return
    for row in rows[:count]:
        row_at(table, row)[:] += gain * change


@emitted_for(mean_update)
def _emit_update(e, table, rows, gain, mean, y, y_rows, part, g, soon):
    builder, (count, t, tile) = e.builder, part
    _, done, targets = tile_numbered(e, tile, t)
    is_last = builder.icmp_signed("==", builder.add(done, targets), t)
    is_first = builder.icmp_signed("==", tile, e.integer(0))
    called = [
        table.data, rows.data, builder.select(is_last, count, e.integer(0)), gain, mean.data,
        mean.stride, y.data, e.at(y_rows.data, done), e.at(g.data, builder.mul(tile, g.stride)),
        is_first, e.at(soon.data, e.integer(1), done),
        builder.select(is_last, builder.sub(builder.load(soon.data), t), e.integer(0)),
    ]  # fmt: skip
    call_variant(builder, "firth_mean_update", targets, TILE, called, _emit_update_of_tile)


def _emit_update_of_tile(e: Emitter, arguments: Sequence[ir.Value], targets: int) -> None:
    (
        table, rows, count, gain, mean, stride, y, y_rows, gradients, is_first, soon, others,
    ) = arguments  # fmt: skip
    builder = e.builder
    places, so_far = e.rows(y, y_rows, targets), e.at(mean, stride)
    # One address for each target, and then the others. If there are fewer, the rest are old ones.
    addresses = [builder.load(e.at(soon, e.integer(t))) for t in range(targets)]
    after = e.at(soon, e.integer(targets))
    factors = [e.splat(builder.load(e.at(gradients, e.integer(t)))) for t in range(targets)]
    scale = e.splat(gain)
    is_last = builder.icmp_signed(">", count, e.integer(0))

    def change_columns(at: ir.Value, columns: list[ir.Value], _: list[ir.Value]) -> list[ir.Value]:
        offset = builder.mul(at, e.integer(4))
        emit_prefetch_of_columns(e, after, others, offset, len(columns))
        values = [e.load(e.at(mean, at, k)) for k in columns]
        zero = e.constant(0.0)
        changes = [builder.select(is_first, zero, e.load(e.at(so_far, at, k))) for k in columns]
        for place, factor, address in zip(places, factors, addresses, strict=True):
            emit_prefetch_of_vectors(e, builder.add(address, offset), len(columns))
            target = [e.load(e.at(place, at, k)) for k in columns]
            changes = [e.multiply_add(factor, a, b) for a, b in zip(target, changes, strict=True)]
            for k, a, value in zip(columns, target, values, strict=True):
                e.store(e.multiply_add(factor, value, a), e.at(place, at, k))
        with builder.if_else(is_last) as (share, keep):
            with share:
                shared = [builder.fmul(scale, change) for change in changes]
                add_to_rows(e, Listed(table, rows, count), at, columns, shared)
            with keep:
                for k, change in zip(columns, changes, strict=True):
                    e.store(change, e.at(so_far, at, k))
        return []

    some_vectors_at_a_time(e, stride, [], change_columns)
