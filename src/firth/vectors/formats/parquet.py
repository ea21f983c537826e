"""Parquet files: a table of words, vectors, counts. Needs the extra `arrow`."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from pyarrow import parquet

from firth.io.atomic import atomic_write
from firth.vectors.formats.arrow_tables import (
    DAMAGES,
    ROWS_AT_ONCE,
    check_columns,
    from_arrow,
    is_of_vectors,
    reading,
    tables_of,
    to_arrow,
)
from firth.vectors.formats.precision import FLOAT32
from firth.vectors.formats.selection import Selection
from firth.vectors.table import Table


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read the columns of words and vectors, and what there is of counts and output vectors.

    Raises
    ------
    FormatError
        If the file is damaged or compressed as a whole, or lacks a column.
    """
    with reading(size, path):
        # Buffers would keep what was read until the end.
        opened = parquet.ParquetFile(file, pre_buffer=False)
        names = check_columns(opened.schema_arrow.names, path)
        batches = opened.iter_batches(ROWS_AT_ONCE, columns=names, use_threads=False)
        return from_arrow(tables_of(batches, opened.schema_arrow, names), path, selection)


def write(table: Table, path: Path, dtype: str = FLOAT32) -> None:
    """Write words, vectors, and what there is of counts and output vectors.

    Raises
    ------
    FormatError
        If a column cannot hold the words.
    """
    schema, parts = to_arrow(table, path, dtype)
    with (
        atomic_write(path) as temporary,
        # Neither words nor numbers repeat much.
        parquet.ParquetWriter(temporary, schema, use_dictionary=False) as writer,
    ):
        for part in parts:
            writer.write_table(part)


def is_replaceable(path: Path) -> bool:
    """Return whether a file holds columns of words and vectors."""
    try:
        return is_of_vectors(parquet.read_schema(path).names)
    except DAMAGES:
        return False
