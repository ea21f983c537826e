"""Which files gensim's functions may replace: those that hold what is written, and empty ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from firth.errors import FirthError, FormatError, reraise
from firth.io.atomic import check_writable
from firth.io.compression import open_decompressed
from firth.io.contents import HEAD_BYTES, begins_with_rows, kind_of, kind_of_bytes
from firth.vectors.formats.fasttext import is_replaceable


def check_rows_destination(path: Path, dim: int, *, append: bool = False) -> None:
    """Raise `FirthError` if rows of word2vec's formats cannot or must not be written to a path.

    What is there may be of gensim too: text without a header, or only the first of the rows that a
    header tells, if others are appended later.

    Parameters
    ----------
    path : Path
    dim : int
        The numbers in a row: those of rows without a header must be as many.
    append : bool
        Whether rows are added at the end of the file.
    """
    if not append:
        check_writable(path)
    with reraise(FirthError, f"write {path}"):
        if not path.is_file() or path.stat().st_size == 0:
            return
        with open_decompressed(path) as (file, _):
            head = file.read(HEAD_BYTES)
    if append and kind_of(path) is None:
        return
    if kind_of_bytes(head, path.stat().st_size) != "vectors" and not begins_with_rows(head, dim):
        refuse(path, "vectors")


def check_model_destination(path: Path) -> None:
    """Raise `FirthError` if a file is there that holds something else than vectors."""
    with reraise(FirthError, f"write {path}"):
        is_free = not path.is_file() or path.stat().st_size == 0 or kind_of(path) == "vectors"
        if not (is_free or is_replaceable(path)):
            refuse(path, "vectors")


def check_destination_read_by(load: Callable[[Path], object], path: Path, what: str) -> None:
    """Raise `FirthError` if a file cannot be written, or what is there is not read by a function.

    Parameters
    ----------
    load : callable
        Raises FormatError for other files.
    path : Path
    what : str
        What it reads, for the message.
    """
    check_writable(path)
    if path.exists() and path.stat().st_size > 0:
        try:
            load(path)
        except FormatError:
            refuse(path, what)


def refuse(path: Path, what: str) -> NoReturn:
    """Raise `FirthError`, since a file holds something else than `what`."""
    raise FirthError(
        f"cannot write {path}: the file there does not hold {what}; remove it, or choose another "
        "name"
    )
