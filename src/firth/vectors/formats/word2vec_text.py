"""word2vec's text format: a header `V D`, then a line for each word and its D numbers.

GloVe's files, which have no header, are read too. Only a newline byte ends a line and only ASCII
white space ends a field: Unicode's other separators may be part of a word.
"""

from __future__ import annotations

import codecs
import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import CutShortError, FormatError, counted, one_line
from firth.io.lines import LONGEST_LINE, short_lines
from firth.vectors.formats.decimals import DecimalReader, DecimalWriter, is_finite_number
from firth.vectors.formats.selection import Selection
from firth.vectors.formats.word2vec import (
    REPLACED,
    Encode,
    Rows,
    after_header,
    check_dimensions,
    make_rows,
    read_header,
    write_rows,
)
from firth.vectors.table import Table

READS_BY_ROWS = True
BLOCK_BYTES = 1 << 20
# A file of zeros is a field of gigabytes. What it begins with tells whether it is like a number.
_LONGEST_NUMBER = 1 << 20
# What numbers take on average in the longest lines that are read.
_BYTES_PER_NUMBER = 64
# While they are read, lines take memory beside their bytes: a short one counts as this many.
_SHORT_LINE = 1 << 10
# A short compressed file may have very many; so many are told of at once.
_BLANK_LINES = BLOCK_BYTES // _SHORT_LINE


def recognises(head: bytes) -> bool:
    """Return whether the first row is a word, which may contain a few spaces, and numbers."""
    rows = after_header(head) or head
    fields = rows.partition(b"\n")[0].split()
    # The first bytes of a file may end within a number.
    complete = fields[1:-1] if len(fields) > 2 else fields[1:]
    numbers = sum(1 for _ in itertools.takewhile(is_finite_number, reversed(complete)))
    return numbers > len(complete) - numbers


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read words and vectors, line by line.

    A word may contain spaces, as some of GloVe's do: the last D fields of a line are its numbers.

    Raises
    ------
    FormatError
        If the header does not match the size of the file, or a line is not a UTF-8 word and D
        finite numbers.
    """
    header = read_header(file, path)
    if header is None:
        return read_without_header(file, size, path, selection)
    shortest = len(b"a") + header.dim * len(b" 1") + len(b"\n")
    left = None if size is None else size - file.tell()
    found = make_rows(header, left, path, selection, bytes_per_word=shortest)
    return read_lines(file, found, path, line=2, promised=header.words, selection=selection)


def read_without_header(
    file: BinaryIO, size: int | None, path: Path, selection: Selection
) -> Table:
    """Read words and vectors, of which the first line tells the number of dimensions.

    Raises
    ------
    FormatError
        If a line is not a UTF-8 word and D finite numbers.
    """
    _skip_mark(file)
    dim = _count_numbers(file, size, path)
    _skip_mark(file)
    found = Rows(dim, path, selection)
    return read_lines(file, found, path, line=1, promised=None, selection=selection)


def read_lines(
    file: BinaryIO,
    found: Rows,
    path: Path,
    *,
    line: int,
    promised: int | None,
    selection: Selection,
) -> Table:
    """Read words and their numbers up to the last selected line.

    Parameters
    ----------
    file : binary file
        At the start of line number `line`.
    found : Rows
        Where to put what is read.
    path : Path
        For messages.
    line : int
    promised : int, optional
        How many words there should be, if a header tells it.
    selection : Selection

    Raises
    ------
    FormatError
        If there are other words than promised, or a line is not a word and its finite numbers.
    """
    return _Reading(path, line, found.dim, promised, selection).read(file, found)


def _skip_mark(file: BinaryIO) -> None:
    """Skip the byte order mark at the start of a file, unless the mark is the first word."""
    file.seek(0)
    mark = len(codecs.BOM_UTF8)
    start = file.read(mark + 1)
    file.seek(mark if start[:mark] == codecs.BOM_UTF8 and not start[mark:].isspace() else 0)


def _count_numbers(file: BinaryIO, size: int | None, path: Path) -> int:
    """Count the numbers at the end of a line, in pieces since it may be long."""
    fields = numbers = read = 0
    torn = b""
    while piece := file.readline(BLOCK_BYTES):
        read += len(piece)
        found = (torn + piece).split()
        torn = b"" if piece[-1:].isspace() or not found else found.pop()[:_LONGEST_NUMBER]
        for field in found:
            numbers = numbers + 1 if _is_like_number(field) else 0
        fields += len(found)
        check_dimensions(numbers, size, path)
        # No word is so long, whatever comes after it.
        if piece.endswith(b"\n") or (not numbers and read > LONGEST_LINE):
            break
    if torn:
        fields, numbers = fields + 1, numbers + 1 if _is_like_number(torn) else 0
    # The first field is the word, whatever it is.
    dim = min(numbers, fields - 1)
    if dim < 1:
        raise FormatError(f"{path}: line 1 should be a header, or a word and its numbers")
    return dim


@dataclass
class _Reading:
    """The state of reading a file: `line` is the next, `promised` the header's number of words."""

    path: Path
    line: int
    dim: int
    promised: int | None
    selection: Selection

    def __post_init__(self) -> None:
        self._decimals = DecimalReader(self.dim, b" ")

    def read(self, file: BinaryIO, found: Rows) -> Table:
        """Read up to the last selected line."""
        first = self.line
        last = sys.maxsize if self.promised is None else self.promised
        longest = LONGEST_LINE + self.dim * _BYTES_PER_NUMBER
        for lines in _blocks(short_lines(file, self.path, longest, line=first)):
            left = first + self.selection.rows(last) - self.line
            # A fault of these lines, such as an empty one, may be why there are more.
            self._add(found, lines[:left])
            if len(lines) > left and self.selection.rows(last) == self.promised:
                raise FormatError(
                    f"{self.path}: line {self.line}: the header promises "
                    f"{counted(self.promised, 'word')}, but more follows"
                )
            if len(lines) >= left and self.selection.rows(last) < last:
                return found.table()
        if self.promised is not None and self.line < first + self.promised:
            raise CutShortError(
                f"{self.path}: cut short after line {self.line - 1}: the header promises "
                f"{counted(self.promised, 'word')}, the file has {self.line - first}"
            )
        return found.table()

    def _add(self, found: Rows, lines: list[bytes]) -> None:
        places = self._places(lines)
        chosen = [lines[place] for place in places]
        errors = self.selection.encoding_errors
        if not chosen:
            self.line += len(lines)
            return
        try:
            words, numbers = _parse(chosen, self._decimals, errors)
        except ValueError as error:
            faults = (_fault(line, self.dim, errors) for line in chosen)
            place, fault = next((p, f) for p, f in zip(places, faults, strict=True) if f)
            raise FormatError(f"{self.path}: line {self.line + place}: {fault}") from error
        found.add(words, numbers)
        self.line += len(lines)

    def _places(self, lines: list[bytes]) -> list[int]:
        """Return the indices of the lines that may hold a selected word."""
        if self.selection.words is None:
            return list(range(len(lines)))
        fields = (line.rsplit(None, self.dim) or [b""] for line in lines)
        words = [word.strip().decode("utf-8", "replace") for word, *_ in fields]
        return self.selection.places(words)


