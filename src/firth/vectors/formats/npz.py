"""NumPy's archives (`.npz`): an array for each part of the vectors, without objects.

========= ==========================================================
`words`   (V,) text, or int64 for items
`vectors` (V, D) float32
`counts`  (V,) int64, if they are known
`output`  (V, D) float32: the output vectors, if they were kept
========= ==========================================================
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, one_line
from firth.io.atomic import atomic_write
from firth.vectors.formats.arrays import read_array
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.table import Table, Token

WORDS, VECTORS, COUNTS, OUTPUT = "words", "vectors", "counts", "output"
_INT64 = np.iinfo(np.int64)
_DAMAGES = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError,
    OSError, UserWarning,
)  # fmt: skip


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read words and vectors, and what there is of counts and output vectors.

    Raises
    ------
    FormatError
        If the archive is damaged, lacks words or vectors, or one of them has another type.
    """
    del size  # The archive has its own table of contents.
    try:
        with zipfile.ZipFile(file) as archive:
            held = {name.removesuffix(".npy") for name in archive.namelist()}
            if not {WORDS, VECTORS} <= held:
                raise FormatError(
                    f"{path}: expected arrays '{WORDS}' and '{VECTORS}', got "
                    f"{one_line(str(sorted(held)))}"
                )
            arrays = {}
            for name in (WORDS, VECTORS, COUNTS, OUTPUT):
                if name not in held:
                    continue
                with archive.open(f"{name}.npy") as member:
                    arrays[name] = read_array(member, f"{path}: '{name}'")
    except KeyError as error:
        raise FormatError(f"{path}: {one_line(str(error))}") from error
    except _DAMAGES as error:
        raise FormatError(f"{path}: damaged: {one_line(str(error) or 'cut short')}") from error
    for name, kinds in ((WORDS, "Uiu"), (VECTORS, "f"), (COUNTS, "iu"), (OUTPUT, "f")):
        if name in arrays and arrays[name].dtype.kind not in kinds:
            raise FormatError(f"{path}: '{name}' has the type {arrays[name].dtype}")
    words = arrays[WORDS]
    if words.ndim != 1:
        raise FormatError(f"{path}: '{WORDS}' should have one dimension, not {words.ndim}")
    table = Table(
        words=words.tolist(),
        input_vectors=arrays[VECTORS],
        counts=arrays.get(COUNTS),
        output_vectors=arrays.get(OUTPUT),
    )
    return selected(table, path, selection)


def write(table: Table, path: Path) -> None:
    """Write words, vectors, and what there is of counts and output vectors.

    Raises
    ------
    FormatError
        If NumPy cannot hold the words: text and integers together, integers beyond 64 bits, or a
        word that ends with NUL.
    """
    arrays = {
        WORDS: _encoded(table.words, path),
        VECTORS: table.input_vectors,
        COUNTS: table.counts,
        OUTPUT: table.output_vectors,
    }
    held: dict[str, Any] = {name: array for name, array in arrays.items() if array is not None}
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **held)


def _encoded(words: Sequence[Token], path: Path) -> NDArray[Any]:
    """Return words as an array of text or of integers."""
    advice = "save to a folder instead (a path without suffix)"
    if {type(word) for word in words} == {str, int}:
        raise FormatError(
            f"cannot write {path}: an array holds text or integers, and the words are both; "
            f"{advice}"
        )
    for word in words:
        too_large = isinstance(word, int) and not _INT64.min <= word <= _INT64.max
        if too_large or (isinstance(word, str) and word.endswith("\0")):
            raise FormatError(
                f"cannot write {path}: an array cannot hold the word {one_line(repr(word))} "
                f"(an integer beyond 64 bits, or a NUL at its end); {advice}"
            )
    if isinstance(words[0], int):
        return np.array(words, np.int64)
    return np.array(words, np.str_)


def is_replaceable(path: Path) -> bool:
    """Return whether a file is an archive of words and vectors."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {f"{WORDS}.npy", f"{VECTORS}.npy"} <= set(archive.namelist())
    except _DAMAGES:
        return False
