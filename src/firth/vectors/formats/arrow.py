"""Arrow's files, also called Feather: a table of words and vectors. Needs the extra `arrow`.

Streams of Arrow, which datasets writes under the same suffix, are read too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import pyarrow
from pyarrow import ipc

from firth.errors import FormatError
from firth.io.atomic import atomic_write
from firth.vectors.formats.arrow_tables import (
    DAMAGES,
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

# What the messages of a stream begin with.
_STREAM = b"\xff\xff\xff\xff"


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read the columns of words and vectors, and what there is of counts and output vectors.

    Raises
    ------
    FormatError
        If the file is damaged or compressed as a whole, or lacks a column.
    """
    is_stream = file.read(len(_STREAM)) == _STREAM
    file.seek(0)
    if is_stream:
        return _read_stream(file, size, path, selection)
    with reading(size, path):
        names = check_columns(ipc.open_file(file).schema.names, path)
        file.seek(0)
        options = ipc.IpcReadOptions(use_threads=False)
        with ipc.open_file(file, options=options) as opened:
            batches = (opened.get_batch(n) for n in range(opened.num_record_batches))
            return from_arrow(tables_of(batches, opened.schema, names), path, selection)


def _read_stream(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    # Bytes that a file promises and does not have are found by its size, which a mapping knows.
    with reading(size, path), pyarrow.memory_map(os.fsencode(path)) as mapped:
        options = ipc.IpcReadOptions(use_threads=False)
        with ipc.open_stream(mapped, options=options) as opened:
            names = check_columns(opened.schema.names, path)
            table = from_arrow(tables_of(opened, opened.schema, names), path, selection)
        if mapped.tell() != mapped.size():
            raise FormatError(
                f"{path}: more follows the end of the stream, at byte {mapped.tell()}"
            )
        return table


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
        temporary.open("wb") as file,
        ipc.new_file(file, schema) as writer,
    ):
        for part in parts:
            writer.write_table(part)


def is_replaceable(path: Path) -> bool:
    """Return whether a file holds columns of words and vectors."""
    try:
        with path.open("rb") as file, ipc.open_file(file) as opened:
            return is_of_vectors(opened.schema.names)
    except DAMAGES:
        return False
