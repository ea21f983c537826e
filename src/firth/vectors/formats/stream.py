"""Binary files that are read forwards, without taking more memory than they have bytes."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import CutShortError, FormatError, counted
from firth.io.mapping import is_worth_mapping, map_file
from firth.io.pieces import PIECE, read_pieces
from firth.vectors.blocks import row_blocks
from firth.vectors.formats.row_store import store_rows

_LONGEST_WORD = 1 << 22


class Stream:
    """A file from its start on.

    Each method takes what it reads in words, for the error if the file ends before.

    Parameters
    ----------
    file : binary file
    path : Path
        Its name for messages.
    size : int, optional
        Its size in bytes, if its bytes are those on the disk.

    Attributes
    ----------
    place : int
        How many bytes were read.
    """

    def __init__(self, file: BinaryIO, path: Path, size: int | None = None) -> None:
        self.path, self.place = path, 0
        self._size = size
        self._file, self._data, self._used = file, b"", 0

    def take(self, length: int, what: str) -> bytes:
        """Return so many bytes."""
        if len(self._data) - self._used < length:
            rest = self._data[self._used :]
            data = bytes(read_pieces(self._file, max(length, PIECE), rest))
            self._data, self._used = data, 0
            if len(data) < length:
                raise CutShortError(f"{self.path}: cut short in {what}")
        found = self._data[self._used : self._used + length]
        self._used += length
        self.place += length
        return found

    def flag(self, what: str) -> bool:
        """Return a byte that is 0 or 1."""
        (flag,) = self.take(1, what)
        if flag > 1:
            raise FormatError(f"{self.path}: damaged: {what} is {flag}")
        return bool(flag)

    def until_nul(self, what: str) -> bytes:
        """Return the bytes before the next NUL, and stop after it."""
        while (end := self._data.find(b"\0", self._used)) < 0:
            left = len(self._data) - self._used
            if left > _LONGEST_WORD:
                raise FormatError(f"{self.path}: damaged: {what} does not end")
            block = self._file.read(PIECE)
            if not block:
                raise CutShortError(f"{self.path}: cut short in {what}")
            self._data, self._used = self._data[self._used :] + block, 0
        return self.take(end + 1 - self._used, what)[:-1]

    def table(
        self, rows: int, columns: int, what: str, folder: Path | None = None
    ) -> NDArray[np.float32]:
        """Return a table of little-endian float32.

        With a `folder`, a large table is not in memory: it is mapped where it lies, or else copied
        to a temporary file there.
        """
        length = 4 * rows * columns
        if folder is not None and length and is_worth_mapping(length):
            # Arrays that begin between two numbers are slow, or are copied by whoever uses them.
            if self._size is not None and self.place % 4 == 0:
                return self._mapped(rows, columns, what)
            return self._copied(rows, columns, what, folder)
        return self._read(rows, columns, what)

    def _mapped(self, rows: int, columns: int, what: str) -> NDArray[np.float32]:
        begin, end = self.place, self.place + 4 * rows * columns
        if self._size is None or end > self._size:
            raise self._cut_short(rows, columns, what)
        numbers = map_file(self._file, "<f4", begin, (rows, columns))
        self._file.seek(end)
        self._data, self._used, self.place = b"", 0, end
        return numbers.astype(np.float32, copy=False)

    def _copied(self, rows: int, columns: int, what: str, folder: Path) -> NDArray[np.float32]:
        parts = row_blocks(rows, columns)
        read = (self._read(part.stop - part.start, columns, what) for part in parts)
        return store_rows(read, folder)

    def _read(self, rows: int, columns: int, what: str) -> NDArray[np.float32]:
        length = 4 * rows * columns
        data = read_pieces(self._file, length, self._data[self._used : self._used + length])
        self._used = min(self._used + length, len(self._data))
        self.place += length
        if len(data) < length:
            raise self._cut_short(rows, columns, what)
        numbers = np.frombuffer(data, "<f4").astype(np.float32, copy=False)
        return numbers.reshape(rows, columns)

    def _cut_short(self, rows: int, columns: int, what: str) -> FormatError:
        return CutShortError(
            f"{self.path}: cut short in {what}: it has no room for {counted(rows, 'row')} of "
            f"{counted(columns, 'number')}"
        )

    def is_at_end(self) -> bool:
        """Return whether there is no more."""
        if self._used == len(self._data):
            self._data, self._used = self._file.read(PIECE), 0
        return not self._data

    def check_end(self) -> None:
        """Raise if there is more."""
        if not self.is_at_end():
            raise FormatError(f"{self.path}: damaged: more follows at byte {self.place:,}")
