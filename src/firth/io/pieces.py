"""Reading as many bytes as a file promises, which a damaged file may not have."""

from __future__ import annotations

from typing import Protocol

PIECE = 1 << 16


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_pieces(file: _Readable, size: int, start: bytes = b"") -> bytearray:
    """Return so many bytes, beginning with `start`, or fewer if the file ends before.

    What is not there takes no memory: pieces grow with what was read.

    Examples
    --------
    >>> import io
    >>> read_pieces(io.BytesIO(b"tea"), 1 << 60)
    bytearray(b'tea')
    """
    data = bytearray(start[:size])
    while len(data) < size:
        piece = file.read(min(size - len(data), max(PIECE, len(data) // 8)))
        if not piece:
            break
        data += piece
    return data
