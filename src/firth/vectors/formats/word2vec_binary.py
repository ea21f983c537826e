r"""word2vec's binary format: after the header `V D\n`, each word, a space, D float32 numbers.

The numbers are little-endian. word2vec.c ends each vector with a newline, gensim does not; both
are read, and the newline is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.vectors.formats.selection import Selection
from firth.vectors.formats.word2vec import (
    REPLACED,
    Header,
    Rows,
    after_header,
    make_rows,
    read_header,
    write_rows,
)
from firth.vectors.table import Table

LITTLE_ENDIAN = np.dtype("<f4")
BLOCK_BYTES = 1 << 17
_WORDS_AT_ONCE = 1024
# A damaged file can have a header with any number, or no space after a word.
_LONGEST_READ = 1 << 26
_LONGEST_WORD = 1 << 22

# The number of a word, its offset in the file, the word, its vector.
_Entry = tuple[int, int, bytes, bytes]


def recognises(head: bytes) -> bool:
    """Return whether a file starts with a header; the caller has ruled out text with a header."""
    return after_header(head) is not None


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read words and vectors, at about the speed of copying them.

    Raises
    ------
    FormatError
        If the header is missing or does not match the size of the file, or a word is empty or not
        UTF-8.
    """
    header = read_header(file, path)
    if header is None:
        raise FormatError(f"{path}: line 1 must be words and dimensions, such as '5000 100'")
    shortest = len(b"a ") + header.dim * LITTLE_ENDIAN.itemsize
    left = None if size is None else size - file.tell()
    found = make_rows(header, left, path, selection, bytes_per_word=shortest)
    entries = _entries(_Window(file), header, selection.rows(header.words), path)
    while block := list(islice(entries, _WORDS_AT_ONCE)):
        _add(found, block, path, selection)
    return found.table()


def _add(found: Rows, entries: list[_Entry], path: Path, selection: Selection) -> None:
    """Decode words, and keep the selected ones."""
    words, numbers = [], []
    for number, place, encoded, row in entries:
        if selection.words is not None and not selection.takes(encoded.decode(errors="replace")):
            continue
        try:
            words.append(encoded.decode("utf-8", selection.encoding_errors))
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{path}: word number {number} is not UTF-8 at byte {place + error.start} of the "
                f"file; {REPLACED}"
            ) from error
        numbers.append(row)
    if words:
        found.add(words, np.frombuffer(b"".join(numbers), LITTLE_ENDIAN).reshape(len(words), -1))


class _Window:
    """The part of a file in memory; it only moves forward.

    `data` begins at the offset `start` of the file, and its unused part at `place`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.data = b""
        self.place = 0
        self.start = file.tell()

    def read_on(self, length: int) -> bool:
        """Drop the used part and read about `length` more bytes; tell whether there were any."""
        block = self._file.read(min(max(length, BLOCK_BYTES), _LONGEST_READ))
        self.data = self.data[self.place :] + block
        self.start += self.place
        self.place = 0
        return bool(block)


def _entries(window: _Window, header: Header, rows: int, path: Path) -> Iterator[_Entry]:
    """Iterate over the first `rows` words of a file."""
    width = header.dim * LITTLE_ENDIAN.itemsize
    for number in range(1, rows + 1):
        begin, space = _find_word(window, width)
        place = window.start + begin
        if space < 0:
            raise FormatError(
                f"{path}: cut short in word number {number} of {header.words} (byte {place})"
            )
        if space == begin:
            raise FormatError(f"{path}: word number {number} is empty (byte {place})")
        window.place = space + 1 + width
        data = window.data
        yield number, place, data[begin:space], data[space + 1 : window.place]
    if rows < header.words:
        return
    window.read_on(BLOCK_BYTES)
    if window.data not in (b"", b"\n"):
        raise FormatError(
            f"{path}: the header (line 1) promises {header.words} words, but more follows them "
            f"(byte {window.start})"
        )


def _find_word(window: _Window, width: int) -> tuple[int, int]:
    """Return where in the window the next word begins, and where the space after it is.

    The second is -1 if the file ends within the word or its vector.
    """
    while True:
        data, place = window.data, window.place
        begin = place + (data[place : place + 1] == b"\n")
        space = data.find(b" ", begin)
        if space >= 0 and space + 1 + width <= len(data):
            return begin, space
        if (space < 0 and len(data) - begin > _LONGEST_WORD) or not window.read_on(width):
            begin = window.data[window.place : window.place + 1] == b"\n"
            return window.place + begin, -1


def write(table: Table, path: Path) -> None:
    """Write words and input vectors, as word2vec.c does."""
    write_rows(table, path, _encode)


def _encode(words: Sequence[bytes], rows: NDArray[np.float32]) -> bytes:
    pairs = zip(words, rows.astype(LITTLE_ENDIAN, copy=False), strict=True)
    return b"".join(b"%b %b\n" % (word, row.tobytes()) for word, row in pairs)
