"""Token ids in memory-mapped files, so that a corpus does not have to fit in memory."""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.errors import CorpusError, reraise
from firth.io.cache import cache_folder
from firth.ranges import joined_ranges

Item = TypeVar("Item", np.int32, np.int64)


@dataclass(frozen=True, eq=False)
class UnitDocuments:
    """Which documents each unit belongs to, where units are not the documents themselves.

    Parameters
    ----------
    offsets : int64, (units + 1,)
        The documents of unit `u` are `rows[offsets[u]:offsets[u + 1]]`, each once.
    rows : int64
        Numbers of documents.
    count : int
        How many documents there are.
    """

    offsets: NDArray[np.int64]
    rows: NDArray[np.int64]
    count: int

    @cached_property
    def most(self) -> int:
        """The most documents of a unit."""
        return int(np.diff(self.offsets).max(initial=0))

    def of(self, units: NDArray[np.int64]) -> UnitDocuments:
        """Return the documents of some units, in this order.

        Examples
        --------
        >>> found = UnitDocuments(np.array([0, 2, 2, 3]), np.array([0, 1, 1]), 2)
        >>> found.of(np.array([2, 0])).rows.tolist()
        [1, 0, 1]
        """
        places, offsets = joined_ranges(self.offsets[units], np.diff(self.offsets)[units])
        return UnitDocuments(offsets, self.rows[places], self.count)


class TokenStore:
    """The token ids of a corpus, unit after unit.

    Parameters
    ----------
    ids : int32, (n,)
        Token ids of all units, one after the other.
    offsets : int64, (units + 1,)
        Unit `u` is `ids[offsets[u]:offsets[u + 1]]`.
    mapping, offset_mapping : mmap, optional
        The files behind `ids` and `offsets`, if they are mapped.
    documents : UnitDocuments, optional
        Which documents each unit belongs to; by default unit `u` is document `u`.

    Examples
    --------
    >>> store = TokenStore(np.array([0, 1, 0], np.int32), np.array([0, 2, 3]))
    >>> len(store), store.size, store.unit(0)
    (2, 3, array([0, 1], dtype=int32))
    """

    def __init__(
        self,
        ids: NDArray[np.int32],
        offsets: NDArray[np.int64],
        *,
        mapping: mmap.mmap | None = None,
        offset_mapping: mmap.mmap | None = None,
        documents: UnitDocuments | None = None,
    ) -> None:
        self.documents = documents
        self._arrays: tuple[NDArray[np.int32], NDArray[np.int64]] | None = ids, offsets
        self._mapping, self._offset_mapping = mapping, offset_mapping

    @property
    def ids(self) -> NDArray[np.int32]:
        """Token ids of all units: int32 (n,)."""
        return self._open_arrays()[0]

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Where each unit begins in `ids`, and where the last one ends: int64 (units + 1,)."""
        return self._open_arrays()[1]

    @property
    def size(self) -> int:
        """Number of tokens in all units."""
        return len(self.ids)

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self.offsets) - 1

    @property
    def most_documents(self) -> int:
        """The most documents that a unit belongs to."""
        return 1 if self.documents is None else self.documents.most

    def with_documents(self, documents: UnitDocuments) -> TokenStore:
        """Return the same tokens, whose units belong to these documents."""
        mappings = {"mapping": self._mapping, "offset_mapping": self._offset_mapping}
        return TokenStore(self.ids, self.offsets, **mappings, documents=documents)

    def unit(self, index: int) -> NDArray[np.int32]:
        """Return the token ids of one unit, as a view.

        Raises
        ------
        IndexError
            If there is no unit of that index.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"unit must be from 0 to {len(self) - 1}, got {index}")
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    def release(self, start: int, stop: int) -> None:
        """Tell the system that `ids[start:stop]` and their offsets are not needed for now.

        Their pages leave the memory of this process. The system loads them when they are read
        again. Nothing happens if the platform has no such call, or the ids are not mapped.
        """
        if self._mapping is None or not hasattr(mmap, "MADV_DONTNEED"):
            return
        # Both ends are rounded down, so that no page is left between two calls for neighbours.
        first, last = (
            place * self.ids.itemsize // mmap.PAGESIZE * mmap.PAGESIZE for place in (start, stop)
        )
        if last > first:
            self._mapping.madvise(mmap.MADV_DONTNEED, first, last - first)
        if self._offset_mapping is not None:
            # All of them, since a search for a unit reads in many places.
            self._offset_mapping.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Close the files. The store cannot be used any more; arrays from it stay valid."""
        self._arrays = self._mapping = self._offset_mapping = None

    def __reduce__(self) -> tuple[Callable[..., TokenStore], tuple[object, ...]]:
        """Return how a copy or pickle is made: with the ids in memory, read-only."""
        arrays = [np.array(array) for array in self._open_arrays()]
        return _in_memory, (*arrays, self.documents)

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the store."""
        self.close()

    def _open_arrays(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        if self._arrays is None:
            raise ValueError("the token store is closed")
        return self._arrays


def _in_memory(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], documents: UnitDocuments | None
) -> TokenStore:
    for array in (ids, offsets):
        array.flags.writeable = False
    return TokenStore(ids, offsets, documents=documents)


class ScratchArray(Generic[Item]):
    """An array that grows at its end, in a nameless file of the cache folder.

    The file has no name (on Windows, it is deleted when it is closed), so a process that is killed
    leaves nothing behind.

    Parameters
    ----------
    dtype : type
        `numpy.int32` or `numpy.int64`.

    Raises
    ------
    FirthError
        If the cache folder cannot be written. Methods raise `CorpusError` if the disk refuses.
    """

    def __init__(self, dtype: type[Item]) -> None:
        self._dtype: np.dtype[Item] = np.dtype(dtype)
        self._folder = cache_folder()
        # Unbuffered, so that a full disk fails in `append`, and not again when the file is closed.
        with self._reraise():
            self._file: IO[bytes] = tempfile.TemporaryFile(  # noqa: SIM115 (closed by __exit__)
                dir=self._folder, buffering=0
            )

    def append(self, items: NDArray[Item]) -> None:
        """Write `items` at the end."""
        left = memoryview(items.tobytes())
        with self._reraise():
            while left:
                left = left[self._file.write(left) :]

    def blocks(self, length: int) -> Iterator[NDArray[Item]]:
        """Read all items back from the start, up to `length` of them at a time."""
        self._file.seek(0)
        while True:
            with self._reraise("read token ids in"):
                block = np.fromfile(self._file, self._dtype, length)
            if len(block) == 0:
                return
            yield block

    def clear(self) -> None:
        """Drop all items."""
        with self._reraise():
            self._file.seek(0)
            self._file.truncate()

    def map(self) -> tuple[NDArray[Item], mmap.mmap | None]:
        """Return the items as a read-only array, and the mapping behind it (None if empty)."""
        with self._reraise("read token ids in"):
            if self._file.seek(0, os.SEEK_END) == 0:
                return np.empty(0, self._dtype), None
            mapping = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(mapping, self._dtype), mapping

    def _reraise(
        self, action: str = "write token ids to"
    ) -> contextlib.AbstractContextManager[None]:
        advice = "set FIRTH_CACHE_DIR to a folder with more room"
        return reraise(CorpusError, f"{action} {self._folder}", advice=advice)

    def __enter__(self) -> Self:
        """Return the array itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the file. Arrays mapped from it stay valid."""
        self._file.close()
