"""The file of a folder of vectors that holds those of documents: `documents.safetensors`.

=========== ====================================================================================
`documents` (N, D) float32: a row for each document
`numbers`   (N,) int64: which line or token list of the source each is, from 0, rising
`tags`      (bytes,) uint8: the tags of the documents as a list in JSON, if they have some
=========== ====================================================================================

Numbers and rows are mapped: what is not asked for is not read.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, one_line
from firth.io.contents import DOCUMENTS as DOCUMENTS
from firth.io.contents import holds
from firth.vectors.documents import DocumentTable
from firth.vectors.formats.precision import Rows
from firth.vectors.formats.tensors import map_tensors, open_tensors, write_tensors
from firth.vectors.table import Token

_VECTORS, _NUMBERS, _TAGS = "documents", "numbers", "tags"
_KINDS = {_VECTORS: ("F32", 2), _NUMBERS: ("I64", 1)}
_KINDS_WITH_TAGS = {**_KINDS, _TAGS: ("U8", 1)}


def write_documents(documents: DocumentTable, folder: Path) -> None:
    """Write the file into a folder that is there.

    Raises
    ------
    OSError
        If the disk is full.
    """
    tensors: dict[str, Rows] = {_NUMBERS: documents.numbers, _VECTORS: documents.vectors}
    if documents.tags is not None:
        tensors[_TAGS] = np.frombuffer(json.dumps(documents.tags).encode(), np.uint8)
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
    if found not in (_KINDS, _KINDS_WITH_TAGS):
        raise FormatError(
            f"{path}: expected tensors {_KINDS_WITH_TAGS}, of which {_TAGS!r} may be missing, got "
            f"{one_line(str(found))}"
        )
    mapped = map_tensors(path, found)
    tags = _read_tags(mapped[_TAGS], path) if _TAGS in found else None
    return DocumentTable(mapped[_NUMBERS], mapped[_VECTORS], tags)


def _read_tags(encoded: NDArray[np.uint8], path: Path) -> tuple[Token, ...]:
    try:
        tags = json.loads(encoded.tobytes())
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}: 'tags' is damaged: it is no JSON") from error
    if not isinstance(tags, list):
        raise FormatError(f"{path}: expected a list under 'tags'")
    return tuple(tags)
