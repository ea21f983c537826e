"""The vector loops of the kernel, written out for the processor as LLVM IR.

Each primitive is a plain NumPy function, which states what it computes and runs where Numba is
switched off, and an overload that Numba compiles in its place. A table is a float32 array of
shape (rows, stride); the stride is D rounded up to the vector width, and the columns beyond D stay
zero. Rows are named by their offset, in elements, from the start of the table, or from `x_at` or
`y_at` where a table holds several parts, one after the other.

    T  targets of a window      m  inputs of a window
    X  (·, stride) inputs       Y  (·, stride) targets       S, G  (m, T) scores, gradients

The loops follow three rules: accumulators stay in registers (two inputs against up to TILE targets
for the scores; one vector of each of up to TILE targets for the update), nothing is scalar that can
be a vector, and every width and tile comes from the processor's features.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from firth.training.emitter import (
    INTEGERS,
    REGISTERS,
    TILE,
    VECTOR,
    WIDTH,
    Emitter,
    call_own,
    call_tile,
    data_of,
    stride_in,
)
from firth.training.row_loops import Floats, Offsets, row_at, rows_at

# A loss product of this many factors, each in (1, 2], stays below float32's largest number.
LOSS_VECTORS = 96


def stride_of(dim: int) -> int:
    """Give the length of a row of `dim` numbers, padded to whole vectors."""
    return -(-dim // WIDTH) * WIDTH


_INLINED = {"forceinline": True}

# ---------------------------------------------------------------------------- scores


def scores(
    x: Floats,
    x_at: int,
    x_rows: Offsets,
    first: int,
    m: int,
    y: Floats,
    y_at: int,
    y_rows: Offsets,
    y_first: int,
    t: int,
    s: Floats,
    place: int,
) -> None:
    """Compute S = X Yᵀ, which begins at `place`.

    X are m rows, listed in `x_rows` from `first`; Y are t rows, listed in `y_rows` from `y_first`.
    """
    rows, targets = rows_at(x, x_at, x_rows, first, m), rows_at(y, y_at, y_rows, y_first, t)
    s[place : place + m * t] = (rows @ targets.T).ravel()


@overload(scores, jit_options=_INLINED)
def _scores(x, x_at, x_rows, first, m, y, y_at, y_rows, y_first, t, s, place):
    def implementation(x, x_at, x_rows, first, m, y, y_at, y_rows, y_first, t, s, place):
        done = 0
        while done < t:
            count, tile = min(TILE, t - done), y_first + done
            for i in range(0, m - 1, 2):
                at = place + i * t + done
                _score_pair(x, x_at, x_rows, first + i, y, y_at, y_rows, tile, count, s, at, t)
            if m % 2:
                i = m - 1
                at = place + i * t + done
                _score_one(x, x_at, x_rows, first + i, y, y_at, y_rows, tile, count, s, at, t)
            done += count

    return implementation


def _score_intrinsic(inputs: int) -> Callable[..., None]:
    """Make the intrinsic that scores `inputs` rows at once against one tile of targets."""

    def emit(e: Emitter, arguments: Sequence[ir.Value], targets: int) -> None:
        x, x_rows, y, y_rows, s, s_stride, stride = arguments
        builder = e.builder
        rows = [e.at(x, builder.load(e.at(x_rows, e.integer(i)))) for i in range(inputs)]
        columns = [e.at(y, builder.load(e.at(y_rows, e.integer(t)))) for t in range(targets)]

        def step(index: ir.Value, sums: list[ir.Value]) -> list[ir.Value]:
            values = [e.load(e.at(row, index)) for row in rows]
            changed = list(sums)
            for t, column in enumerate(columns):
                target = e.load(e.at(column, index))
                for i, value in enumerate(values):
                    k = i * targets + t
                    changed[k] = e.multiply_add(value, target, sums[k])
            return changed

        sums = e.loop(stride, WIDTH, [e.constant(0.0)] * (inputs * targets), step)
        for i in range(inputs):
            place = e.at(s, builder.mul(s_stride, e.integer(i)))
            for k in range(0, targets, WIDTH):
                some = sums[i * targets :][k : min(k + WIDTH, targets)]
                e.store_first(e.totals(some), len(some), e.at(place, e.integer(k)))

    @intrinsic
    def score(typingctx, x, x_at, x_rows, i, y, y_at, y_rows, first, count, s, place, t):
        def codegen(context, builder, signature, arguments):
            e = Emitter(builder)
            kinds = signature.args
            data = [data_of(context, builder, kinds[k], arguments[k]) for k in (0, 2, 4, 6, 9)]
            x, x_rows, y, y_rows, s = data
            x_at, i, y_at, first, count, place, t = (arguments[k] for k in (1, 3, 5, 7, 8, 10, 11))
            stride = stride_in(context, builder, kinds[0], arguments[0])
            rows, columns = [e.at(x_rows, i)], [e.at(y_rows, first)]
            called = [e.at(x, x_at), *rows, e.at(y, y_at), *columns, e.at(s, place), t, stride]
            call_tile(builder, f"firth_score_{inputs}", count, called, emit)
            return context.get_dummy_value()

        size = types.int64
        kinds = (x, size, x_rows, size, y, size, y_rows, size, size, s, size, size)
        return types.void(*kinds), codegen

    return score


_score_one = _score_intrinsic(1)
_score_pair = _score_intrinsic(2)


# ---------------------------------------------------------------------------- gradient


def gradient(
    s: Floats, signs: Floats, start: int, count: int, eta: float | np.float32, loss: Floats
) -> None:
    """Turn S into G = eta (label - σ(S)) in place, and add its loss to the running loss.

    With z the score of a noise word, or the centre's score negated, the loss in nats is
    softplus(z) = log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)), and G = -eta σ(z), negated
    again for the centre.

    Parameters
    ----------
    s : float32 array
        `count` scores from `start`. As far as the next whole vector, the array is overwritten.
    signs : float32 array
        -1 where `s` holds a score of the centre, else 1.
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
    z[:count] = (s * signs[: len(s)])[start : start + count]
    e = np.exp(np.maximum(-np.abs(z), -87.0))
    loss[:WIDTH] += np.maximum(z, 0.0).reshape(-1, WIDTH).sum(axis=0)
    loss[WIDTH:] *= (1.0 + e).reshape(-1, WIDTH).prod(axis=0)
    sigmoid = np.where(z >= 0.0, 1.0, e) / (1.0 + e)
    s[start : start + padded] = -np.float32(eta) * sigmoid * signs[start : start + padded]


