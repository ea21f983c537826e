"""Reading evaluation sets: lines of UTF-8 text, each with its number for error messages."""

from __future__ import annotations

import os
from collections.abc import Iterator

from firth.errors import FormatError
from firth.io.compression import open_decompressed
from firth.io.lines import short_lines
from firth.io.mistaken import refuse_mistaken

# Longer lines, as in a text without line ends, could fill the memory.
LONGEST_LINE = 1 << 20


def numbered_lines(
    path: str | os.PathLike[str], *, comment: str | None = None, blank: bool = False
) -> Iterator[tuple[int, str]]:
    """Iterate over the lines of a file, stripped and numbered from 1, without blank ones.

    Parameters
    ----------
    path : path
    comment : str, optional
        What comments begin with; they are left out.
    blank : bool
        Yield blank lines too, as empty ones.

    Raises
    ------
    FormatError
        If the file is missing, cannot be read, is not a regular file, is not UTF-8, or has a line
        that is too long.
    """
    with open_decompressed(path) as (file, _):
        refuse_mistaken(file, path, decompressed=True)
        offset = 0
        for number, line in enumerate(short_lines(file, path, LONGEST_LINE), 1):
            try:
                stripped = line.decode("utf-8-sig" if offset == 0 else "utf-8").strip()
            except UnicodeDecodeError as error:
                # After a byte order mark, the error's position does not count the mark.
                mark = len(line) - len(error.object)
                place = offset + mark + error.start
                raise FormatError(f"{path}: not UTF-8 at byte {place}") from error
            offset += len(line)
            if comment is not None and stripped.startswith(comment):
                continue
            if stripped or blank:
                yield number, stripped
