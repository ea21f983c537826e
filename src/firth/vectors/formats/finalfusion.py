"""finalfusion's files (`.fifu`): chunks of words, vectors, and their lengths. All is little-endian.

A file begins with `FiFu`, its version and the kinds of its chunks. Each chunk has its kind and its
length. Vectors have length one; a chunk of norms has the lengths that they had in training.

Source of the layout: the specification of finalfusion, <https://finalfusion.github.io/spec>.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, counted
from firth.io.atomic import atomic_write
from firth.vectors.formats.precision import blocks, widened
from firth.vectors.formats.row_store import RowStore
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.formats.stream import Stream
from firth.vectors.formats.texts import TextRule
from firth.vectors.formats.word2vec import REPLACED
from firth.vectors.search import unit_rows
from firth.vectors.table import Table

Floats = NDArray[np.float32]

RULE = TextRule("finalfusion's files")
_MAGIC, _VERSION = b"FiFu", 0
_HEADER, _CHUNK = struct.Struct("<4s 2I"), struct.Struct("<I Q")
_SIMPLE, _ARRAY, _QUANTIZED, _METADATA, _NORMS = 1, 2, 4, 5, 6
# Vocabularies of words and n-grams, and the bytes of the numbers between the size and the words.
_NUMBERS_OF_NGRAMS = {_SIMPLE: 0, 3: 12, 7: 12}
_FLOAT32 = 10
_LONGEST = 1 << 22


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read the words and their vectors, in the lengths that they had in training.

    Raises
    ------
    FormatError
        If the file is damaged, its vectors are compressed, or its words of a kind that is not read.
    """
    stream = Stream(file, path, size)
    magic, version, chunks = _HEADER.unpack(stream.take(_HEADER.size, "its header"))
    if (magic, version) != (_MAGIC, _VERSION):
        raise FormatError(f"{path}: is no file of finalfusion in version {_VERSION} of the format")
    stream.take(4 * min(chunks, _LONGEST), "the kinds of its chunks")
    found = _Chunks(stream, selection)
    while found.vectors is None or not stream.is_at_end():
        found.read()
    table = Table(
        words=found.words,
        input_vectors=_lengthened(found, path, selection.folder),
        config={"finalfusion": found.told},
    )
    return selected(table, path, selection)


class _Chunks:
    """What the chunks of a file hold, as far as they were read; they come in one order."""

    def __init__(self, stream: Stream, selection: Selection) -> None:
        self.words: list[str] = []
        self.vectors: Floats | None = None
        self.norms: Floats | None = None
        self.told: dict[str, str] = {}
        self._stream, self._selection = stream, selection

    def read(self) -> None:
        """Read the next chunk."""
        stream = self._stream
        kind, length = _CHUNK.unpack(stream.take(_CHUNK.size, "the start of a chunk"))
        end = stream.place + length
        if kind == _METADATA and not self.words:
            text = _bytes(stream, length, "its metadata")
            self.told = {"metadata": _decoded(text, stream.path, self._selection)}
        elif kind in _NUMBERS_OF_NGRAMS and not self.words:
            self.words = _read_words(stream, _NUMBERS_OF_NGRAMS[kind], self._selection)
        elif kind == _ARRAY and self.words and self.vectors is None:
            self.vectors = _read_vectors(stream, self._selection.folder)
        elif kind == _NORMS and self.vectors is not None and self.norms is None:
            self.norms = _read_norms(stream)
        else:
            raise FormatError(f"{stream.path}: {_unexpected(kind)}")
        if stream.place != end:
            raise FormatError(f"{stream.path}: damaged: a chunk of kind {kind} has another length")


def _lengthened(found: _Chunks, path: Path, folder: Path | None) -> Floats:
    """Return the vectors of the words, in the lengths of training if these are kept."""
    V, vectors, norms = len(found.words), found.vectors, found.norms
    if vectors is None or len(vectors) < V:
        rows = 0 if vectors is None else len(vectors)
        raise FormatError(f"{path}: has {counted(rows, 'vector')} for {counted(V, 'word')}")
    # The rows of n-grams follow.
    if norms is None:
        return vectors[:V]
    if len(norms) != V:
        raise FormatError(f"{path}: has {counted(len(norms), 'norm')} for {counted(V, 'word')}")
    return widened(vectors[:V], norms, RowStore(folder, V))


