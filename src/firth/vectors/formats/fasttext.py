"""fastText's binary models (`.bin`), of the versions 11 and 12 of the file, with their n-grams.

Those from before 2017 are read too. They lack the first two numbers, what is told of compression,
and are otherwise the same.

After the settings come the words with their counts, then two tables of float32: the rows of the
words and of the n-grams, and the output vectors. All numbers are little-endian.

fastText takes the mean of a word's own row and those of its n-grams, and of an unknown word's
n-grams. So any vector of a word can be written, by the choice of its own row, and of an unknown
word what is a mean: Firth divides by the root of the number of rows, so there only the direction is
the same, as it is if rows are scaled to length one.

Source of the layout: fastText 0.9.2, `Args::load`, `Dictionary::load`, `DenseMatrix::load`.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, FormatError, counted, reraise, warn
from firth.io.atomic import atomic_write
from firth.subwords.cutting import byte_ngrams, fasttext_hash
from firth.subwords.subwords import Subwords
from firth.vectors.composition import RawTables, Space, bag_sums, composed_blocks
from firth.vectors.formats.fasttext_settings import (
    LOSSES,
    MAGIC,
    MODELS,
    VERSIONS,
    Settings,
    check_settings,
    described,
    settings_of,
    tokens_of,
)
from firth.vectors.formats.precision import blocks
from firth.vectors.formats.row_store import RowStore
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.formats.stream import Stream
from firth.vectors.formats.texts import TextRule
from firth.vectors.formats.word2vec import REPLACED
from firth.vectors.readout import RECIPES
from firth.vectors.table import Table, Token

Floats = NDArray[np.float32]

RULE = TextRule("fastText's models", re.compile("\0"), "with NUL")

_MARK = struct.Struct("<2i")
# In the place of the mark, which models from before 2017 lack.
_EARLY = _MARK.pack(0, 0)
_SETTINGS = struct.Struct("<2i 12i d")
_SIZES = struct.Struct("<3i q")
_PRUNED = struct.Struct("<q")
_ENTRY = struct.Struct("<q b")
_SHAPE = struct.Struct("<2q")
_WORD = 0


class _Words(NamedTuple):
    """The words as they stand in the file, and how often each occurred."""

    encoded: list[bytes]
    counts: NDArray[np.int64]
    tokens: int
    is_pruned: bool


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read the words, their composed vectors, the rows that these are composed of, and the output.

    Raises
    ------
    FormatError
        If the model is compressed by `fasttext quantize`, of another version, or damaged, or a word
        is not UTF-8.
    """
    stream = Stream(file, path, size)
    settings = _read_settings(stream)
    check_settings(settings, path)
    words = _read_words(stream, path, settings)
    if words.is_pruned or _is_compressed(stream, settings, "the kind of its first table"):
        raise FormatError(
            f"{path}: the model is compressed (fasttext quantize, .ftz), which Firth does not "
            "read; load the model that it was made of"
        )
    table = _read_table(stream, settings.dim, "the rows of words and n-grams", selection.folder)
    V = len(words.encoded)
    if len(table) != V + settings.bucket:
        raise FormatError(
            f"{path}: has {counted(len(table), 'row')} for {counted(V, 'word')} and "
            f"{counted(settings.bucket, 'bucket')}"
        )
    output = _read_output(stream, settings, selection.folder)
    decoded = _decoded(words.encoded, path, selection)
    subwords = _subwords(settings, path)
    # Without n-grams of characters, the other rows are those of neighbouring words.
    raw = RawTables(table if subwords is not None else table[:V], subwords)
    with reraise(FormatError, f"read {path}", ConfigError):
        vectors = _composed(raw, decoded, words.encoded, selection.folder)
    whole = Table(
        words=decoded,
        input_vectors=vectors,
        counts=words.counts if words.counts.any() else None,
        output_vectors=output if output is not None and len(output) == V else None,
        config={"fasttext": described(settings) | {"ntokens": words.tokens}},
        raw=None if subwords is None else raw,
    )
    return selected(whole, path, selection)


def _read_settings(stream: Stream) -> Settings:
    mark = stream.take(_MARK.size, "its settings")
    if _MARK.unpack(mark)[0] != MAGIC:
        # These are two settings already.
        mark = _EARLY + mark
    rest = stream.take(_SETTINGS.size - len(mark), "its settings")
    return Settings(*_SETTINGS.unpack(mark + rest))


