"""Arrow's tables, which Parquet and Arrow's files hold: a row for each word.

======== =======================================================================
`word`   text, or int64 for items
`vector` a list of D floats, of fixed size where Firth writes it
`count`  int64, if counts are known
`output` the output vector, if they were kept
======== =======================================================================
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray
from pyarrow import types

from firth.errors import FormatError, one_line
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.table import Table, Token

WORD, VECTOR, COUNT, OUTPUT = "word", "vector", "count", "output"
# One thread, and rows of a size that fits into memory several times.
ROWS_AT_ONCE = 1 << 16
_INT64 = np.iinfo(np.int64)
# What reading a damaged file raises.
DAMAGES: tuple[type[Exception], ...] = (
    pyarrow.ArrowException, ValueError, OSError, OverflowError, MemoryError, KeyError,
)  # fmt: skip
_ADVICE = "save to a folder instead (a path without suffix)"


def is_of_vectors(names: Sequence[str]) -> bool:
    """Return whether a table with these columns holds words and vectors."""
    return {WORD, VECTOR} <= set(names)


def to_arrow(table: Table, path: Path) -> Any:  # noqa: ANN401
    """Return words, vectors, and what there is of counts and output vectors, as a table of Arrow.

    Raises
    ------
    FormatError
        If Arrow cannot hold the words: text and integers together, integers beyond 64 bits, or a
        word that is not Unicode.
    """
    columns = {
        WORD: _words_to_arrow(table.words, path),
        VECTOR: _rows_to_arrow(table.input_vectors),
    }
    if table.counts is not None:
        columns[COUNT] = pyarrow.array(table.counts)
    if table.output_vectors is not None:
        columns[OUTPUT] = _rows_to_arrow(table.output_vectors)
    return pyarrow.table(columns)


def _words_to_arrow(words: Sequence[Token], path: Path) -> Any:  # noqa: ANN401
    if {type(word) for word in words} == {str, int}:
        raise FormatError(
            f"cannot write {path}: a column holds text or integers, and the words are both; "
            f"{_ADVICE}"
        )
    for word in words:
        if isinstance(word, str):
            # Lone surrogates are no Unicode.
            fits = word.isascii() or not any("\ud800" <= c <= "\udfff" for c in word)
        else:
            fits = _INT64.min <= word <= _INT64.max
        if not fits:
            raise FormatError(
                f"cannot write {path}: a column cannot hold the word {one_line(repr(word))} (not "
                f"Unicode, or an integer beyond 64 bits); {_ADVICE}"
            )
    kind = pyarrow.int64() if isinstance(words[0], int) else pyarrow.large_string()
    return pyarrow.array(words, kind)


def _rows_to_arrow(rows: NDArray[np.float32]) -> Any:  # noqa: ANN401
    return pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(rows.ravel()), rows.shape[1])


@contextlib.contextmanager
def reading(size: int | None, path: Path) -> Iterator[None]:
    """Report what goes wrong with a file while it is read.

    Raises
    ------
    FormatError
        If it is damaged, or its size is not known, because it is decompressed while it is read: it
        has to be read from its end, where its contents are told.
    """
    if size is None:
        raise FormatError(f"{path}: such a file is not read while it is compressed; decompress it")
    try:
        yield
    except DAMAGES as error:
        raise FormatError(f"{path}: damaged: {one_line(str(error))}") from error


def check_columns(names: Sequence[str], path: Path) -> list[str]:
    """Return the columns to read.

    Raises
    ------
    FormatError
        If there are no words or vectors among them.
    """
    if not is_of_vectors(names):
        raise FormatError(
            f"{path}: expected columns '{WORD}' and '{VECTOR}', got {one_line(str(sorted(names)))}"
        )
    return [name for name in (WORD, VECTOR, COUNT, OUTPUT) if name in names]


def from_arrow(found: Any, path: Path, selection: Selection) -> Table:  # noqa: ANN401
    """Return the words and vectors of a table of Arrow.

    Raises
    ------
    FormatError
        If a column has another type, or lacks a value.
    """
    found.validate(full=True)
    columns: Mapping[str, Any] = {name: found.column(name) for name in found.column_names}
    for name, column in columns.items():
        if column.null_count:
            raise FormatError(f"{path}: the column '{name}' lacks {column.null_count:,} values")
    table = Table(
        words=_words_of(columns[WORD], path),
        input_vectors=_rows_of(columns[VECTOR], VECTOR, path),
        counts=_counts_of(columns[COUNT], path) if COUNT in columns else None,
        output_vectors=_rows_of(columns[OUTPUT], OUTPUT, path) if OUTPUT in columns else None,
    )
    return selected(table, path, selection)


def _words_of(column: Any, path: Path) -> list[Token]:  # noqa: ANN401
    kind = column.type.value_type if types.is_dictionary(column.type) else column.type
    if not (types.is_string(kind) or types.is_large_string(kind) or types.is_integer(kind)):
        raise _wrong_type(WORD, column.type, path)
    words: list[Token] = column.to_pylist()
    return words


def _counts_of(column: Any, path: Path) -> NDArray[np.int64]:  # noqa: ANN401
    if not types.is_integer(column.type):
        raise _wrong_type(COUNT, column.type, path)
    counts: NDArray[np.int64] = column.to_numpy()
    return counts


def _rows_of(column: Any, name: str, path: Path) -> NDArray[np.floating]:  # noqa: ANN401
    """Return the lists of a column as the rows of a matrix."""
    kind = column.type
    is_list = types.is_fixed_size_list(kind) or types.is_list(kind) or types.is_large_list(kind)
    if not is_list or not types.is_floating(kind.value_type):
        raise _wrong_type(name, kind, path)
    parts, lengths = [], set()
    for chunk in column.chunks:
        values = chunk.flatten()
        if values.null_count:
            raise FormatError(f"{path}: the column '{name}' lacks {values.null_count:,} numbers")
        lengths |= set(chunk.value_lengths().unique().to_pylist())
        parts.append(values.to_numpy(zero_copy_only=False))
    if len(lengths) != 1 or 0 in lengths:
        told = one_line(str(sorted(lengths)[:5]))
        raise FormatError(f"{path}: the lists of '{name}' should have one length, got {told}")
    numbers = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return numbers.reshape(-1, *lengths)


def _wrong_type(name: str, kind: object, path: Path) -> FormatError:
    return FormatError(f"{path}: the column '{name}' has the type {one_line(str(kind))}")
