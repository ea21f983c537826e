"""Firth's own format: a folder that keeps everything, with words of any kind.

======================= ========================================================================
`model.safetensors`     `embeddings` (V, D) float32; `output` (V, D) float32 if it was kept
`vocabulary.json`       `{"words": [...], "counts": [...]}`; counts are null if unknown
`config.json`           how the vectors were trained, with which version, on what
`phrases.json`          the phrases that were joined in the text, if they were
======================= ========================================================================

A checkpoint of a run holds the same files, with the run's tables in the first; it is read too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from firth.errors import FirthError, FormatError, one_line
from firth.io import json_files
from firth.io.atomic import atomic_write
from firth.io.compression import open_regular
from firth.io.contents import CONFIG as CONFIG
from firth.io.contents import MODEL as MODEL
from firth.io.contents import PHRASES as PHRASES
from firth.io.contents import VOCABULARY as VOCABULARY
from firth.io.contents import is_folder_of_vectors
from firth.phrases import Phrases
from firth.vectors.formats.selection import Selection
from firth.vectors.table import Table, Token

INPUT = "embeddings"
OUTPUT = "output"
# A checkpoint's input table, in which other rows may follow those of the words.
CHECKPOINT_INPUT = "input"
Floats = NDArray[np.float32]


def read(path: Path, selection: Selection) -> Table:
    """Read a folder.

    Raises
    ------
    FormatError
        If a file of the folder is missing or damaged.
    """
    tensors = read_tensors(path / MODEL, (INPUT, CHECKPOINT_INPUT, OUTPUT))
    vocabulary = read_json(path / VOCABULARY)
    words = vocabulary.get("words")
    if not isinstance(words, list):
        raise FormatError(f"{path / VOCABULARY}: expected a list under 'words'")
    input_vectors, output_vectors = _words_rows(tensors, len(words), path / MODEL)
    table = Table(
        words=cast(list[Token], words),
        input_vectors=input_vectors,
        counts=_to_counts(vocabulary.get("counts"), path / VOCABULARY),
        output_vectors=output_vectors,
        config=read_json(path / CONFIG),
        phrases=Phrases.load(path) if (path / PHRASES).exists() else None,
    )
    return _selected(table, path, selection)


def _selected(table: Table, path: Path, selection: Selection) -> Table:
    """Take the rows that are to be read."""
    if selection.limit is None and selection.words is None:
        return table
    V = len(table.words)
    for name in ("input_vectors", "output_vectors", "counts"):
        array = getattr(table, name)
        if array is not None and len(array) != V:
            raise FormatError(f"{path}: there are {V:,} words, but {len(array):,} {name}")
    rows = [row for row in range(selection.rows(V)) if selection.takes(table.words[row])]
    return Table(
        words=[table.words[row] for row in rows],
        input_vectors=table.input_vectors[rows],
        counts=None if table.counts is None else table.counts[rows],
        output_vectors=None if table.output_vectors is None else table.output_vectors[rows],
        config=table.config,
        phrases=table.phrases,
    )


def _words_rows(tensors: Mapping[str, Floats], V: int, path: Path) -> tuple[Floats, Floats | None]:
    """Return the input and output vectors of V words."""
    output = tensors.get(OUTPUT)
    if INPUT in tensors:
        return tensors[INPUT], output
    if CHECKPOINT_INPUT not in tensors:
        raise FormatError(f"{path}: holds no tensor '{INPUT}', only {[OUTPUT]}")
    # The rows of a checkpoint's output table may be other things than words.
    is_of_words = output is not None and len(output) == V
    return tensors[CHECKPOINT_INPUT][:V], output if is_of_words else None


def read_tensors(path: Path, names: Collection[str]) -> dict[str, Floats]:
    """Return the tensors of these names that a file holds.

    Raises
    ------
    FormatError
        If the file is missing or damaged, holds none of them, or one of another type.
    """
    _require(path)
    with open_regular(path):
        pass  # safetensors calls whatever prevents it a missing file.
    try:
        with safe_open(path, framework="np") as tensors:
            held = sorted(tensors.keys())
            found = [name for name in names if name in held]
            if not found:
                expected = next(iter(names))
                raise FormatError(
                    f"{path}: holds no tensor '{expected}', only {one_line(str(held))}"
                )
            for name in found:
                tensor = tensors.get_slice(name)
                _check_tensor(name, tensor.get_dtype(), tensor.get_shape(), path)
            return {name: tensors.get_tensor(name) for name in found}
    except SafetensorError as error:
        raise FormatError(f"{path}: damaged: {one_line(str(error))}") from error


def _check_tensor(name: str, dtype: str, shape: list[int], path: Path) -> None:
    if dtype != "F32" or len(shape) != 2:
        raise FormatError(f"{path}: '{name}' should be F32 of two dimensions, not {dtype} {shape}")


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
    if not path.is_file():
        # A folder of checkpoints holds such folders.
        within = sorted(path.parent.glob(f"*/{path.name}"))
        where = f", but {within[-1].parent} has" if within else ""
        raise FormatError(f"{path.parent} is not a folder of vectors: it has no {path.name}{where}")


def _to_counts(counts: object, path: Path) -> NDArray[np.int64] | None:
    if counts is None:
        return None
    if not isinstance(counts, list) or any(type(count) is not int for count in counts):
        raise FormatError(f"{path}: expected a list of whole numbers under 'counts'")
    try:
        return np.array(counts, dtype=np.int64)
    except OverflowError as error:
        raise FormatError(f"{path}: a number under 'counts' exceeds 64 bits") from error


def write(table: Table, path: Path, *, overwrite: bool = False) -> None:
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
        if table.phrases is not None:
            table.phrases.save(temporary / PHRASES)
        tensors = {INPUT: table.input_vectors}
        if table.output_vectors is not None:
            tensors[OUTPUT] = table.output_vectors
        write_tensors(tensors, temporary / MODEL)
        check_replaceable(path, overwrite=overwrite)


def write_words(
    words: Sequence[Token],
    counts: NDArray[np.int64] | None,
    config: Mapping[str, object],
    folder: Path,
) -> None:
    """Write the two files of a folder that hold no vectors."""
    numbers = None if counts is None else counts.tolist()
    write_json({"words": list(words), "counts": numbers}, folder / VOCABULARY)
    write_json(config, folder / CONFIG)


def write_tensors(tensors: Mapping[str, Floats], path: Path) -> None:
    """Write tables by name."""
    path.touch()
    mode = path.stat().st_mode
    try:
        # safetensors takes the bytes as they lie in memory, and would ignore strides.
        save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, path)
    except SafetensorError as error:
        # safetensors raises this when the disk is full.
        raise OSError(str(error)) from error
    # safetensors makes its file private; all files should have the same permissions.
    path.chmod(mode)


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
    others = sorted(names - {MODEL, VOCABULARY, CONFIG, PHRASES})
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
