"""Where text comes from: files, folders, patterns and standard input, plain or compressed."""

from __future__ import annotations

import codecs
import contextlib
import glob
import itertools
import os
import pkgutil
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from firth.contents import FOLDER_OF_VECTORS, Kind, kind_of
from firth.errors import CorpusError

EncodingErrors = Literal["strict", "replace"]
Progress = Callable[[int, int | None], None]

BLOCK_BYTES = 1 << 18
STANDARD_INPUT = "-"

_ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
# Suffix: what opens such a file, and what it raises on damaged data beside EOFError and OSError.
_COMPRESSIONS = {
    ".gz": ("gzip:open", "zlib:error"),
    ".bz2": ("bz2:open", "builtins:ValueError"),
    ".xz": ("lzma:open", "lzma:LZMAError"),
    ".zst": (f"{_ZSTD}:open", f"{_ZSTD}:ZstdError"),
}


# What is told of files in a folder that are no text.
_KINDS: Mapping[Kind, str] = {
    "vectors": "vectors",
    "log": "the log of a run",
    "picture": "a picture",
    "tensors": "tensors",
}


@dataclass(frozen=True)
class TextFile:
    """One file of text, or standard input where `path` is None."""

    path: Path | None

    @property
    def name(self) -> str:
        """What an error calls it."""
        return "standard input" if self.path is None else str(self.path)

    def size(self) -> int | None:
        """Bytes on disk, or None where that is not known before reading."""
        if self.path is None:
            return None
        with _told("read", self.name, OSError, ValueError):
            status = self.path.stat()
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """Yield blocks of the decompressed bytes, each with the bytes of the file used so far.

        Raises
        ------
        CorpusError
            If the file cannot be read, or its compressed data are damaged.
        """
        compression = self.path and _COMPRESSIONS.get(self.path.suffix.lower())
        with _told("read", self.name, OSError), self._open() as file:
            if compression:
                yield from _decompressed_blocks(file, self.name, *compression)
            else:
                yield from _plain_blocks(file)

    def _open(self) -> contextlib.AbstractContextManager[IO[bytes]]:
        if self.path is None:
            if sys.stdin is None:
                raise CorpusError("standard input is closed; give a file or pipe text in")
            return contextlib.nullcontext(sys.stdin.buffer)
        return self.path.open("rb")


def find_text(source: object, leave_out: Sequence[Path] = ()) -> list[TextFile] | None:
    """Return the files that `source` names, or None if it names none and holds tokens itself.

    Parameters
    ----------
    source : object
        A path to a file or to a folder (all files in it and below, sorted, without hidden ones),
        a glob pattern, `"-"` for standard input, or a list or tuple of those.
    leave_out : sequence of Path
        Files and folders that are no part of a folder or pattern, as the run itself writes them.

    Raises
    ------
    CorpusError
        If a path does not exist, a pattern matches no file, or a folder holds none; or if a folder
        or pattern names vectors, a log of a run, a picture or tensors.
    """
    if isinstance(source, str | os.PathLike):
        return _files_of(source, leave_out)
    if isinstance(source, list | tuple) and source:
        paths = [item for item in source if isinstance(item, str | os.PathLike)]
        if len(paths) == len(source):
            return [file for path in paths for file in _files_of(path, leave_out)]
    return None


def names_text(source: object, path: Path) -> bool:
    """Tell whether a file that exists is one of the texts that `source` names.

    Of what lies in a folder, or is named by a pattern, vectors and logs of a run are no texts.
    """
    given = list(source) if isinstance(source, list | tuple) else [source]
    is_text = kind_of(path) is None and path.stat().st_size > 0
    for each in given:
        # What cannot be found is told when it is read.
        with contextlib.suppress(OSError):
            if isinstance(each, str | os.PathLike) and _names(each, _identity(path), is_text):
                return True
    return False


def _names(source: str | os.PathLike[str], wanted: tuple[int, int] | None, is_text: bool) -> bool:
    path = Path(source)
    if source == STANDARD_INPUT:
        return wanted == _identity_of_input()
    if path.is_dir():
        return is_text and wanted in map(_identity, _files_below(path, ()))
    if path.exists() or not glob.has_magic(str(path)):
        return wanted == _identity(path)
    matches = map(Path, glob.glob(str(path), recursive=True))  # noqa: PTH207
    return is_text and wanted in map(_identity, matches)


def _identity_of_input() -> tuple[int, int] | None:
    try:
        status = os.fstat(sys.stdin.fileno())
    except (AttributeError, OSError, ValueError):
        # It is closed, or no file.
        return None
    return status.st_dev, status.st_ino


def read_text(
    files: list[TextFile], encoding_errors: EncodingErrors, on_progress: Progress
) -> Iterator[str]:
    """Yield the text of all files, block by block; a line end follows each file.

    A byte order mark at the start of a file is dropped.

    Parameters
    ----------
    files : list of TextFile
        What to read, in this order.
    encoding_errors : {"strict", "replace"}
        Whether invalid UTF-8 and NUL bytes raise, or become U+FFFD.
    on_progress : callable
        Called after each block with the bytes of the files used so far and their total, which is
        None where it is not known.

    Raises
    ------
    CorpusError
        If a file cannot be read, is damaged, or is not UTF-8 text.
    """
    sizes = [file.size() for file in files]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    used_before = used = 0
    for file in files:
        decoder = _Decoder(file.name, encoding_errors)
        for block, used_of_file in file.blocks():
            yield decoder.decode(block)
            used = used_before + used_of_file
            on_progress(used, total)
        yield decoder.decode(b"", final=True) + "\n"
        used_before = used


