"""Emitting LLVM IR: the operations that primitives are made of, and how Numba comes to call them.

Vector width and registers follow from the features of the processor that Numba compiles for. Tests
set `FIRTH_VECTOR_WIDTH` to 4, 8 or 16: LLVM splits vectors that are wider than the processor's.
Whether pairs of bfloat16 numbers are multiplied follows from the features too; `FIRTH_BFLOAT16` is
0 to leave them out, and 1 to have them on any processor, with more instructions.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.typing import Signature, signature
from numba.extending import lower_builtin, type_callable
from numba.np.numpy_support import as_dtype

from firth.compilation.processor import processor_features
from firth.errors import ConfigError

Emit = TypeVar("Emit", bound=Callable[..., ir.Value | None])


# Vector registers of x86-64 by the floats in one: with SSE, AVX and AVX-512.
_REGISTERS = {"4": 16, "8": 16, "16": 32}


def _processor() -> tuple[int, int]:
    """Return (floats in a vector, vector registers) of the processor that Numba compiles for."""
    asked = os.environ.get("FIRTH_VECTOR_WIDTH")
    if asked:
        if asked not in _REGISTERS:
            raise ConfigError(f"FIRTH_VECTOR_WIDTH must be 4, 8 or 16, got {asked!r}")
        return int(asked), _REGISTERS[asked]
    features = processor_features()
    if "avx512f" in features:
        return 16, 32
    if "avx" in features:
        return 8, 16
    return 4, 32 if "neon" in features else 16


def _multiplies_pairs() -> tuple[bool, bool]:
    """Return whether products of pairs are used, and whether the processor has instructions."""
    asked = os.environ.get("FIRTH_BFLOAT16") or None
    if asked not in (None, "0", "1"):
        raise ConfigError(f"FIRTH_BFLOAT16 must be 0 or 1, got {asked!r}")
    is_native = processor_features() >= {"avx512bf16", "avx512vl"}
    return is_native if asked is None else asked == "1", is_native


WIDTH, REGISTERS = _processor()
BFLOAT16, _HAS_PAIRS = _multiplies_pairs()
LINE = 64  # bytes of a cache line
FLOAT = ir.FloatType()
INT16 = ir.IntType(16)
INT32 = ir.IntType(32)
INT64 = ir.IntType(64)
VECTOR = ir.VectorType(FLOAT, WIDTH)
INTEGERS = ir.VectorType(INT32, WIDTH)


class Emitter:
    """The few operations that primitives are made of, on vectors of `lanes` numbers."""

    def __init__(self, builder: ir.IRBuilder, lanes: int = WIDTH) -> None:
        self.builder, self.lanes = builder, lanes
        self.vector = ir.VectorType(FLOAT, lanes)

    def constant(self, value: float) -> ir.Constant:
        """Return a vector with the same number in every element."""
        return ir.Constant(self.vector, [float(np.float32(value))] * self.lanes)

    def integer(self, value: int) -> ir.Constant:
        """Return a 64-bit integer."""
        return ir.Constant(INT64, value)

    def least(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """Return the smaller of two integers."""
        return self.builder.select(self.builder.icmp_signed("<", a, b), a, b)

    def at(self, base: ir.Value, *offsets: ir.Value) -> ir.Value:
        """Return the pointer that lies so many elements after `base`."""
        for offset in offsets:
            base = self.builder.gep(base, [offset])
        return base

    def load(self, pointer: ir.Value, kind: ir.VectorType | None = None) -> ir.Value:
        """Read a vector; it need not be aligned."""
        kind = kind or self.vector
        vector = self.builder.load(self.builder.bitcast(pointer, kind.as_pointer()))
        vector.align = _item_bytes(kind)
        return vector

    def store(self, vector: ir.Value, pointer: ir.Value) -> None:
        """Write a vector; it need not be aligned."""
        place = self.builder.bitcast(pointer, vector.type.as_pointer())
        self.builder.store(vector, place).align = _item_bytes(vector.type)

    def call(self, name: str, result: ir.Type, *arguments: ir.Value) -> ir.Value:
        """Call one of LLVM's intrinsics."""
        kind = ir.FunctionType(result, [argument.type for argument in arguments])
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(function, arguments)

    def multiply_add(self, a: ir.Value, b: ir.Value, c: ir.Value) -> ir.Value:
        """Return a * b + c, fused where the processor can."""
        return self.call(f"llvm.fmuladd.v{self.lanes}f32", self.vector, a, b, c)

    def to_bfloat16(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """Return the elements of a and then those of b as bfloat16 numbers, 16 bits each."""
        builder, count = self.builder, 2 * self.lanes
        kind = ir.VectorType(INT16, count)
        if _HAS_PAIRS:
            name = f"llvm.x86.avx512bf16.cvtne2ps2bf16.{32 * self.lanes}"
            return self.call(name, kind, b, a)
        whole = ir.VectorType(INT32, self.lanes)

        def rounded(vector: ir.Value) -> ir.Value:
            # To the nearest, and of two to the even one. A NaN that arithmetic makes stays one.
            bits = builder.bitcast(vector, whole)
            last = builder.lshr(bits, ir.Constant(whole, [16] * self.lanes))
            last = builder.and_(last, ir.Constant(whole, [1] * self.lanes))
            more = builder.add(last, ir.Constant(whole, [0x7FFF] * self.lanes))
            return builder.bitcast(builder.add(bits, more), kind)

        return self.shuffle(rounded(a), rounded(b), range(1, 2 * count, 2))

    def pairs(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """Return pairs of bfloat16 numbers, in 32 bits: each element of a with that of b."""
        halves = self.to_bfloat16(a, b)
        indices = [half for k in range(self.lanes) for half in (k, self.lanes + k)]
        return self.as_pairs(self.shuffle(halves, halves, indices))

    def as_pairs(self, halves: ir.Value) -> ir.Value:
        """Return the halves of 16 bits two by two."""
        return self.builder.bitcast(halves, ir.VectorType(INT32, halves.type.count // 2))

    def add_products_of_pairs(self, a: ir.Value, b: ir.Value, c: ir.Value) -> ir.Value:
        """Return c and the products of the pairs of a with those of b, the second ones first."""
        builder = self.builder
        if _HAS_PAIRS:
            name = f"llvm.x86.avx512bf16.dpbf16ps.{32 * self.lanes}"
            return self.call(name, self.vector, c, a, b)
        high = ir.Constant(a.type, [0xFFFF0000] * self.lanes)
        low = ir.Constant(a.type, [16] * self.lanes)
        for take, operand in ((builder.and_, high), (builder.shl, low)):
            one, other = (builder.bitcast(take(pair, operand), self.vector) for pair in (a, b))
            c = self.multiply_add(one, other, c)
        return c

    def shuffle(self, a: ir.Value, b: ir.Value, indices: Sequence[int]) -> ir.Value:
        """Return the elements of a (0 .. lanes - 1) and b (lanes ..) at `indices`."""
        kind = ir.VectorType(INT32, len(indices))
        return self.builder.shuffle_vector(a, b, ir.Constant(kind, list(indices)))

    def rows(self, table: ir.Value, offsets: ir.Value, count: int) -> list[ir.Value]:
        """Return where the first `count` rows of a list of offsets begin."""
        listed = (self.builder.load(self.at(offsets, self.integer(k))) for k in range(count))
        return [self.at(table, offset) for offset in listed]

    def horizontal_sums(self, vectors: Sequence[ir.Value | None]) -> ir.Value:
        """Return one vector whose elements are the sums of the elements of each of some vectors.

        There are as many vectors as each has elements.

        The vectors are interleaved pair by pair and added, until one is left: a third of the
        operations that a sum of each by itself would take. The sum of None is 0.
        """
        level, zero = list(vectors), self.constant(0.0)
        for even, odd in _interleavings(self.lanes):
            level = [
                None if a is None and b is None else self._added(a or zero, b or zero, even, odd)
                for a, b in zip(level[::2], level[1::2], strict=True)
            ]
        return zero if level[0] is None else level[0]

    def _added(self, a: ir.Value, b: ir.Value, even: Sequence[int], odd: Sequence[int]) -> ir.Value:
        return self.builder.fadd(self.shuffle(a, b, even), self.shuffle(a, b, odd))

    def splat(self, scalar: ir.Value, lanes: int | None = None) -> ir.Value:
        """Return a vector with `scalar` in every element."""
        lanes = lanes or self.lanes
        undefined = ir.Constant(ir.VectorType(scalar.type, lanes), ir.Undefined)
        first = self.builder.insert_element(undefined, scalar, ir.Constant(INT32, 0))
        return self.shuffle(first, undefined, [0] * lanes)

    def loop(
        self,
        count: ir.Value,
        step: int,
        state: Sequence[ir.Value],
        body: Callable[[ir.Value, list[ir.Value]], Sequence[ir.Value]],
    ) -> list[ir.Value]:
        """Emit `for index in range(0, count, step): state = body(index, state)`."""
        builder = self.builder
        before = builder.block
        head, inside, after = (builder.append_basic_block(n) for n in ("head", "body", "after"))
        builder.branch(head)
        builder.position_at_end(head)
        index = builder.phi(INT64)
        carried = [builder.phi(value.type) for value in state]
        builder.cbranch(builder.icmp_signed("<", index, count), inside, after)
        builder.position_at_end(inside)
        changed = body(index, list(carried))
        following = builder.add(index, self.integer(step))
        for phi, start, end in zip(
            [index, *carried], [self.integer(0), *state], [following, *changed], strict=True
        ):
            phi.add_incoming(start, before)
            phi.add_incoming(end, builder.block)
        builder.branch(head)
        builder.position_at_end(after)
        return list(carried)

    def loop_in_groups(
        self,
        count: ir.Value,
        sizes: Sequence[int],
        state: Sequence[ir.Value],
        body: Callable[[ir.Value, list[ir.Value], int], Sequence[ir.Value]],
    ) -> list[ir.Value]:
        """Emit `state = body(index, state, size)` over `count` indices, in groups.

        The sizes are falling powers of two: as many groups of each as there is room for. `count` is
        a multiple of the last.
        """
        start, now = self.integer(0), list(state)

        def group(
            first: ir.Value, size: int, index: ir.Value, state: list[ir.Value]
        ) -> Sequence[ir.Value]:
            return body(self.builder.add(first, index), state, size)

        for size in sizes:
            end = count if size == sizes[-1] else self.builder.and_(count, self.integer(-size))
            some = self.builder.sub(end, start)
            now = self.loop(some, size, now, functools.partial(group, start, size))
            start = end
        return now


def _item_bytes(kind: ir.VectorType) -> int:
    return 4 if isinstance(kind.element, ir.FloatType) else kind.element.width // 8


def _interleavings(width: int) -> list[tuple[list[int], list[int]]]:
    """Return, level by level, which elements of two vectors of some width are added to which.

    Within lanes of four elements first, where shuffles are cheap, then whole lanes.
    """
    lanes = range(0, width, 4)
    patterns = [((0, width, 1, width + 1), 2), ((0, 1, width, width + 1), 2)]
    levels = [
        ([b + k for b in lanes for k in low], [b + k + shift for b in lanes for k in low])
        for low, shift in patterns
    ]
    pairs = [b + k for b in range(0, 2 * width, 8) for k in range(4)]
    across = (pairs, [k + 4 for k in pairs])
    return levels + [across] * (width.bit_length() - 3)


class ArrayArg(NamedTuple):
    """An array that a primitive is called with."""

    data: ir.Value  # pointer to its first element
    size: ir.Value  # how many elements, or rows
    stride: ir.Value | None  # length of a row, where it has rows
    item_bytes: int


def emitted_for(
    function: Callable[..., object], returns: types.Type = types.none
) -> Callable[[Emit], Emit]:
    """Have Numba put what the decorated function emits in place of each call of `function`.

    The decorated function is given an `Emitter` and the arguments of the call: an `ArrayArg` for an
    array, 64 bits for an integer, 32 for a float, a list for a tuple of integers, None for None; it
    gives the value to be returned, if any.
    `function` itself, in NumPy, states what is to be done.
    """

    def register(emit: Emit) -> Emit:
        def typing(_: object) -> Callable[..., Signature]:
            def passed(*kinds: types.Type) -> Signature:
                return signature(returns, *map(_passed_as, kinds))

            passed.pysig = inspect.signature(function)  # type: ignore[attr-defined]
            return passed

        def lower(
            context: BaseContext, builder: ir.IRBuilder, called: Signature, values: list[ir.Value]
        ) -> ir.Value:
            pairs = zip(called.args, values, strict=True)
            given = [_as_argument(context, builder, kind, value) for kind, value in pairs]
            result = emit(Emitter(builder), *given)
            return context.get_dummy_value() if result is None else result

        type_callable(function)(typing)
        lower_builtin(function, types.VarArg(types.Any))(lower)
        return emit

    return register


def _passed_as(kind: types.Type) -> types.Type:
    if isinstance(kind, types.Integer):
        return types.int64
    if isinstance(kind, types.BaseTuple):
        return types.UniTuple(types.int64, len(kind))
    return types.float32 if isinstance(kind, types.Float) else kind


def _as_argument(
    context: BaseContext, builder: ir.IRBuilder, kind: types.Type, value: ir.Value
) -> ArrayArg | ir.Value | list[ir.Value] | None:
    if isinstance(kind, types.NoneType):
        return None
    if isinstance(kind, types.UniTuple):
        return [builder.extract_value(value, k) for k in range(kind.count)]
    if not isinstance(kind, types.Array):
        return value
    array = context.make_array(kind)(context, builder, value)
    stride = builder.extract_value(array.shape, 1) if kind.ndim == 2 else None
    size = builder.extract_value(array.shape, 0)
    return ArrayArg(array.data, size, stride, as_dtype(kind.dtype).itemsize)


def call_own(
    builder: ir.IRBuilder,
    name: str,
    arguments: Sequence[ir.Value],
    emit: Callable[[Emitter, Sequence[ir.Value]], None],
) -> None:
    """Call a function that is emitted once, and not inlined: its loops get all registers."""
    kind = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
    function = cgutils.get_or_insert_function(builder.module, kind, name)
    if not function.blocks:
        function.linkage = "internal"
        function.attributes.add("noinline")
        inner = ir.IRBuilder(function.append_basic_block("entry"))
        emit(Emitter(inner), function.args)
        inner.ret_void()
    builder.call(function, arguments)


class EmitVariant(Protocol):
    """Emits what a function does that is made for some number."""

    def __call__(self, e: Emitter, arguments: Sequence[ir.Value], number: int, /) -> None:
        """Emit it."""


def call_variant(
    builder: ir.IRBuilder,
    name: str,
    number: ir.Value,
    most: int,
    arguments: Sequence[ir.Value],
    emit: EmitVariant,
) -> None:
    """Call the variant of `name` that is made for `number`, 1 to `most`."""
    done = builder.append_basic_block("done")
    choice = builder.switch(number, done)
    for each in range(1, most + 1):

        def body(e: Emitter, arguments: Sequence[ir.Value], number: int = each) -> None:
            emit(e, arguments, number)

        case = builder.append_basic_block(f"{name}_{each}")
        choice.add_case(ir.Constant(INT64, each), case)
        builder.position_at_end(case)
        call_own(builder, f"{name}_{each}", arguments, body)
        builder.branch(done)
    builder.position_at_end(done)
