"""Arrow's tables, which Parquet and Arrow's files hold: a row for each word.

======== =======================================================================
`word`   text, or int64 for items
`vector` a list of D floats, of fixed size where Firth writes it
`count`  int64, if counts are known
`output` the output vector, if they were kept
======== =======================================================================

If asked for, vectors are of float16 or int8; `vector_scale` and `output_scale` are what int8 are
multiplied with.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray
from pyarrow import types

from firth.checks import is_unicode
from firth.errors import FormatError, counted, one_line
from firth.vectors.blocks import row_blocks
from firth.vectors.formats.precision import SCALE, Rows, let_go, narrowed, widen
from firth.vectors.formats.row_store import RowStore
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.formats.texts import ADVICE, check_repeats
from firth.vectors.table import Table, Token

WORD, VECTOR, COUNT, OUTPUT = "word", "vector", "count", "output"
_COLUMNS = (WORD, VECTOR, VECTOR + SCALE, COUNT, OUTPUT, OUTPUT + SCALE)
# What is read at once.
ROWS_AT_ONCE = 1 << 14
_INT64 = np.iinfo(np.int64)
# Polars writes the last, which an early pyarrow has no function for.
_TEXTS = ("string", "large_string", "string_view")
# What reading a damaged file raises.
DAMAGES: tuple[type[Exception], ...] = (
    pyarrow.ArrowException, ValueError, OSError, OverflowError, MemoryError, KeyError,
)  # fmt: skip


def is_of_vectors(names: Sequence[str]) -> bool:
    """Return whether a table with these columns holds words and vectors."""
    return {WORD, VECTOR} <= set(names)


def to_arrow(table: Table, path: Path, dtype: str) -> tuple[Any, Iterator[Any]]:
    """Return the schema of a table of Arrow, and its rows as several tables of them.

    Raises
    ------
    FormatError
        If Arrow cannot hold the words: text and integers together, integers beyond 64 bits, or a
        word that is not Unicode.
    """
    kind = _kind_of(table.words, path)
    tables = {VECTOR: table.input_vectors, OUTPUT: table.output_vectors}
    rows: dict[str, Rows] = narrowed(tables, dtype)
    if table.counts is not None:
        rows[COUNT] = table.counts
    kinds = {WORD: kind} | {name: _column_kind(column) for name, column in rows.items()}
    return pyarrow.schema(kinds), _batches(table.words, kind, rows)


def _column_kind(column: Rows) -> Any:  # noqa: ANN401
    number = pyarrow.from_numpy_dtype(column.dtype)
    return number if len(column.shape) == 1 else pyarrow.list_(number, column.shape[1])


def _batches(words: Sequence[Token], kind: object, rows: Mapping[str, Rows]) -> Iterator[Any]:
    for where in row_blocks(*rows[VECTOR].shape):
        columns = {WORD: pyarrow.array(words[where], kind)}
        for name, column in rows.items():
            part = column[where]
            numbers = pyarrow.array(part.reshape(-1))
            columns[name] = (
                numbers
                if part.ndim == 1
                else pyarrow.FixedSizeListArray.from_arrays(numbers, part.shape[1])
            )
        yield pyarrow.table(columns)
        let_go(rows.values())


def _kind_of(words: Sequence[Token], path: Path) -> Any:  # noqa: ANN401
    """Return the type of a column of words."""
    if {type(word) for word in words} == {str, int}:
        raise FormatError(
            f"cannot write {path}: a column holds text or integers, and the words are both; "
            f"{ADVICE}"
        )
    for word in words:
        fits = is_unicode(word) if isinstance(word, str) else _INT64.min <= word <= _INT64.max
        if not fits:
            raise FormatError(
                f"cannot write {path}: a column cannot hold the word {one_line(repr(word))} (not "
                f"Unicode, or an integer beyond 64 bits); {ADVICE}"
            )
    return pyarrow.int64() if isinstance(words[0], int) else pyarrow.large_string()


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
    return [name for name in _COLUMNS if name in names]


def tables_of(batches: Iterable[Any], schema: Any, names: list[str]) -> Iterator[Any]:  # noqa: ANN401
    """Yield each batch as a table of these columns, and an empty one first."""
    yield schema.empty_table().select(names)
    for batch in batches:
        yield pyarrow.Table.from_batches([batch]).select(names)


def from_arrow(parts: Iterable[Any], path: Path, selection: Selection) -> Table:
    """Return the words and vectors of tables of Arrow that have the same columns.

    Raises
    ------
    FormatError
        If a column has another type, or lacks a value.
    """
    words: list[Token] = []
    counts: list[NDArray[np.int64]] = []
    stores = {name: RowStore(selection.folder) for name in (VECTOR, OUTPUT)}
    names: Collection[str] = ()
    for part in parts:
        part.validate(full=True)
        names = part.column_names
        columns: Mapping[str, Any] = {name: part.column(name) for name in names}
        for name, column in columns.items():
            if column.null_count:
                raise FormatError(
                    f"{path}: the column '{name}' lacks {counted(column.null_count, 'value')}"
                )
        words += _words_of(columns[WORD], path)
        check_repeats(words, len(columns[WORD]), path)
        if COUNT in names:
            counts.append(_integers_of(columns[COUNT], path))
        for name in {VECTOR, OUTPUT}.intersection(names):
            stores[name].add(_rows_of(columns, name, path))
    if not words:
        raise FormatError(f"{path}: the table has no rows")
    table = Table(
        words=words,
        input_vectors=stores[VECTOR].matrix(),
        counts=np.concatenate(counts) if counts else None,
        output_vectors=stores[OUTPUT].matrix() if OUTPUT in names else None,
    )
    return selected(table, path, selection)


def _words_of(column: Any, path: Path) -> list[Token]:  # noqa: ANN401
    kind = column.type.value_type if types.is_dictionary(column.type) else column.type
    if str(kind) not in _TEXTS and not types.is_integer(kind):
        raise _wrong_type(WORD, column.type, path)
    words: list[Token] = column.to_pylist()
    return words


def _integers_of(column: Any, path: Path) -> NDArray[np.int64]:  # noqa: ANN401
    if not types.is_integer(column.type):
        raise _wrong_type(COUNT, column.type, path)
    counts: NDArray[np.int64] = column.to_numpy()
    return counts


def _rows_of(columns: Mapping[str, Any], name: str, path: Path) -> NDArray[np.floating]:
    """Return the lists of a column as the rows of a matrix."""
    column, scale = columns[name], columns.get(name + SCALE)
    kind, scales = column.type, None
    is_list = types.is_fixed_size_list(kind) or types.is_list(kind) or types.is_large_list(kind)
    is_number = types.is_floating if scale is None else types.is_integer
    if not is_list or not is_number(kind.value_type):
        raise _wrong_type(name, kind, path)
    if scale is not None:
        if not types.is_floating(scale.type):
            raise _wrong_type(name + SCALE, scale.type, path)
        scales = scale.to_numpy()
    if not len(column):
        return np.empty((0, 0), np.float32)
    parts, lengths = [], set()
    for chunk in column.chunks:
        values = chunk.flatten()
        if values.null_count:
            raise FormatError(
                f"{path}: the column '{name}' lacks {counted(values.null_count, 'number')}"
            )
        lengths |= set(chunk.value_lengths().unique().to_pylist())
        parts.append(values.to_numpy(zero_copy_only=False))
    if len(lengths) != 1 or 0 in lengths:
        told = one_line(str(sorted(lengths)[:5]))
        raise FormatError(f"{path}: the lists of '{name}' should have one length, got {told}")
    numbers = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return widen(numbers.reshape(-1, *lengths), scales)


def _wrong_type(name: str, kind: object, path: Path) -> FormatError:
    return FormatError(f"{path}: the column '{name}' has the type {one_line(str(kind))}")
