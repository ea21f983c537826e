"""Words and rows of word2vec's binary format, found in its bytes block by block.

n words of a block · D dimensions
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.vectors.formats.row_store import LITTLE_ENDIAN
from firth.vectors.text_words import TextWords

SPACE, _NEWLINE = b" \n"
# The least that is read at once, twice as much each time: little memory for a short file, and for a
# long one blocks that stay in the processor's cache until their rows are copied.
_FIRST_BYTES, BLOCK_BYTES = 1 << 15, 1 << 21
# A damaged file can have a header with any number, or no space after a word.
_LONGEST_READ = 1 << 26
_LONGEST_WORD = 1 << 22


class Block(NamedTuple):
    """Some words of a file, as they stand in `data`, which begins at the offset `start` of it.

    `text` holds the words, each with the space after it, and before it the newline, if there is
    one. They end at `ends` in it, and at `spaces` in `data`. Their numbers count from 1.
    """

    data: bytearray
    start: int
    numbers: NDArray[np.int64]
    text: bytes
    ends: NDArray[np.int64]
    spaces: NDArray[np.int64]

    def texts(self) -> list[bytes]:
        """Return the words, with the newlines before them."""
        return self.text.split(b" ")[:-1]

    def words(self) -> list[bytes]:
        """Return the words alone."""
        return [text.removeprefix(b"\n") for text in self.texts()]

    def lazy_words(self) -> TextWords:
        """Return the words alone, to be decoded one by one."""
        begins = np.append(0, self.ends[:-1] + 1)
        begins += np.frombuffer(self.text, np.uint8)[begins] == _NEWLINE
        return TextWords(self.text, begins, self.ends)

    def begins(self) -> NDArray[np.int64]:
        """Return the offsets of the words in the file."""
        lengths = np.array([len(word) for word in self.words()], np.int64)
        return self.start + self.spaces - lengths

    def rows(self, dim: int) -> NDArray[np.float32]:
        """Copy the vectors (n, D) of the words."""
        width = dim * LITTLE_ENDIAN.itemsize
        # Each item is a row that begins at that byte; those that begin after a space are copied.
        rows = np.ndarray(len(self.data) - width + 1, f"V{width}", self.data, strides=(1,))
        return rows[self.spaces + 1].view(LITTLE_ENDIAN).reshape(-1, dim)


class Window:
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

    @property
    def holds_no_word(self) -> bool:
        """Whether the next word is longer than any should be."""
        begin = self.word_begin
        return self.stop - begin > _LONGEST_WORD and self.data.find(b" ", begin, self.stop) < 0

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


def whole_blocks(window: Window, dim: int, most: int) -> Iterator[Block]:
    """Iterate over words, `most` of them at most, many at a time, until one is not whole.

    The data of a block are overwritten when the next but one is asked for.
    """
    width = dim * LITTLE_ENDIAN.itemsize
    number, before = 1, None
    while number <= most:
        if text := b"".join(_scan(window, width)[: most + 1 - number]):
            ends = np.flatnonzero(np.frombuffer(text, np.uint8) == SPACE)
            spaces = window.place + ends + width * np.arange(len(ends))
            numbers = np.arange(number, number + len(ends))
            yield Block(window.data, window.start, numbers, text, ends, spaces)
            window.spare, before = before, window.data
            number += len(ends)
            window.place = int(spaces[-1]) + 1 + width
        elif window.holds_no_word or not window.read_on(width):
            return


def _scan(window: Window, width: int) -> list[bytes]:
    """Return the words that are whole in the window, as `Block` describes them."""
    if window.stop - window.place <= width:
        return []
    # The rest matches too, with an empty group: else each of its bytes would be tried as a word.
    pattern = re.compile(rb"(?s)(\n?+[^ ]*+ ).{%d}|.+" % width)
    texts: list[bytes] = pattern.findall(window.data, window.place, window.stop)
    return texts if texts[-1] else texts[:-1]