def _unexpected(kind: int) -> str:
    if kind == _QUANTIZED:
        return "its vectors are compressed (quantized), which Firth does not read"
    if kind in (8, 9):
        return "its n-grams are listed or hashed as floret does, which Firth does not read"
    return f"damaged: a chunk of kind {kind} where none is expected"


def _bytes(stream: Stream, length: int, what: str) -> bytes:
    if length > _LONGEST:
        raise FormatError(f"{stream.path}: damaged: {what} should have {length:,} bytes")
    return stream.take(length, what)


def _read_words(stream: Stream, skipped: int, selection: Selection) -> list[str]:
    (V,) = struct.unpack("<Q", stream.take(8, "the number of words"))
    stream.take(skipped, "the numbers of its n-grams")
    words = []
    for number in range(1, V + 1):
        what = f"word number {number:,} of {V:,}"
        (length,) = struct.unpack("<I", stream.take(4, what))
        encoded = _bytes(stream, length, what)
        words.append(_decoded(encoded, stream.path, selection))
    return words


def _decoded(encoded: bytes, path: Path, selection: Selection) -> str:
    try:
        return encoded.decode("utf-8", selection.encoding_errors)
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: a word is not UTF-8; {REPLACED}") from error


def _read_vectors(stream: Stream, folder: Path | None) -> Floats:
    rows, dim, kind = struct.unpack("<Q 2I", stream.take(16, "the size of its vectors"))
    if dim < 1:
        raise FormatError(f"{stream.path}: damaged: its vectors have {dim} dimensions")
    _skip_padding(stream, kind)
    return stream.table(rows, dim, "its vectors", folder)


def _read_norms(stream: Stream) -> Floats:
    rows, kind = struct.unpack("<Q I", stream.take(12, "the number of its norms"))
    _skip_padding(stream, kind)
    return stream.table(rows, 1, "its norms")[:, 0]


def _skip_padding(stream: Stream, kind: int) -> None:
    """Go to the next multiple of 4 bytes, where float32 begin; 4 bytes on if this is one."""
    if kind != _FLOAT32:
        raise FormatError(f"{stream.path}: expected numbers of type {_FLOAT32}, got {kind}")
    stream.take(4 - stream.place % 4, "its padding")


def write(table: Table, path: Path) -> None:
    """Write words, vectors of length one, and their lengths.

    Raises
    ------
    FormatError
        If a word is not Unicode, or the length of a vector exceeds float32.
    """
    words = [text.encode() for text in RULE.texts(table.words, path)]
    V, D = table.input_vectors.shape
    lengths = _lengths(table.input_vectors, path)
    kinds = (_SIMPLE, _ARRAY, _NORMS)
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        file.write(_HEADER.pack(_MAGIC, _VERSION, len(kinds)) + struct.pack("<3I", *kinds))
        file.write(_CHUNK.pack(_SIMPLE, 8 + sum(4 + len(word) for word in words)))
        file.write(struct.pack("<Q", V))
        file.writelines(struct.pack("<I", len(word)) + word for word in words)
        _write_start(file, _ARRAY, struct.pack("<Q 2I", V, D, _FLOAT32), 4 * V * D)
        for rows in blocks(table.input_vectors):
            file.write(unit_rows(rows).astype("<f4", copy=False).data)
        _write_start(file, _NORMS, struct.pack("<Q I", V, _FLOAT32), 4 * V)
        file.write(lengths.astype("<f4", copy=False).data)


def _write_start(file: BinaryIO, kind: int, size: bytes, length: int) -> None:
    """Write what stands before the numbers of a chunk; they have `length` bytes."""
    padding = bytes(4 - (file.tell() + _CHUNK.size + len(size)) % 4)
    file.write(_CHUNK.pack(kind, len(size) + len(padding) + length) + size + padding)


def _lengths(matrix: Floats, path: Path) -> Floats:
    """Return the lengths of vectors."""
    found = [np.linalg.norm(rows.astype(np.float64), axis=1) for rows in blocks(matrix)]
    with np.errstate(over="ignore"):
        lengths: Floats = np.concatenate(found).astype(np.float32)
    if not np.isfinite(lengths).all():
        raise FormatError(f"cannot write {path}: the length of a vector exceeds float32")
    return lengths


def is_replaceable(path: Path) -> bool:
    """Return whether a file is one of finalfusion."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
