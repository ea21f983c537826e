"""Rows that are written with fewer bytes for a number, block by block.

======== ==============================================================================
`float16` each number as the nearest float16
`int8`    whole numbers from -127 to 127, and for each row a scale, by which they are
          multiplied when they are read; it is beside them under their name and `_scale`
======== ==============================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.io.mapping import drop_pages
from firth.vectors.blocks import row_blocks
from firth.vectors.formats.format import FLOAT32 as FLOAT32
from firth.vectors.formats.row_store import RowStore

SCALE = "_scale"
_STEPS = 127


@dataclass(frozen=True, eq=False)
class Narrowed:
    """Rows (V + padding, D) as they are written, made of float32 where they are asked for.

    Parameters
    ----------
    rows : (V, D) float32
    dtype : dtype
        float32, float16 or int8.
    scales : (V,) float32, optional
        What the rows are divided by.
    padding : int
        Rows of zeros that follow.
    """

    rows: NDArray[np.float32]
    dtype: np.dtype[Any]
    scales: NDArray[np.float32] | None = None
    padding: int = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """Return how many rows and columns are written."""
        V, D = self.rows.shape
        return V + self.padding, D

    def __getitem__(self, where: slice) -> NDArray[Any]:
        """Return rows from a first one to a last one."""
        narrow = self._narrow(where)
        missing = where.stop - where.start - len(narrow)
        return np.pad(narrow, ((0, missing), (0, 0))) if missing else narrow

    def _narrow(self, where: slice) -> NDArray[Any]:
        numbers = self.rows[where]
        if self.dtype == np.float32:
            return numbers
        if self.scales is None:
            with np.errstate(over="ignore"):
                narrow = numbers.astype(self.dtype)
            if not np.isfinite(narrow).all():
                raise FormatError(
                    f"{self.dtype} holds numbers up to 65,504, and a vector has "
                    f"{np.abs(numbers).max():g}; take int8 or float32"
                )
            return narrow
        scales = self.scales[where, np.newaxis]
        safe = np.where(scales == 0, np.float32(1), scales)
        return np.rint(numbers / safe).clip(-_STEPS, _STEPS).astype(self.dtype)


Rows = NDArray[Any] | Narrowed


def blocks(rows: Rows) -> Iterator[NDArray[Any]]:
    """Yield the rows of a matrix by blocks; of one that is mapped, little stays in memory."""
    for where in row_blocks(*rows.shape):
        yield rows[where]
        let_go([rows])


def let_go(tables: Iterable[Rows]) -> None:
    """Let go of what was read of mapped tables."""
    for rows in tables:
        drop_pages(rows.rows if isinstance(rows, Narrowed) else rows)


def narrowed(
    arrays: Mapping[str, NDArray[np.float32] | None], dtype: str, padding: int = 0
) -> dict[str, Any]:
    """Return the tables of this mapping that are not None as they are written.

    Rows of zeros follow, `padding` of them.

    Examples
    --------
    >>> found = narrowed({"vectors": np.array([[2.54, -1.0]], np.float32), "output": None}, "int8")
    >>> found["vectors"][0:1].tolist(), round(float(found["vectors_scale"][0]), 3)
    ([[127, -50]], 0.02)
    """
    found: dict[str, Any] = {}
    for name, rows in arrays.items():
        if rows is None:
            continue
        scales = _scales(rows) if dtype == "int8" else None
        found[name] = Narrowed(rows, np.dtype(dtype), scales, padding)
        if scales is not None:
            found[name + SCALE] = np.pad(scales, (0, padding))
    return found


def _scales(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for each row what makes its largest number 127."""
    largest = [np.abs(block).max(axis=1) for block in blocks(rows)]
    scales = (np.concatenate(largest) / np.float32(_STEPS)).astype(np.float32)
    with np.errstate(over="ignore"):
        exceeds = np.isinf(scales * np.float32(_STEPS))
    # The largest float32 divided by 127 is rounded up.
    scales[exceeds] = np.nextafter(scales[exceeds], np.float32(0))
    return scales


def widen(rows: NDArray[Any], scales: NDArray[np.floating] | None) -> NDArray[np.floating]:
    """Return rows as they were narrowed; float16 and float64 stay what they are."""
    if scales is None:
        return rows
    with np.errstate(over="ignore", invalid="ignore"):
        product: NDArray[np.float32] = rows.astype(np.float32) * scales.astype(np.float32)[:, None]
    return product


def widened(
    rows: NDArray[Any], scales: NDArray[np.floating] | None, store: RowStore
) -> NDArray[np.float32]:
    """Return a whole table as float32, kept in a store."""
    for where in row_blocks(*rows.shape):
        store.add(widen(rows[where], None if scales is None else scales[where]))
        drop_pages(rows)
    return store.matrix()
