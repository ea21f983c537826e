"""Arrow's files, also called Feather: a table of words and vectors. Needs the extra `arrow`."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pyarrow
from pyarrow import ipc

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
        names = check_columns(ipc.open_file(file).schema.names, path)
        file.seek(0)
        options = ipc.IpcReadOptions(use_threads=False)
        with ipc.open_file(file, options=options) as opened:
            batches = [opened.get_batch(n) for n in range(opened.num_record_batches)]
            found = pyarrow.Table.from_batches(batches, opened.schema).select(names)
            return from_arrow(found, path, selection)


def write(table: Table, path: Path) -> None:
    """Write words, vectors, and what there is of counts and output vectors.

    Raises
    ------
    FormatError
        If a column cannot hold the words.
    """
    columns = to_arrow(table, path)
    with (
        atomic_write(path) as temporary,
        temporary.open("wb") as file,
        ipc.new_file(file, columns.schema) as writer,
    ):
        writer.write_table(columns, ROWS_AT_ONCE)


def is_replaceable(path: Path) -> bool:
    """Return whether a file holds columns of words and vectors."""
    try:
        with path.open("rb") as file, ipc.open_file(file) as opened:
            return is_of_vectors(opened.schema.names)
    except DAMAGES:
        return False
