"""Rows that are added block by block while a file is read: in memory, or in a temporary file."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import FirthError, counted, reraise

LITTLE_ENDIAN = np.dtype("<f4")


def store_rows(
    blocks: Iterable[NDArray[np.floating | np.int8]], folder: Path | None, room: int = 0
) -> NDArray[np.float32]:
    """Return the rows of blocks, one after another, as a `RowStore` keeps them."""
    store = RowStore(folder, room)
    for block in blocks:
        store.add(block)
    return store.matrix()


class RowStore:
    """A matrix that grows.

    Parameters
    ----------
    folder : Path, optional
        Where to keep the rows in a temporary file, which is mapped at the end. By default they are
        kept in memory.
    room : int
        Rows that are expected, for which memory is taken at first.
    """

    def __init__(self, folder: Path | None = None, room: int = 0) -> None:
        self._folder, self._room, self._rows, self._dim = folder, room, 0, 0
        self._matrix = np.empty((0, 0), np.float32)
        # The system removes it when it is neither open nor mapped.
        self._file = None if folder is None else tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        if self._file is not None:
            # A damaged file ends the reading.
            weakref.finalize(self, self._file.close)

    def add(self, block: NDArray[np.floating | np.int8]) -> None:
        """Add rows (n, D), as float32; what exceeds it becomes infinite.

        Raises
        ------
        ValueError
            If they are not as long as the others.
        """
        if not len(block):
            return
        if self._rows and block.shape[1] != self._dim:
            raise ValueError(
                f"vectors have {counted(self._dim, 'number')}, and others {block.shape[1]:,}"
            )
        start, self._rows, self._dim = self._rows, self._rows + len(block), block.shape[1]
        if self._file is not None:
            with np.errstate(over="ignore"), reraise(FirthError, f"write to {self._folder}"):
                self._file.write(np.ascontiguousarray(block, LITTLE_ENDIAN).data)
            return
        if self._rows > len(self._matrix):
            self._resize(max(self._rows + (self._rows // 8 if start else 0), self._room))
        with np.errstate(over="ignore"):
            self._matrix[start : self._rows] = block

    def matrix(self) -> NDArray[np.float32]:
        """Return everything that was added, (V, D)."""
        # What has no bytes cannot be mapped.
        if self._file is None or not self._rows * self._dim:
            self._resize(self._rows)
            return self._matrix
        # What the buffer holds may be what the disk has no room for.
        with reraise(FirthError, f"write to {self._folder}"):
            self._file.flush()
        shape = (self._rows, self._dim)
        mapped: NDArray[Any] = np.memmap(self._file, LITTLE_ENDIAN, "r", shape=shape)
        self._file.close()
        return np.asarray(mapped)

    def _resize(self, rows: int) -> None:
        if self._matrix.shape[1] == self._dim:
            self._matrix.resize((rows, self._dim), refcheck=False)
        else:
            self._matrix = np.empty((rows, self._dim), np.float32)
