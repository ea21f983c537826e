"""The parts of a vector format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from firth.vectors.formats.selection import Selection
from firth.vectors.table import Table


@dataclass(frozen=True)
class Format:
    """A file format for vectors.

    Parameters
    ----------
    name : str
        The name for error messages.
    suffixes : tuple of str
        Each with its dot, in lower case; the first is the usual one.
    recognises : callable
        Whether the first `HEAD_BYTES` bytes of a file look like this format.
    read : callable
        Takes a file at its start, its size in bytes (None if it is decompressed), its path for
        messages, and the selection to read. Raises FormatError if the file is damaged, OSError if
        it cannot be read.
    write : callable
        Raises FormatError if the format cannot hold the table.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[BinaryIO, int | None, Path, Selection], Table]
    write: Callable[[Table, Path], None]
