r"""word2vec's binary format: after the header `V D\n`, each word, a space, D float32 numbers.

The numbers are little-endian. word2vec.c ends each vector with a newline, gensim does not; both
are read, and the newline is written.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from firth.errors import FormatError
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

LITTLE_ENDIAN = np.dtype("<f4")
_WORDS_PER_WRITE = 4096


def recognises(head: bytes) -> bool:
    """Tell whether a file starts with a header; text with a header must be ruled out before."""
    return after_header(head) is not None


def read(path: Path, encoding_errors: str) -> Table:
    """Read words and vectors, at about the speed of copying them.

    Raises
    ------
    FormatError
        If the header is missing or promises another size than the file has, or a word is empty
        or not UTF-8.
    """
    with path.open("rb") as file:
        header = read_header(file, path)
        if header is None:
            raise FormatError(f"{path}: line 1 should tell words and dimensions, as in '5000 100'")
        start = file.tell()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            shortest = len(b"a ") + header.dim * LITTLE_ENDIAN.itemsize
            check_room(header, len(data) - start, path, bytes_per_word=shortest)
            return _read_rows(data, start, header, path, encoding_errors)


def _read_rows(
    data: mmap.mmap, start: int, header: Header, path: Path, encoding_errors: str
) -> Table:
    words = []
    matrix = np.empty(header, dtype=LITTLE_ENDIAN)
    numbers = matrix.view(np.uint8).reshape(-1).data
    width = header.dim * LITTLE_ENDIAN.itemsize
    for row, (begin, space) in enumerate(_spans(data, start, header, path)):
        try:
            words.append(data[begin:space].decode("utf-8", encoding_errors))
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{path}: word number {row + 1} is not UTF-8 at byte {begin + error.start} of the "
                f"file; {REPLACED}"
            ) from error
        numbers[row * width : (row + 1) * width] = data[space + 1 : space + 1 + width]
    return Table(words=words, input_vectors=matrix.astype(np.float32, copy=False))


def _spans(data: mmap.mmap, start: int, header: Header, path: Path) -> Iterator[tuple[int, int]]:
    """Find where each word begins, and the space that ends it."""
    width = header.dim * LITTLE_ENDIAN.itemsize
    end = start
    for number in range(1, header.words + 1):
        begin = end + 1 if data[end : end + 1] == b"\n" else end
        space = data.find(b" ", begin)
        end = space + 1 + width
        if space < 0 or end > len(data):
            raise FormatError(
                f"{path}: cut short in word number {number} of {header.words} (byte {begin})"
            )
        if space == begin:
            raise FormatError(f"{path}: word number {number} is empty (byte {begin})")
        yield begin, space
    if data[end : end + 2] not in (b"", b"\n"):
        raise FormatError(
            f"{path}: the header (line 1) promises {header.words} words, but more follows them "
            f"(byte {end})"
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
