"""Reading evaluation sets: lines of UTF-8 text, each with its number for error messages."""

from __future__ import annotations

import os
from collections.abc import Iterator

from firth.errors import FormatError
from firth.io.compression import open_decompressed

# Of a set; what has longer ones, such as a text without line ends, would fill the memory.
LONGEST_LINE = 1 << 20


def numbered_lines(path: str | os.PathLike[str]) -> Iterator[tuple[int, str]]:
    """Go through the lines of a file that are not blank, stripped and numbered from 1.

    Raises
    ------
    FormatError
        If the file is missing, cannot be read, is no regular one, or is not UTF-8.
    """
    with open_decompressed(path) as (file, _):
        offset = 0
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise FormatError(
                    f"{path}: line {number}: longer than {LONGEST_LINE:,} bytes; it is no "
                    "evaluation set"
                )
            try:
                stripped = line.decode("utf-8-sig" if offset == 0 else "utf-8").strip()
            except UnicodeDecodeError as error:
                # Of a line after a byte order mark, the error counts from behind it.
                mark = len(line) - len(error.object)
                place = offset + mark + error.start
                raise FormatError(f"{path}: not UTF-8 at byte {place}") from error
            offset += len(line)
            if stripped:
                yield number, stripped
