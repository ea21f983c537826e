"""word2vec's text format: a header `V D`, then a line for each word and its D numbers.

GloVe writes the same without the header; it is read too. Lines end at a newline byte only, and
fields at ASCII white space only: Unicode's other separators may be part of a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, one_line
from firth.files import write_aside
from firth.vectors.formats.format import Format
from firth.vectors.formats.word2vec import (
    REPLACED,
    Header,
    after_header,
    check_room,
    encode_words,
    read_header,
)
from firth.vectors.table import Table

BLOCK_BYTES = 1 << 20
# Nine significant digits tell every float32 from its neighbours, also by way of float64.
NUMBER = "%.9g"
_WORDS_PER_WRITE = 1024
_TO_SPACE = bytes.maketrans(b"\t\n\v\f\r", b" " * 5)
_NUMERIC = b"0123456789+-.eE "
# From here on, numbers round to infinity as float32: half a step above the largest.
_TOO_LARGE = (2.0 - 2.0**-24) * 2.0**127

_Rows = tuple[list[str], NDArray[np.float32]]


def recognises(head: bytes) -> bool:
    """Tell whether the first row is a word and numbers."""
    rows = after_header(head) or head
    fields = rows.partition(b"\n")[0].split()
    # The head of a file may end within a number.
    complete = fields[1:-1] if len(fields) > 2 else fields[1:]
    return len(complete) > 0 and all(_is_finite_number(field) for field in complete)


def read(path: Path, encoding_errors: str) -> Table:
    """Read words and vectors, line by line.

    Raises
    ------
    FormatError
        If the header promises another size than the file has, or a line is not a UTF-8 word and
        D finite numbers.
    """
    with path.open("rb") as file:
        header = read_header(file, path)
        first_line = 1 if header is None else 2
        header = header or _measure(file, path)
        room = path.stat().st_size - file.tell()
        shortest = len(b"a") + header.dim * len(b" 1") + len(b"\n")
        check_room(header, room, path, bytes_per_word=shortest)
        return _read_rows(file, header, path, first_line, encoding_errors)


def _measure(file: BinaryIO, path: Path) -> Header:
    """Count the lines of a file without header, and the numbers of its first line."""
    dim = _count_fields(file) - 1
    if dim < 1:
        raise FormatError(f"{path}: line 1 should be a header, or a word and its numbers")
    file.seek(0)
    lines = 0
    last = b""
    while block := file.read(BLOCK_BYTES):
        lines += block.count(b"\n")
        last = block[-1:]
    file.seek(0)
    return Header(lines + (last != b"\n"), dim)


def _count_fields(file: BinaryIO) -> int:
    """Count the fields of a line, which may be long, piece by piece."""
    fields = 0
    in_field = False
    while piece := file.readline(BLOCK_BYTES):
        fields += len(piece.split()) - (in_field and not piece[:1].isspace())
        in_field = not piece[-1:].isspace()
        if piece.endswith(b"\n"):
            break
    return fields


def _read_rows(
    file: BinaryIO, header: Header, path: Path, first_line: int, encoding_errors: str
) -> Table:
    words: list[str] = []
    matrix = np.empty(header, dtype=np.float32)
    for lines in _blocks(file):
        number = first_line + len(words)
        if len(words) + len(lines) > header.words:
            raise FormatError(
                f"{path}: line {first_line + header.words}: the header promises "
                f"{header.words} words, but more follows them"
            )
        try:
            block_words, numbers = _parse(lines, header.dim, encoding_errors)
        except ValueError as error:
            index, fault = _first_fault(lines, header.dim, encoding_errors)
            raise FormatError(f"{path}: line {number + index}: {fault}") from error
        matrix[len(words) : len(words) + len(lines)] = numbers
        words.extend(block_words)
    if len(words) < header.words:
        raise FormatError(
            f"{path}: cut short after line {first_line + len(words) - 1}: the header promises "
            f"{header.words} words, the file has {len(words)}"
        )
    return Table(words=words, input_vectors=matrix)


def _blocks(file: BinaryIO) -> Iterator[list[bytes]]:
    while lines := file.readlines(BLOCK_BYTES):
        yield lines


def _parse(lines: list[bytes], dim: int, encoding_errors: str) -> _Rows:
    """Split lines into words and a (lines, D) block.

    Raises
    ------
    ValueError
        If a line is not a UTF-8 word and D finite numbers; `_fault` tells which and why.
    """
    fields = [line.split(None, 1) for line in lines]
    words = [word.decode("utf-8", encoding_errors) for word, _ in fields]
    rows = [rest.translate(_TO_SPACE) for _, rest in fields]
    # NumPy would skip a row of U+00A0 alone, which is Latin-1 white space.
    if b"".join(rows).translate(None, _NUMERIC):
        raise ValueError("stray bytes")
    numbers = np.loadtxt(rows, dtype=np.float32, comments=None, ndmin=2)
    if numbers.shape != (len(lines), dim) or not np.isfinite(numbers).all():
        raise ValueError("ragged or not finite")
    return words, numbers


def _first_fault(lines: list[bytes], dim: int, encoding_errors: str) -> tuple[int, str]:
    """Find the first bad line of a block that could not be parsed, and what is wrong with it."""
    for index, line in enumerate(lines):
        try:
            _parse([line], dim, encoding_errors)
        except ValueError:
            return index, _fault(line, dim)
    raise AssertionError("a block fails only where one of its lines does")


def _fault(line: bytes, dim: int) -> str:
    fields = line.split()
    if len(fields) != dim + 1:
        return f"expected a word and {dim} numbers, got {len(fields)} fields"
    for field in fields[1:]:
        if not _is_finite_number(field):
            shown = one_line(repr(field.decode(errors="replace")))
            return f"{shown} is not a finite float32"
    return f"the word is not UTF-8; {REPLACED}"


def _is_finite_number(field: bytes) -> bool:
    try:
        return not field.translate(None, _NUMERIC) and abs(float(field)) < _TOO_LARGE
    except ValueError:
        return False


def write(table: Table, path: Path) -> None:
    """Write words and input vectors, with digits enough to read the same float32 again.

    Raises
    ------
    FormatError
        If a word cannot be held.
    """
    words = encode_words(table.words, path)
    header = Header(*table.input_vectors.shape)
    row_format = b"%b " + " ".join([NUMBER] * header.dim).encode() + b"\n"
    with write_aside(path) as aside, aside.open("wb") as file:
        file.write(header.line())
        for start in range(0, header.words, _WORDS_PER_WRITE):
            block = slice(start, start + _WORDS_PER_WRITE)
            rows = table.input_vectors[block].tolist()
            pairs = zip(words[block], rows, strict=True)
            file.write(b"".join(row_format % (word, *row) for word, row in pairs))


FORMAT = Format("word2vec text", (".txt", ".vec"), recognises, read, write)
