"""Which files gensim's functions may replace: those that hold what is written, and empty ones."""

from __future__ import annotations

from pathlib import Path

from firth.errors import FirthError, reraise
from firth.io.atomic import check_writable
from firth.io.compression import open_decompressed
from firth.io.contents import HEAD_BYTES, kind_of, kind_of_bytes


def check_rows_destination(path: Path, *, append: bool = False) -> None:
    """Raise `FirthError` if rows of word2vec's formats cannot or must not be written to a path.

    What is there may be of gensim too: without a header, or only the first of the rows that a
    header tells, if others are appended later.

    Parameters
    ----------
    path : Path
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
    if kind_of_bytes(head, path.stat().st_size) != "vectors" and not _begins_with_rows(head):
        refuse(path, "vectors")


def refuse(path: Path, what: str) -> None:
    """Raise `FirthError`, since a file holds something else than `what`."""
    raise FirthError(
        f"cannot write {path}: the file there does not hold {what}; remove it, or choose another "
        "name"
    )


def _begins_with_rows(head: bytes) -> bool:
    """Return whether a file begins with a header, or with a word and two numbers or more."""
    word, *numbers = head.partition(b"\n")[0].split() or [b""]
    try:
        found = [float(number) for number in numbers]
    except ValueError:
        return False
    return len(found) > 1 or (len(found) == 1 and word.isdigit() and numbers[0].isdigit())