def _blocks(rows: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Put the lines of a file together into blocks, without blank ones at its end."""
    blank = 0
    while lines := _some(rows):
        end = len(lines)
        while end and lines[end - 1].isspace():
            end -= 1
        if end:
            # More follows, so that they are lines as others.
            for first in range(0, blank, _BLANK_LINES):
                yield [b"\n"] * min(_BLANK_LINES, blank - first)
            yield lines[:end]
            blank = 0
        blank += len(lines) - end


def _some(rows: Iterator[bytes]) -> list[bytes]:
    """Return the next lines, of together about `BLOCK_BYTES`."""
    lines, size = [], 0
    for line in rows:
        lines.append(line)
        size += max(len(line), _SHORT_LINE)
        if size >= BLOCK_BYTES:
            break
    return lines


def _parse(
    lines: list[bytes], decimals: DecimalReader, encoding_errors: str
) -> tuple[list[str], NDArray[np.float32]]:
    """Split lines into words and a (lines, D) block.

    Raises
    ------
    ValueError
        If a line is not a UTF-8 word and D finite numbers; `_fault` tells which.
    """
    try:
        return _parse_fields([line.split(None, 1) for line in lines], decimals, encoding_errors)
    except ValueError:
        fields = [_cut(line, decimals.dim) for line in lines]
        return _parse_fields(fields, decimals, encoding_errors)


def _parse_fields(
    fields: list[list[bytes]], decimals: DecimalReader, encoding_errors: str
) -> tuple[list[str], NDArray[np.float32]]:
    words = [word.decode("utf-8", encoding_errors) for word, _ in fields]
    return words, decimals.parse([rest.rstrip(b"\n") for _, rest in fields])


def _cut(line: bytes, dim: int) -> list[bytes]:
    """Cut a line before its last D fields: the word, which may contain spaces, and the numbers."""
    word, *numbers = line.rsplit(None, dim) or [b""]
    rest = line[len(word) :].strip()
    # A number at the end of a word of several fields may not belong to it.
    ending = word.split()[1:][-1:]
    if len(numbers) < dim or any(map(_is_like_number, ending)):
        raise ValueError(
            f"expected a word and {counted(dim, 'number')}, got "
            f"{counted(len(line.split()), 'field')}"
        )
    word = word.strip()
    if b"\r" in word:
        raise ValueError(
            "the word has a carriage return; if lines end with these alone, replace them: "
            "tr '\\r' '\\n'"
        )
    return [word, rest]


def _fault(line: bytes, dim: int, encoding_errors: str) -> str | None:
    """Return what is wrong with a line, or None if it is valid."""
    try:
        word, numbers = _cut(line, dim)
        for field in numbers.split():
            if not is_finite_number(field):
                shown = one_line(repr(field.decode(errors="replace")))
                return f"{shown} is not a finite float32"
        word.decode("utf-8", encoding_errors)
    except UnicodeDecodeError:
        return f"the word is not UTF-8; {REPLACED}"
    except ValueError as error:
        return str(error)
    return None


def _is_like_number(field: bytes) -> bool:
    """Return whether a field is a number, even one outside the range of float32."""
    try:
        float(field)
    except ValueError:
        return False
    return True


def write(table: Table, path: Path) -> None:
    """Write words and input vectors, with enough digits to read back the same float32."""
    write_rows(table, path, encoder())


def encoder() -> Encode:
    """Return a function that returns a line for each word and its vector."""
    writer = DecimalWriter(b" ")

    def encode(words: Sequence[bytes], rows: NDArray[np.float32]) -> bytes:
        return b"".join(b"%b %b\n" % pair for pair in zip(words, writer.spell(rows), strict=True))

    return encode