@overload(gradient, jit_options=_INLINED)
def _gradient(s, signs, start, count, eta, loss):
    def implementation(s, signs, start, count, eta, loss):
        end = start + count
        padded = start + (count + WIDTH - 1) // WIDTH * WIDTH
        # A noise word with a score of minus infinity has no loss and no gradient.
        for i in range(end, padded):
            s[i] = np.float32(-1e30) * signs[i]
        _gradient_vectors(s, signs, start, padded - start, np.float32(eta), loss)

    return implementation


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


def _emit_gradient(e: Emitter, arguments: Sequence[ir.Value]) -> None:
    s, signs, count, eta, loss = arguments
    builder = e.builder
    step_size = e.spread(builder.fneg(eta))
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


@intrinsic
def _gradient_vectors(typingctx, s, signs, start, count, eta, loss):
    def codegen(context, builder, signature, arguments):
        kinds = signature.args
        s, signs, loss = (data_of(context, builder, kinds[k], arguments[k]) for k in (0, 1, 5))
        start, count, eta = arguments[2:5]
        called = [builder.gep(s, [start]), builder.gep(signs, [start]), count, eta, loss]
        call_own(builder, "firth_gradient", called, _emit_gradient)
        return context.get_dummy_value()

    return types.void(s, signs, types.int64, types.int64, types.float32, loss), codegen


# ---------------------------------------------------------------------------- update


def update(
    x: Floats,
    x_at: int,
    x_rows: Offsets,
    first: int,
    before: int,
    after: int,
    m: int,
    y: Floats,
    y_at: int,
    y_rows: Offsets,
    y_first: int,
    t: int,
    g: Floats,
    place: int,
    width: int,
    sums: int,
) -> None:
    """Compute B = A + G Y and Y += Gᵀ X for m rows and t targets, with the old X and Y.

    X, A and B are rows of one table, listed in `x_rows` from `first`, `before` and `after`; all
    three may be the same. Neither rows of X nor of Y may repeat. G begins at `place`, and its rows
    are `width` long. With more targets than a tile holds, partial sums of B stand in the rows
    listed from `sums`.
    """
    gradients = g[place : place + m * width].reshape(m, width)[:, :t]
    inputs, targets = rows_at(x, x_at, x_rows, first, m), rows_at(y, y_at, y_rows, y_first, t)
    changed = rows_at(x, x_at, x_rows, before, m) + gradients @ targets
    for i in range(m):
        row_at(x, x_at + x_rows[after + i])[:] = changed[i]
    for k in range(t):
        row_at(y, y_at + y_rows[y_first + k])[:] += gradients[:, k] @ inputs


