"""Arrays that lie in files: what is not asked for is not read, and needs no memory."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike, NDArray

# Smaller arrays are read at once, which is simpler for whoever changes or removes the file.
LEAST_BYTES = 1 << 26


def is_worth_mapping(size: int) -> bool:
    """Return whether an array of `size` bytes is mapped; Windows would lock the file."""
    return size >= LEAST_BYTES and os.name != "nt"


def map_file(
    file: Path | BinaryIO, dtype: DTypeLike, offset: int, shape: tuple[int, ...]
) -> NDArray[Any]:
    """Map a part of a file as a read-only array.

    A file that is replaced by renaming stays as it was for those who have it mapped.
    """
    return np.asarray(np.memmap(file, dtype=dtype, mode="r", offset=offset, shape=shape))


def drop_pages(array: NDArray[Any]) -> None:
    """Let go of what was read of a mapped array or a part of one; it is read again when needed.

    Arrays in memory are left as they are, and so are mapped ones that may have been changed.
    """
    base: object = array
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap) and base.mode != "r":
            return
        is_ours, base = isinstance(base, np.memmap), base.base
        if is_ours and isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            first, stop = _pages_of(array, base)
            if stop > first:
                base.madvise(mmap.MADV_DONTNEED, first, stop - first)


def _pages_of(array: NDArray[Any], mapping: mmap.mmap) -> tuple[int, int]:
    """Return where the pages of a mapping begin and end that hold nothing but an array."""
    if not array.flags.c_contiguous:
        return 0, len(mapping)
    begin = array.ctypes.data - np.frombuffer(mapping, np.uint8).ctypes.data
    first = -(-begin // mmap.PAGESIZE) * mmap.PAGESIZE
    return first, (begin + array.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
