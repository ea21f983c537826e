"""Rows of float32 in a file, mapped or read block by block.

V rows · D columns
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.io.mapping import map_file

# 1 MiB: what is computed of a block finds it in the processor's cache.
_BLOCK_BYTES = 1 << 20


class RowFile(NamedTuple):
    """V rows of D numbers, float32 little-endian, one after another from byte `offset` of a file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "rows")
    ...     _ = path.write_bytes(b"head" + np.arange(6, dtype="<f4").tobytes())
    ...     rows = RowFile(path, offset=4, shape=(3, 2))
    ...     [block.tolist() for _, block in rows.blocks(slice(1, 3))], rows.map()[0].tolist()
    ([[[2.0, 3.0], [4.0, 5.0]]], [0.0, 1.0])
    """

    path: Path
    offset: int
    shape: tuple[int, int]

    def map(self) -> NDArray[np.float32]:
        """Map the rows (V, D): those that are asked for are read."""
        return map_file(self.path, "<f4", self.offset, self.shape)

    def blocks(self, rows: slice) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Read some rows, block by block; each stands where the one before it stood.

        Reading many rows so is faster than mapping them, and needs less memory.

        Raises
        ------
        OSError
            If the file cannot be read.
        EOFError
            If it ends before the last row.
        """
        step = max(1, _BLOCK_BYTES // (4 * max(1, self.shape[1])))
        buffer = np.empty((min(step, rows.stop - rows.start), self.shape[1]), "<f4")
        with self.path.open("rb", buffering=0) as file:
            file.seek(self.offset + 4 * self.shape[1] * rows.start)
            for start in range(rows.start, rows.stop, step):
                block = slice(start, min(start + step, rows.stop))
                part = buffer[: block.stop - block.start]
                if file.readinto(part.reshape(-1).view(np.uint8).data) != part.nbytes:
                    raise EOFError(f"{self.path} ends before row {block.stop:,}")
                yield block, part
