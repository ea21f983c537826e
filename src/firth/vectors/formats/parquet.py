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
    to_arrow,
)
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
        opened = parquet.ParquetFile(file)
        names = check_columns(opened.schema_arrow.names, path)
        return from_arrow(opened.read(names, use_threads=False), path, selection)


def write(table: Table, path: Path) -> None:
    """Write words, vectors, and what there is of counts and output vectors.

    Raises
    ------
    FormatError
        If a column cannot hold the words.
    """
    columns = to_arrow(table, path)
    with atomic_write(path) as temporary:
        parquet.write_table(columns, temporary, row_group_size=ROWS_AT_ONCE)


def is_replaceable(path: Path) -> bool:
    """Return whether a file holds columns of words and vectors."""
    try:
        return is_of_vectors(parquet.read_schema(path).names)
    except DAMAGES:
        return False
