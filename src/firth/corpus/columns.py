"""Texts in memory: columns of tables and data sets, and other iterables of `str`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, NamedTuple

from firth.checks import shown
from firth.corpus.sources import EncodingErrors, Progress
from firth.corpus.units import is_table, length_of, table_error
from firth.errors import CorpusError

_TEXTS_AT_ONCE = 1024
# Lists of strings are paths; what has no order is refused with the token lists.
_OTHERS = (str, bytes, bytearray, memoryview, list, tuple, set, frozenset, Mapping)
# Within a text, a line end is white space.
_ONE_LINE = str.maketrans("\r\n", "  ")
# NUL, and halves of surrogate pairs, which UTF-8 cannot encode.
_INVALID = re.compile("[\0\ud800-\udfff]")


class Opened(NamedTuple):
    """An iterable of which nothing is lost, how many items it has, and whether they are texts."""

    given: Any
    total: int | None
    are_texts: bool


def open_iterable(given: object) -> Opened:
    """Look at the first item of a source that names no files.

    Raises
    ------
    CorpusError
        If it is a table, or the items are names of files.
    """
    if is_table(given):
        raise table_error(given)
    total = length_of(given)
    is_other = isinstance(given, _OTHERS) or getattr(given, "ndim", 1) != 1
    if is_other or not isinstance(given, Iterable):
        return Opened(given, total, are_texts=False)
    items = iter(given)
    first = list(islice(items, 1))
    if not first:
        return Opened([], total, are_texts=False)
    text = _text_of(first[0])
    is_text = isinstance(text, str) or _is_missing(text)
    if isinstance(text, str) and _is_file(text):
        raise CorpusError(
            f"the first of the texts, {shown(text)}, is the name of a file: to read files, give "
            "their paths in a list"
        )
    return Opened(chain(first, items), total, are_texts=is_text)


def read_texts(
    texts: Iterable[object], errors: EncodingErrors, on_progress: Progress | None, total: int | None
) -> Iterator[str]:
    """Yield texts in blocks: each is a line, whose own line ends become spaces.

    Raises
    ------
    CorpusError
        If one is missing or not a `str`, or, unless `errors` is "replace", no valid text.
    """
    items = iter(texts)
    done = 0
    while batch := list(islice(items, _TEXTS_AT_ONCE)):
        lines = [_line(item, done + place, errors) for place, item in enumerate(batch)]
        done += len(batch)
        yield "\n".join(lines) + "\n"
        if on_progress is not None:
            on_progress(done, total)


def _line(item: object, number: int, errors: EncodingErrors) -> str:
    text = _text_of(item)
    if _is_missing(text):
        raise CorpusError(
            f"text {number} is missing, got {shown(text)}: leave out such rows, as "
            "series.dropna() or series.drop_nulls() does"
        )
    if not isinstance(text, str):
        raise CorpusError(
            f"text {number} must be a str, as those before it, got {type(item).__name__}"
        )
    if _INVALID.search(text):
        if errors == "strict":
            raise CorpusError(
                f"text {number} holds NUL or half a surrogate pair, which is no text; "
                "encoding_errors='replace' puts U+FFFD there"
            )
        text = _INVALID.sub("\ufffd", text)
    return text.translate(_ONE_LINE)


def _text_of(item: Any) -> object:  # noqa: ANN401
    """Return an item of a column; Arrow has scalars of its own."""
    return item.as_py() if hasattr(item, "as_py") else item


def _is_missing(item: Any) -> bool:  # noqa: ANN401
    """Return whether an item is None, or the NaN or NA of pandas, which is not itself."""
    is_nan = isinstance(item, float) and item != item
    return item is None or is_nan or type(item).__name__ == "NAType"


def _is_file(text: str) -> bool:
    try:
        return os.path.isfile(text)  # noqa: PTH113 (a text may be too long for a path)
    except ValueError:
        return False
