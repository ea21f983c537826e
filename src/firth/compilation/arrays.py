"""Aligned arrays for compiled code, with shapes stated once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.compilation.emitter import LINE

Item = TypeVar("Item", bound=np.generic)

# The shape and the type of each array, by its name.
Shapes = Mapping[str, tuple[tuple[int, ...], type[np.generic]]]


def zeros_of(shapes: Shapes) -> dict[str, NDArray[Any]]:
    """Return an array of zeros for each shape."""
    return {name: aligned_zeros(shape, kind) for name, (shape, kind) in shapes.items()}


def bytes_of(shapes: Shapes) -> int:
    """Return how many bytes `zeros_of` takes."""
    return sum(math.prod(shape) * np.dtype(kind).itemsize for shape, kind in shapes.values())


def aligned_zeros(shape: tuple[int, ...], kind: type[Item]) -> NDArray[Item]:
    """Return an array of zeros that starts at a cache line."""
    size = math.prod(shape) * np.dtype(kind).itemsize
    memory = np.zeros(size + LINE, np.uint8)
    first = -memory.ctypes.data % LINE
    return memory[first : first + size].view(kind).reshape(shape)


def read_only(array: NDArray[Item]) -> NDArray[Item]:
    """Return a read-only view.

    Compiled code is given token arrays only in this form, so that it is compiled once.
    """
    view = array.view()
    view.flags.writeable = False
    return view
