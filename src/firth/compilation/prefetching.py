"""Asking the processor for memory before it is read or written, so that nothing waits for it.

Each primitive is a Python function, and one that emits what is compiled in its place. Places beyond
the end of an array may be asked for, and results never depend on what was.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from firth.compilation.emitter import INT32, INT64, LINE, WIDTH, Emitter, emitted_for


def prefetch_item(items: NDArray[Any], place: int | np.int64) -> None:
    """Ask for an element of an array to be brought into the cache, for reading.

    In Python, nothing is done.
    """


@emitted_for(prefetch_item)
def _emit_prefetch_of_one(e, items, place):
    emit_prefetch(e, e.at(items.data, place), for_writing=False)


def row_addresses(
    table: NDArray[np.float32],
    rows: NDArray[np.int64],
    first: int | np.uint64,
    count: int,
    addresses: NDArray[np.int64],
    place: int,
) -> None:
    """Write the addresses of `count` rows of a table, listed from `first`, from a place on."""
    # NumPy 1 adds an unsigned and a Python integer to a float.
    start = int(first)
    offsets = rows[start : start + count] * table.itemsize
    addresses[place : place + count] = table.ctypes.data + offsets


@emitted_for(row_addresses)
def _emit_addresses(e, table, rows, first, count, addresses, place):
    def over(k: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        row = e.builder.ptrtoint(e.at(table.data, e.builder.load(e.at(rows.data, first, k))), INT64)
        e.builder.store(row, e.at(addresses.data, place, k))
        return []

    e.loop(count, 1, [], over)


def emit_prefetch(e: Emitter, place: ir.Value, *, for_writing: bool) -> None:
    """Emit a prefetch of the cache line at a pointer, or an address, into all caches."""
    byte = ir.IntType(8).as_pointer()
    is_address = isinstance(place.type, ir.IntType)
    line = e.builder.inttoptr(place, byte) if is_address else e.builder.bitcast(place, byte)
    flags = [ir.Constant(INT32, flag) for flag in (int(for_writing), 3, 1)]
    e.call("llvm.prefetch.p0", ir.VoidType(), line, *flags)


def emit_prefetch_of_vectors(e: Emitter, address: ir.Value, vectors: int) -> None:
    """Emit prefetches of the cache lines of some vectors, of which the first begins a line."""
    for start in range(0, vectors * WIDTH * 4, LINE):
        emit_prefetch(e, e.builder.add(address, e.integer(start)), for_writing=True)


def emit_prefetch_of_columns(
    e: Emitter, addresses: ir.Value, count: ir.Value, offset: ir.Value, vectors: int
) -> None:
    """Emit prefetches of some vectors, so many bytes after each address: each line of them once."""
    builder = e.builder

    def over(k: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        emit_prefetch_of_vectors(e, builder.add(builder.load(e.at(addresses, k)), offset), vectors)
        return []

    if WIDTH * 4 == LINE:
        e.loop(count, 1, [], over)
        return
    is_new = builder.icmp_signed("==", builder.and_(offset, e.integer(LINE - 1)), e.integer(0))
    e.loop(builder.select(is_new, count, e.integer(0)), 1, [], over)
