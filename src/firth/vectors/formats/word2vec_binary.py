r"""word2vec's binary format: after the header `V D\n`, each word, a space, D float32 numbers.

The numbers are little-endian. word2vec.c ends each vector with a newline, gensim does not; both
are read, and the newline is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from firth.errors import FormatError
from firth.io.atomic import atomic_write
from firth.vectors.formats.format import Format
from firth.vectors.formats.selection import Selection
from firth.vectors.formats.word2vec import (
    REPLACED,
    Header,
    Rows,
    after_header,
    check_room,
    encode_words,
    read_header,
)
from firth.vectors.table import Table

LITTLE_ENDIAN = np.dtype("<f4")
BLOCK_BYTES = 1 << 17
_WORDS_AT_ONCE = 1024
# A header can promise rows of any length, and a damaged file may have no space to end a word.
_LONGEST_READ = 1 << 26
_LONGEST_WORD = 1 << 22

# The number of a word, where in the file it begins, the word, its numbers.
_Entry = tuple[int, int, bytes, bytes]
_WORDS_PER_WRITE = 4096


def recognises(head: bytes) -> bool:
    """Tell whether a file starts with a header; text with a header must be ruled out before."""
    return after_header(head) is not None


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read words and vectors, at about the speed of copying them.

    Raises
    ------
    FormatError
        If the header is missing or promises another size than the file has, or a word is empty
        or not UTF-8.
    """
    header = read_header(file, path)
    if header is None:
        raise FormatError(f"{path}: line 1 should tell words and dimensions, as in '5000 100'")
    rows = selection.rows(header.words)
    if size is not None:
        shortest = len(b"a ") + header.dim * LITTLE_ENDIAN.itemsize
        room = size - file.tell()
        check_room(header, room, path, rows=rows, bytes_per_word=shortest)
    found = Rows(header.dim, 0 if size is None or selection.words is not None else rows)
    entries = _entries(_Window(file), header, rows, path)
    while block := list(islice(entries, _WORDS_AT_ONCE)):
        _add(found, block, path, selection)
    return found.table()


def _add(found: Rows, entries: list[_Entry], path: Path, selection: Selection) -> None:
    """Decode some words, and keep those that are selected."""
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
    """What was read of a file and not yet used: it moves forward only.

    Attributes
    ----------
    data : bytes
    place : int
        Where in `data` goes on what was not yet used.
    start : int
        Bytes of the file before `data`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.data = b""
        self.place = 0
        self.start = file.tell()

    def read_on(self, length: int) -> bool:
        """Drop what was used and read about so many bytes more; tell whether there were any."""
        block = self._file.read(min(max(length, BLOCK_BYTES), _LONGEST_READ))
        self.data = self.data[self.place :] + block
        self.start += self.place
        self.place = 0
        return bool(block)


def _entries(window: _Window, header: Header, rows: int, path: Path) -> Iterator[_Entry]:
    """Go through the first so many words of a file."""
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
    """Return where in the window the next word begins, and the space that ends it.

    The space is at -1 if the file ends before the word or its numbers do.
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
    """Write words and input vectors, as word2vec.c does.

    Raises
    ------
    FormatError
        If a word cannot be held.
    """
    words = encode_words(table.words, path)
    header = Header(*table.input_vectors.shape)
    with atomic_write(path) as aside, aside.open("wb") as file:
        file.write(header.line())
        for start in range(0, header.words, _WORDS_PER_WRITE):
            block = slice(start, start + _WORDS_PER_WRITE)
            rows = table.input_vectors[block].astype(LITTLE_ENDIAN, copy=False)
            pairs = zip(words[block], rows, strict=True)
            file.write(b"".join(b"%b %b\n" % (word, row.tobytes()) for word, row in pairs))


FORMAT = Format("word2vec binary", (".bin",), recognises, read, write)