def regroup(blocks: Iterator[str], delimiters: str) -> Iterator[str]:
    """Join and cut blocks of text anew so that each ends with one of `delimiters`.

    What follows the last delimiter of all is dropped; `read_text` ends with one.
    """
    held: list[str] = []
    for block in blocks:
        end = max(map(block.rfind, delimiters)) + 1
        if end == 0:
            held.append(block)
            continue
        yield "".join([*held, block[:end]])
        held = [block[end:]]


class _Decoder:
    """Decodes the UTF-8 blocks of one file and tells where they are wrong."""

    def __init__(self, name: str, encoding_errors: EncodingErrors) -> None:
        self._name = name
        self._replace = encoding_errors == "replace"
        self._decoder = codecs.getincrementaldecoder("utf-8")(encoding_errors)
        self._bytes_read = 0
        self._at_start = True

    def decode(self, block: bytes, *, final: bool = False) -> str:
        if self._replace:
            block = block.replace(b"\0", "\ufffd".encode())
        elif (place := block.find(0)) >= 0:
            raise self._error("a NUL byte (binary data, or UTF-16 text?)", self._bytes_read + place)
        self._bytes_read += len(block)
        try:
            text = self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            # The decoder puts bytes held back from the block before in front of this one.
            offset = self._bytes_read - len(error.object) + error.start
            raise self._error("invalid UTF-8", offset) from error
        if self._at_start and text:
            self._at_start = False
            return text.removeprefix("\ufeff")
        return text

    def _error(self, what: str, offset: int) -> CorpusError:
        return CorpusError(
            f"{self._name}: {what} at byte {offset}; convert the file to UTF-8, or go on with "
            "encoding_errors='replace' (--encoding-errors replace)"
        )


def _plain_blocks(file: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    used = 0
    while block := file.read(BLOCK_BYTES):
        used += len(block)
        yield block, used


def _decompressed_blocks(
    file: IO[bytes], name: str, opener: str, damage: str
) -> Iterator[tuple[bytes, int]]:
    with pkgutil.resolve_name(opener)(file, "rb") as decompressed:
        while True:
            # The file itself tells how much memory its dictionary takes.
            damages = (OSError, EOFError, MemoryError, pkgutil.resolve_name(damage))
            with _told("decompress", name, *damages):
                block = decompressed.read(BLOCK_BYTES)
            if not block:
                return
            yield block, file.tell()


@contextlib.contextmanager
def _told(verb: str, name: str, *errors: type[Exception]) -> Iterator[None]:
    try:
        yield
    except errors as error:
        # A MemoryError says nothing.
        reason = getattr(error, "strerror", None) or str(error) or "not enough memory"
        raise CorpusError(f"cannot {verb} {name}: {reason}") from error


def _files_of(source: str | os.PathLike[str], leave_out: Sequence[Path]) -> list[TextFile]:
    if source == STANDARD_INPUT:
        return [TextFile(None)]
    path = Path(source)
    if path.is_dir():
        found = _files_below(path, leave_out)
        complaint = f"{path} holds no files (hidden ones are left out)"
    elif path.exists() or not glob.has_magic(str(path)):
        return [TextFile(path)]
    else:
        # Path.glob takes relative patterns only, and sees hidden files.
        matches = map(Path, glob.glob(str(path), recursive=True))  # noqa: PTH207
        own = _identities(leave_out)
        found = (match for match in matches if match.is_file() and not _is_own(match, path, own))
        complaint = f"no file matches {path}"
    paths = sorted(found)
    if not paths:
        raise CorpusError(complaint)
    _check_texts(path, paths)
    return [TextFile(match) for match in paths]


def _files_below(folder: Path, leave_out: Sequence[Path]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise CorpusError(f"cannot read {error.filename}: {error.strerror}") from error

    own = _identities(leave_out)
    if _identity(folder) in own:
        raise CorpusError(
            f"cannot read the texts in {folder}: the run itself writes into that folder; give it "
            "another for what it writes"
        )
    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and _identity(Path(parent, name)) not in own
        ]
        for name in files:
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file() and _identity(path) not in own:
                yield path


def _is_own(match: Path, pattern: Path, own: Collection[tuple[int, int] | None]) -> bool:
    """Tell whether a file is one of the run's own, or in such a folder below the pattern's root."""
    place = Path(*itertools.takewhile(lambda part: not glob.has_magic(part), pattern.parts))
    for part in match.relative_to(place).parts:
        place /= part
        if _identity(place) in own:
            return True
    return False


def _identities(paths: Sequence[Path]) -> set[tuple[int, int] | None]:
    return set(map(_identity, paths)) - {None}


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file or folder from all others, whatever its name, if it is there."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _check_texts(source: Path, paths: Sequence[Path]) -> None:
    """Raise if what a folder or pattern names holds something that no text is made of."""
    advice = f"move it away, or name the texts only, as by the pattern '{_pattern_for(source)}'"
    places = {path.parent for path in paths if path.name in FOLDER_OF_VECTORS}
    for place in sorted(places):
        if all((place / name).is_file() for name in FOLDER_OF_VECTORS):
            raise CorpusError(f"{place} is a folder of vectors, and no text; {advice}")
    for path in paths:
        kind = kind_of(path)
        if kind is not None:
            raise CorpusError(f"{path} holds {_KINDS[kind]}, and no text; {advice}")


def _pattern_for(source: Path) -> Path:
    return source / "*.txt" if source.is_dir() else source.parent / "*.txt"
