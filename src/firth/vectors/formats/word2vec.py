"""What word2vec's binary and text formats share: the header, and which words they can hold.

Both begin with a line `V D`; then come V words, each followed by white space and its D numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, one_line
from firth.vectors.table import Table, Token

# Twice twenty digits would name more numbers than any machine holds; longer is no header.
LONGEST_HEADER = 64
# What to do about words that are not UTF-8.
REPLACED = (
    "firth.load(path, encoding_errors='replace') reads it, and so does "
    "firth convert --encoding-errors replace"
)
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*([+-]?[0-9]+)[ \t]+([+-]?[0-9]+)[ \t]*\r?\n?")
# Only ASCII white space ends a word: U+00A0 and its like stand inside words of real files.
_WHITE_SPACE = re.compile(rb"\s")


class Header(NamedTuple):
    """The first line of a file: V words of D dimensions."""

    words: int
    dim: int

    def line(self) -> bytes:
        """Return the header as it stands in a file."""
        return f"{self.words} {self.dim}\n".encode()


def read_header(file: BinaryIO, path: Path) -> Header | None:
    """Read the header and stop after it; where there is none, go back to the start.

    Raises
    ------
    FormatError
        If there is a header, of a table without words or dimensions.
    """
    match = _HEADER.fullmatch(file.readline(LONGEST_HEADER))
    if match is None:
        file.seek(0)
        return None
    header = Header(int(match[1]), int(match[2]))
    if min(header) < 1:
        raise FormatError(
            f"{path}: the header (line 1) promises {header.words} words of {header.dim} "
            "dimensions; both must be at least 1"
        )
    return header


def after_header(head: bytes) -> bytes | None:
    """Return what follows the header in the first bytes of a file; None where there is none."""
    line, _, rest = head.partition(b"\n")
    return rest if _HEADER.fullmatch(line) else None


def check_room(header: Header, room: int, path: Path, *, rows: int, bytes_per_word: int) -> None:
    """Refuse a size that the file cannot have, before memory is taken for it.

    Parameters
    ----------
    header : Header
    room : int
        Bytes there are for the words and vectors.
    path : Path
    rows : int
        How many of the words are to be read.
    bytes_per_word : int
        The least that a word and its vector can take.

    Raises
    ------
    FormatError
        If there is not room for so many words.
    """
    # The last line of a text may lack its newline.
    if rows * bytes_per_word > room + 1:
        raise FormatError(
            f"{path}: {header.words:,} words of {header.dim:,} dimensions, as line 1 has it, do "
            f"not fit into the {room:,} bytes behind it; the file is cut short or damaged"
        )


class Rows:
    """Words and vectors as they are read: room is made for what is there, not for what is promised.

    Parameters
    ----------
    dim : int
        D, the numbers in a row.
    room : int
        Rows there is room for at first.
    """

    def __init__(self, dim: int, room: int) -> None:
        self.words: list[str] = []
        self._dim = dim
        self._matrix = np.empty((room, dim), dtype=np.float32)

    def add(self, words: Sequence[str], numbers: NDArray[np.floating]) -> None:
        """Add some words, and their vectors (n, D)."""
        start = len(self.words)
        end = start + len(words)
        if end > len(self._matrix):
            self._resize(end + end // 8)
        self._matrix[start:end] = numbers
        self.words.extend(words)

    def table(self) -> Table:
        """Return all that was added."""
        if len(self.words) < len(self._matrix):
            self._resize(len(self.words))
        return Table(words=self.words, input_vectors=self._matrix)

    def _resize(self, rows: int) -> None:
        self._matrix.resize((rows, self._dim), refcheck=False)


def encode_words(words: Sequence[Token], path: Path) -> list[bytes]:
    """Encode words as UTF-8, integers as their digits.

    Raises
    ------
    FormatError
        If a word is empty, holds white space that would end it, has no UTF-8 form, or would
        read the same as another.
    """
    encoded = [_encode(word, path) for word in words]
    if len(set(encoded)) < len(encoded):
        raise FormatError(
            f"cannot write {path}: an integer and a text among the words would read the same; "
            "save to a folder instead (a path without suffix)"
        )
    return encoded


def _encode(word: Token, path: Path) -> bytes:
    try:
        encoded = str(word).encode()
    except UnicodeEncodeError:
        encoded = b""
    if not encoded or _WHITE_SPACE.search(encoded):
        raise FormatError(
            f"cannot write {path}: word2vec's formats cannot hold the word {one_line(repr(word))} "
            "(empty, with white space, or not Unicode); save to a folder instead (a path without "
            "suffix)"
        )
    return encoded