def _read_words(stream: Stream, path: Path, settings: Settings) -> _Words:
    """Read the words and skip the labels, which follow them."""
    size, V, labels, tokens = _SIZES.unpack(stream.take(_SIZES.size, "its sizes"))
    pruned = -1
    if settings.magic == MAGIC:
        (pruned,) = _PRUNED.unpack(stream.take(_PRUNED.size, "its sizes"))
    if V < 1 or labels < 0 or size != V + labels:
        raise FormatError(
            f"{path}: damaged: {counted(V, 'word')} and {counted(labels, 'label')} are not "
            f"{size:,} in all"
        )
    encoded, counts = [], []
    for number in range(1, size + 1):
        word = stream.until_nul(f"word number {number:,} of {size:,}")
        count, kind = _ENTRY.unpack(stream.take(_ENTRY.size, f"the count of word {number:,}"))
        if (kind == _WORD) != (number <= V) or count < 0:
            raise FormatError(f"{path}: damaged: word number {number:,} has kind {kind}")
        if kind == _WORD:
            encoded.append(word)
            counts.append(count)
    # -1 says that no n-gram was left out.
    return _Words(encoded, np.array(counts, np.int64), tokens, pruned != -1)


def _is_compressed(stream: Stream, settings: Settings, what: str) -> bool:
    """Return whether the next table is compressed; of early models, none is."""
    return settings.magic == MAGIC and stream.flag(what)


def _read_output(stream: Stream, settings: Settings, folder: Path | None) -> Floats | None:
    """Read the output vectors; None if the rows are not those of words."""
    if _is_compressed(stream, settings, "the kind of its second table"):
        raise FormatError(f"{stream.path}: damaged: only the second of its tables is compressed")
    output = _read_table(stream, settings.dim, "the output vectors", folder)
    stream.check_end()
    is_of_words = MODELS[settings.model] != "supervised" and LOSSES[settings.loss] != "hs"
    return output if is_of_words else None


def _subwords(settings: Settings, path: Path) -> Subwords | None:
    """Return how words are cut, or None if they are whole."""
    # Models of labels had no n-grams of characters before version 12, whatever they say.
    is_old = settings.version < VERSIONS[-1] and MODELS[settings.model] == "supervised"
    least, most = max(1, settings.minn), settings.maxn
    if is_old or most < least or not settings.bucket:
        return None
    with reraise(FormatError, f"read {path}", ConfigError):
        return Subwords(least, most, buckets=settings.bucket, normalization="none", exponent=1.0)


def _decoded(encoded: Sequence[bytes], path: Path, selection: Selection) -> list[str]:
    """Decode words; one that is not UTF-8 does not matter if it is not asked for."""
    words = []
    errors = "surrogateescape" if selection.encoding_errors == "surrogateescape" else "replace"
    for number, word in enumerate(encoded, 1):
        try:
            words.append(word.decode())
        except UnicodeDecodeError as error:
            words.append(word.decode(errors=errors))
            is_read = number <= selection.rows(len(encoded)) and selection.takes(words[-1])
            if is_read and selection.encoding_errors == "strict":
                raise FormatError(
                    f"{path}: word number {number:,} is not UTF-8; {REPLACED}"
                ) from error
    return words


def _composed(
    raw: RawTables, words: Sequence[str], encoded: Sequence[bytes], folder: Path | None
) -> Floats:
    """Return the vectors of words; those that are not UTF-8 are cut as bytes, as fastText does."""
    if raw.subwords is None:
        return raw.input
    store, V, first = RowStore(folder, len(words)), len(words), 0
    for vectors in composed_blocks(raw, words, own_row=True):
        for row, word in enumerate(encoded[first : first + len(vectors)], first):
            if "\ufffd" not in words[row] or words[row].encode() == word:
                continue
            ngrams = byte_ngrams(word, raw.subwords.least, raw.subwords.most)
            hashed = (V + fasttext_hash(ngram) % len(raw.subwords) for ngram in ngrams)
            rows = np.fromiter(itertools.chain([row], hashed), np.int64)
            vectors[row - first] = raw.input[rows].mean(axis=0, dtype=np.float64)
        first += len(vectors)
        store.add(vectors)
    return store.matrix()


def _read_table(stream: Stream, dim: int, what: str, folder: Path | None) -> Floats:
    """Read a table whose size stands before it."""
    rows, width = _SHAPE.unpack(stream.take(_SHAPE.size, what))
    if width != dim or rows < 0:
        raise FormatError(
            f"{stream.path}: damaged: {what} should have {counted(dim, 'column')}, not "
            f"{counted(rows, 'row')} of {width:,}"
        )
    return stream.table(rows, width, what, folder)


