"""What a module must offer to be a format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from firth.vectors.formats.selection import Selection
from firth.vectors.table import Table


@dataclass(frozen=True)
class Format:
    """A way to keep vectors in a file.

    Parameters
    ----------
    name : str
        As error messages call it.
    suffixes : tuple of str
        Each with its dot, in lower case; the first is the usual one.
    recognises : callable
        Whether the first bytes of a file (`HEAD_BYTES` of them) look like this format.
    read : callable
        From a file at its start, its size in bytes (None where it is not known, as it is
        decompressed), its path for messages, and what to read of it. Raises FormatError where the
        file is damaged, OSError where it cannot be read.
    write : callable
        Raises FormatError where the format cannot hold the table.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[BinaryIO, int | None, Path, Selection], Table]
    write: Callable[[Table, Path], None]
