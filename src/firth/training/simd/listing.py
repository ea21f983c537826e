"""The vector loops of lists: subsampling, noise words, and the rows of words.

As in `gradients`, each is a plain Python function, which states what it computes, and one that
emits what is compiled in its place, several positions at a time. Arrays are written in whole
vectors: up to SLACK elements after the last one may change too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from llvmlite import ir
from numba import types
from numpy.typing import NDArray

from firth.compilation.emitter import INT32, INT64, WIDTH, Emitter, call_own, emitted_for
from firth.compilation.prefetching import emit_prefetch
from firth.training import draws

# Elements that a vector may reach beyond the last one.
SLACK = 16
# Positions at a time: numbers of 64 bits in a vector, at least two.
LANES = max(2, WIDTH // 2)
LONGS = ir.VectorType(INT64, LANES)
_WORDS = ir.VectorType(INT32, LANES)
_LOW = 0xFFFFFFFF


def subsample(
    tokens: NDArray[np.int32],
    start: int,
    stop: int,
    key: np.uint64,
    keep: NDArray[np.uint32],
    words: NDArray[np.int32],
    positions: NDArray[np.int64],
    streams: NDArray[np.uint64],
    count: int,
) -> int:
    """Append the tokens from `start` up to `stop` that subsampling keeps to `count` words.

    The position and the stream of each are appended too, see `draws`. Return how many words there
    are then.
    """
    for position in range(start, stop):
        stream = np.uint64(draws.stream_at(key, position))
        if draws.is_kept(stream, keep[tokens[position]]):
            words[count], positions[count], streams[count] = tokens[position], position, stream
            count += 1
    return count


@emitted_for(subsample, returns=types.int64)
def _emit_subsample(e, tokens, start, stop, key, keep, words, positions, streams, count):
    builder = e.builder
    first = builder.add(e.splat(start, LANES), _steps(0))

    def over(done: ir.Value, state: list[ir.Value]) -> list[ir.Value]:
        (count,) = state
        at = builder.add(start, done)
        position = builder.add(first, e.splat(done, LANES))
        is_inside = builder.icmp_signed("<", position, e.splat(stop, LANES))
        token = _masked_load(e, e.at(tokens.data, at), is_inside)
        numbers = builder.mul(builder.add(position, _constant(1)), _constant(draws.GAMMA))
        stream = _mix(e, builder.add(e.splat(key, LANES), numbers))
        threshold = builder.zext(_gather(e, keep.data, builder.zext(token, LONGS)), LONGS)
        upper = builder.lshr(stream, _constant(32))
        is_kept = builder.and_(is_inside, builder.icmp_unsigned("<=", upper, threshold))
        for array, values in ((words, token), (positions, position), (streams, stream)):
            e.store(_compress(e, values, is_kept), e.at(array.data, count))
        bits = builder.bitcast(is_kept, ir.IntType(LANES))
        kept = e.call(f"llvm.ctpop.i{LANES}", bits.type, bits)
        return [builder.add(count, builder.zext(kept, INT64))]

    return e.loop(builder.sub(stop, start), LANES, [count], over)[0]


def draw_noise(
    words: NDArray[np.int32],
    streams: NDArray[np.uint64],
    start: int,
    stop: int,
    negative: int,
    alias: NDArray[np.uint64],
    noise_bits: NDArray[np.uint64],
    noise: NDArray[np.int64],
    is_repeated: NDArray[np.bool_],
) -> None:
    """Draw noise words for the centres from index `start` up to `stop` of the words.

    The alias table, larger than the near caches, is asked for the answers to all draws before it
    is read.

    Parameters
    ----------
    noise_bits, noise : uint64 and int64 arrays, (K * n,)
        Written: the random bits, and the noise words: the first one of n centres, then the next.
    is_repeated : bool, (n,)
        Written: whether two of a centre and its noise words are the same.
    """
    room = len(is_repeated)
    for c, i in enumerate(range(start, stop)):
        places = [k * room + c for k in range(negative)]
        for k, place in enumerate(places):
            noise_bits[place] = draws.noise_bits(streams[i], k)
            noise[place] = draws.noise_of(noise_bits[place], alias)
        is_repeated[c] = len({words[i], *noise[places]}) <= negative


@emitted_for(draw_noise)
def _emit_noise(e, words, streams, start, stop, negative, alias, noise_bits, noise, is_repeated):
    called = [
        e.at(words.data, start), e.at(streams.data, start), e.builder.sub(stop, start), negative,
        alias.data, alias.size, noise_bits.data, noise.data, is_repeated.data, is_repeated.size,
    ]  # fmt: skip
    call_own(e.builder, "firth_noise", called, _emit_noise_of_centres)


def _emit_noise_of_centres(e: Emitter, arguments: Sequence[ir.Value]) -> None:
    words, streams, count, negative, alias, columns_of_alias, noise_bits, noise, same, room = (
        arguments
    )
    builder = e.builder
    size = e.splat(builder.and_(columns_of_alias, e.integer(_LOW)), LANES)

    def column(bits: ir.Value) -> ir.Value:
        shift = _constant(32)
        return builder.lshr(builder.mul(builder.lshr(bits, shift), size), shift)

    def draw(c: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        def over(k: ir.Value, state: list[ir.Value]) -> list[ir.Value]:
            stream = builder.add(state[0], _constant(draws.GAMMA))
            bits = _mix(e, stream)
            e.store(bits, e.at(noise_bits, builder.mul(k, room), c))
            columns = column(bits)
            for lane in range(LANES):
                place = builder.extract_element(columns, ir.Constant(INT32, lane))
                emit_prefetch(e, e.at(alias, place), for_writing=False)
            return [stream]

        e.loop(negative, 1, [e.load(e.at(streams, c), LONGS)], over)
        return []

    def look_up(c: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        centre = builder.zext(e.load(e.at(words, c), _WORDS), LONGS)

        def over(k: ir.Value, state: list[ir.Value]) -> list[ir.Value]:
            bits = e.load(e.at(noise_bits, builder.mul(k, room), c), LONGS)
            columns = column(bits)
            entry = _gather(e, alias, columns)
            low, upper = _constant(_LOW), builder.lshr(entry, _constant(32))
            is_own = builder.icmp_unsigned("<=", builder.and_(bits, low), upper)
            word = builder.select(is_own, columns, builder.and_(entry, low))
            e.store(word, e.at(noise, builder.mul(k, room), c))

            def compare(j: ir.Value, state: list[ir.Value]) -> list[ir.Value]:
                before = e.load(e.at(noise, builder.mul(j, room), c), LONGS)
                return [builder.or_(state[0], builder.icmp_unsigned("==", word, before))]

            is_centre = builder.icmp_unsigned("==", word, centre)
            return e.loop(k, 1, [builder.or_(state[0], is_centre)], compare)

        never = ir.Constant(ir.VectorType(ir.IntType(1), LANES), [0] * LANES)
        repeated = e.loop(negative, 1, [never], over)[0]
        of_bytes = ir.VectorType(ir.IntType(8), LANES)
        e.store(builder.zext(repeated, of_bytes), e.at(same, c))
        return []

    e.loop(count, LANES, [], draw)
    e.loop(count, LANES, [], look_up)


def list_rows(
    words: NDArray[np.int32],
    low: int,
    high: int,
    stride: int,
    rows: NDArray[np.int64],
    place: int,
) -> None:
    """Write the offsets of the rows of the words from index `low` up to `high`, from a place on."""
    for k, word in enumerate(words[low:high]):
        rows[place + k] = np.int64(word) * stride


@emitted_for(list_rows)
def _emit_rows(e, words, low, high, stride, rows, place):
    builder = e.builder
    length = e.splat(builder.and_(stride, e.integer(_LOW)), LANES)

    def over(done: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        some = builder.zext(e.load(e.at(words.data, low, done), _WORDS), LONGS)
        e.store(builder.mul(some, length), e.at(rows.data, place, done))
        return []

    e.loop(builder.sub(high, low), LANES, [], over)


# ---------------------------------------------------------------------------- vectors


def _constant(value: int) -> ir.Constant:
    return ir.Constant(LONGS, [value] * LANES)


def _steps(first: int) -> ir.Constant:
    return ir.Constant(LONGS, [first + k for k in range(LANES)])


def _masked_load(e: Emitter, place: ir.Value, mask: ir.Value) -> ir.Value:
    """Emit a load of those words that the mask has; the others are 0, and are not read."""
    pointer = e.builder.bitcast(place, _WORDS.as_pointer())
    alignment, zeros = ir.Constant(INT32, 4), ir.Constant(_WORDS, [0] * LANES)
    name = f"llvm.masked.load.v{LANES}i32.p0"
    return e.call(name, _WORDS, pointer, alignment, mask, zeros)


def _gather(e: Emitter, array: ir.Value, places: ir.Value) -> ir.Value:
    """Emit loads of the elements of an array at some places."""
    gathered = ir.Constant(ir.VectorType(array.type.pointee, LANES), ir.Undefined)
    for k in range(LANES):
        lane = ir.Constant(INT32, k)
        element = e.builder.load(e.at(array, e.builder.extract_element(places, lane)))
        gathered = e.builder.insert_element(gathered, element, lane)
    return gathered


def _compress(e: Emitter, values: ir.Value, mask: ir.Value) -> ir.Value:
    """Emit those values that the mask has, one after the other, and then any of the values."""
    name = f"llvm.experimental.vector.compress.v{LANES}{values.type.element}"
    return e.call(name, values.type, values, mask, values)


def _mix(e: Emitter, value: ir.Value) -> ir.Value:
    """Emit `draws.mix`."""
    builder = e.builder
    for shift, factor in draws.MIXING:
        value = builder.xor(value, builder.lshr(value, _constant(shift)))
        value = builder.mul(value, _constant(factor)) if factor else value
    return value