@overload(update, jit_options=_INLINED)
def _update(
    x, x_at, x_rows, first, before, after, m, y, y_at, y_rows, y_first, t, g, place, width, sums
):
    def implementation(
        x, x_at, x_rows, first, before, after, m, y, y_at, y_rows, y_first, t, g, place, width, sums
    ):
        done = 0
        while done < t:
            count, tile, at = min(TILE, t - done), y_first + done, place + done
            a = before if done == 0 else sums
            b = after if done + count == t else sums
            if a == first:
                _update_same(
                    x, x_at, x_rows, first, a, b, m, y, y_at, y_rows, tile, count, g, at, width
                )
            else:
                _update_other(
                    x, x_at, x_rows, first, a, b, m, y, y_at, y_rows, tile, count, g, at, width
                )
            done += count

    return implementation


def _update_intrinsic(a_is_x: bool) -> Callable[..., None]:
    """Make the intrinsic that updates one tile of targets; where A is X, X is read once.

    It goes vector by vector along the rows, over all inputs for each.
    """

    def emit(e: Emitter, arguments: Sequence[ir.Value], targets: int) -> None:
        x, x_rows, a_rows, b_rows, m, y, y_rows, g, width, stride = arguments
        builder = e.builder
        columns = [e.at(y, builder.load(e.at(y_rows, e.integer(t)))) for t in range(targets)]

        def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
            rows = [e.load(e.at(column, index)) for column in columns]

            def over(i: ir.Value, deltas: list[ir.Value]) -> list[ir.Value]:
                value = e.load(e.at(x, builder.load(e.at(x_rows, i)), index))
                total = value if a_is_x else e.load(e.at(x, builder.load(e.at(a_rows, i)), index))
                gradients = e.at(g, builder.mul(i, width))
                # Two chains of additions, where registers allow: one runs while the other waits.
                chains, changed = [total], []
                for t in range(targets):
                    weight = e.spread(builder.load(e.at(gradients, e.integer(t))))
                    if t == 1 and 2 * targets + 4 <= REGISTERS:
                        chains.append(builder.fmul(weight, rows[t]))
                    else:
                        k = t % len(chains)
                        chains[k] = e.multiply_add(weight, rows[t], chains[k])
                    changed.append(e.multiply_add(weight, value, deltas[t]))
                total = functools.reduce(builder.fadd, chains)
                e.store(total, e.at(x, builder.load(e.at(b_rows, i)), index))
                return changed

            deltas = e.loop(m, 1, [e.constant(0.0)] * targets, over)
            for column, row, delta in zip(columns, rows, deltas, strict=True):
                e.store(builder.fadd(row, delta), e.at(column, index))
            return []

        e.loop(stride, WIDTH, [], along)

    @intrinsic
    def update(
        typingctx, x, x_at, x_rows, first, before, after, m, y, y_at, y_rows, tile, count, g, at,
        width,
    ):  # fmt: skip
        def codegen(context, builder, signature, arguments):
            e = Emitter(builder)
            kinds = signature.args
            x, x_rows, y, y_rows, g = (
                data_of(context, builder, kinds[k], arguments[k]) for k in (0, 2, 7, 9, 12)
            )
            x_at, first, before, after, m, y_at = (arguments[k] for k in (1, 3, 4, 5, 6, 8))
            tile, count, at, width = (arguments[k] for k in (10, 11, 13, 14))
            stride = stride_in(context, builder, kinds[0], arguments[0])
            lists = [e.at(x_rows, place) for place in (first, before, after)]
            targets, gradients = [e.at(y, y_at), e.at(y_rows, tile)], [e.at(g, at), width]
            called = [e.at(x, x_at), *lists, m, *targets, *gradients, stride]
            name = "firth_update_same" if a_is_x else "firth_update_other"
            call_tile(builder, name, count, called, emit)
            return context.get_dummy_value()

        size = types.int64
        kinds = (x, size, x_rows, *[size] * 4, y, size, y_rows, size, size, g, size, size)
        return types.void(*kinds), codegen

    return update


_update_same = _update_intrinsic(a_is_x=True)
_update_other = _update_intrinsic(a_is_x=False)
