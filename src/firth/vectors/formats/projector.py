r"""The files of TensorBoard's Embedding Projector: a folder with two tables.

============== ===================================================================================
`vectors.tsv`  a line for each word: its D numbers, with tabs between them
`metadata.tsv` a line for each word; if counts are known, the first line is `word\tcount`
============== ===================================================================================

The projector takes the first line of metadata for names of columns if it has a tab.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.checks import INT64_MAX
from firth.errors import FormatError, counted, one_line
from firth.io.atomic import atomic_write
from firth.io.compression import open_regular
from firth.io.mistaken import refuse_mistaken
from firth.vectors.formats.decimals import DecimalReader, DecimalWriter, is_finite_number
from firth.vectors.formats.precision import blocks
from firth.vectors.formats.row_store import RowStore
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.formats.texts import TextRule
from firth.vectors.formats.word2vec import REPLACED
from firth.vectors.table import Table

VECTORS, METADATA = "vectors.tsv", "metadata.tsv"
_WORD, _COUNT = "word", "count"
# The byte order mark, with which some programs begin a file.
_MARK = "\ufeff"
_BLOCK_BYTES = 1 << 20
# A tab or the end of a line, in Firth's eyes or in those of others.
RULE = TextRule(
    "the projector's tables",
    re.compile(r"\A\s*\Z|[\t\n\r]"),
    "empty, or with a tab or the end of a line",
)


def read(path: Path, selection: Selection) -> Table:
    """Read the words, their counts if there are any, and the vectors.

    Raises
    ------
    FormatError
        If a file is missing or damaged, or the two have not as many lines.
    """
    words, counts = _read_metadata(path / METADATA, selection)
    matrix = _read_numbers(path / VECTORS, selection.folder)
    if len(matrix) != len(words):
        raise FormatError(
            f"{path}: has {counted(len(words), 'word')} for {counted(len(matrix), 'vector')}"
        )
    return selected(Table(words=words, input_vectors=matrix, counts=counts), path, selection)


def _read_metadata(path: Path, selection: Selection) -> tuple[list[str], NDArray[np.int64] | None]:
    with open_regular(path) as file:
        refuse_mistaken(file, path)
        encoded = file.read()
    try:
        text = encoded.decode("utf-8", selection.encoding_errors)
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: not UTF-8 at byte {error.start}; {REPLACED}") from error
    lines = text.removeprefix(_MARK).removesuffix("\n").split("\n")
    lines = [line.removesuffix("\r") for line in lines]
    if "\t" not in lines[0]:
        return lines, None
    names = lines[0].split("\t")
    # The projector's own column of names is the first one.
    place = names.index(_WORD) if _WORD in names else 0
    column = names.index(_COUNT) if _COUNT in names else None
    words, counts = [], []
    for number, line in enumerate(lines[1:], 2):
        row = line.split("\t")
        if len(row) != len(names):
            raise FormatError(
                f"{path}: line {number}: expected {counted(len(names), 'column')}, got {len(row)}"
            )
        words.append(row[place])
        if column is not None:
            counts.append(row[column])
    return words, None if column is None else _counts_of(counts)


def _counts_of(column: Sequence[str]) -> NDArray[np.int64] | None:
    """Return counts, or None if the column is of anything else."""
    if not all(field.isascii() and field.isdigit() and len(field) < 20 for field in column):
        return None
    numbers = [int(field) for field in column]
    return None if max(numbers, default=0) > INT64_MAX else np.array(numbers, np.int64)


def _read_numbers(path: Path, folder: Path | None) -> NDArray[np.float32]:
    """Return the rows of the vectors."""
    store = RowStore(folder)
    decimals, number = None, 1
    with open_regular(path) as file:
        refuse_mistaken(file, path)
        if file.peek(len(BOM_UTF8)).startswith(BOM_UTF8):
            file.read(len(BOM_UTF8))
        while lines := file.readlines(_BLOCK_BYTES):
            rows = [line.rstrip(b"\r\n") for line in lines]
            decimals = decimals or DecimalReader(len(rows[0].split(b"\t")), b"\t")
            try:
                store.add(decimals.parse(rows))
            except ValueError as error:
                faults = ((place, _fault(row, decimals)) for place, row in enumerate(rows))
                place, fault = next((place, fault) for place, fault in faults if fault)
                raise FormatError(f"{path}: line {number + place}: {fault}") from error
            number += len(lines)
    return store.matrix()


def _fault(row: bytes, decimals: DecimalReader) -> str | None:
    """Return what is wrong with a row, or None if it is valid."""
    fields = row.split(b"\t")
    if len(fields) != decimals.dim:
        wanted = f"{counted(decimals.dim, 'number')} with tabs between them"
        return f"expected {wanted}, got {counted(len(fields), 'column')}"
    wrong = next((field for field in fields if not is_finite_number(field)), None)
    if wrong is None:
        try:
            decimals.parse([row])
        except ValueError as error:
            return one_line(str(error))
        return None
    if not wrong:
        return "a number is missing"
    return f"{one_line(repr(wrong.decode(errors='replace')))} is not a finite float32"


def write(table: Table, path: Path) -> None:
    """Write a folder with the words, their counts if they are known, and the vectors.

    Raises
    ------
    FormatError
        If a word is empty or white space alone, holds a tab or the end of a line, or is not
        Unicode, or an integer and a text would be read back the same.
    """
    words = RULE.texts(table.words, path)
    if table.counts is None:
        # A first word that begins with a mark would lose it.
        lines = [_MARK + words[0] if words[0].startswith(_MARK) else words[0], *words[1:]]
    else:
        pairs = zip(words, table.counts.tolist(), strict=True)
        lines = [f"{_WORD}\t{_COUNT}", *(f"{word}\t{count}" for word, count in pairs)]
    writer = DecimalWriter(b"\t")
    with atomic_write(path, folder=True) as temporary:
        (temporary / METADATA).write_bytes("".join(f"{line}\n" for line in lines).encode())
        with (temporary / VECTORS).open("wb") as file:
            for rows in blocks(table.input_vectors):
                file.writelines(b"%b\n" % row for row in writer.spell(rows))
