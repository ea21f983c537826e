"""What a module must offer to be a format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
        From a path, and what to do with words that are not UTF-8 ("strict" or "replace").
        Raises FormatError where the file is damaged, OSError where it cannot be read.
    write : callable
        Raises FormatError where the format cannot hold the table.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[Path, str], Table]
    write: Callable[[Table, Path], None]
