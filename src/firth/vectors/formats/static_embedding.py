"""Static embeddings of model2vec and Sentence Transformers: a folder.

=================== ==========================================================================
`tokenizer.json`    the tokens and their ids, as the package tokenizers writes them
`model.safetensors` `embeddings` or `embedding.weight` (ids, D): a row for each id; `weights`
                    (ids,) if rows are to be multiplied with them, as int8 are
`config.json`       settings of model2vec; under `firth` how the vectors were trained
`modules.json`      what Sentence Transformers loads
=================== ==========================================================================

After the rows of the words, Firth writes a row of zeros for unknown words. model2vec leaves unknown
words out; in the means of Sentence Transformers they change the length, and not the direction.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import FirthError, FormatError, counted, one_line
from firth.io.atomic import atomic_write
from firth.io.contents import CONFIG, MODEL, holds
from firth.io.json_files import read_json, write_json
from firth.vectors.formats.precision import FLOAT32, SCALE, narrowed, widened
from firth.vectors.formats.row_store import RowStore
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.formats.tensors import map_tensors, open_tensors, write_tensors
from firth.vectors.formats.tokenizer_files import (
    RULE,
    TOKENIZER,
    read_tokens,
    unknown_token,
    word_level,
)
from firth.vectors.table import Table

MODULES = "modules.json"
_FIRTH = "firth"
_MODEL2VEC = {
    "model_type": "model2vec",
    "architectures": ["StaticModel"],
    # No text is cut short, and vectors keep their lengths.
    "max_length": None,
    "normalize": False,
}
_MODULE = {
    "idx": 0,
    "name": "0",
    "path": ".",
    "type": "sentence_transformers.models.StaticEmbedding",
}
_EMBEDDINGS = ("embeddings", "embedding.weight")
# What model2vec adds where several tokens share a row.
_MAPPING = "mapping"
# What rows are multiplied with.
_WEIGHTS = "weights"
_FLOATS = ("F32", "F16", "F64")
_NUMBERS = (*_FLOATS, "I8")


def read(path: Path, selection: Selection) -> Table:
    """Read the tokens in the order of their ids, and their vectors.

    Rows without a token are left out, and so is the token for unknown words if its row is zero.

    Raises
    ------
    FormatError
        If a file is missing or damaged, tokens share rows, or a token has no row.
    """
    tokens, unknown = read_tokens(path / TOKENIZER)
    rows = _read_rows(path / MODEL, selection.folder)
    ids = sorted(tokens)
    if ids[0] < 0 or ids[-1] >= len(rows):
        wrong = ids[0] if ids[0] < 0 else ids[-1]
        raise FormatError(
            f"{path}: the token {one_line(repr(tokens[wrong]))} has the id {one_line(str(wrong))}, "
            f"but the table has {counted(len(rows), 'row')}"
        )
    if tokens[ids[-1]] == unknown and len(ids) > 1 and not rows[ids[-1]].any():
        ids.pop()
    # Most often every row has a token, and nothing is copied.
    matrix = rows[: len(ids)] if ids == list(range(len(ids))) else rows[ids]
    words = [tokens[number] for number in ids]
    table = Table(words=words, input_vectors=matrix, config=_read_config(path))
    return selected(table, path, selection)


def _read_config(path: Path) -> dict[str, object]:
    """Return what Firth wrote of how the vectors were trained, if it did."""
    told = read_json(path / CONFIG).get(_FIRTH) if holds(path, CONFIG) else None
    return told if isinstance(told, dict) else {}


def _read_rows(path: Path, folder: Path | None) -> NDArray[np.floating]:
    """Return the rows of the ids."""
    with open_tensors(path) as tensors:
        held = sorted(tensors.keys())
        name = next((name for name in _EMBEDDINGS if name in held), None)
        if name is None:
            raise FormatError(
                f"{path}: holds no tensor '{_EMBEDDINGS[0]}', only {one_line(str(held))}"
            )
        if _MAPPING in held:
            raise FormatError(
                f"{path}: several tokens share a row (a vocabulary that model2vec has "
                "quantized), which Firth does not read"
            )
        tensor = tensors.get_slice(name)
        dtype, shape = tensor.get_dtype(), tensor.get_shape()
        if dtype not in _NUMBERS or len(shape) != 2 or 0 in shape:
            raise FormatError(
                f"{path}: '{name}' should hold floats of two dimensions, not {dtype} {shape}"
            )
        weights = None
        if _WEIGHTS in held:
            told = tensors.get_slice(_WEIGHTS)
            # NumPy has no bfloat16, and no float8.
            if told.get_dtype() not in _FLOATS or told.get_shape() != shape[:1]:
                raise FormatError(
                    f"{path}: '{_WEIGHTS}' should hold a float for each row, in 16, 32 or 64 "
                    f"bits, not {told.get_dtype()} {told.get_shape()}"
                )
            weights = tensors.get_tensor(_WEIGHTS)
    rows: NDArray[np.floating] = map_tensors(path, [name])[name]
    if weights is None and rows.dtype == np.float32 and folder is not None:
        return rows
    return widened(rows, weights, RowStore(folder, len(rows)))


def write(table: Table, path: Path, dtype: str = FLOAT32) -> None:
    """Write a folder that model2vec and Sentence Transformers load.

    Raises
    ------
    FormatError
        If the tokenizer could not give back a word: it is empty, has white space, or is not
        Unicode.
    """
    words = RULE.texts(table.words, path)
    unknown = unknown_token(words)
    rows = _EMBEDDINGS[0]
    tensors = narrowed({rows: table.input_vectors}, dtype, padding=1)
    # model2vec has another name for them.
    tensors = {_WEIGHTS if name == rows + SCALE else name: tensors[name] for name in tensors}
    dim = table.input_vectors.shape[1]
    told = {"hidden_dim": dim, "embedding_dtype": dtype, _FIRTH: table.config}
    with atomic_write(path, folder=True) as temporary:
        write_tensors(tensors, temporary / MODEL)
        write_json(word_level(words, unknown), temporary / TOKENIZER, "the words")
        write_json({**_MODEL2VEC, **told}, temporary / CONFIG, "the config")
        (temporary / MODULES).write_text(json.dumps([_MODULE]))


def is_replaceable(path: Path) -> bool:
    """Return whether a folder holds a model of model2vec, and no other model with a tokenizer."""
    try:
        return read_json(path / CONFIG).get("model_type") == _MODEL2VEC["model_type"]
    except FirthError:
        return False
