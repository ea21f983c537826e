"""The shared part of word2vec's binary and text formats: header, rows, allowed words.

Both begin with a line `V D`; then come V words, each followed by white space and its D numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import CutShortError, FormatError, counted
from firth.io.atomic import atomic_write
from firth.vectors.formats.precision import blocks
from firth.vectors.formats.row_store import RowStore
from firth.vectors.formats.selection import Selection
from firth.vectors.formats.texts import TextRule, check_repeats
from firth.vectors.table import Table

# A short compressed file may promise, or have, more than memory holds.
MOST_DIMENSIONS = 1 << 18
# More digits than the size of any real table has.
LONGEST_HEADER = 64
# The advice for words that are not UTF-8.
REPLACED = (
    "firth.load(path, encoding_errors='replace') reads it, and so does "
    "firth convert --encoding-errors replace"
)
_WORDS_PER_WRITE = 1024
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*([+-]?[0-9]+)[ \t]+([+-]?[0-9]+)[ \t]*\r?\n?")
# How words and their vectors are written.
Encode = Callable[[Sequence[bytes], NDArray[np.float32]], bytes]
# Only ASCII white space ends a word: words of real files contain U+00A0 and similar characters.
RULE = TextRule("word2vec's formats", re.compile(r"\A\Z|[ \t-\r]"), "empty, with white space")


class Header(NamedTuple):
    """The first line of a file: V words of D dimensions."""

    words: int
    dim: int

    def line(self) -> bytes:
        """Return the header as a line of a file."""
        return f"{self.words} {self.dim}\n".encode()


def read_header(file: BinaryIO, path: Path) -> Header | None:
    """Read the header and stop after it; if there is none, return to the start of the file.

    Raises
    ------
    FormatError
        If the header promises a table without words or dimensions.
    """
    match = _HEADER.fullmatch(file.readline(LONGEST_HEADER))
    if match is None:
        file.seek(0)
        return None
    header = Header(int(match[1]), int(match[2]))
    if min(header) < 1:
        raise FormatError(
            f"{path}: the header (line 1) promises {counted(header.words, 'word')} of "
            f"{counted(header.dim, 'dimension')}; both must be at least 1"
        )
    return header


def after_header(head: bytes) -> bytes | None:
    """Return the rest of a file's first bytes after the header, or None without header."""
    line, _, rest = head.partition(b"\n")
    return rest if _HEADER.fullmatch(line) else None


def check_dimensions(dim: int, left: int | None, path: Path) -> None:
    """Raise for more dimensions than a compressed file may have.

    Parameters
    ----------
    dim : int
    left : int, optional
        Bytes of the file that are left, if known: they limit the dimensions too.
    path : Path

    Raises
    ------
    FormatError
        If there are too many.
    """
    if left is None and dim > MOST_DIMENSIONS:
        raise FormatError(
            f"{path}: the vectors in line 1 have more than {MOST_DIMENSIONS:,} numbers; if that is "
            "meant, decompress the file first"
        )


def make_rows(
    header: Header, left: int | None, path: Path, selection: Selection, *, bytes_per_word: int
) -> Rows:
    """Allocate memory for the words and vectors of a file.

    Parameters
    ----------
    header : Header
    left : int, optional
        Bytes of the file after the header, if known.
    path : Path
    selection : Selection
    bytes_per_word : int
        The least number of bytes that a word and its vector need.

    Raises
    ------
    FormatError
        If the file is too short for the words that its header promises, or it is compressed and
        they have very many dimensions.
    """
    check_dimensions(header.dim, left, path)
    rows = selection.rows(header.words)
    # The last line of a text may have no newline.
    if left is not None and rows * bytes_per_word > left + 1:
        raise CutShortError(
            f"{path}: {counted(header.words, 'word')} of {counted(header.dim, 'dimension')}, as in "
            f"line 1, do not fit into the {counted(left, 'byte')} after it; the file is cut short "
            "or damaged"
        )
    room = rows if left is not None and selection.takes_all else 0
    return Rows(header.dim, path, selection, room)


class Rows:
    """Words and vectors in a matrix that grows as they are read.

    Parameters
    ----------
    dim : int
        D, the numbers in a row.
    path : Path
        For messages.
    selection : Selection
    room : int
        Rows of the matrix at first.
    """

    def __init__(self, dim: int, path: Path, selection: Selection, room: int = 0) -> None:
        self.dim, self._path = dim, path
        self._choose = selection.choose
        self._words: list[str] = []
        self._store = RowStore(selection.folder, room)

    def add(self, words: Sequence[str], numbers: NDArray[np.float32]) -> None:
        """Add those of some words, and of their vectors (n, D), that are chosen."""
        if self._choose is not None:
            places = self._choose(words, numbers)
            words, numbers = [words[place] for place in places], numbers[places]
        self._store.add(numbers)
        self._words.extend(words)
        check_repeats(self._words, len(words), self._path)

    def table(self) -> Table:
        """Return everything that was added."""
        return Table(words=self._words, input_vectors=self._store.matrix())


def write_rows(table: Table, path: Path, encode: Encode) -> None:
    """Write a header, then words and their input vectors as `encode` returns them."""
    encoded = encoded_rows(table, path, encode)
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        file.write(Header(*table.input_vectors.shape).line())
        file.writelines(encoded)


def encoded_rows(table: Table, path: Path, encode: Encode) -> Iterator[bytes]:
    """Return words and their input vectors, block by block, for a file at `path`.

    Raises
    ------
    FormatError
        If the format cannot hold a word.
    """
    words = [text.encode() for text in RULE.texts(table.words, path)]
    return _encoded_blocks(words, table.input_vectors, encode)


def _encoded_blocks(
    words: Sequence[bytes], matrix: NDArray[np.float32], encode: Encode
) -> Iterator[bytes]:
    start = 0
    for rows in blocks(matrix):
        for first in range(0, len(rows), _WORDS_PER_WRITE):
            few = rows[first : first + _WORDS_PER_WRITE]
            yield encode(words[start : start + len(few)], few)
            start += len(few)
