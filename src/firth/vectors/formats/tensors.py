"""Tensors of a file in the format safetensors, mapped when read, and written block by block.

safetensors' own functions need memory for all of it, and to write, for a copy too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from firth.errors import FormatError, one_line
from firth.io.compression import open_regular
from firth.io.mapping import map_file
from firth.io.mistaken import refuse_mistaken
from firth.io.row_file import RowFile
from firth.vectors.formats.precision import SCALE, Rows, blocks

_TYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I8": "<i1", "I64": "<i8", "U8": "<u1"}
_NAMES = {dtype[1:]: name for name, dtype in _TYPES.items()}


@contextmanager
def open_tensors(path: Path) -> Iterator[Any]:
    """Open a file of tensors, as safetensors does.

    Raises
    ------
    FormatError
        If it cannot be read, or is damaged.
    """
    # safetensors calls whatever prevents it a missing file.
    with open_regular(path) as file:
        refuse_mistaken(file, path)
    try:
        with safe_open(path, framework="np") as tensors:
            yield tensors
    except SafetensorError as error:
        raise FormatError(f"{path}: damaged: {one_line(str(error))}") from error


def map_tensors(path: Path, names: Iterable[str]) -> dict[str, NDArray[Any]]:
    """Map tensors of numbers, by name, of a file that safetensors has checked."""
    entries = _places(path)
    return {name: _map(path, *entries[name]) for name in names}


def row_file(path: Path, name: str) -> RowFile:
    """Return where a tensor (V, D) of float32 lies in a file that safetensors has checked."""
    _, offset, (V, D) = _places(path)[name]
    return RowFile(path, offset, (V, D))


_Place = tuple[str, int, tuple[int, ...]]


def _places(path: Path) -> dict[str, _Place]:
    """Return the type, the first byte and the shape of each tensor."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    header.pop("__metadata__", None)
    return {
        name: (entry["dtype"], 8 + size + entry["data_offsets"][0], tuple(entry["shape"]))
        for name, entry in header.items()
    }


def _map(path: Path, dtype: str, offset: int, shape: tuple[int, ...]) -> NDArray[Any]:
    if 0 in shape:
        return np.empty(shape, _TYPES[dtype])
    return map_file(path, _TYPES[dtype], offset, shape)


def read_scales(tensors: Any, names: Iterable[str], path: Path) -> dict[str, NDArray[Any]]:  # noqa: ANN401
    """Return the scales (V,) of those tensors of a file that hold int8.

    Raises
    ------
    FormatError
        If there are none.
    """
    held, found = set(tensors.keys()), {}
    for name in names:
        whole, scale = tensors.get_slice(name), name + SCALE
        if whole.get_dtype() != "I8":
            continue
        place = tensors.get_slice(scale) if scale in held else None
        kind = None if place is None else (place.get_dtype(), place.get_shape())
        if kind != ("F32", whole.get_shape()[:1]):
            raise FormatError(f"{path}: '{name}' is I8, but '{scale}' has no F32 for each row")
        found[name] = tensors.get_tensor(scale)
    return found


def write_tensors(tensors: Mapping[str, Rows], path: Path) -> None:
    """Write tables and other arrays by name.

    Raises
    ------
    OSError
        If the disk is full.
    """
    header, end = {}, 0
    # As safetensors orders them, the widest numbers first: so each begins at a multiple of its own.
    names = sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name))
    for name in names:
        shape, dtype = tensors[name].shape, tensors[name].dtype
        begin, end = end, end + math.prod(shape) * dtype.itemsize
        kind = _NAMES[f"{dtype.kind}{dtype.itemsize}"]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": (begin, end)}
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded = encoded.ljust(-(-len(encoded) // 8) * 8)
    with path.open("wb") as file:
        file.write(len(encoded).to_bytes(8, "little") + encoded)
        for name in names:
            rows = tensors[name]
            for block in blocks(rows) if len(rows.shape) == 2 else [rows[:]]:
                little = block.dtype.newbyteorder("<")
                file.write(np.ascontiguousarray(block, little).reshape(-1).view(np.uint8).data)
