"""Arrays as compiled code wants them: aligned, and of one kind."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.compilation.emitter import LINE

Integer = TypeVar("Integer", np.int32, np.int64)


def aligned_zeros(rows: int, stride: int) -> NDArray[np.float32]:
    """Return a table of zeros that starts at a cache line."""
    spare = LINE // 4
    memory = np.zeros(rows * stride + spare, np.float32)
    first = -memory.ctypes.data % LINE // 4
    return memory[first : first + rows * stride].reshape(rows, stride)


def read_only(array: NDArray[Integer]) -> NDArray[Integer]:
    """Return a read-only view, whatever the array was: code is compiled for one kind."""
    view = array.view()
    view.flags.writeable = False
    return view
