"""Tiles: the targets of a window, as many at a time as the registers of the processor can serve."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from llvmlite import ir

from firth.compilation.emitter import REGISTERS, Emitter

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


def tile_numbered(e: Emitter, number: ir.Value, targets: ir.Value) -> Tile:
    """Return a tile of so many targets."""
    return _tile_after(e, e.builder.mul(number, e.integer(TILE)), number, targets)


def _tile_after(e: Emitter, done: ir.Value, number: ir.Value, targets: ir.Value) -> Tile:
    return Tile(number, done, e.least(e.integer(TILE), e.builder.sub(targets, done)))


def loop_over_tiles(e: Emitter, targets: ir.Value, body: Callable[[Tile], None]) -> None:
    """Emit `body` for each tile of so many targets."""

    def over(done: ir.Value, _: list[ir.Value]) -> list[ir.Value]:
        body(_tile_after(e, done, e.builder.udiv(done, e.integer(TILE)), targets))
        return []

    e.loop(targets, TILE, [], over)
