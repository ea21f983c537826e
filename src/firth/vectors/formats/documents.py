"""The file of a folder of vectors that holds those of documents: `documents.safetensors`.

=========== ====================================================================================
`documents` (N, D) float32: a row for each document
`numbers`   (N,) int64: which line or token list of the source each is, from 0, rising
=========== ====================================================================================

The tensors are mapped: what is not asked for is not read.
"""

from __future__ import annotations

from pathlib import Path

from firth.errors import FormatError, one_line
from firth.io.contents import DOCUMENTS as DOCUMENTS
from firth.io.contents import holds
from firth.vectors.documents import DocumentTable
from firth.vectors.formats.precision import Rows
from firth.vectors.formats.tensors import map_tensors, open_tensors, write_tensors

_VECTORS, _NUMBERS = "documents", "numbers"
_KINDS = {_VECTORS: ("F32", 2), _NUMBERS: ("I64", 1)}


def write_documents(documents: DocumentTable, folder: Path) -> None:
    """Write the file into a folder that is there.

    Raises
    ------
    OSError
        If the disk is full.
    """
    tensors: dict[str, Rows] = {_NUMBERS: documents.numbers, _VECTORS: documents.vectors}
    write_tensors(tensors, folder / DOCUMENTS)


def read_documents(folder: Path) -> DocumentTable | None:
    """Return the documents of a folder, mapped; None if it has none.

    Raises
    ------
    FormatError
        If the file is damaged.
    """
    if not holds(folder, DOCUMENTS):
        return None
    path = folder / DOCUMENTS
    with open_tensors(path) as tensors:
        held = {name: tensors.get_slice(name) for name in tensors.keys()}  # noqa: SIM118
        found = {name: (held[name].get_dtype(), len(held[name].get_shape())) for name in held}
    if found != _KINDS:
        raise FormatError(f"{path}: expected tensors {_KINDS}, got {one_line(str(found))}")
    mapped = map_tensors(path, (_NUMBERS, _VECTORS))
    return DocumentTable(mapped[_NUMBERS], mapped[_VECTORS])
