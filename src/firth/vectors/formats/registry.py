"""The known formats, and the choice of one for a path."""

from __future__ import annotations

import io
import os
import re
import struct
from pathlib import Path

from firth.checks import switch
from firth.errors import FirthError, FormatError, VocabularyError, reraise
from firth.io.atomic import check_writable
from firth.io.compression import open_decompressed, without_suffix
from firth.io.contents import kind_of
from firth.io.paths import to_path
from firth.vectors.formats import native, word2vec_binary, word2vec_text
from firth.vectors.formats.format import Format
from firth.vectors.formats.selection import Selection
from firth.vectors.table import Table

# Text first: its header may be the same as the binary format's, which has no other mark.
FILES: tuple[Format, ...] = (word2vec_text.FORMAT, word2vec_binary.FORMAT)

HEAD_BYTES = 1 << 16
_FASTTEXT_MAGIC = 793712314
_PICKLE = re.compile(rb"\x80[\x02-\x05]")


def read_table(path: str | os.PathLike[str], selection: Selection) -> Table:
    """Read a folder or file for `firth.load`, in the format of its suffix or its first bytes."""
    path = to_path("the path of vectors", path)
    with reraise(FormatError, f"read {path}"):
        if path.is_dir():
            table = native.read(path, selection)
        else:
            with open_decompressed(path) as (file, size):
                table = _format_of(file, path).read(file, size, path, selection)
    if not table.words and selection.words is not None:
        first = "" if selection.limit is None else f" among its first {selection.limit:,} words"
        raise VocabularyError(f"{path} has none of the words to read{first}")
    return table


def write_table(table: Table, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a table for `Vectors.save`, in the format of the path's suffix."""
    form = _format_for(path)
    switch("overwrite", overwrite)
    if form is None:
        native.write(table, Path(path), overwrite=overwrite)
    else:
        _check_file_replaceable(Path(path), overwrite=overwrite)
        form.write(table, Path(path))


def check_destination(path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Raise if `Vectors.save` could not write to `path`, without changing any file.

    Raises
    ------
    FormatError
        If the suffix is unknown.
    FirthError
        If the path cannot be written, or holds something other than vectors.
    """
    is_folder = _format_for(path) is None
    check_writable(Path(path), folder=is_folder)
    if is_folder:
        native.check_replaceable(Path(path), overwrite=overwrite)
    else:
        _check_file_replaceable(Path(path), overwrite=overwrite)


def _check_file_replaceable(path: Path, *, overwrite: bool) -> None:
    """Raise if there is a file that is neither empty nor holds vectors."""
    if overwrite or not path.is_file() or path.stat().st_size == 0 or kind_of(path) == "vectors":
        return
    raise FirthError(
        f"cannot write {path}: the file there does not hold vectors that Firth wrote; choose "
        "another name, or overwrite=True (--overwrite) to replace it"
    )


def _format_for(path: str | os.PathLike[str]) -> Format | None:
    """Return the format to write to a path, or None for a folder."""
    to_path("the path of vectors", path)
    # pathlib drops the trailing slash that marks a folder.
    if os.fspath(path).endswith(("/", os.sep)) or not Path(path).suffix:
        return None
    form = _by_suffix(Path(path))
    if form is None:
        raise FormatError(
            f"cannot write {path}: no format has the suffix '{Path(path).suffix}'; "
            f"{_known_formats()}"
        )
    return form


def _format_of(file: io.BufferedReader, path: Path) -> Format:
    head = file.peek(HEAD_BYTES)[:HEAD_BYTES]
    if not head:
        raise FormatError(f"{path}: the file is empty")
    if _is_fasttext(head):
        raise FormatError(
            f"{path}: fastText's binary models are not supported; load the model's .vec file"
        )
    if _PICKLE.match(head):
        raise FormatError(
            f"{path}: is a pickle, which Firth does not read because it can run any code; save it "
            "in word2vec's format with the tool that wrote it (gensim: wv.save_word2vec_format)"
        )
    form = _by_suffix(without_suffix(path)) or next(
        (form for form in FILES if form.recognises(head)), None
    )
    if form is None:
        raise FormatError(f"{path}: unknown format; {_known_formats()}")
    return form


def _by_suffix(path: Path) -> Format | None:
    return next((form for form in FILES if path.suffix.lower() in form.suffixes), None)


def _known_formats() -> str:
    files = ", ".join(f"{'/'.join(form.suffixes)} ({form.name})" for form in FILES)
    return f"known are {files}, and a folder (no suffix, or a slash at the end)"


def _is_fasttext(head: bytes) -> bool:
    """Recognise fastText's binary by its magic number or, before 2017, by its first settings.

    The early files begin with twelve int32: dim, ws, epoch, minCount, neg, wordNgrams, loss,
    model, bucket, minn, maxn, lrUpdateRate; loss and model are enumerations from 1 to 3.
    """
    if len(head) < struct.calcsize("<12i"):
        return False
    first, *settings = struct.unpack_from("<12i", head)
    plausible = 0 < first < 1 << 16 and all(0 <= setting < 1 << 28 for setting in settings)
    return first == _FASTTEXT_MAGIC or (plausible and {settings[5], settings[6]} <= {1, 2, 3})
