"""The map that is kept beside vectors, as `VECTORS.map`: a file of safetensors.

It holds `umap` (V, 2) float32, and what tells whether it is of these vectors.
"""

from __future__ import annotations

import hashlib
import os
from functools import cached_property
from pathlib import Path

import numpy as np
import safetensors
from numpy.typing import NDArray
from safetensors.numpy import save_file

from firth._version import __version__
from firth.errors import FirthError, reraise
from firth.io.atomic import atomic_write
from firth.vectors import Vectors
from firth.vectors.blocks import row_blocks
from firth.vectors.sidecars import map_path

_POINTS = "umap"


class KeptMap:
    """The file of a map.

    Parameters
    ----------
    path : path
        Where the vectors are.
    vectors : Vectors
    """

    def __init__(self, path: Path, vectors: Vectors) -> None:
        self.path, self.vectors = map_path(path), vectors

    @cached_property
    def digest(self) -> str:
        """A digest of the vectors. Words do not change where points are."""
        matrix = self.vectors.input_vectors
        state = hashlib.blake2b(repr(matrix.shape).encode(), digest_size=16)
        for block in row_blocks(*matrix.shape):
            state.update(np.ascontiguousarray(matrix[block], dtype="<f4").data)
        return state.hexdigest()

    def read(self, rows: int) -> NDArray[np.float32] | None:
        """Return the points of the first rows; None if there are none of these vectors."""
        if not self.path.is_file():
            return None
        try:
            with safetensors.safe_open(self.path, framework="numpy") as file:
                told = file.metadata() or {}
                # NumPy does not know all types of safetensors, and raises anything.
                is_float = file.get_slice(_POINTS).get_dtype() == "F32"
                if told.get("digest") != self.digest or not is_float:
                    return None
                points: NDArray[np.float32] = file.get_tensor(_POINTS)
        except (safetensors.SafetensorError, OSError):
            # What is no map is as none: a new one replaces it.
            return None
        return points if points.shape == (rows, 2) and np.isfinite(points).all() else None

    def write(self, points: NDArray[np.float32], label: str) -> None:
        """Keep points.

        Raises
        ------
        FirthError
            If the file cannot be written, the disk is full, or it holds something else than a map.
        """
        if not self._is_replaceable():
            raise FirthError(
                f"cannot write {self.path}: what is there is no map; move it to another place"
            )
        told = {"digest": self.digest, "label": label, "firth": __version__}
        # What the system says comes as an error of safetensors.
        telling = reraise(FirthError, f"write {self.path}", safetensors.SafetensorError)
        with atomic_write(self.path) as temporary, telling:
            save_file({_POINTS: np.ascontiguousarray(points, np.float32)}, temporary, told)

    def _is_replaceable(self) -> bool:
        """Return whether nothing is there, or a map, of whichever vectors."""
        if not os.path.lexists(self.path):
            return True
        try:
            if self.path.stat().st_size == 0:
                return True
            with safetensors.safe_open(self.path, framework="numpy") as file:
                return list(file.keys()) == [_POINTS]
        except (safetensors.SafetensorError, OSError):
            return False
