"""The lines of files, of which one may be as long as a file that was compressed to harm."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from firth.errors import FormatError

# No word is as long.
LONGEST_LINE = 1 << 22


def short_lines(
    file: BinaryIO, path: str | os.PathLike[str], longest: int = LONGEST_LINE, *, line: int = 1
) -> Iterator[bytes]:
    r"""Iterate over the lines of a file, with their ends, the first of which has the number `line`.

    Raises
    ------
    FormatError
        If a line is longer than `longest` bytes.

    Examples
    --------
    >>> import io
    >>> list(short_lines(io.BytesIO(b"tea\nmilk"), "words.txt"))
    [b'tea\n', b'milk']
    """
    while found := file.readline(longest + 1):
        if len(found) > longest:
            raise FormatError(
                f"{path}: line {line}: longer than {longest:,} bytes; end each line by a newline"
            )
        yield found
        line += 1
