"""The gradients of a window, from the rows of its inputs and targets, written out as LLVM IR.

Each primitive is a plain NumPy function, which states what it computes and runs where Numba is
switched off, and a function that emits what is compiled in its place. A table is a float32 array of
shape (rows, stride); the stride is D rounded up to the vector width, and the columns beyond D stay
zero. A row is named by its offset, in elements, from the start of the table.

    T  targets of a window      m  inputs of a window
    X  (m, stride) inputs       Y  (T, stride) targets       S, G  (m, T) scores, gradients

G is kept tile by tile: (tiles, m, LANES), the lanes beyond the targets of a tile 0.

The loops follow three rules, here and in `update`: accumulators stay in registers (for the scores
two inputs against a tile of targets, or four with pairs; for the update one or two vectors of each
target of a tile), nothing is scalar that can be a vector, and every width and tile comes from the
processor's features.
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
    REGISTERS,
    VECTOR,
    WIDTH,
    Emitter,
    call_variant,
    emitted_for,
)
from firth.training.simd.products import FLOATS, PAIRS, Products, rounded
from firth.training.simd.rows import Floats, Offsets, rows_at
from firth.training.simd.tiles import LANES, TILE, tile_numbered

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


def gradients(
    x: Floats,
    x_rows: Offsets,
    y: Floats,
    y_rows: Offsets,
    part: tuple[int, int, int, int],
    labelling: Floats,
    eta: float | np.float32,
    g: Floats,
    loss: Floats,
    portable: Literal[True] | None,
    bfloat16: Literal[True] | None,
) -> None:
    """Compute G = eta (label - σ(X Yᵀ)) for some inputs and one tile, and add to the running loss.

    With z the score of a target labelled 0, or the negated score of one labelled 1, the loss in
    nats is softplus(z) = log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)), and G = -eta σ(z),
    negated again where the label is 1. The code has z / log 2, so that exp(z) is a power of 2.

    Parameters
    ----------
    part : tuple of int
        The rows of X from one place of `x_rows` up to another, whose scores fill at most
        LOSS_VECTORS vectors; the number of targets of the window, t, and which TILE of them.
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
    bfloat16 : True or None
        Whether X and Y are rounded to bfloat16 when they are multiplied.
    """
    first, end, t, tile = part
    signs = labelling[tile]
    count = min(TILE, t - tile * TILE)
    rows = -(-(end - first) // INPUTS_OF_VECTOR) * INPUTS_OF_VECTOR
    z = np.full((rows, LANES), np.float32(NO_SCORE))
    listed = rows_at(y, y_rows[tile * TILE : tile * TILE + count])
    values = rows_at(x, x_rows[first:end])
    if bfloat16 is not None:
        values, listed = rounded(values), rounded(listed)
    z[: end - first, :count] = values @ listed.T * signs[:count]
    e = 2.0 ** np.maximum(-np.abs(z), -126.0)
    loss[:WIDTH] += np.maximum(z, 0.0).reshape(-1, WIDTH).sum(axis=0)
    loss[WIDTH:] *= (1.0 + e).reshape(-1, WIDTH).prod(axis=0)
    sigmoid = np.where(z >= 0.0, 1.0, e) / (1.0 + e)
    change = -np.float32(eta * LOG2) * sigmoid * signs[:LANES]
    g[tile, first * LANES : (first + rows) * LANES] = change.ravel()


@emitted_for(gradients)
def _emit_gradients(e, x, x_rows, y, y_rows, part, labelling, eta, g, loss, portable, bfloat16):
    builder, (first, end, t, tile) = e.builder, part
    _, done, count = tile_numbered(e, tile, t)
    called = [
        x.data, e.at(x_rows.data, first), builder.sub(end, first), y.data, e.at(y_rows.data, done),
        x.stride, e.at(labelling.data, builder.mul(tile, labelling.stride)), eta,
        e.at(g.data, builder.mul(tile, g.stride), builder.mul(first, e.integer(LANES))), loss.data,
    ]  # fmt: skip
    lanes = WIDTH if portable is None else LANES
    products = FLOATS if bfloat16 is None else PAIRS
    emit = functools.partial(_emit_gradients_of_tile, lanes=lanes, products=products)
    call_variant(builder, f"firth_gradients_{lanes}_{products.size}", count, TILE, called, emit)


def _emit_gradients_of_tile(
    e: Emitter, arguments: Sequence[ir.Value], targets: int, *, lanes: int, products: Products
) -> None:
    """Emit the gradients of some targets; each score is the sum of so many partial sums."""
    x, x_rows, m, y, y_rows, stride, signs, eta, g, loss = arguments
    places, narrow = e.rows(y, y_rows, targets), Emitter(e.builder, lanes)

    def score(i: ir.Value, _: list[ir.Value], inputs: int) -> list[ir.Value]:
        rows = e.rows(x, e.at(x_rows, i), inputs)
        sums = _emit_products(narrow, products, rows, places, stride)
        of_inputs = [sums[k * targets : (k + 1) * targets] for k in range(inputs)]
        emit_scores(narrow, of_inputs, e.at(g, e.builder.mul(i, e.integer(LANES))))
        return []

    # Pairs are made for each group of inputs: with four at a time, less often.
    has_room = products is PAIRS and 4 * targets + 8 <= REGISTERS
    e.loop_in_groups(m, (4, 2, 1) if has_room else (2, 1), [], score)
    emit_derivatives(e, m, signs, eta, g, loss)


def emit_scores(e: Emitter, of_inputs: Sequence[Sequence[ir.Value]], place: ir.Value) -> None:
    """Emit the scores of some inputs, each the sum within a vector, as rows of LANES numbers."""
    scores = [sum_ for some in of_inputs for sum_ in (*some, *[None] * (LANES - len(some)))]
    scores += [None] * (-len(scores) % WIDTH)
    for k in range(0, len(scores), e.lanes):
        e.store(e.horizontal_sums(scores[k : k + e.lanes]), e.at(place, e.integer(k)))


def emit_derivatives(
    e: Emitter, m: ir.Value, signs: ir.Value, eta: ir.Value, g: ir.Value, loss: ir.Value
) -> None:
    """Emit the gradients of m inputs in place of their scores, and add to the running loss."""
    builder = e.builder
    step_size = builder.fmul(e.splat(eta), e.constant(-LOG2))
    biases, factors = e.at(signs, e.integer(2 * LANES)), e.at(loss, e.integer(WIDTH))

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

    state = e.loop_in_groups(m, (2, 1), [e.load(loss), e.load(factors)], differentiate)
    for total, place in zip(state, (loss, factors), strict=True):
        e.store(total, place)


def _emit_products(
    e: Emitter,
    products: Products,
    rows: Sequence[ir.Value],
    places: Sequence[ir.Value],
    stride: ir.Value,
) -> list[ir.Value]:
    """Emit the products of the rows at `rows` with those at `places`, to be summed over lanes."""

    def multiply(index: ir.Value, sums: list[ir.Value], columns: int) -> list[ir.Value]:
        def read(row: ir.Value) -> ir.Value:
            vectors = (e.integer(k) for k in range(0, columns, e.lanes))
            return products.pack(e, [e.load(e.at(row, index, k)) for k in vectors])

        values, changed = [read(row) for row in rows], list(sums)
        for t, place in enumerate(places):
            target = read(place)
            for i, value in enumerate(values):
                k = i * len(places) + t
                changed[k] = products.multiply_add(e, value, target, sums[k])
        return changed

    sums = [e.constant(0.0)] * (len(rows) * len(places))
    columns = [vectors * e.lanes for vectors in range(products.size, 0, -1)]
    return e.loop_in_groups(stride, columns, sums, multiply)


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
