"""NumPy's archives (`.npz`): an array for each part of the vectors, without objects.

========= ==========================================================
`words`   (V,) text, or int64 for items
`vectors` (V, D) float32
`counts`  (V,) int64, if they are known
`output`  (V, D) float32: the output vectors, if they were kept
========= ==========================================================

If asked for, vectors are float16 or int8; `vectors_scale` and `output_scale` are what int8 are
multiplied with, a number for each row.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, one_line
from firth.io.atomic import atomic_write
from firth.io.mistaken import refuse_mistaken
from firth.io.zipped import DAMAGES, open_member
from firth.vectors.formats.arrays import read_blocks
from firth.vectors.formats.precision import FLOAT32, SCALE, Rows, blocks, narrowed, widen
from firth.vectors.formats.row_store import RowStore
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.formats.texts import ADVICE, check_repeats
from firth.vectors.table import Table, Token

WORDS, VECTORS, COUNTS, OUTPUT = "words", "vectors", "counts", "output"
_WORDS_AT_ONCE = 1 << 12
_INT64 = np.iinfo(np.int64)
_DAMAGES = (*DAMAGES, ValueError, UserWarning)


def read(file: io.BufferedReader, size: int | None, path: Path, selection: Selection) -> Table:
    """Read words and vectors, and what there is of counts and output vectors.

    Raises
    ------
    FormatError
        If the archive is damaged, lacks words or vectors, or one of them has another type.
    """
    del size  # The archive has its own table of contents.
    refuse_mistaken(file, path)
    try:
        with zipfile.ZipFile(file) as archive:
            return selected(_Archive(archive, path, selection.folder).table(), path, selection)
    except KeyError as error:
        raise FormatError(f"{path}: {one_line(str(error))}") from error
    except _DAMAGES as error:
        raise FormatError(f"{path}: damaged: {one_line(str(error) or 'cut short')}") from error


class _Archive:
    """The arrays of a file."""

    def __init__(self, archive: zipfile.ZipFile, path: Path, folder: Path | None) -> None:
        self._archive, self._path, self._folder = archive, path, folder
        self._held = {name.removesuffix(".npy") for name in archive.namelist()}

    def table(self) -> Table:
        """Return the words, and what there is beside them."""
        if not {WORDS, VECTORS} <= self._held:
            raise FormatError(
                f"{self._path}: expected arrays '{WORDS}' and '{VECTORS}', got "
                f"{one_line(str(sorted(self._held)))}"
            )
        words: list[Token] = []
        for block in self._blocks(WORDS, "Uiu"):
            words += block.tolist()
            check_repeats(words, len(block), self._path)
        return Table(
            words=words,
            input_vectors=self._matrix(VECTORS),
            counts=self._whole(COUNTS, "iu") if COUNTS in self._held else None,
            output_vectors=self._matrix(OUTPUT) if OUTPUT in self._held else None,
        )

    def _matrix(self, name: str) -> NDArray[np.float32]:
        scales = self._whole(name + SCALE, "f") if name + SCALE in self._held else None
        store, start = RowStore(self._folder), 0
        for rows in self._blocks(name, "f" if scales is None else "i", dimensions=2):
            stop = start + len(rows)
            if scales is not None and stop > len(scales):
                raise FormatError(f"{self._path}: '{name + SCALE}' has no number for some rows")
            store.add(widen(rows, None if scales is None else scales[start:stop]))
            start = stop
        return store.matrix()

    def _whole(self, name: str, kinds: str) -> NDArray[Any]:
        return np.concatenate(list(self._blocks(name, kinds)))

    def _blocks(self, name: str, kinds: str, dimensions: int = 1) -> Iterator[NDArray[Any]]:
        """Yield the rows of an array by blocks, the first of which tells its type."""
        with open_member(self._archive, self._archive.getinfo(f"{name}.npy")) as member:
            for block in read_blocks(member, f"{self._path}: '{name}'"):
                if block.dtype.kind not in kinds:
                    raise FormatError(f"{self._path}: '{name}' has the type {block.dtype}")
                if block.ndim != dimensions:
                    expected = "one dimension" if dimensions == 1 else "two dimensions"
                    raise FormatError(
                        f"{self._path}: '{name}' should have {expected}, not {block.ndim}"
                    )
                yield block


def write(table: Table, path: Path, dtype: str = FLOAT32) -> None:
    """Write words, vectors, and what there is of counts and output vectors.

    Raises
    ------
    FormatError
        If NumPy cannot hold the words: text and integers together, integers beyond 64 bits, or a
        word that ends with NUL.
    """
    kind = _kind_of(table.words, path)
    tables = {VECTORS: table.input_vectors, OUTPUT: table.output_vectors}
    arrays: dict[str, Rows] = narrowed(tables, dtype)
    if table.counts is not None:
        arrays[COUNTS] = table.counts
    with (
        atomic_write(path) as temporary,
        zipfile.ZipFile(temporary, "w") as archive,
    ):
        starts = range(0, len(table.words), _WORDS_AT_ONCE)
        few = (np.array(table.words[start : start + _WORDS_AT_ONCE], kind) for start in starts)
        _write(archive, WORDS, (len(table.words),), kind, few)
        for name, rows in arrays.items():
            parts = blocks(rows) if len(rows.shape) == 2 else [rows[:]]
            _write(archive, name, rows.shape, rows.dtype, parts)


def _write(
    archive: zipfile.ZipFile,
    name: str,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    parts: Iterable[NDArray[Any]],
) -> None:
    """Write an array that comes in parts, as NumPy writes whole ones."""
    header = {"shape": shape, "fortran_order": False, "descr": np.lib.format.dtype_to_descr(dtype)}
    # The size is not known when the member begins.
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array_header_1_0(member, header)
        for part in parts:
            member.write(np.ascontiguousarray(part).reshape(-1).view(np.uint8).data)


def _kind_of(words: Sequence[Token], path: Path) -> np.dtype[Any]:
    """Return the type of an array of words: of integers, or of texts as long as the longest."""
    if {type(word) for word in words} == {str, int}:
        raise FormatError(
            f"cannot write {path}: an array holds text or integers, and the words are both; "
            f"{ADVICE}"
        )
    for word in words:
        too_large = isinstance(word, int) and not _INT64.min <= word <= _INT64.max
        if too_large or (isinstance(word, str) and word.endswith("\0")):
            raise FormatError(
                f"cannot write {path}: an array cannot hold the word {one_line(repr(word))} "
                f"(an integer beyond 64 bits, or a NUL at its end); {ADVICE}"
            )
    if isinstance(words[0], int):
        return np.dtype(np.int64)
    return np.dtype(f"U{max(1, *map(len, map(str, words)))}")


def is_replaceable(path: Path) -> bool:
    """Return whether a file is an archive of words and vectors."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {f"{WORDS}.npy", f"{VECTORS}.npy"} <= set(archive.namelist())
    except _DAMAGES:
        return False
