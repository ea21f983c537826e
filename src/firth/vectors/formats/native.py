"""Firth's own format: a folder that keeps everything, with words of any kind.

======================= ========================================================================
`model.safetensors`     `embeddings` (V, D) float32; `output` (V, D) float32 if it was kept;
                        if asked for as float16 or int8, see `precision`
`vocabulary.json`       `{"words": [...], "counts": [...]}`; counts are null if unknown
`config.json`           how the vectors were trained and read out, with which version, on what
`subwords.json`         how words are cut into n-grams, if they are, and the n-grams
`phrases.json`          the phrases that were joined in the text, if they were
`documents.safetensors` the vectors of documents, if there are any; see `documents`
======================= ========================================================================

Vectors that were read out of other tables keep those in `model.safetensors` too: `input` (V + n, D)
with the rows of the words and of the n-grams, and the maps of `composition.Space` (D, D).

A checkpoint of a run holds the same files, with the run's tables in the first; it is read too.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, FirthError, FormatError, counted, one_line, reraise
from firth.io import json_files
from firth.io.atomic import atomic_write
from firth.io.contents import CONFIG as CONFIG
from firth.io.contents import MODEL as MODEL
from firth.io.contents import PHRASES as PHRASES
from firth.io.contents import SUBWORDS as SUBWORDS
from firth.io.contents import VOCABULARY as VOCABULARY
from firth.io.contents import holds, is_folder_of_vectors
from firth.io.mapping import is_worth_mapping
from firth.io.row_file import RowFile
from firth.phrases import Phrases
from firth.subwords import Subwords
from firth.vectors.composition import RawTables, Space, compose_words
from firth.vectors.formats.documents import DOCUMENTS, read_documents, write_documents
from firth.vectors.formats.lazy_words import read_lazy_words, read_words_alone
from firth.vectors.formats.precision import FLOAT32, Rows, narrowed, widened
from firth.vectors.formats.row_store import RowStore
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.formats.tensors import map_tensors, open_tensors, read_scales, row_file
from firth.vectors.formats.tensors import write_tensors as write_tensors
from firth.vectors.lazy_words import LazyWords
from firth.vectors.readout import RECIPES
from firth.vectors.table import Table, Token

INPUT = "embeddings"
OUTPUT = "output"
# The input table that was trained, in which other rows may follow those of the words.
RAW_INPUT = "input"
LINEAR, AXES = "readout_linear", "readout_axes"
Floats = NDArray[np.float32]


def read(path: Path, selection: Selection) -> Table:
    """Read a folder.

    Raises
    ------
    FormatError
        If a file of the folder is missing or damaged.
    """
    names = (INPUT, RAW_INPUT, OUTPUT, LINEAR, AXES)
    tensors = read_tensors(path / MODEL, names, mapped=True, folder=selection.folder)
    words, counts = _read_vocabulary(path / VOCABULARY)
    raw = _raw_tables(tensors, len(words), path)
    input_vectors, output_vectors = _words_rows(tensors, len(words), path / MODEL)
    table = Table(
        words=words,
        input_vectors=input_vectors,
        counts=counts,
        output_vectors=output_vectors,
        config=read_json(path / CONFIG),
        raw=raw,
        phrases=Phrases.load(path) if holds(path, PHRASES) else None,
        documents=read_documents(path),
    )
    table = selected(table, path, selection)
    if INPUT in tensors:
        return table
    with reraise(FormatError, f"read {path}", ConfigError):
        return _composed(table)


def find_rows(path: Path) -> tuple[LazyWords, RowFile] | None:
    """Find the words and vectors of a long folder, with no look at what else it holds.

    None if words are few, or vectors are not kept as float32.

    Raises
    ------
    FormatError
        If a file of the folder is missing or damaged.
    """
    _require(path / VOCABULARY)
    words = read_words_alone(path / VOCABULARY)
    if words is None:
        return None
    _require(path / MODEL)
    with open_tensors(path / MODEL) as tensors:
        if INPUT not in tensors.keys():  # noqa: SIM118 - it is no mapping.
            return None
        rows = tensors.get_slice(INPUT)
        dtype, shape = rows.get_dtype(), rows.get_shape()
    if dtype != "F32" or len(shape) != 2 or shape[0] != len(words):
        return None
    return words, row_file(path / MODEL, INPUT)


def _read_vocabulary(path: Path) -> tuple[Sequence[Token], NDArray[np.int64] | None]:
    """Read the words and their counts; long lists of words are decoded where they are asked for."""
    _require(path)
    lazy = read_lazy_words(path)
    if lazy is not None:
        return lazy
    vocabulary = json_files.read_json(path)
    words = vocabulary.get("words")
    if not isinstance(words, list):
        raise FormatError(f"{path}: expected a list under 'words'")
    return words, _to_counts(vocabulary.get("counts"), path)


def _raw_tables(tensors: Mapping[str, Floats], V: int, path: Path) -> RawTables | None:
    """Return the tables that vectors were or will be read out of, if they are not those."""
    subwords = read_subwords(path)
    if subwords is None and INPUT not in tensors:
        # A checkpoint of whole words.
        return None
    if RAW_INPUT not in tensors:
        if subwords is None:
            return None
        raise FormatError(f"{path / MODEL}: holds no tensor '{RAW_INPUT}', but there is {SUBWORDS}")
    space = Space(tensors[LINEAR], tensors.get(AXES)) if LINEAR in tensors else None
    raw = RawTables(tensors[RAW_INPUT], subwords, space)
    if raw.words != V:
        ngrams = f"no {SUBWORDS}" if subwords is None else counted(len(subwords), "n-gram")
        raise FormatError(
            f"{path}: '{RAW_INPUT}' has {counted(len(raw.input), 'row')} for {counted(V, 'word')} "
            f"and {ngrams}"
        )
    return raw


def _composed(table: Table) -> Table:
    """Compose the vectors of a checkpoint of their n-grams, as they are trained."""
    if table.raw is None or not table.words:
        return table
    plain = RECIPES["plain"]
    return dataclasses.replace(
        table,
        input_vectors=compose_words(table.raw, table.words, own_row=plain.own_row),
        config={**table.config, "readout": plain.as_json()},
    )


def _words_rows(tensors: Mapping[str, Floats], V: int, path: Path) -> tuple[Floats, Floats | None]:
    """Return the input and output vectors of V words."""
    output = tensors.get(OUTPUT)
    if INPUT in tensors:
        return tensors[INPUT], output
    if RAW_INPUT not in tensors:
        raise FormatError(f"{path}: holds no tensor '{INPUT}', only {sorted(tensors)}")
    # The rows of a checkpoint's output table may be other things than words.
    is_of_words = output is not None and len(output) == V
    return tensors[RAW_INPUT][:V], output if is_of_words else None


def read_subwords(path: Path) -> Subwords | None:
    """Read how words are cut into n-grams; None if the folder does not say.

    Raises
    ------
    FormatError
        If the file is damaged.
    """
    file = path / SUBWORDS
    if not holds(path, SUBWORDS):
        return None
    saved = read_json(file)
    try:
        return Subwords.from_json(saved)
    except FormatError as error:
        raise FormatError(f"{file}: {error}") from error


def read_tensors(
    path: Path, names: Collection[str], *, mapped: bool = False, folder: Path | None = None
) -> dict[str, Floats]:
    """Return the tensors of these names that a file holds, large ones `mapped` if asked for.

    Those of other types than float32 are made float32, in `folder` if it is given.

    Raises
    ------
    FormatError
        If the file is missing or damaged, holds none of them, or one of another type.
    """
    _require(path)
    with open_tensors(path) as tensors:
        held = sorted(tensors.keys())
        found = [name for name in names if name in held]
        if not found:
            expected = next(iter(names))
            raise FormatError(f"{path}: holds no tensor '{expected}', only {one_line(str(held))}")
        large = []
        for name in found:
            tensor = tensors.get_slice(name)
            dtype, shape = tensor.get_dtype(), tensor.get_shape()
            _check_tensor(name, dtype, shape, path)
            if dtype != "F32" or (mapped and is_worth_mapping(4 * math.prod(shape))):
                large.append(name)
        read = {name: tensors.get_tensor(name) for name in found if name not in large}
        scales = read_scales(tensors, large, path)
        for name, rows in map_tensors(path, large).items():
            if rows.dtype != np.float32:
                rows = widened(rows, scales.get(name), RowStore(folder, len(rows)))
            read[name] = rows
        return read


def _check_tensor(name: str, dtype: str, shape: list[int], path: Path) -> None:
    if dtype not in ("F32", "F16", "I8") or len(shape) != 2:
        raise FormatError(
            f"{path}: '{name}' should be F32 (or F16, I8) of two dimensions, not {dtype} {shape}"
        )


def read_json(path: Path) -> dict[str, object]:
    """Read a JSON object.

    Raises
    ------
    FormatError
        If the file is missing, or is not a JSON object.
    """
    _require(path)
    return json_files.read_json(path)


def _require(path: Path) -> None:
    if not holds(path.parent, path.name):
        raise FormatError(f"{path.parent} is not a folder of vectors: it has no {path.name}")


def _to_counts(counts: object, path: Path) -> NDArray[np.int64] | None:
    if counts is None:
        return None
    if not isinstance(counts, list) or any(type(count) is not int for count in counts):
        raise FormatError(f"{path}: expected a list of whole numbers under 'counts'")
    try:
        return np.array(counts, dtype=np.int64)
    except OverflowError as error:
        raise FormatError(f"{path}: a number under 'counts' exceeds 64 bits") from error


def write(table: Table, path: Path, *, overwrite: bool = False, dtype: str = FLOAT32) -> None:
    """Write the folder; an old one that holds vectors is replaced.

    Raises
    ------
    FormatError
        If JSON cannot hold the config.
    FirthError
        If the folder holds other files, which would be lost.
    """
    with atomic_write(path, folder=True) as temporary:
        write_words(table.words, table.counts, table.config, temporary)
        if table.raw is not None and table.raw.subwords is not None:
            write_subwords(table.raw.subwords, temporary)
        if table.phrases is not None:
            table.phrases.save(temporary / PHRASES)
        if table.documents is not None:
            write_documents(table.documents, temporary)
        write_tensors(_tensors_of(table, dtype), temporary / MODEL)
        check_replaceable(path, overwrite=overwrite)


def _tensors_of(table: Table, dtype: str) -> dict[str, Rows]:
    raw, space = table.raw, None if table.raw is None else table.raw.space
    tables = {
        INPUT: table.input_vectors,
        OUTPUT: table.output_vectors,
        RAW_INPUT: None if raw is None else raw.input,
    }
    maps = {} if space is None else {LINEAR: space.linear, AXES: space.axes}
    kept = {name: array for name, array in maps.items() if array is not None}
    return narrowed(tables, dtype) | kept


def write_subwords(subwords: Subwords, folder: Path) -> None:
    """Write how words are cut into n-grams; of a function, what it made of the words."""
    write_json(subwords.as_json(), folder / SUBWORDS)


def write_words(
    words: Sequence[Token],
    counts: NDArray[np.int64] | None,
    config: Mapping[str, object],
    folder: Path,
) -> None:
    """Write the words with their counts, and how they were trained."""
    numbers = None if counts is None else counts.tolist()
    write_json({"words": list(words), "counts": numbers}, folder / VOCABULARY)
    write_json(config, folder / CONFIG)


def check_replaceable(path: Path, *, overwrite: bool = False) -> None:
    """Raise if `path` is a folder that holds anything but vectors.

    Parameters
    ----------
    path : Path
    overwrite : bool
        Whether to replace files with some of these names, which may be another program's.

    Raises
    ------
    FirthError
        If there are other files, which would be lost.
    """
    if not path.is_dir():
        return
    names = {file.name for file in path.iterdir()}
    others = sorted(names - {MODEL, VOCABULARY, CONFIG, SUBWORDS, PHRASES, DOCUMENTS})
    if others:
        raise FirthError(
            f"cannot write {path}: the folder holds other files ({one_line(repr(others[0]))}); "
            "choose a new folder, or an empty one"
        )
    if names and not is_folder_of_vectors(names) and not overwrite:
        raise FirthError(
            f"cannot write {path}: the folder holds {' and '.join(sorted(names))}, but no vectors; "
            "choose another folder, or overwrite=True (--overwrite) to replace it"
        )


def write_json(content: Mapping[str, object], path: Path) -> None:
    """Write a JSON object.

    Raises
    ------
    FormatError
        If JSON cannot hold the content.
    """
    json_files.write_json(content, path, "the config")
