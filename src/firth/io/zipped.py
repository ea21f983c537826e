"""Files in zip archives."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from firth.errors import FormatError, counted, one_line
from firth.io.compression import ZIP

# What opening and reading damaged archives raises, and encrypted ones.
DAMAGES = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError,
    UnicodeDecodeError,
)  # fmt: skip
# Python unpacks the others without a bound: 4,096 bytes of bzip2 may become gigabytes at once.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OTHERS = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "lzma"}
# What macOS puts beside the files of an archive.
_HIDDEN = "__MACOSX/"


def open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """Open a file of an archive.

    Raises
    ------
    RuntimeError
        If it is encrypted.
    NotImplementedError
        If it is compressed in another way than usual.
    """
    if member.compress_type not in _METHODS:
        method = _OTHERS.get(member.compress_type, "an unknown method")
        raise NotImplementedError(
            f"{member.filename} in it is compressed by {method}, and only deflate is read"
        )
    return archive.open(member)


@contextlib.contextmanager
def open_only_member(file: BinaryIO, path: str | os.PathLike[str]) -> Iterator[io.RawIOBase]:
    """Open the file in an archive that holds only one, to read it unpacked.

    Raises
    ------
    FormatError
        If the archive has several files, none, or is damaged.
    """
    what = f"cannot read {path}: it is a {ZIP}"
    advice = "unpack it, and give a file from it"
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
            members = [
                member
                for member in archive.infolist()
                # Python's `is_dir` fails if there is no name.
                if not member.filename.endswith("/") and not member.filename.startswith(_HIDDEN)
            ]
            if len(members) != 1:
                raise FormatError(f"{what} of {counted(len(members), 'file')}; {advice}")
            unpacked = stack.enter_context(open_member(archive, members[0]))
        except DAMAGES as error:
            raise FormatError(f"{what}: {one_line(str(error))}; {advice}") from error
        yield cast(io.RawIOBase, unpacked)
