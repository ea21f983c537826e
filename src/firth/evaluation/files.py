"""Reading evaluation sets: lines of UTF-8 text, each with its number for error messages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from firth.errors import FormatError


def numbered_lines(path: str | os.PathLike[str]) -> Iterator[tuple[int, str]]:
    """Go through the lines of a file that are not blank, stripped and numbered from 1.

    Raises
    ------
    FormatError
        If the file is missing, cannot be read, or is not UTF-8.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise FormatError(f"no such file: {path}") from error
    except OSError as error:
        raise FormatError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: not UTF-8 at byte {error.start}") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if stripped := line.strip():
            yield number, stripped
