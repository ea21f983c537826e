"""Reading text from files, URLs and standard input, plain or compressed."""

from __future__ import annotations

import codecs
import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal

from firth.corpus.changes import check_unchanged, status_of
from firth.corpus.file_kinds import HEAD_BYTES, check_is_text, is_mostly_text
from firth.errors import CorpusError, escape, reraise
from firth.io.compression import compression_of
from firth.io.remote import RemoteFile, RemoteReader

EncodingErrors = Literal["strict", "replace"]
# What tells a file or folder from all others, whatever its name; None if it is not there.
Identity = tuple[int, int] | None
Progress = Callable[[int, int | None], None]

BLOCK_BYTES = 1 << 18
STANDARD_INPUT = "-"

_CONVERT = "if it is text in another encoding, convert it: iconv -f ENCODING -t UTF-8"


@dataclass(frozen=True)
class TextFile:
    """One file of text, or a range of its bytes, or standard input where `path` is None."""

    path: Path | RemoteFile | None
    start: int = 0
    stop: int | None = None  # with it, the bytes of a file that is not compressed
    is_part: bool = False  # of a text that several read, for whom a `Watch` notices changes

    @property
    def name(self) -> str:
        """The name that messages use."""
        if self.path is None:
            return "standard input"
        return escape(str(self.path)) + (f" (from byte {self.start})" if self.start else "")

    @property
    def place(self) -> object:
        """What is the same for all names of a file, or of a pipe."""
        if isinstance(self.path, RemoteFile):
            return self.path
        return identity_of(self.path) or (self.path and self.path.resolve())

    @property
    def is_stream(self) -> bool:
        """Whether it can be read only once, as standard input and pipes."""
        if not isinstance(self.path, Path):
            return self.path is None
        try:
            mode = self.path.stat().st_mode
        except (OSError, ValueError):
            # It is reported when it is read.
            return False
        return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)

    def absolute(self) -> TextFile:
        """Return the same file under a name that does not depend on the current folder."""
        return replace(self, path=self.path.absolute()) if isinstance(self.path, Path) else self

    @property
    def in_ranges(self) -> bool:
        """Whether any range of the bytes can be read without those before it."""
        return self.path.in_ranges if isinstance(self.path, RemoteFile) else self.path is not None

    def size(self) -> int | None:
        """Return the bytes on disk, or None where they are not known before reading."""
        if self.stop is not None:
            return self.stop - self.start
        if self.path is None:
            return None
        if isinstance(self.path, RemoteFile):
            return self.path.size
        with reraise(CorpusError, f"read {self.name}", OSError, ValueError):
            status = self.path.stat()
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """Yield blocks of the decompressed bytes, each with the bytes of the file used so far.

        The first bytes tell whether and how the file is compressed. Its name does not matter.

        Raises
        ------
        CorpusError
            If the file cannot be read, holds something else than text, its compressed data are
            damaged, or it becomes shorter while it is read. If it changes otherwise, a warning
            tells so. Of a part, who leads the reading warns.
        """
        with reraise(CorpusError, f"read {self.name}"), contextlib.ExitStack() as opened:
            file = opened.enter_context(self._open())
            before = status_of(file)
            stored = text = _Peekable(file.read if self.stop is None else self._range_of(file))
            name = self.name
            if self.stop is None and (compression := compression_of(stored.head)):
                decompressed = opened.enter_context(compression.open(stored))
                decompress = f"decompress {name}"
                opened.enter_context(reraise(CorpusError, decompress, *compression.damages))
                text = _Peekable(decompressed.read)
                name = f"{name}, decompressed,"
            check_is_text(text.head, name)
            while block := text.read(BLOCK_BYTES):
                yield block, stored.used
            check_unchanged(self.name, before, status_of(file), is_part=self.is_part)

    def _range_of(self, file: IO[bytes] | RemoteReader) -> Callable[[int], bytes]:
        """Return the function that reads the bytes of the range."""
        assert self.stop is not None
        file.seek(self.start)
        left = self.stop - self.start

        def read(size: int) -> bytes:
            nonlocal left
            block = file.read(min(size, left))
            left -= len(block)
            return block

        return read

    def _open(self) -> contextlib.AbstractContextManager[IO[bytes] | RemoteReader]:
        if self.path is None:
            if sys.stdin is None:
                raise CorpusError("standard input is closed; give a file or pipe text in")
            return contextlib.nullcontext(sys.stdin.buffer)
        return self.path.open("rb")


