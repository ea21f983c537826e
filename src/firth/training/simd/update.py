"""The update of a window's rows by their gradients, written out as LLVM IR.

The letters and the shapes are those of `gradients`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Literal

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from firth.compilation.emitter import REGISTERS, WIDTH, Emitter, call_variant, emitted_for
from firth.compilation.prefetching import emit_prefetch_of_columns
from firth.training.simd.products import FLOATS, PAIRS, Products, rounded
from firth.training.simd.rows import Floats, Offsets
from firth.training.simd.tiles import LANES, TILE, loop_over_tiles


def update(
    x: Floats,
    x_rows: Offsets,
    y: Floats,
    y_rows: Offsets,
    sizes: tuple[int, int],
    g: Floats,
    before: Floats,
    soon: Offsets,
    paired: NDArray[np.int32],
    bfloat16: Literal[True] | None,
) -> None:
    """Compute X += G Y and Y += Gᵀ X, with the old X and Y; `sizes` are those of G, m and t.

    A row that is listed twice must have a gradient of 0 in all places but the last. With more
    targets than a tile holds, the old X is kept in `before`, (m, stride).

    Meanwhile the rows at some addresses are brought into the cache: `soon` holds their number, and
    then the addresses.

    If `bfloat16` is true, all numbers are rounded to bfloat16 when they are multiplied; `paired` is
    room for pairs of gradients, ((m + 1) * LANES,).
    """
    m, t = sizes
    by_tile = g.reshape(len(g), -1, LANES)[:, :m, :TILE]
    change = by_tile.transpose(1, 0, 2).reshape(m, -1)[:, :t]
    x_listed, y_listed = x_rows[:m] // x.shape[1], y_rows[:t] // y.shape[1]
    inputs, targets = x[x_listed], y[y_listed]
    if bfloat16 is not None:
        change, inputs, targets = rounded(change), rounded(inputs), rounded(targets)
    np.add.at(x, x_listed, change @ targets)
    np.add.at(y, y_listed, change.T @ inputs)


@emitted_for(update)
def _emit_update(e, x, x_rows, y, y_rows, sizes, g, before, soon, paired, bfloat16):
    builder, (m, t) = e.builder, sizes
    inputs = [x.data, x_rows.data, m, before.data, before.stride]
    addresses = e.at(soon.data, e.integer(1))
    products, suffix = (FLOATS, "") if bfloat16 is None else (PAIRS, "_by_pairs")

    def update_tile(number: ir.Value, done: ir.Value, count: ir.Value, *, is_only: bool) -> None:
        targets = [y.data, e.at(y_rows.data, done)]
        is_first = builder.icmp_signed("==", number, e.integer(0))
        asked = builder.select(is_first, builder.load(soon.data), e.integer(0))
        gradients = e.at(g.data, builder.mul(number, g.stride))
        if bfloat16 is not None:
            _emit_pairs_of_gradients(e, gradients, m, paired.data)
            gradients = paired.data
        called = [*inputs, *targets, gradients, x.stride, addresses, asked]
        emit = functools.partial(_emit_update_of_tile, is_only=is_only, products=products)
        name = f"firth_update{suffix}" if is_only else f"firth_update_of_tile{suffix}"
        call_variant(builder, name, count, TILE, called, emit)

    is_only = builder.icmp_signed("<=", t, e.integer(TILE))
    with builder.if_else(is_only) as (one_tile, several_tiles):
        with one_tile:
            update_tile(e.integer(0), e.integer(0), t, is_only=True)
        with several_tiles:
            _emit_copies(e, inputs, x.stride)
            loop_over_tiles(e, t, lambda tile: update_tile(*tile, is_only=False))


def _emit_pairs_of_gradients(
    e: Emitter, gradients: ir.Value, m: ir.Value, paired: ir.Value
) -> None:
    """Emit the gradients of a tile as pairs of bfloat16 numbers.

    For each two inputs there are LANES pairs of neighbouring targets, first those of one input and
    then those of the other, and after them the LANES pairs of both inputs for each target. A last
    single input is paired with 0.
    """
    builder, narrow = e.builder, Emitter(e.builder, LANES)

    def pair(i: ir.Value, _: list[ir.Value], inputs: int) -> list[ir.Value]:
        place = builder.mul(i, e.integer(LANES))
        one, other = narrow.load(e.at(gradients, place)), narrow.constant(0.0)
        if inputs == 2:
            other = narrow.load(e.at(gradients, place, e.integer(LANES)))
        e.store(narrow.to_bfloat16(one, other), e.at(paired, place))
        e.store(narrow.pairs(one, other), e.at(paired, place, e.integer(LANES)))
        return []

    e.loop_in_groups(m, (2, 1), [], pair)


def _emit_copies(e: Emitter, inputs: Sequence[ir.Value], stride: ir.Value) -> None:
    """Emit copies of the rows of X."""
    x, x_rows, m, before, before_stride = inputs

    def over(i: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        row = e.at(x, e.builder.load(e.at(x_rows, i)))
        copy = e.at(before, e.builder.mul(i, before_stride))

        def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            e.store(e.load(e.at(row, index)), e.at(copy, index))
            return []

        e.loop(stride, WIDTH, [], along)
        return []

    e.loop(m, 1, [], over)


def _emit_update_of_tile(
    e: Emitter,
    arguments: Sequence[ir.Value],
    targets: int,
    *,
    is_only: bool,
    products: Products,
) -> None:
    """Emit the update by one tile of targets: one or two vectors of columns, over all inputs.

    Where it is the only tile, the old X is X itself, else its copy.
    """
    x, _, _, before, _, y, y_rows, _, stride, soon, asked = arguments
    builder = e.builder
    places = e.rows(y, y_rows, targets)
    # Registers for each vector of columns: the changes of targets, the groups of targets, the
    # inputs of a group and, of pairs, the group itself. For all: gradients, and indices of pairs.
    groups = -(-targets // products.size)
    of_columns = targets + groups + products.size + (products is PAIRS)
    at_once = 2 if 2 * of_columns + 2 + products.size <= REGISTERS else 1

    def over(index: ir.Value, _: list[ir.Value], size: int) -> list[ir.Value]:
        vectors = size // WIDTH
        emit_prefetch_of_columns(e, soon, asked, builder.mul(index, e.integer(4)), vectors)
        here = e.at(x, index), e.at(before, index), [e.at(place, index) for place in places]
        _emit_update_of_columns(e, here, arguments, vectors, is_only=is_only, products=products)
        return []

    e.loop_in_groups(stride, [vectors * WIDTH for vectors in range(at_once, 0, -1)], [], over)


def _emit_update_of_columns(
    e: Emitter,
    here: tuple[ir.Value, ir.Value, Sequence[ir.Value]],
    arguments: Sequence[ir.Value],
    vectors: int,
    *,
    is_only: bool,
    products: Products,
) -> None:
    """Emit the update of some vectors of columns, which begin at these places of the tables."""
    (x, before, places), builder, size = here, e.builder, products.size
    _, x_rows, m, _, before_stride, _, _, gradients, *_ = arguments
    gradients = builder.bitcast(gradients, products.kind.as_pointer())
    columns = [e.integer(k * WIDTH) for k in range(vectors)]
    rows = _load(e, places, columns)
    targets = [_grouped(e, products, rows[t : t + size]) for t in range(0, len(rows), size)]

    def over(i: ir.Value, changes: list[ir.Value], inputs: int) -> list[ir.Value]:
        changed = e.rows(x, e.at(x_rows, i), inputs)
        totals = values = _load(e, changed, columns)
        if not is_only:
            first = e.at(before, builder.mul(i, before_stride))
            values = _load(e, [first, e.at(first, before_stride)][:inputs], columns)
        weights = e.at(gradients, builder.mul(i, e.integer(LANES)))
        totals, changes = _multiply(
            e, products, weights, (targets, totals), (_grouped(e, products, values), changes)
        )
        _store(e, totals, changed, columns)
        return changes

    state = [vector for row in rows for vector in row]
    state = e.loop_in_groups(m, range(size, 0, -1), state, over)
    _store(e, [state[k : k + vectors] for k in range(0, len(state), vectors)], places, columns)


def _multiply(
    e: Emitter,
    products: Products,
    weights: ir.Value,
    of_inputs: tuple[list[list[ir.Value]], list[list[ir.Value]]],
    of_targets: tuple[list[ir.Value], list[ir.Value]],
) -> tuple[list[list[ir.Value]], list[ir.Value]]:
    """Emit the changes of a group of inputs by all targets, and of all targets by the group.

    `of_inputs` holds the groups of targets, and the totals of each input; `of_targets` the group of
    inputs, and the changed vectors of each target.
    """
    (groups, totals), (group, changes), size = of_inputs, of_targets, products.size

    def add(vectors: list[ir.Value], weight: int, to: Sequence[ir.Value]) -> list[ir.Value]:
        splat = e.splat(e.builder.load(e.at(weights, e.integer(weight))))
        pairs = zip(vectors, to, strict=True)
        return [products.multiply_add(e, vector, splat, total) for vector, total in pairs]

    changed, vectors = [], len(group)
    for t in range(len(changes) // vectors):
        of_target = changes[t * vectors : (t + 1) * vectors]
        changed += add(group, (size - 1) * LANES + t, of_target)
        if t % size == 0:
            totals = [
                add(groups[t // size], (a * LANES + t) // size, total)
                for a, total in enumerate(totals)
            ]
    return totals, changed


def _load(
    e: Emitter, rows: Sequence[ir.Value], columns: Sequence[ir.Value]
) -> list[list[ir.Value]]:
    return [[e.load(e.at(row, k)) for k in columns] for row in rows]


def _store(
    e: Emitter,
    vectors: Sequence[Sequence[ir.Value]],
    rows: Sequence[ir.Value],
    columns: Sequence[ir.Value],
) -> None:
    for row, of_row in zip(rows, vectors, strict=True):
        for k, vector in zip(columns, of_row, strict=True):
            e.store(vector, e.at(row, k))


def _grouped(e: Emitter, products: Products, rows: Sequence[Sequence[ir.Value]]) -> list[ir.Value]:
    """Return the vectors of some columns of a group of rows, side by side."""
    return [products.interleave(e, of_columns) for of_columns in zip(*rows, strict=True)]
