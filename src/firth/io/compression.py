"""Reading files: regular files only, decompressed if they are compressed.

The first bytes of a file tell its compression; the name does not matter.
"""

from __future__ import annotations

import contextlib
import io
import os
import pkgutil
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from firth.errors import FirthError, FormatError, MissingFileError, one_line, reraise

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER_BYTES = 1 << 16
_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zip")

_ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
# Enough to recognize a tar archive.
_HEAD_BYTES = 263


@dataclass(frozen=True)
class Compression:
    """A way to compress files.

    Parameters
    ----------
    name : str
    magic : bytes
        A regular expression for the first bytes of a file.
    opener : str
        The function that opens such a file, as `module:name`.
    damage : str
        The exception for damaged data, as `module:name`.
    """

    name: str
    magic: bytes
    opener: str
    damage: str

    def open(self, file: object) -> BinaryIO:
        """Open a compressed file, which anything with a method `read` can be, to decompress it."""
        return cast(BinaryIO, pkgutil.resolve_name(self.opener)(file, "rb"))

    @property
    def damages(self) -> tuple[type[Exception], ...]:
        """What reading damaged data raises; a file sets the memory that its decompression takes."""
        return EOFError, OSError, MemoryError, pkgutil.resolve_name(self.damage)


_COMPRESSIONS = (
    Compression("gzip", rb"\x1f\x8b\x08", "gzip:open", "zlib:error"),
    # A word may begin with BZh9, so the first bytes of a block, or of the end, are needed too.
    Compression("bzip2", rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", "bz2:open", "builtins:ValueError"),
    # xz, and the older LZMA: settings, then a size or -1 in eight bytes.
    Compression(
        "xz", rb"(?s)\xfd7zXZ\0|\x5d.{4}(?:\xff{8}|.{5}\0{3})", "lzma:open", "lzma:LZMAError"
    ),
    # A frame of data, or a skippable frame.
    Compression(
        "Zstandard",
        rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18",
        f"{_ZSTD}:open",
        f"{_ZSTD}:ZstdError",
    ),
)
ZIP = "zip archive (as .docx, .epub and .npz are)"
# Archives of several files, with a regular expression for their first bytes.
ARCHIVES = {
    ZIP: rb"PK(?:\x03\x04|\x05\x06|\x07\x08)",
    "tar archive": rb"(?s:.{257})ustar[\0 ]",
    "7z archive": rb"7z\xbc\xaf\x27\x1c",
    "rar archive": rb"Rar!\x1a\x07",
}


def compression_of(head: bytes) -> Compression | None:
    """Return the compression of a file that begins with `head`, or None if it is not compressed.

    Examples
    --------
    >>> import gzip
    >>> compression_of(gzip.compress(b"tea")).name, compression_of(b"tea")
    ('gzip', None)
    """
    return next((known for known in _COMPRESSIONS if re.match(known.magic, head)), None)


def without_suffix(path: Path) -> Path:
    """Return a path without its suffix if that is a suffix of compressed files.

    Examples
    --------
    >>> without_suffix(Path("a.bin.gz")).name, without_suffix(Path("a.txt")).name
    ('a.bin', 'a.txt')
    """
    return path.with_suffix("") if path.suffix.lower() in _SUFFIXES else path


@contextlib.contextmanager
def open_regular(path: str | os.PathLike[str]) -> Iterator[io.BufferedReader]:
    """Open a regular file to read its bytes.

    Pipes and devices are refused: a pipe can be read only once, and a device may have no end.

    Raises
    ------
    FormatError
        If the path is not that of a regular file, or the file cannot be opened or read.
    """
    try:
        # A path that holds a NUL is a ValueError.
        with reraise(FormatError, f"read {one_line(str(path))}", ValueError):
            kind = Path(path).stat().st_mode
        if stat.S_ISDIR(kind):
            raise FormatError(f"cannot read {path}: it is a folder")
        if not stat.S_ISREG(kind):
            raise FormatError(f"cannot read {path}: not a regular file; write its content to one")
        with Path(path).open("rb", _BUFFER_BYTES) as file:
            yield cast(io.BufferedReader, file)
    except FirthError:
        raise
    except FileNotFoundError as error:
        raise MissingFileError(f"no such file: {path}") from error
    except OSError as error:
        raise FormatError(f"cannot read {path}: {error.strerror or error}") from error


@contextlib.contextmanager
def open_decompressed(
    path: str | os.PathLike[str],
) -> Iterator[tuple[io.BufferedReader, int | None]]:
    """Open a regular file to read its decompressed bytes, with their number, or None if unknown.

    A zip archive with one file in it is a compressed file too.

    Raises
    ------
    FormatError
        If the file cannot be read, its compressed data are damaged, or it is an archive of several
        files.
    """
    with open_regular(path) as file:
        if re.match(ARCHIVES[ZIP], file.peek(_HEAD_BYTES)):
            with _open_zipped(file, path) as unpacked:
                yield unpacked, None
            return
        compression = compression_of(file.peek(_HEAD_BYTES))
        if compression is None:
            _refuse_archive(file, path)
            yield file, os.fstat(file.fileno()).st_size
            return
        with compression.open(file) as raw:
            checked = _Decompressed(raw, compression.name, compression.damages, path)
            decompressed = cast(io.BufferedReader, io.BufferedReader(checked, _BUFFER_BYTES))
            _refuse_archive(decompressed, path, compressed=True)
            yield decompressed, None


@contextlib.contextmanager
def _open_zipped(
    file: io.BufferedReader, path: str | os.PathLike[str]
) -> Iterator[io.BufferedReader]:
    """Open the only file of an archive."""
    from firth.io.zipped import DAMAGES, open_only_member

    with open_only_member(file, path) as raw:
        checked = _Decompressed(cast(BinaryIO, raw), "zip", DAMAGES, path)
        unpacked = cast(io.BufferedReader, io.BufferedReader(checked, _BUFFER_BYTES))
        _refuse_archive(unpacked, path, compressed=True)
        yield unpacked


def _refuse_archive(
    file: io.BufferedReader, path: str | os.PathLike[str], *, compressed: bool = False
) -> None:
    head = file.peek(_HEAD_BYTES)
    for name, magic in ARCHIVES.items():
        if re.match(magic, head):
            what = f"compressed {name}" if compressed else name
            # A compressed .npz is read once it is decompressed.
            is_enough = compressed and name == ZIP
            advice = "decompress it first" if is_enough else "unpack it, and give a file from it"
            raise FormatError(f"cannot read {path}: it is a {what}; {advice}")


class _Decompressed(io.RawIOBase):
    """The decompressed content of a file; damage raises a FormatError."""

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        damages: tuple[type[Exception], ...],
        path: str | os.PathLike[str],
    ) -> None:
        self._file, self._name, self._path, self._damages = file, name, path, damages

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            block = self._file.read(len(view))
        except self._damages as error:
            ended = "not enough memory" if isinstance(error, MemoryError) else "it is cut short"
            reason = str(error) or ended
            raise FormatError(f"cannot decompress {self._path} ({self._name}): {reason}") from error
        view[: len(block)] = block
        return len(block)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()
