"""The vector loops of the kernel, written out for the processor as LLVM IR.

Each primitive is a plain NumPy function, which states what it computes and runs where Numba is
switched off, and a function that emits what is compiled in its place. A table is a float32 array of
shape (rows, stride); the stride is D rounded up to the vector width, and the columns beyond D stay
zero. A row is named by its offset, in elements, from the start of the table.

    T  targets of a window      m  inputs of a window
    X  (m, stride) inputs       Y  (T, stride) targets       S, G  (m, T) scores, gradients

G is kept tile by tile: (tiles, m, LANES), the lanes beyond the targets of a tile 0.

The loops follow three rules: accumulators stay in registers (for the scores two inputs against a
tile of targets; for the update one or two vectors of each target of a tile), nothing is scalar that
can be a vector, and every width and tile comes from the processor's features.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from llvmlite import ir

from firth.compilation.emitter import (
    INTEGERS,
    LINE,
    REGISTERS,
    VECTOR,
    WIDTH,
    Emitter,
    emitted_for,
)
from firth.compilation.prefetching import emit_prefetch
from firth.training.simd.rows import Floats, Offsets, rows_at
from firth.training.simd.tiles import LANES, TILE, TileLoop, call_tile, loop_over_tiles

# A loss product of this many factors, each in (1, 2], stays below float32's largest number.
LOSS_VECTORS = 96
# Scores are taken to base 2: exp(s) = 2 ** (s / log 2).
LOG2 = math.log(2.0)
# The score of a lane without a target, or without an input: 1 + 2 ** score is 1, so it has no loss.
# Far lower ones would give numbers that are too small for float32, which processors are slow with.
NO_SCORE = -60.0
# The inputs whose gradients fill a vector, or the vectors that those of an input fill.
INPUTS_OF_VECTOR = max(1, WIDTH // LANES)
VECTORS_OF_INPUT = max(1, LANES // WIDTH)


# ---------------------------------------------------------------------------- gradients


def gradients(
    x: Floats,
    x_rows: Offsets,
    inputs: tuple[int, int],
    y: Floats,
    y_rows: Offsets,
    targets: tuple[int, int],
    labelling: Floats,
    eta: float | np.float32,
    g: Floats,
    loss: Floats,
    portable: Literal[True] | None,
) -> None:
    """Compute G = eta (label - σ(X Yᵀ)) for some inputs and one tile, and add to the running loss.

    With z the score of a target labelled 0, or the negated score of one labelled 1, the loss in
    nats is softplus(z) = log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)), and G = -eta σ(z),
    negated again where the label is 1. The code has z / log 2, so that exp(z) is a power of 2.

    Parameters
    ----------
    inputs : pair of int
        The rows of X from one place of `x_rows` up to another, whose scores fill at most
        LOSS_VECTORS vectors.
    targets : pair of int
        The number of targets of the window, t, and which TILE of them.
    labelling : float32 array, (tiles, 4 * LANES)
        Signs and then biases, for two inputs each: z / log 2 = sign * score + bias. See
        `kernel.write_labelling`.
    eta : float
        Step size.
    g : float32 array, (tiles, inputs * LANES)
        Written: whole vectors, so that the row of one more input may be overwritten.
    loss : float32 array, (2 * WIDTH,)
        Running sums of max(z, 0) / log 2 (first half) and products of 1 + exp(-|z|) (second half),
        so that the logarithm is taken once in many windows and not once a score.
    portable : True or None
        Whether a score is summed in an order that does not depend on the width of vectors.
    """
    (first, end), (t, tile) = inputs, targets
    signs = labelling[tile]
    count = min(TILE, t - tile * TILE)
    rows = -(-(end - first) // INPUTS_OF_VECTOR) * INPUTS_OF_VECTOR
    z = np.full((rows, LANES), np.float32(NO_SCORE))
    listed = rows_at(y, y_rows[tile * TILE : tile * TILE + count])
    z[: end - first, :count] = rows_at(x, x_rows[first:end]) @ listed.T * signs[:count]
    e = 2.0 ** np.maximum(-np.abs(z), -126.0)
    loss[:WIDTH] += np.maximum(z, 0.0).reshape(-1, WIDTH).sum(axis=0)
    loss[WIDTH:] *= (1.0 + e).reshape(-1, WIDTH).prod(axis=0)
    sigmoid = np.where(z >= 0.0, 1.0, e) / (1.0 + e)
    change = -np.float32(eta * LOG2) * sigmoid * signs[:LANES]
    g[tile, first * LANES : (first + rows) * LANES] = change.ravel()


@emitted_for(gradients)
def _emit_gradients(e, x, x_rows, inputs, y, y_rows, targets, labelling, eta, g, loss, portable):
    builder, (first, end), (t, tile) = e.builder, inputs, targets
    done = builder.mul(tile, e.integer(TILE))
    count = e.least(e.integer(TILE), builder.sub(t, done))
    called = [
        x.data, e.at(x_rows.data, first), builder.sub(end, first), y.data, e.at(y_rows.data, done),
        x.stride, e.at(labelling.data, builder.mul(tile, labelling.stride)), eta,
        e.at(g.data, builder.mul(tile, g.stride), builder.mul(first, e.integer(LANES))), loss.data,
    ]  # fmt: skip
    lanes = WIDTH if portable is None else LANES
    emit = functools.partial(_emit_gradients_of_tile, lanes=lanes)
    call_tile(builder, f"firth_gradients_{lanes}", count, called, emit)


def _emit_gradients_of_tile(
    e: Emitter, arguments: Sequence[ir.Value], targets: int, *, lanes: int
) -> None:
    """Emit the gradients of some targets; each score is the sum of so many partial sums."""
    x, x_rows, m, y, y_rows, stride, signs, eta, g, loss = arguments
    builder = e.builder
    places = e.rows(y, y_rows, targets)
    step_size = builder.fmul(e.splat(eta), e.constant(-LOG2))
    biases, products = e.at(signs, e.integer(2 * LANES)), e.at(loss, e.integer(WIDTH))
    narrow = Emitter(builder, lanes)

    def score(i: ir.Value, inputs: int) -> list[ir.Value]:
        sums = _emit_products(narrow, e.rows(x, e.at(x_rows, i), inputs), places, stride)
        of_inputs = [sums[k * targets : (k + 1) * targets] for k in range(inputs)]
        scores = [score for some in of_inputs for score in (*some, *[None] * (LANES - targets))]
        scores += [None] * (-len(scores) % WIDTH)
        for k in range(0, len(scores), lanes):
            place = e.at(g, builder.mul(i, e.integer(LANES)), e.integer(k))
            e.store(narrow.horizontal_sums(scores[k : k + lanes]), place)
        return []

    def differentiate(i: ir.Value, state: list[ir.Value], inputs: int) -> list[ir.Value]:
        for k in range(0, max(WIDTH, inputs * LANES), WIDTH):
            lane = e.integer(k % (2 * LANES))
            sign, bias = e.load(e.at(signs, lane)), e.load(e.at(biases, lane))
            if inputs < INPUTS_OF_VECTOR:
                bias = e.shuffle(
                    bias, e.constant(NO_SCORE), [*range(LANES), *range(WIDTH, 2 * WIDTH - LANES)]
                )
            place = e.at(g, builder.mul(i, e.integer(LANES)), e.integer(k))
            z = e.multiply_add(e.load(place), sign, bias)
            change, state = _emit_sigmoid_and_loss(e, z, builder.fmul(sign, step_size), state)
            e.store(change, place)
        return state

    even = builder.and_(m, e.integer(-2))
    rest = builder.sub(m, even)
    e.loop(even, 2, [], lambda i, _: score(i, 2))
    e.loop(rest, 1, [], lambda i, _: score(builder.add(even, i), 1))
    state = [e.load(loss), e.load(products)]
    state = e.loop(even, 2, state, lambda i, state: differentiate(i, state, 2))
    state = e.loop(rest, 1, state, lambda i, state: differentiate(builder.add(even, i), state, 1))
    for total, place in zip(state, (loss, products), strict=True):
        e.store(total, place)


def _emit_products(
    e: Emitter, rows: Sequence[ir.Value], places: Sequence[ir.Value], stride: ir.Value
) -> list[ir.Value]:
    """Emit the products of the rows at `rows` with those at `places`, to be summed over lanes."""

    def step(index: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
        values = [e.load(e.at(row, index)) for row in rows]
        changed = list(sums)
        for t, place in enumerate(places):
            target = e.load(e.at(place, index))
            for i, value in enumerate(values):
                k = i * len(places) + t
                changed[k] = e.multiply_add(value, target, sums[k])
        return changed

    return e.loop(stride, e.lanes, [e.constant(0.0)] * (len(rows) * len(places)), step)


def _power_of_2(e: Emitter, x: ir.Value) -> ir.Value:
    """Emit 2 ** x for x <= 0: to a whole number, by its bits, times to a rest within ±1/2.

    The polynomial is the one of degree 5, exact at 0, that errs least: by 9.2e-8 of the value.
    """
    builder = e.builder
    least = e.constant(-126.0)
    # A comparison and not a maximum, so that a NaN comes through to the loss.
    x = builder.select(builder.fcmp_ordered("<", x, least), least, x)
    # Adding 1.5 * 2^23 rounds to a whole number, which then stands in the low bits.
    shifted = builder.fadd(x, e.constant(1.5 * 2**23))
    rest = builder.fsub(x, builder.fsub(shifted, e.constant(1.5 * 2**23)))
    # Pairs of terms, which do not wait for each other.
    square = builder.fmul(rest, rest)
    low, middle, high = (
        e.multiply_add(e.constant(odd), rest, e.constant(even))
        for even, odd in ((1.0, 0.69314698), (0.24022242, 0.05550734), (0.00967151, 0.00132647))
    )
    power = e.multiply_add(e.multiply_add(high, square, middle), square, low)
    exponent = builder.shl(builder.bitcast(shifted, INTEGERS), ir.Constant(INTEGERS, [23] * WIDTH))
    return builder.bitcast(builder.add(builder.bitcast(power, INTEGERS), exponent), VECTOR)


def _emit_sigmoid_and_loss(
    e: Emitter, z: ir.Value, factor: ir.Value, state: Sequence[ir.Value]
) -> tuple[ir.Value, list[ir.Value]]:
    """Emit `factor` * σ(z), and the sums and products of the running loss with those of z."""
    builder = e.builder
    zero, one = e.constant(0.0), e.constant(1.0)
    positive = builder.fcmp_ordered(">", z, zero)
    negated = builder.or_(builder.bitcast(z, INTEGERS), ir.Constant(INTEGERS, [-(2**31)] * WIDTH))
    rest = _power_of_2(e, builder.bitcast(negated, VECTOR))
    denominator = builder.fadd(one, rest)
    numerator = builder.fmul(factor, builder.select(positive, one, rest))
    linear = builder.fadd(state[0], builder.select(positive, z, zero))
    return builder.fdiv(numerator, denominator), [linear, builder.fmul(state[1], denominator)]


# ---------------------------------------------------------------------------- update


def update(
    x: Floats,
    x_rows: Offsets,
    m: int,
    y: Floats,
    y_rows: Offsets,
    t: int,
    g: Floats,
    before: Floats,
    column: int,
    columns: int,
    soon: Offsets,
) -> None:
    """Compute X += G Y and Y += Gᵀ X for m rows and t targets, with the old X and Y.

    Of all rows only `columns` columns are read and changed, from `column` on, in whole vectors. A
    row that is listed twice must have a gradient of 0 in all places but the last. With more targets
    than a tile holds, the old X is kept in `before`, (m, stride).

    Meanwhile the same columns of the rows at some addresses are brought into the cache: `soon`
    holds their number, and then the addresses.
    """
    part = slice(column, column + columns)
    by_tile = g.reshape(len(g), -1, LANES)[:, :m, :TILE]
    change = by_tile.transpose(1, 0, 2).reshape(m, -1)[:, :t]
    x_listed, y_listed = x_rows[:m] // x.shape[1], y_rows[:t] // y.shape[1]
    inputs, targets = x[x_listed, part], y[y_listed, part]
    np.add.at(x[:, part], x_listed, change @ targets)
    np.add.at(y[:, part], y_listed, change.T @ inputs)


@emitted_for(update)
def _emit_update(e, x, x_rows, m, y, y_rows, t, g, before, column, columns, soon):
    builder = e.builder
    inputs = [e.at(x.data, column), x_rows.data, m, e.at(before.data, column), before.stride]
    offset, addresses = builder.mul(column, e.integer(x.item_bytes)), e.at(soon.data, e.integer(1))

    def update_tile(
        name: str, emit: TileLoop, number: ir.Value, done: ir.Value, count: ir.Value
    ) -> None:
        targets = [e.at(y.data, column), e.at(y_rows.data, done)]
        is_first = builder.icmp_signed("==", number, e.integer(0))
        asked = builder.select(is_first, builder.load(soon.data), e.integer(0))
        of_tile = e.at(g.data, builder.mul(number, g.stride))
        called = [*inputs, *targets, of_tile, columns, addresses, offset, asked]
        call_tile(builder, name, count, called, emit)

    is_only = builder.icmp_signed("<=", t, e.integer(TILE))
    with builder.if_else(is_only) as (one_tile, several_tiles):
        with one_tile:
            update_tile("firth_update", _emit_update_of_only_tile, e.integer(0), e.integer(0), t)
        with several_tiles:
            _emit_copies(e, inputs, columns)
            emit = functools.partial(update_tile, "firth_update_by_tile", _emit_update_of_tile)
            loop_over_tiles(e, t, lambda tile: emit(tile.number, tile.done, tile.count))


def _emit_copies(e: Emitter, inputs: Sequence[ir.Value], columns: ir.Value) -> None:
    """Emit copies of the rows of X."""
    x, x_rows, m, before, before_stride = inputs

    def over(i: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        row = e.at(x, e.builder.load(e.at(x_rows, i)))
        copy = e.at(before, e.builder.mul(i, before_stride))

        def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            e.store(e.load(e.at(row, index)), e.at(copy, index))
            return []

        e.loop(columns, WIDTH, [], along)
        return []

    e.loop(m, 1, [], over)


def _emit_update_of_tile(
    e: Emitter, arguments: Sequence[ir.Value], targets: int, *, is_only: bool = False
) -> None:
    """Emit the update by one tile of targets: one or two vectors of columns, over all inputs.

    Where it is the only tile, the old X is X itself, else its copy.
    """
    x, _, _, before, _, y, y_rows, _, columns, soon, offset, asked = arguments
    builder = e.builder
    places = e.rows(y, y_rows, targets)
    # Registers: a vector of each target and its change, an input, its sum, and a gradient.
    at_once = 2 if 4 * targets + 5 <= REGISTERS else 1

    def loop(start: ir.Value, stop: ir.Value, vectors: int) -> None:
        def body(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            index = builder.add(start, index)
            at = builder.add(offset, builder.mul(index, e.integer(4)))
            _emit_prefetch_of_columns(e, soon, asked, at, vectors)
            here = e.at(x, index), e.at(before, index), [e.at(place, index) for place in places]
            _emit_update_of_columns(e, here, arguments, vectors, is_only=is_only)
            return []

        e.loop(builder.sub(stop, start), vectors * WIDTH, [], body)

    whole = builder.and_(columns, e.integer(-at_once * WIDTH))
    loop(e.integer(0), whole, at_once)
    if at_once > 1:
        loop(whole, columns, 1)


def _emit_update_of_columns(
    e: Emitter,
    here: tuple[ir.Value, ir.Value, Sequence[ir.Value]],
    arguments: Sequence[ir.Value],
    vectors: int,
    *,
    is_only: bool,
) -> None:
    """Emit the update of some vectors of columns, which begin at these places of the tables."""
    (x, before, places), builder = here, e.builder
    _, x_rows, m, _, before_stride, _, _, g, *_ = arguments
    columns = [e.integer(k * WIDTH) for k in range(vectors)]
    rows = [[e.load(e.at(place, k)) for k in columns] for place in places]

    def over(i: ir.Value, state: list[ir.Value]) -> list[ir.Value]:
        row = e.at(x, builder.load(e.at(x_rows, i)))
        totals = [e.load(e.at(row, k)) for k in columns]
        values = totals
        if not is_only:
            copy = e.at(before, builder.mul(i, before_stride))
            values = [e.load(e.at(copy, k)) for k in columns]
        gradients, changed = e.at(g, builder.mul(i, e.integer(LANES))), []
        for t, vectors_of_row in enumerate(rows):
            weight = e.splat(builder.load(e.at(gradients, e.integer(t))))
            totals = [
                e.multiply_add(weight, vector, total)
                for vector, total in zip(vectors_of_row, totals, strict=True)
            ]
            changed += [
                e.multiply_add(weight, value, state[t * vectors + k])
                for k, value in enumerate(values)
            ]
        for k, total in zip(columns, totals, strict=True):
            e.store(total, e.at(row, k))
        return changed

    state = e.loop(m, 1, [vector for row in rows for vector in row], over)
    for t, place in enumerate(places):
        for k, changed in zip(columns, state[t * vectors : (t + 1) * vectors], strict=True):
            e.store(changed, e.at(place, k))


_emit_update_of_only_tile = functools.partial(_emit_update_of_tile, is_only=True)


def _emit_prefetch_of_columns(
    e: Emitter, soon: ir.Value, count: ir.Value, offset: ir.Value, vectors: int
) -> None:
    """Emit prefetches of some vectors, so many bytes after each address: each line of them once."""
    builder = e.builder

    def over(k: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        first = builder.add(builder.load(e.at(soon, k)), offset)
        for line in range(max(1, vectors * WIDTH * 4 // LINE)):
            emit_prefetch(e, builder.add(first, e.integer(line * LINE)), for_writing=True)
        return []

    if WIDTH * 4 == LINE:
        e.loop(count, 1, [], over)
        return
    is_new = builder.icmp_signed("==", builder.and_(offset, e.integer(LINE - 1)), e.integer(0))
    e.loop(builder.select(is_new, count, e.integer(0)), 1, [], over)
