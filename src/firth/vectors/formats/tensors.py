"""Tensors of a file in the format safetensors, mapped: what is not asked for is not read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.io.mapping import map_file

_TYPES = {"F32": "<f4", "I64": "<i8"}


def map_tensors(path: Path, names: Iterable[str]) -> dict[str, NDArray[Any]]:
    """Map tensors of float32 or int64, by name, of a file that safetensors has checked."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    return {name: _map(path, header[name], 8 + size) for name in names}


def _map(path: Path, entry: dict[str, Any], origin: int) -> NDArray[Any]:
    """Map a tensor, whose place is counted from `origin`."""
    shape, dtype = tuple(entry["shape"]), _TYPES[entry["dtype"]]
    if 0 in shape:
        return np.empty(shape, dtype)
    return map_file(path, dtype, origin + entry["data_offsets"][0], shape)