def write(table: Table, path: Path) -> None:
    """Write a model, with n-grams if the vectors have hashed ones.

    Without counts, they are zero. Without output vectors, there are none.

    Raises
    ------
    FormatError
        If n-grams have rows of their own or those of floret, a function cuts words, or a word holds
        NUL.
    """
    words = [text.encode() for text in RULE.texts(table.words, path)]
    subwords = None if table.raw is None else table.raw.subwords
    if subwords is not None and subwords.buckets is None:
        raise FormatError(
            f"cannot write {path}: fastText hashes n-grams, and these have rows of their own; "
            "train with buckets (--subwords 3-6 --buckets 2000000), or convert to word2vec-text "
            "first, which leaves n-grams out"
        )
    if subwords is not None and subwords.floret is not None:
        raise FormatError(
            f"cannot write {path}: fastText hashes n-grams otherwise than floret; convert to "
            "word2vec-text, which leaves n-grams out"
        )
    counts = np.zeros(len(words), np.int64) if table.counts is None else table.counts
    settings = settings_of(table, subwords)
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        file.write(_SETTINGS.pack(*settings))
        tokens = tokens_of(counts, table.config)
        file.write(_SIZES.pack(len(words), len(words), 0, tokens) + _PRUNED.pack(-1))
        for word, count in zip(words, counts.tolist(), strict=True):
            file.write(word + b"\0" + _ENTRY.pack(count, _WORD))
        parts = [blocks(table.input_vectors)] if subwords is None else _tables_of(table, subwords)
        _write_table(file, len(words) + settings.bucket, settings.dim, itertools.chain(*parts))
        output = table.input_vectors[:0] if table.output_vectors is None else table.output_vectors
        _write_table(file, len(output), settings.dim, blocks(output))


def _write_table(
    file: BinaryIO, rows: int, dim: int, parts: Iterable[NDArray[np.floating]]
) -> None:
    file.write(b"\0" + _SHAPE.pack(rows, dim))
    for part in parts:
        file.write(np.ascontiguousarray(part, "<f4").data)


def _tables_of(table: Table, subwords: Subwords) -> tuple[Iterator[Floats], Iterator[Floats]]:
    """Return the rows of words and those of n-grams, by blocks."""
    raw = cast(RawTables, table.raw)
    V, space = raw.words, raw.space
    plain = RECIPES["plain"].as_json()
    is_plain = space is None and table.config.get("readout", plain) == plain
    is_mean = subwords.exponent == 1 and subwords.normalization == "none"
    if is_plain and is_mean and not any(map(_is_replaced, table.words)):
        return blocks(raw.input[:V]), blocks(raw.input[V:])
    if subwords.exponent != 1 or (space is not None and space.axes is not None):
        warn(
            "fastText will compose unknown words with Firth's directions, but not lengths: it "
            "takes the mean of the rows of n-grams"
        )
    ngrams = raw.input[V:] if space is None else np.concatenate(list(_placed(raw.input[V:], space)))
    return _own_rows(table, subwords, ngrams), blocks(ngrams)


def _placed(rows: Floats, space: Space) -> Iterator[Floats]:
    """Yield rows in the space of the vectors, as far as it is linear."""
    from firth.vectors.repeatable import product

    whole = space.linear if space.axes is None else product(space.linear, space.axes)
    for block in blocks(rows):
        yield product(block, whole).astype(np.float32)


def _is_replaced(word: Token) -> bool:
    """Return whether a word may have had bytes that are not UTF-8, by which it was cut."""
    return "\ufffd" in str(word) or "\\x" in str(word)


def _own_rows(table: Table, subwords: Subwords, ngrams: Floats) -> Iterator[Floats]:
    """Yield the rows with which the means of words are their vectors."""
    # fastText cuts words as they are.
    as_is = dataclasses.replace(subwords, normalization="none")
    offsets, rows = as_is.rows_of_all(table.words)
    for block, totals in bag_sums(ngrams, offsets, rows):
        sizes = 1 + np.diff(offsets[block.start : block.stop + 1])
        own = table.input_vectors[block].astype(np.float64) * sizes[:, np.newaxis] - totals
        yield own.astype(np.float32)


def is_replaceable(path: Path) -> bool:
    """Return whether a file is a model."""
    with path.open("rb") as file:
        return file.read(4) == struct.pack("<i", MAGIC)
