"""Tiles: the targets of a window, as many at a time as the registers of the processor can serve."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from llvmlite import ir

from firth.compilation.emitter import INT64, REGISTERS, Emitter, call_own

# The update holds a row and its change for each target, an input, its sum and a gradient.
TILE = 6 if REGISTERS == 16 else 8
# Numbers that the targets of a tile take in a row of gradients, the last ones empty.
LANES = 8


class Tile(NamedTuple):
    """Up to TILE of the targets of a window."""

    number: ir.Value
    done: ir.Value  # targets of the tiles before
    count: ir.Value


def tiles_of(targets: int) -> int:
    """Return how many tiles so many targets need; compiled code has this written out."""
    return -(-targets // TILE)


def loop_over_tiles(e: Emitter, targets: ir.Value, body: Callable[[Tile], None]) -> None:
    """Emit `body` for each tile of so many targets."""

    def over(done: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        count = e.least(e.integer(TILE), e.builder.sub(targets, done))
        body(Tile(e.builder.udiv(done, e.integer(TILE)), done, count))
        return []

    e.loop(targets, TILE, [], over)


class TileLoop(Protocol):
    """Emits a loop over a tile of so many targets."""

    def __call__(self, e: Emitter, arguments: Sequence[ir.Value], targets: int) -> None:
        """Emit the loop."""


def call_tile(
    builder: ir.IRBuilder,
    name: str,
    count: ir.Value,
    arguments: Sequence[ir.Value],
    emit: TileLoop,
) -> None:
    """Call the variant of `name` that is made for `count` targets, 1 to TILE."""
    done = builder.append_basic_block("done")
    choice = builder.switch(count, done)
    for targets in range(1, TILE + 1):
        case = builder.append_basic_block(f"{name}_{targets}")
        choice.add_case(ir.Constant(INT64, targets), case)
        builder.position_at_end(case)
        call_own(builder, f"{name}_{targets}", arguments, functools.partial(emit, targets=targets))
        builder.branch(done)
    builder.position_at_end(done)
