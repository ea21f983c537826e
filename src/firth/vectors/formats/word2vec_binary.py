r"""word2vec's binary format: after the header `V D\n`, each word, a space, D float32 numbers.

The numbers are little-endian. word2vec.c ends each vector with a newline, gensim does not; both
are read, and the newline is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from operator import eq
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn

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

_NEWLINE = ord("\n")
LITTLE_ENDIAN = np.dtype("<f4")
BLOCK_BYTES = 1 << 17
# A damaged file can have a header with any number, or no space after a word.
_LONGEST_READ = 1 << 26
_LONGEST_WORD = 1 << 22


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
    for block in _blocks(_Window(file), header, selection.rows(header.words), path):
        _add(found, block, path, selection)
    return found.table()


def _add(found: Rows, block: _Block, path: Path, selection: Selection) -> None:
    """Decode words, and keep the selected ones."""
    if selection.words is not None:
        kept = [selection.takes(word.decode(errors="replace")) for word in block.words()]
        begins, spaces = (list(compress(places, kept)) for places in (block.begins, block.spaces))
        if not spaces:
            return
        block = block._replace(begins=begins, spaces=spaces)
    try:
        words = [word.decode("utf-8", selection.encoding_errors) for word in block.words()]
    except UnicodeDecodeError:
        _raise_undecodable(block, path)
    data = block.data
    width = found.dim * LITTLE_ENDIAN.itemsize
    # Each item is a row that begins at that byte; those that begin after a space are copied.
    rows = np.ndarray(len(data) - width + 1, f"V{width}", data, strides=(1,))
    found.add(words, rows[np.array(block.spaces) + 1].view(LITTLE_ENDIAN).reshape(-1, found.dim))


class _Window:
    """The part of a file in memory; it only moves forward.

    `data` begins at the offset `start` of the file, and its unused part at `place`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.data = b""
        self.place = 0
        self.start = file.tell()

    @property
    def word_begin(self) -> int:
        """Where the next word begins in `data`."""
        return self.place + self.data.startswith(b"\n", self.place)

    def read_on(self, length: int) -> bool:
        """Drop the used part and read about `length` more bytes; tell whether there were any."""
        block = self._file.read(min(max(length, BLOCK_BYTES), _LONGEST_READ))
        self.data = self.data[self.place :] + block
        self.start += self.place
        self.place = 0
        return bool(block)


class _Block(NamedTuple):
    """Some words of a file.

    `data` begins at the offset `start` of the file. The words begin at `begins` in it, and end at
    `spaces`. The first has the number `first`.
    """

    data: bytes
    start: int
    first: int
    begins: list[int]
    spaces: list[int]

    def words(self) -> list[bytes]:
        """Return the words."""
        data = self.data
        return [data[begin:end] for begin, end in zip(self.begins, self.spaces, strict=True)]


def _blocks(window: _Window, header: Header, rows: int, path: Path) -> Iterator[_Block]:
    """Iterate over the first `rows` words of a file, many at a time."""
    width = header.dim * LITTLE_ENDIAN.itemsize
    number = 1
    while number <= rows:
        data = window.data
        begins, spaces = _scan(data, window.place, width, rows + 1 - number)
        if spaces:
            block = _Block(data, window.start, number, begins, spaces)
            _check_not_empty(block, path)
            yield block
            number += len(spaces)
            window.place = spaces[-1] + 1 + width
            continue
        begin = window.word_begin
        is_too_long = len(data) - begin > _LONGEST_WORD and data.find(b" ", begin) < 0
        if is_too_long or not window.read_on(width):
            place = window.start + window.word_begin
            raise FormatError(
                f"{path}: cut short in word number {number} of {header.words} (byte {place})"
            )
    if rows < header.words:
        return
    window.read_on(BLOCK_BYTES)
    if window.data not in (b"", b"\n"):
        raise FormatError(
            f"{path}: the header (line 1) promises {header.words} words, but more follows them "
            f"(byte {window.start})"
        )


def _scan(data: bytes, place: int, width: int, most: int) -> tuple[list[int], list[int]]:
    """Return where the words begin and end that are whole in `data` from `place` on."""
    begins: list[int] = []
    spaces: list[int] = []
    last = len(data) - width
    find = data.find
    for _ in range(most):
        if place >= last:
            break
        begin = place + (data[place] == _NEWLINE)
        space = find(b" ", begin, last)
        if space < 0:
            break
        begins.append(begin)
        spaces.append(space)
        place = space + 1 + width
    return begins, spaces


def _check_not_empty(block: _Block, path: Path) -> None:
    if any(map(eq, block.begins, block.spaces)):
        order = list(map(eq, block.begins, block.spaces)).index(True)
        place = block.start + block.begins[order]
        raise FormatError(f"{path}: word number {block.first + order} is empty (byte {place})")


def _raise_undecodable(block: _Block, path: Path) -> NoReturn:
    """Raise for the first word of a block that is not UTF-8."""
    for order, (begin, word) in enumerate(zip(block.begins, block.words(), strict=True)):
        try:
            word.decode()
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{path}: word number {block.first + order} is not UTF-8 at byte "
                f"{block.start + begin + error.start} of the file; {REPLACED}"
            ) from error
    raise AssertionError("all words are UTF-8")


def write(table: Table, path: Path) -> None:
    """Write words and input vectors, as word2vec.c does."""
    write_rows(table, path, _encode)


def _encode(words: Sequence[bytes], rows: NDArray[np.float32]) -> bytes:
    pairs = zip(words, rows.astype(LITTLE_ENDIAN, copy=False), strict=True)
    return b"".join(b"%b %b\n" % (word, row.tobytes()) for word, row in pairs)