def identity_of(path: Path | None) -> Identity:
    """Return the identity of a file or folder, or of standard input for None."""
    try:
        status = os.fstat(sys.stdin.fileno()) if path is None else path.stat()
    except (AttributeError, OSError, ValueError):
        # It does not exist. Standard input is closed (and None, then), or not a file.
        return None
    return status.st_dev, status.st_ino


def read_text(
    files: list[TextFile], encoding_errors: EncodingErrors, on_progress: Progress | None = None
) -> Iterator[str]:
    """Yield the text of all files, block by block; each file ends with a line end.

    A byte order mark at the start of a file is dropped.

    Parameters
    ----------
    files : list of TextFile
        What to read, in this order.
    encoding_errors : {"strict", "replace"}
        Whether invalid UTF-8 and NUL bytes raise, or become U+FFFD.
    on_progress : callable, optional
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
            if on_progress is not None:
                on_progress(used, total)
        yield decoder.finish()
        used_before = used


def regroup(blocks: Iterator[str], delimiters: str) -> Iterator[str]:
    """Join and cut blocks of text so that each ends with one of `delimiters`.

    What follows the last delimiter is dropped. The text of `read_text` ends with a line end.
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
    """Decodes the UTF-8 blocks of one file, and reports where they are wrong."""

    def __init__(self, name: str, encoding_errors: EncodingErrors) -> None:
        self._name = name
        self._replace = encoding_errors == "replace"
        self._decoder = codecs.getincrementaldecoder("utf-8")(encoding_errors)
        self._bytes_read = 0
        self._at_start = True
        self._last = ""

    def decode(self, block: bytes, *, final: bool = False) -> str:
        start = self._bytes_read
        self._bytes_read += len(block)
        if self._replace:
            if start == 0 and not is_mostly_text(block):
                raise CorpusError(f"{self._name}: most of it is not UTF-8 text; {_CONVERT}")
            block = block.replace(b"\0", "\ufffd".encode())
        elif (place := block.find(0)) >= 0:
            raise self._error("a NUL byte (binary data, or UTF-16 text?)", start + place, block)
        try:
            text = self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            # Bytes that the decoder held back from the block before stand in front of this one.
            offset = self._bytes_read - len(error.object) + error.start
            raise self._error("invalid UTF-8", offset, error.object) from error
        if self._at_start and text:
            self._at_start = False
            text = text.removeprefix("\ufeff")
        self._last = text[-1:] or self._last
        return text

    def finish(self) -> str:
        """Return what is left, and a line end if the file has none there."""
        text = self.decode(b"", final=True)
        return text if self._last in ("", "\n") else text + "\n"

    def _error(self, what: str, offset: int, block: bytes) -> CorpusError:
        if not is_mostly_text(block):
            return CorpusError(
                f"{self._name}: {what} at byte {offset}, and most of it is not UTF-8 text; "
                f"{_CONVERT}"
            )
        return CorpusError(
            f"{self._name}: {what} at byte {offset}; convert the file to UTF-8, or go on with "
            "encoding_errors='replace' (--encoding-errors replace)"
        )


class _Peekable:
    """A file whose first bytes were looked at and are still to be read.

    `read` takes a size and returns the next bytes of the file, fewer only at the end. After the end
    it is not called again: a terminal would wait for another Ctrl-D.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self.head = self._left = read(HEAD_BYTES)
        self.used = 0
        self._read = read
        self._is_at_end = len(self.head) < HEAD_BYTES

    def read(self, size: int) -> bytes:
        """Return the next bytes: `size` of them, fewer only at the end."""
        block, self._left = self._left[:size], self._left[size:]
        if len(block) < size and not self._is_at_end:
            block += self._read(size - len(block))
            self._is_at_end = len(block) < size
        self.used += len(block)
        return block
