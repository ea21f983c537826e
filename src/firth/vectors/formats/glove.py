"""GloVe's text format: a line for each word and its D numbers, and no header.

`word2vec_text` reads such files too, under the suffixes that both have. Here a first line of two
fields is a word of one dimension, and never a header.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import BinaryIO

from firth.errors import FormatError
from firth.io.atomic import atomic_write
from firth.vectors.formats import word2vec_text
from firth.vectors.formats.selection import Selection
from firth.vectors.formats.word2vec import encoded_rows
from firth.vectors.table import Table

READS_BY_ROWS = True

recognises = word2vec_text.recognises


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read words and vectors, line by line.

    Raises
    ------
    FormatError
        If a line is not a UTF-8 word and as many finite numbers as the first line has.
    """
    return word2vec_text.read_without_header(file, size, path, selection)


def write(table: Table, path: Path) -> None:
    """Write words and input vectors, with enough digits to read back the same float32.

    Raises
    ------
    FormatError
        If the format cannot hold a word.
    """
    first = str(table.words[0]).encode("utf-8", "surrogatepass")
    if first.startswith(codecs.BOM_UTF8):
        raise FormatError(
            f"cannot write {path}: the first word begins with a byte order mark, which would be "
            "taken for that of the file; convert to word2vec-text, which has a header"
        )
    encoded = encoded_rows(table, path, word2vec_text.encoder())
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        file.writelines(encoded)
