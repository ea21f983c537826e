"""What word2vec's binary and text formats share: the header, and which words they can hold.

Both begin with a line `V D`; then come V words, each followed by white space and its D numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from firth.errors import FormatError, one_line
from firth.vectors.table import Token

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
        """Give the header as it stands in a file."""
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
    """Give what follows the header in the first bytes of a file; None where there is none."""
    line, _, rest = head.partition(b"\n")
    return rest if _HEADER.fullmatch(line) else None


def check_room(header: Header, room: int, path: Path, *, bytes_per_word: int) -> None:
    """Refuse a size that the file cannot have, before memory is taken for it.

    Parameters
    ----------
    header : Header
    room : int
        Bytes there are for the words and vectors.
    path : Path
    bytes_per_word : int
        The least that a word and its vector can take.

    Raises
    ------
    FormatError
        If there is not room for every word.
    """
    # The last line of a text may lack its newline.
    if header.words * bytes_per_word > room + 1:
        raise FormatError(
            f"{path}: {header.words:,} words of {header.dim:,} dimensions, as line 1 has it, do "
            f"not fit into the {room:,} bytes behind it; the file is cut short or damaged"
        )


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
