"""The file of a folder of vectors that holds those of documents: `documents.safetensors`.

=========== ====================================================================================
`documents` (N, D) float32: a row for each document
`numbers`   (N,) int64: which line or token list of the source each is, from 0, rising
=========== ====================================================================================

The tensors are mapped: what is not asked for is not read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from firth.errors import FormatError, one_line
from firth.io.contents import DOCUMENTS as DOCUMENTS
from firth.vectors.documents import DocumentTable
from firth.vectors.formats.tensors import map_tensors

_VECTORS, _NUMBERS = "documents", "numbers"
_KINDS = {_VECTORS: ("F32", 2, "<f4"), _NUMBERS: ("I64", 1, "<i8")}


def write_documents(documents: DocumentTable, folder: Path) -> None:
    """Write the file into a folder that is there.

    safetensors' own function would copy the vectors, which may fill most of the memory.

    Raises
    ------
    OSError
        If the disk is full.
    """
    arrays: dict[str, NDArray[Any]] = {_NUMBERS: documents.numbers, _VECTORS: documents.vectors}
    header, end = {}, 0
    for name, array in arrays.items():
        begin, end = end, end + array.nbytes
        place = {"shape": array.shape, "data_offsets": (begin, end)}
        header[name] = {"dtype": _KINDS[name][0], **place}
    encoded = json.dumps(header).encode()
    # So that the numbers are aligned.
    encoded = encoded.ljust(-(-len(encoded) // 8) * 8)
    with (folder / DOCUMENTS).open("wb") as file:
        file.write(len(encoded).to_bytes(8, "little") + encoded)
        for name, array in arrays.items():
            file.write(np.ascontiguousarray(array, _KINDS[name][2]).data)


def read_documents(folder: Path) -> DocumentTable | None:
    """Return the documents of a folder, mapped; None if it has none.

    Raises
    ------
    FormatError
        If the file is damaged.
    """
    path = folder / DOCUMENTS
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="np") as tensors:
            held = {name: tensors.get_slice(name) for name in tensors.keys()}  # noqa: SIM118
            found = {name: (held[name].get_dtype(), len(held[name].get_shape())) for name in held}
    except (SafetensorError, OSError) as error:
        raise FormatError(f"{path}: damaged: {one_line(str(error))}") from error
    expected = {name: kind[:2] for name, kind in _KINDS.items()}
    if found != expected:
        raise FormatError(f"{path}: expected tensors {expected}, got {one_line(str(found))}")
    mapped = map_tensors(path, (_NUMBERS, _VECTORS))
    return DocumentTable(mapped[_NUMBERS], mapped[_VECTORS])
