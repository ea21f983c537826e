"""Static embeddings of model2vec and Sentence Transformers: a folder, which is read.

=================== ==========================================================================
`tokenizer.json`    the tokens and their ids, as the package tokenizers writes them
`model.safetensors` `embeddings` or `embedding.weight` (ids, D): a row for each id
=================== ==========================================================================
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from firth.errors import FormatError, one_line
from firth.io.compression import open_regular
from firth.io.contents import MODEL
from firth.io.json_files import read_json
from firth.vectors.formats.selection import Selection, selected
from firth.vectors.table import Table

TOKENIZER = "tokenizer.json"
_EMBEDDINGS = ("embeddings", "embedding.weight")
# What model2vec adds where several tokens share a row.
_COMPRESSED = ("mapping", "weights")
_FLOATS = ("F32", "F16", "F64")


def read(path: Path, selection: Selection) -> Table:
    """Read the tokens in the order of their ids, and their vectors.

    Rows without a token are left out.

    Raises
    ------
    FormatError
        If a file is missing or damaged, tokens share rows, or a token has no row.
    """
    tokens = _read_tokens(path / TOKENIZER)
    rows = _read_rows(path / MODEL)
    ids = sorted(tokens)
    if ids[0] < 0 or ids[-1] >= len(rows):
        wrong = ids[0] if ids[0] < 0 else ids[-1]
        raise FormatError(
            f"{path}: the token {one_line(repr(tokens[wrong]))} has the id {one_line(str(wrong))}, "
            f"but there are {len(rows):,} rows"
        )
    # Most often every row has a token, and nothing is copied.
    matrix = rows if ids == list(range(len(rows))) else rows[ids]
    table = Table(words=[tokens[number] for number in ids], input_vectors=matrix)
    return selected(table, path, selection)


def _read_tokens(path: Path) -> dict[int, str]:
    """Return the token of each id."""
    content: dict[str, Any] = read_json(path)
    model, added = content.get("model"), content.get("added_tokens") or []
    vocab = model.get("vocab") if isinstance(model, dict) else None
    pairs: list[tuple[object, object]] = []
    if isinstance(vocab, dict):
        pairs += vocab.items()
    elif isinstance(vocab, list) and all(isinstance(each, list) and each for each in vocab):
        # A unigram model lists tokens with their scores.
        pairs += [(each[0], number) for number, each in enumerate(vocab)]
    else:
        raise FormatError(f"{path}: expected the tokens of a model under 'vocab'")
    if not isinstance(added, list) or not all(isinstance(each, dict) for each in added):
        raise FormatError(f"{path}: expected a list of objects under 'added_tokens'")
    pairs += [(each.get("content"), each.get("id")) for each in added]
    tokens: dict[int, str] = {}
    for token, number in pairs:
        if not isinstance(token, str) or type(number) is not int:
            told = one_line(repr((token, number)))
            raise FormatError(f"{path}: expected a token and its id, got {told}")
        if tokens.setdefault(number, token) != token:
            raise FormatError(
                f"{path}: the tokens {one_line(repr(tokens[number]))} and {one_line(repr(token))} "
                f"have one id, {one_line(str(number))}"
            )
    if not tokens:
        raise FormatError(f"{path}: there are no tokens")
    return tokens


def _read_rows(path: Path) -> NDArray[np.floating]:
    """Return the rows of the ids."""
    with open_regular(path):
        pass  # safetensors calls whatever prevents it a missing file.
    try:
        with safe_open(path, framework="np") as tensors:
            held = sorted(tensors.keys())
            name = next((name for name in _EMBEDDINGS if name in held), None)
            if name is None:
                raise FormatError(
                    f"{path}: holds no tensor '{_EMBEDDINGS[0]}', only {one_line(str(held))}"
                )
            if not set(held).isdisjoint(_COMPRESSED):
                raise FormatError(
                    f"{path}: several tokens share a row (a vocabulary that model2vec has "
                    "quantized), which Firth does not read"
                )
            tensor = tensors.get_slice(name)
            dtype, shape = tensor.get_dtype(), tensor.get_shape()
            if dtype not in _FLOATS or len(shape) != 2:
                raise FormatError(
                    f"{path}: '{name}' should hold floats of two dimensions, not {dtype} {shape}"
                )
            rows: NDArray[np.floating] = tensors.get_tensor(name)
            return rows
    except SafetensorError as error:
        raise FormatError(f"{path}: damaged: {one_line(str(error))}") from error
