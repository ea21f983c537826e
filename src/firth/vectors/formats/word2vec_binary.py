r"""word2vec's binary format: after the header `V D\n`, each word, a space, D float32 numbers.

The numbers are little-endian. word2vec.c ends each vector with a newline, gensim does not; both
are read, and the newline is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from firth.errors import FormatError
from firth.files import write_aside
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


class _Entry(NamedTuple):
    """A word and its numbers, as they stand in the file."""

    number: int
    place: int
    word: bytes
    numbers: bytes


def _add(found: Rows, entries: list[_Entry], path: Path, selection: Selection) -> None:
    """Decode some words, and keep those that are selected."""
    words, numbers = [], []
    for entry in entries:
        if selection.words is not None and not selection.takes(entry.word.decode(errors="replace")):
            continue
        try:
            words.append(entry.word.decode("utf-8", selection.encoding_errors))
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{path}: word number {entry.number} is not UTF-8 at byte "
                f"{entry.place + error.start} of the file; {REPLACED}"
            ) from error
        numbers.append(entry.numbers)
    if words:
        found.add(words, np.frombuffer(b"".join(numbers), LITTLE_ENDIAN).reshape(len(words), -1))


class _Window:
    """What was read of a file and not yet used: it moves forward only.

    Attributes
    ----------
    data : bytes
    place : int
        Where in `data` goes on what was not yet used.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.data = b""
        self.place = 0
        self._start = file.tell()

    @property
    def place_in_file(self) -> int:
        """Bytes of the file before `place`."""
        return self._start + self.place

    def holds(self, length: int) -> bool:
        """Read on until so many bytes are there; tell whether there are."""
        while len(self.data) - self.place < length:
            wanted = min(max(length, BLOCK_BYTES), _LONGEST_READ)
            block = self._file.read(wanted)
            self.data = self.data[self.place :] + block
            self._start += self.place
            self.place = 0
            if not block:
                return False
        return True

    def take(self, length: int) -> bytes:
        """Return so many bytes, which are there, and go on behind them."""
        taken = self.data[self.place : self.place + length]
        self.place += length
        return taken

    def length_of_word(self) -> int:
        """Return the bytes before the next space, or -1 if there is none."""
        while (end := self.data.find(b" ", self.place)) < 0:
            length = len(self.data) - self.place
            if length > _LONGEST_WORD or not self.holds(length + 1):
                return -1
        return end - self.place


def _entries(window: _Window, header: Header, rows: int, path: Path) -> Iterator[_Entry]:
    """Go through the first so many words of a file."""
    width = header.dim * LITTLE_ENDIAN.itemsize
    for number in range(1, rows + 1):
        if window.holds(1) and window.data[window.place] == ord("\n"):
            window.place += 1
        place, length = window.place_in_file, window.length_of_word()
        if length < 0 or not window.holds(length + 1 + width):
            raise FormatError(
                f"{path}: cut short in word number {number} of {header.words} (byte {place})"
            )
        if length == 0:
            raise FormatError(f"{path}: word number {number} is empty (byte {place})")
        word = window.take(length + 1)[:-1]
        yield _Entry(number, place, word, window.take(width))
    window.holds(2)
    if rows == header.words and window.data[window.place :] not in (b"", b"\n"):
        raise FormatError(
            f"{path}: the header (line 1) promises {header.words} words, but more follows them "
            f"(byte {window.place_in_file})"
        )


def write(table: Table, path: Path) -> None:
    """Write words and input vectors, as word2vec.c does.

    Raises
    ------
    FormatError
        If a word cannot be held.
    """
    words = encode_words(table.words, path)
    header = Header(*table.input_vectors.shape)
    with write_aside(path) as aside, aside.open("wb") as file:
        file.write(header.line())
        for start in range(0, header.words, _WORDS_PER_WRITE):
            block = slice(start, start + _WORDS_PER_WRITE)
            rows = table.input_vectors[block].astype(LITTLE_ENDIAN, copy=False)
            pairs = zip(words[block], rows, strict=True)
            file.write(b"".join(b"%b %b\n" % (word, row.tobytes()) for word, row in pairs))


FORMAT = Format("word2vec binary", (".bin",), recognises, read, write)
