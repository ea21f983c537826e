"""The parts of a vector format."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from typing import Any

from firth.errors import MissingExtraError

FLOAT32 = "float32"
# What is written on request; see `precision`.
NARROW = (FLOAT32, "float16", "int8")


# Why vectors of documents are missing, and what to do.
LOST_DOCUMENTS = "since {} has none; give a folder, a name without suffix, which keeps all"


@dataclass(frozen=True)
class Format:
    """A format for vectors. Its module is imported when the format is first used.

    Parameters
    ----------
    name : str
        The name by which a caller asks for the format.
    title : str
        The name for error messages.
    suffixes : tuple of str
        Each with its dot, in lower case; the first is the usual one.
    module : str
        The module in this package that reads and writes the format. It has `read`, `write` or both:

        - `read(file, size, path, selection)` takes a file at its start, its size in bytes (None if
          it is decompressed), its path for messages and for files beside it, and the selection to
          read. It returns a `Table`. For a folder it is `read(path, selection)`. It raises
          FormatError for damage, OSError for what cannot be read.
        - `write(table, path)` raises FormatError if the format cannot hold the table. It takes a
          `dtype` too if the format has several.
        - `recognises(head)` says whether a file without magic bytes is of this format, by its first
          `HEAD_BYTES` bytes.
        - `READS_BY_ROWS` is True if a file is read block by block, so that `Selection.choose` is
          asked.
        - `is_replaceable(path)`, of a format that is written, says whether a file or folder holds
          vectors of this format. Without it, `firth.io.contents` tells of a file, and its names
          of a folder.
        - `HAS_WORDS` is False if no words are written, but a table of n-grams alone.
        - `HAS_FOLDERS` is True if there are folders in its folder, so that the hub cannot take it.
        - `check_package()` raises MissingExtraError if a package that only writing needs is not
          installed.
    magic : bytes
        A regular expression for the first bytes of a file, if they tell the format.
    members : tuple of str
        Names of the files that tell the format of a folder.
    other_members : tuple of str
        Names of further files that such a folder may have.
    is_archive : bool
        Whether the file is an archive, and so must not be unpacked.
    needs : pair of str
        The package that the module needs, and the extra of Firth that installs it.
    dtypes : tuple of str
        The types of numbers that are written; see `precision`.
    reads, writes : bool
        Whether the format is read, and written.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    module: str
    magic: bytes = b""
    members: tuple[str, ...] = ()
    other_members: tuple[str, ...] = ()
    is_archive: bool = False
    needs: tuple[str, str] | None = None
    dtypes: tuple[str, ...] = (FLOAT32,)
    reads: bool = True
    writes: bool = True

    @property
    def is_folder(self) -> bool:
        """Whether the format is a folder of several files."""
        return bool(self.members)

    @property
    def keeps_documents(self) -> bool:
        """Whether vectors of documents are kept too: in Firth's own folder alone."""
        return self.name == "firth"

    def starts(self, head: bytes) -> bool:
        """Return whether a file begins with the format's magic bytes; False if it has none."""
        return bool(self.magic) and re.match(self.magic, head) is not None

    def load(self) -> Any:  # noqa: ANN401
        """Import the module of the format.

        Raises
        ------
        MissingExtraError
            If it needs a package that is not installed.
        """
        if self.needs is not None and importlib.util.find_spec(self.needs[0]) is None:
            raise MissingExtraError(*self.needs)
        return importlib.import_module(f"{__package__}.{self.module}")

    def load_to_write(self) -> Any:  # noqa: ANN401
        """Import the module of the format, to write a file.

        Raises
        ------
        MissingExtraError
            If it needs a package that is not installed.
        """
        module = self.load()
        getattr(module, "check_package", lambda: None)()
        return module
