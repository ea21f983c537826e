"""What the kernel multiplies: float32 numbers one by one, or pairs of bfloat16 numbers.

Some processors add the products of two pairs of bfloat16 numbers to a float32 number, in the time
that one product of float32 numbers takes. Tables stay float32: numbers are rounded to bfloat16 when
they are multiplied, and sums are float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from llvmlite import ir

from firth.compilation.emitter import FLOAT, INT32, Emitter
from firth.training.simd.rows import Floats


class Products(NamedTuple):
    """How many numbers stand side by side in one element of a vector."""

    size: int

    @property
    def kind(self) -> ir.Type:
        """The type of an element."""
        return FLOAT if self.size == 1 else INT32

    def interleave(self, e: Emitter, vectors: Sequence[ir.Value]) -> ir.Value:
        """Return up to `size` vectors as one, whose elements hold one number of each.

        Missing vectors are zeros, here and in `pack`.
        """
        return vectors[0] if self.size == 1 else e.pairs(*_two(e, vectors))

    def pack(self, e: Emitter, vectors: Sequence[ir.Value]) -> ir.Value:
        """Return up to `size` vectors as one; which numbers share an element is always the same."""
        return vectors[0] if self.size == 1 else e.as_pairs(e.to_bfloat16(*_two(e, vectors)))

    def multiply_add(self, e: Emitter, a: ir.Value, b: ir.Value, c: ir.Value) -> ir.Value:
        """Return c and the products of the groups of a with those of b."""
        if self.size == 1:
            return e.multiply_add(a, b, c)
        return e.add_products_of_pairs(a, b, c)


FLOATS, PAIRS = Products(1), Products(2)


def _two(e: Emitter, vectors: Sequence[ir.Value]) -> Sequence[ir.Value]:
    return vectors if len(vectors) == 2 else [*vectors, e.constant(0.0)]


def rounded(numbers: Floats) -> Floats:
    """Return the nearest bfloat16 numbers, as float32; of two, the one whose last bit is 0.

    A NaN may be any number, unless it is the one that arithmetic makes.

    Examples
    --------
    >>> rounded(np.array([1.0, 1.0 + 2**-8, 1.0 + 3 * 2**-8], np.float32)).tolist()
    [1.0, 1.0, 1.015625]
    """
    bits = np.ascontiguousarray(numbers, np.float32).view(np.uint32)
    bits = bits + np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1))
    return (bits & np.uint32(0xFFFF0000)).view(np.float32)
