r"""word2vec's binary format: after the header `V D\n`, each word, a space, D float32 numbers.

The numbers are little-endian. word2vec.c ends each vector with a newline, gensim does not; both
are read, and the newline is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from firth.errors import CutShortError, FormatError, counted
from firth.vectors.formats.row_store import LITTLE_ENDIAN
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

READS_BY_ROWS = True
_SPACE = ord(" ")
# The least that is read at once, twice as much each time: little memory for a short file, and for a
# long one blocks that stay in the processor's cache until their rows are copied.
_FIRST_BYTES, BLOCK_BYTES = 1 << 15, 1 << 21
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
    blocks = _blocks(_Window(file), header, selection.rows(header.words), path)
    chosen = (_selected(block, path, selection) for block in blocks)
    decoded = ((block, _decoded(block, path, selection.encoding_errors)) for block in chosen)
    if selection.choose is None:
        _copy_apart(decoded, found)
    else:
        # A choice is Python: a second thread would wait for its lock, and hand it back and forth.
        for block, words in decoded:
            _copy(block, words, found)
    return found.table()


class _Block(NamedTuple):
    """Some words of a file, as they stand in `data`, which begins at the offset `start` of it.

    `text` holds the words, each with the space after it, and before it the newline, if there is
    one. In `data`, they end at `spaces`. Their numbers in the file count from 1.
    """

    data: bytearray
    start: int
    numbers: NDArray[np.int64]
    text: bytes
    spaces: NDArray[np.int64]

    def texts(self) -> list[bytes]:
        """Return the words, with the newlines before them."""
        return self.text.split(b" ")[:-1]

    def words(self) -> list[bytes]:
        """Return the words alone."""
        return [text.removeprefix(b"\n") for text in self.texts()]

    def begins(self) -> NDArray[np.int64]:
        """Return the offsets of the words in the file."""
        lengths = np.array([len(word) for word in self.words()], np.int64)
        return self.start + self.spaces - lengths


def _selected(block: _Block, path: Path, selection: Selection) -> _Block:
    """Return the selected words of a block."""
    if selection.words is None:
        return block
    # Other words are not checked.
    words = _decoded(block, path, "replace")
    kept, texts = selection.places(words), block.texts()
    return block._replace(
        numbers=block.numbers[kept],
        text=b"".join(texts[order] + b" " for order in kept),
        spaces=block.spaces[kept],
    )


def _decoded(block: _Block, path: Path, encoding_errors: str) -> list[str]:
    """Return the words of a block, decoded all at once: no word contains a space."""
    try:
        text = block.text.decode("utf-8", encoding_errors)
    except UnicodeDecodeError:
        _raise_undecodable(block, path)
    return text.removeprefix("\n").replace(" \n", " ").split(" ")[:-1]


def _copy_apart(decoded: Iterable[tuple[_Block, list[str]]], found: Rows) -> None:
    """Add the words and rows of blocks in another thread, while the next words are found."""
    copied: Future[None] | None = None
    with ThreadPoolExecutor(max_workers=1) as other:
        for block, words in decoded:
            # The window has the buffer of the block before again, once that is copied.
            if copied is not None:
                copied.result()
            copied = other.submit(_copy, block, words, found)
        if copied is not None:
            copied.result()


def _copy(block: _Block, words: list[str], found: Rows) -> None:
    """Add the words and rows of a block."""
    width = found.dim * LITTLE_ENDIAN.itemsize
    # Each item is a row that begins at that byte; those that begin after a space are copied.
    rows = np.ndarray(len(block.data) - width + 1, f"V{width}", block.data, strides=(1,))
    found.add(words, rows[block.spaces + 1].view(LITTLE_ENDIAN).reshape(-1, found.dim))


class _Window:
    """The part of a file in memory; it only moves forward.

    `data` begins at the offset `start` of the file. Its bytes from `place` to `stop` are not used
    yet. `spare` is a buffer that is no longer needed, if there is one.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.data = bytearray()
        self.place = self.stop = 0
        self.start = file.tell()
        self.spare: bytearray | None = None
        self._least = _FIRST_BYTES

    @property
    def word_begin(self) -> int:
        """Where the next word begins in `data`."""
        return self.place + self.data.startswith(b"\n", self.place, self.stop)

    def rest(self) -> memoryview:
        """Return what is not used yet."""
        return memoryview(self.data)[self.place : self.stop]

    def read_on(self, length: int) -> bool:
        """Drop the used part and read `length` bytes or a block; tell whether there were any."""
        rest = self.rest()
        size = len(rest) + min(max(length, self._least), _LONGEST_READ)
        self._least = min(2 * self._least, BLOCK_BYTES)
        buffer, self.spare = self.spare, None
        if buffer is None or len(buffer) < size:
            buffer = bytearray(size)
        buffer[: len(rest)] = rest
        # A BufferedReader returns less only at the end of the file.
        read = self._file.readinto(memoryview(buffer)[len(rest) : size])  # type: ignore[attr-defined]
        self.start += self.place
        self.data, self.place, self.stop = buffer, 0, len(rest) + read
        return bool(read)


