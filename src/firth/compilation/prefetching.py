"""Asking the processor for memory before it is read or written, so that nothing waits for it.

Each primitive is a Python function that does nothing, as results do not depend on it, and one that
emits what is compiled in its place. Places beyond the end of an array may be asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from firth.compilation.emitter import INT32, LINE, Emitter, emitted_for


def prefetch_rows(
    table: NDArray[np.float32],
    rows: NDArray[np.int64],
    first: int,
    count: int,
    column: int,
    columns: int,
) -> None:
    """Ask for some columns of `count` rows, listed from `first`, to be brought into the cache.

    Columns beyond the end of the rows are left out.
    """


@emitted_for(prefetch_rows)
def _emit_prefetch_of_rows(e, table, rows, first, count, column, columns):
    columns = e.least(columns, e.builder.sub(table.stride, column))

    def over(k: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        row = e.builder.load(e.at(rows.data, first, k))
        _ask_for_items(e, e.at(table.data, column, row), columns, table.item_bytes)
        return []

    e.loop(count, 1, [], over)


def prefetch_item(items: NDArray[Any], place: int | np.int64) -> None:
    """Ask for an element of an array to be brought into the cache, for reading."""


@emitted_for(prefetch_item)
def _emit_prefetch_of_one(e, items, place):
    _ask_for(e, e.at(items.data, place), for_writing=False)


def _ask_for_items(e: Emitter, first: ir.Value, count: ir.Value, item_bytes: int) -> None:
    def along(index: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        _ask_for(e, e.at(first, index), for_writing=True)
        return []

    e.loop(count, LINE // item_bytes, [], along)


def _ask_for(e: Emitter, place: ir.Value, *, for_writing: bool) -> None:
    """Emit a prefetch of the cache line at `place` into all caches."""
    line = e.builder.bitcast(place, ir.IntType(8).as_pointer())
    flags = [ir.Constant(INT32, flag) for flag in (int(for_writing), 3, 1)]
    e.call("llvm.prefetch.p0", ir.VoidType(), line, *flags)
