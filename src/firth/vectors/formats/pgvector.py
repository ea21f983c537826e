r"""A script for PostgreSQL with pgvector: a table of words and vectors, filled by COPY.

The table has the name of the file, without its suffix. Rows follow in COPY's text format: columns
with tabs between them, where a backslash begins what stands for a tab, a line's end or a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from firth.checks import INT64_MAX
from firth.errors import FormatError, one_line
from firth.io.atomic import atomic_write
from firth.io.contents import SCRIPT
from firth.vectors.formats.decimals import DecimalWriter
from firth.vectors.formats.precision import FLOAT32, blocks, narrowed
from firth.vectors.formats.texts import TextRule
from firth.vectors.table import Table

# A text of PostgreSQL has no NUL, and an index of texts no long ones.
RULE = TextRule(
    "PostgreSQL", re.compile(r"\0|.{501}", re.DOTALL), "with NUL, or more than 500 characters"
)
_FIRST_LINE = f"{SCRIPT}\n"
_MOST_DIMENSIONS = 16_000
_LONGEST_NAME = 63
_TYPES = {FLOAT32: "vector", "float16": "halfvec"}
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def write(table: Table, path: Path, dtype: str = FLOAT32) -> None:
    """Write a script that makes a table of the words, their counts if known, and their vectors.

    Raises
    ------
    FormatError
        If PostgreSQL cannot hold a word or the name, or pgvector the dimensions.
    """
    rows = narrowed({"vector": table.input_vectors}, dtype)["vector"]
    D = rows.shape[1]
    if D > _MOST_DIMENSIONS:
        raise FormatError(
            f"cannot write {path}: pgvector holds {_MOST_DIMENSIONS:,} dimensions, not {D:,}"
        )
    texts = RULE.texts(table.words, path)
    are_integers = all(isinstance(w, int) and abs(w) <= INT64_MAX for w in table.words)
    columns = {
        "id": "integer PRIMARY KEY",
        "word": f"{'bigint' if are_integers else 'text'} NOT NULL UNIQUE",
        "count": "bigint",
        "vector": f"{_TYPES[dtype]}({D}) NOT NULL",
    }
    if table.counts is None:
        del columns["count"]
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        file.write(_head(columns, path).encode())
        writer = DecimalWriter(b",")
        leading = _leading_columns(texts, table)
        for block in blocks(rows):
            file.writelines(next(leading) + b"[%b]\n" % row for row in writer.spell(block))
        file.write(b"\\.\n\nCOMMIT;\n")


def _head(columns: dict[str, str], path: Path) -> str:
    """Return what stands before the rows."""
    try:
        length = len(path.stem.encode())
    except UnicodeEncodeError as error:
        raise FormatError(
            f"cannot write {one_line(str(path))}: the name of the table would not be Unicode"
        ) from error
    if length > _LONGEST_NAME:
        raise FormatError(
            f"cannot write {path}: the name of the table would have {length} bytes, of which "
            f"PostgreSQL keeps {_LONGEST_NAME}; choose a shorter name"
        )
    name = '"' + path.stem.replace('"', '""') + '"'
    described = ",\n".join(f"    {column} {kind}" for column, kind in columns.items())
    # If a statement fails, psql would go on, and take the rows for statements.
    return (
        f"{_FIRST_LINE}\n\\set ON_ERROR_STOP on\nSET client_encoding = 'UTF8';\nBEGIN;\n"
        "CREATE EXTENSION IF NOT EXISTS vector;\n"
        f"CREATE TABLE {name} (\n{described}\n);\n\n"
        f"COPY {name} ({', '.join(columns)}) FROM stdin;\n"
    )


def _leading_columns(texts: list[str], table: Table) -> Iterator[bytes]:
    """Yield the columns of each row before the vector."""
    counts = None if table.counts is None else table.counts.tolist()
    for row, text in enumerate(texts):
        count = "" if counts is None else f"{counts[row]}\t"
        yield f"{row}\t{text.translate(_ESCAPED)}\t{count}".encode()


def is_replaceable(path: Path) -> bool:
    """Return whether a file is such a script."""
    with path.open("rb") as file:
        return file.read(len(_FIRST_LINE)) == _FIRST_LINE.encode()