def _blocks(window: _Window, header: Header, rows: int, path: Path) -> Iterator[_Block]:
    """Iterate over the first `rows` words of a file, many at a time.

    The data of a block are overwritten when the next but one is asked for.
    """
    width = header.dim * LITTLE_ENDIAN.itemsize
    number, before = 1, None
    while number <= rows:
        text = b"".join(_scan(window, width)[: rows + 1 - number])
        if text:
            ends = np.flatnonzero(np.frombuffer(text, np.uint8) == _SPACE)
            spaces = window.place + ends + width * np.arange(len(ends))
            numbers = np.arange(number, number + len(ends))
            block = _Block(window.data, window.start, numbers, text, spaces)
            if np.diff(ends, prepend=-1).min() <= len("\n "):
                _check_not_empty(block, path)
            yield block
            window.spare, before = before, window.data
            number += len(ends)
            window.place = int(spaces[-1]) + 1 + width
            continue
        begin = window.word_begin
        is_too_long = (
            window.stop - begin > _LONGEST_WORD and window.data.find(b" ", begin, window.stop) < 0
        )
        if is_too_long or not window.read_on(width):
            place = window.start + window.word_begin
            raise CutShortError(
                f"{path}: cut short in word number {number} of {header.words} (byte {place})"
            )
    if rows < header.words:
        return
    window.read_on(2)
    if bytes(window.rest()) not in (b"", b"\n"):
        raise FormatError(
            f"{path}: the header (line 1) promises {counted(header.words, 'word')}, but more "
            f"follows (byte {window.start})"
        )


def _scan(window: _Window, width: int) -> list[bytes]:
    """Return the words that are whole in the window, as `_Block` describes them."""
    if window.stop - window.place <= width:
        return []
    # The rest matches too, with an empty group: else each of its bytes would be tried as a word.
    pattern = re.compile(rb"(?s)(\n?+[^ ]*+ ).{%d}|.+" % width)
    texts: list[bytes] = pattern.findall(window.data, window.place, window.stop)
    return texts if texts[-1] else texts[:-1]


def _check_not_empty(block: _Block, path: Path) -> None:
    words = block.words()
    if b"" in words:
        order = words.index(b"")
        place = block.begins()[order]
        raise FormatError(f"{path}: word number {block.numbers[order]} is empty (byte {place})")


def _raise_undecodable(block: _Block, path: Path) -> NoReturn:
    """Raise for the first word of a block that is not UTF-8."""
    for number, begin, word in zip(block.numbers, block.begins(), block.words(), strict=True):
        try:
            word.decode()
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{path}: word number {number} is not UTF-8 at byte {begin + error.start} of the "
                f"file; {REPLACED}"
            ) from error
    raise AssertionError("all words are UTF-8")


def write(table: Table, path: Path) -> None:
    """Write words and input vectors, as word2vec.c does."""
    write_rows(table, path, encode)


def encode(words: Sequence[bytes], rows: NDArray[np.float32]) -> bytes:
    """Return each word and its vector."""
    pairs = zip(words, rows.astype(LITTLE_ENDIAN, copy=False), strict=True)
    return b"".join(b"%b %b\n" % (word, row.tobytes()) for word, row in pairs)
