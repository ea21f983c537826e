"""The vector loops of the kernel, written out for the processor as LLVM IR.

Each primitive is a plain NumPy function, which states what it computes and runs where Numba is
switched off, and a function that emits what is compiled in its place. A table is a float32 array of
shape (rows, stride); the stride is D rounded up to the vector width, and the columns beyond D stay
zero. A row is named by its offset, in elements, from the start of the table.

    T  targets of a window      m  inputs of a window
    X  (·, stride) inputs       Y  (·, stride) targets       S, G  (m, T) scores, gradients

The loops follow three rules: accumulators stay in registers (for the scores two inputs against a
tile of targets; for the update one vector of each target of a tile), nothing is scalar that can be
a vector, and every width and tile comes from the processor's features.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from llvmlite import ir

from firth.compilation.emitter import (
    FLOAT,
    INTEGERS,
    REGISTERS,
    VECTOR,
    WIDTH,
    Emitter,
    call_own,
    emitted_for,
)
from firth.training.simd.rows import Floats, Offsets, rows_at
from firth.training.simd.tiles import TILE, Tile, TileLoop, call_tile, loop_over_tiles

# A loss product of this many factors, each in (1, 2], stays below float32's largest number.
LOSS_VECTORS = 96


# ---------------------------------------------------------------------------- scores


def scores(
    x: Floats, x_rows: Offsets, m: int, y: Floats, y_rows: Offsets, t: int, s: Floats
) -> None:
    """Compute S = X Yᵀ, of the first m rows listed in `x_rows` and the first t in `y_rows`."""
    product = rows_at(x, x_rows[:m]) @ rows_at(y, y_rows[:t]).T
    s[: m * t] = product.ravel()


@emitted_for(scores)
def _emit_scores(e, x, x_rows, m, y, y_rows, t, s):
    builder = e.builder
    even = builder.and_(m, e.integer(-2))

    def score_tile(tile: Tile) -> None:
        targets = [y.data, e.at(y_rows.data, tile.done)]

        def score(i: ir.Value, inputs: int) -> list[ir.Value]:
            where = e.at(s.data, builder.mul(i, t), tile.done)
            called = [x.data, e.at(x_rows.data, i), *targets, where, t, x.stride]
            emit = functools.partial(_emit_score, inputs=inputs)
            call_tile(builder, f"firth_score_{inputs}", tile.count, called, emit)
            return []

        e.loop(even, 2, [], lambda i, _: score(i, 2))
        e.loop(builder.sub(m, even), 1, [], lambda i, _: score(builder.add(even, i), 1))

    loop_over_tiles(e, t, score_tile)


def _emit_score(e: Emitter, arguments: Sequence[ir.Value], targets: int, *, inputs: int) -> None:
    """Emit the scores of `inputs` rows at once against one tile of targets."""
    x, x_rows, y, y_rows, s, s_stride, stride = arguments
    builder = e.builder
    rows = e.rows(x, x_rows, inputs)
    places = e.rows(y, y_rows, targets)

    def step(index: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
        values = [e.load(e.at(row, index)) for row in rows]
        changed = list(sums)
        for t, place in enumerate(places):
            target = e.load(e.at(place, index))
            for i, value in enumerate(values):
                k = i * targets + t
                changed[k] = e.multiply_add(value, target, sums[k])
        return changed

    sums = e.loop(stride, WIDTH, [e.constant(0.0)] * (inputs * targets), step)
    for i in range(inputs):
        place = e.at(s, builder.mul(s_stride, e.integer(i)))
        e.store_sums(sums[i * targets : (i + 1) * targets], place)


# ---------------------------------------------------------------------------- gradient


def signs_of(labels: Floats, t: int, m: int, signs: Floats) -> None:
    """Write 1 - 2 label for each of t targets, m times: the signs of the scores S, (m, t).

    Both arrays are a vector longer than that, and `signs` is overwritten up to there.
    """
    signs[: m * t] = np.tile(1.0 - 2.0 * labels[:t], m)


@emitted_for(signs_of)
def _emit_signs(e, labels, t, m, signs):
    builder = e.builder

    # The next row overwrites what the last vector writes beyond its row.
    def over(i: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        def along(start: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            label = e.load(e.at(labels.data, start))
            sign = e.multiply_add(label, e.constant(-2.0), e.constant(1.0))
            e.store(sign, e.at(signs.data, builder.mul(i, t), start))
            return []

        e.loop(t, WIDTH, [], along)
        return []

    e.loop(m, 1, [], over)


def gradient(
    s: Floats, signs: Floats, start: int, count: int, eta: float | np.float32, loss: Floats
) -> None:
    """Turn S into G = eta (label - σ(S)) in place, and add its loss to the running loss.

    With z the score of a target labelled 0, or the negated score of one labelled 1, the loss in
    nats is softplus(z) = log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)), and G = -eta σ(z),
    negated again where the label is 1.

    Parameters
    ----------
    s : float32 array
        `count` scores from `start`. As far as the next whole vector, the array is overwritten.
    signs : float32 array
        -1 where the target of a score is labelled 1, else 1; beyond the scores, 1 or -1.
    start, count : int
        At most LOSS_VECTORS vectors.
    eta : float
        Step size.
    loss : float32 array, (2 * WIDTH,)
        Running sums of max(z, 0) (first half) and products of 1 + exp(-|z|) (second half), so
        that the logarithm is taken once in many windows and not once a score.
    """
    padded = -(-count // WIDTH) * WIDTH
    z = np.full(padded, -1e30, np.float32)
    z[:count] = s[start : start + count] * signs[start : start + count]
    e = np.exp(np.maximum(-np.abs(z), -87.0))
    loss[:WIDTH] += np.maximum(z, 0.0).reshape(-1, WIDTH).sum(axis=0)
    loss[WIDTH:] *= (1.0 + e).reshape(-1, WIDTH).prod(axis=0)
    sigmoid = np.where(z >= 0.0, 1.0, e) / (1.0 + e)
    s[start : start + padded] = -np.float32(eta) * sigmoid * signs[start : start + padded]


@emitted_for(gradient)
def _emit_gradient(e, s, signs, start, count, eta, loss):
    builder = e.builder
    scores, signs = e.at(s.data, start), e.at(signs.data, start)
    whole = builder.add(count, e.integer(WIDTH - 1))
    padded = builder.and_(whole, e.integer(-WIDTH))

    def blank(i: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        # -1e30 times its sign: the loss and the gradient are 0.
        k = builder.add(count, i)
        least = builder.fmul(ir.Constant(FLOAT, np.float32(-1e30)), builder.load(e.at(signs, k)))
        builder.store(least, e.at(scores, k))
        return []

    e.loop(builder.sub(padded, count), 1, [], blank)
    called = [scores, signs, padded, eta, loss.data]
    call_own(builder, "firth_gradient", called, _emit_gradient_vectors)


def _exponential(e: Emitter, x: ir.Value) -> ir.Value:
    """Emit exp(x) for x <= 0: 2 to a whole number, by its bits, times 2 to a rest, by Taylor.

    With the rest within ±1/2, seven terms err by 1.2e-7 of the value: float32's own rounding.
    """
    builder = e.builder
    binary = builder.fmul(x, e.constant(1.0 / math.log(2.0)))
    least = e.constant(-126.0)
    # A comparison and not a maximum, so that a NaN comes through to the loss.
    binary = builder.select(builder.fcmp_ordered("<", binary, least), least, binary)
    # Adding 1.5 * 2^23 rounds to a whole number, which then stands in the low bits.
    shifted = builder.fadd(binary, e.constant(1.5 * 2**23))
    whole = builder.fsub(shifted, e.constant(1.5 * 2**23))
    rest = builder.fsub(binary, whole)
    power = e.constant(math.log(2.0) ** 6 / math.factorial(6))
    for k in range(5, -1, -1):
        power = e.multiply_add(power, rest, e.constant(math.log(2.0) ** k / math.factorial(k)))
    exponent = builder.shl(builder.bitcast(shifted, INTEGERS), ir.Constant(INTEGERS, [23] * WIDTH))
    return builder.bitcast(builder.add(builder.bitcast(power, INTEGERS), exponent), VECTOR)


def _emit_gradient_vectors(e: Emitter, arguments: Sequence[ir.Value]) -> None:
    s, signs, count, eta, loss = arguments
    builder = e.builder
    step_size = e.splat(builder.fneg(eta))
    zero, one = e.constant(0.0), e.constant(1.0)
    products = e.at(loss, e.integer(WIDTH))

    def along(index: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
        sign = e.load(e.at(signs, index))
        z = builder.fmul(e.load(e.at(s, index)), sign)
        positive = builder.fcmp_ordered(">", z, zero)
        rest = _exponential(e, builder.select(positive, builder.fneg(z), z))
        denominator = builder.fadd(one, rest)
        numerator = builder.fmul(step_size, builder.select(positive, one, rest))
        negative = builder.fdiv(numerator, denominator)
        e.store(builder.fmul(negative, sign), e.at(s, index))
        linear = builder.fadd(sums[0], builder.select(positive, z, zero))
        return [linear, builder.fmul(sums[1], denominator)]

    linear, product = e.loop(count, WIDTH, [e.load(loss), e.load(products)], along)
    e.store(linear, loss)
    e.store(product, products)


# ---------------------------------------------------------------------------- update


def update(
    x: Floats,
    x_rows: Offsets,
    m: int,
    y: Floats,
    y_rows: Offsets,
    t: int,
    g: Floats,
    width: int,
    before: Floats,
    column: int,
    columns: int,
) -> None:
    """Compute X += G Y and Y += Gᵀ X for m rows and t targets, with the old X and Y.

    Neither the listed rows of X nor those of Y may repeat. The rows of G are `width` long. Of all
    rows only `columns` columns are read and changed, from `column` on, in whole vectors. With more
    targets than a tile holds, the old X is kept in `before`, (m, stride).
    """
    gradients = g[: m * width].reshape(m, width)[:, :t]
    part = slice(column, column + columns)
    x_listed, y_listed = x_rows[:m] // x.shape[1], y_rows[:t] // y.shape[1]
    inputs, targets = x[x_listed, part], y[y_listed, part]
    x[x_listed, part] += gradients @ targets
    y[y_listed, part] += gradients.T @ inputs


@emitted_for(update)
def _emit_update(e, x, x_rows, m, y, y_rows, t, g, width, before, column, columns):
    builder = e.builder
    inputs = [e.at(x.data, column), x_rows.data, m, e.at(before.data, column), before.stride]

    def update_tile(name: str, emit: TileLoop, done: ir.Value, count: ir.Value) -> None:
        targets = [e.at(y.data, column), e.at(y_rows.data, done)]
        called = [*inputs, *targets, e.at(g.data, done), width, columns]
        call_tile(builder, name, count, called, emit)

    is_only = builder.icmp_signed("<=", t, e.integer(TILE))
    with builder.if_else(is_only) as (one_tile, several_tiles):
        with one_tile:
            update_tile("firth_update", _emit_update_of_only_tile, e.integer(0), t)
        with several_tiles:
            _emit_copies(e, inputs, columns)
            emit = functools.partial(update_tile, "firth_update_by_tile", _emit_update_of_tile)
            loop_over_tiles(e, t, lambda tile: emit(tile.done, tile.count))


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
    """Emit the update by one tile of targets: vector by vector, over all inputs for each.

    Where it is the only tile, the old X is X itself, else its copy.
    """
    x, x_rows, m, before, before_stride, y, y_rows, g, width, columns = arguments
    builder = e.builder
    places = e.rows(y, y_rows, targets)

    def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        rows = [e.load(e.at(place, index)) for place in places]

        def over(i: ir.Value, deltas: list[ir.Value]) -> list[ir.Value]:
            row = e.at(x, builder.load(e.at(x_rows, i)), index)
            total = value = e.load(row)
            if not is_only:
                value = e.load(e.at(before, builder.mul(i, before_stride), index))
            gradients = e.at(g, builder.mul(i, width))
            # Two chains of additions, where registers allow: one runs while the other waits.
            chains, changed = [total], []
            for t in range(targets):
                weight = e.splat(builder.load(e.at(gradients, e.integer(t))))
                if t == 1 and 2 * targets + 4 <= REGISTERS:
                    chains.append(builder.fmul(weight, rows[t]))
                else:
                    k = t % len(chains)
                    chains[k] = e.multiply_add(weight, rows[t], chains[k])
                changed.append(e.multiply_add(weight, value, deltas[t]))
            e.store(functools.reduce(builder.fadd, chains), row)
            return changed

        deltas = e.loop(m, 1, [e.constant(0.0)] * targets, over)
        for place, row, delta in zip(places, rows, deltas, strict=True):
            e.store(builder.fadd(row, delta), e.at(place, index))
        return []

    e.loop(columns, WIDTH, [], along)


_emit_update_of_only_tile = functools.partial(_emit_update_of_tile, is_only=True)
