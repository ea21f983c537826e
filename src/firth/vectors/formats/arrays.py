"""NumPy's arrays in files of their own and in pickles, without objects in them."""

from __future__ import annotations

import contextlib
import math
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, counted, one_line, reraise
from firth.io.compression import open_regular
from firth.io.mistaken import refuse_mistaken
from firth.io.pieces import read_pieces
from firth.vectors.formats.pickles import Bag

# The functions by which arrays are pickled, in NumPy 1 and 2.
_CORES = ("numpy.core", "numpy._core")
_REBUILT = frozenset(f"{core}.multiarray._reconstruct" for core in _CORES)
_OF_BUFFER = frozenset(f"{core}.numeric._frombuffer" for core in _CORES)
# Bytes, where the protocol of the pickle has none.
_ENCODED, _NO_BYTES = "_codecs.encode", "__builtin__.bytes"
PICKLED = frozenset(
    {*_REBUILT, *_OF_BUFFER, *(f"{core}.multiarray.scalar" for core in _CORES)}
    | {"numpy.ndarray", "numpy.dtype", _ENCODED, _NO_BYTES}
)
# What NumPy raises for damaged headers.
_FAULTS = (
    ValueError, TypeError, OverflowError, EOFError, SyntaxError, TokenError, MemoryError,
    RecursionError,
)  # fmt: skip
# A header of the third version has names of fields.
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
# Held while filters of warnings are changed: they are those of the process, and threads would
# restore those of each other.
FILTERS = threading.Lock()
_BLOCK_BYTES = 1 << 24
_MAGIC = b"\x93NUMPY"
_TYPE = re.compile(r"f[248]|[iu][1248]|b1")
_ORDERS = ("<", ">", "=", "|")


def map_array(path: Path) -> NDArray[Any]:
    """Map a file `.npy`: what is not asked for is not read.

    Raises
    ------
    FormatError
        If the file is missing or damaged, or holds objects.
    """
    with open_regular(path) as file:
        refuse_mistaken(file, path)
        if not file.peek(1).startswith(_MAGIC):
            raise FormatError(f"{path}: damaged: it is no array in NumPy's format .npy")
    try:
        # A product of sizes may exceed 64 bits.
        with np.errstate(all="ignore"), _old_headers():
            array = np.load(path, mmap_mode="r", allow_pickle=False)
    except _FAULTS as error:
        raise FormatError(f"{path}: damaged: {_told(error)}") from error
    if array.dtype.kind not in "fiub":
        raise FormatError(f"{path}: expected an array of numbers, got {array.dtype}")
    return np.asarray(array)


def _told(error: Exception) -> str:
    """Return what NumPy found, without its advice to trust the file."""
    if "max_header_size" in str(error):
        return "its header is too long"
    return one_line(str(error) or "no array")


def read_blocks(file: IO[bytes], what: str) -> Iterator[NDArray[Any]]:
    """Yield the rows of an array in NumPy's format `.npy`, of numbers or of texts, by blocks.

    The first block may have no rows. Arrays in the order of Fortran are one block.

    Raises
    ------
    FormatError
        If it is damaged, or holds anything else.
    """
    try:
        # Products of sizes may exceed 64 bits.
        with np.errstate(all="ignore"):
            shape, is_fortran, dtype = _read_header(file)
            yield np.empty((0, *shape[1:]), dtype)
            width = math.prod(shape[1:]) * dtype.itemsize
            rows = shape[0] if is_fortran else max(1, _BLOCK_BYTES // max(1, width))
            for start in range(0, shape[0], max(1, rows)):
                block = (min(rows, shape[0] - start), *shape[1:])
                data = read_pieces(file, block[0] * width)
                if len(data) < block[0] * width:
                    raise ValueError("it is cut short")
                if dtype.kind == "U" and _most_point(data, dtype) > sys.maxunicode:
                    # NumPy would make texts of it that end the process when they are printed.
                    raise ValueError("a text holds what is no character")
                yield np.ndarray(block, dtype, data, order="F" if is_fortran else "C")
    except _FAULTS as error:
        raise FormatError(f"{what}: damaged: {_told(error)}") from error


@contextlib.contextmanager
def _old_headers() -> Iterator[None]:
    """Keep NumPy from warnings about headers that Python 2 wrote, and old names of types."""
    with FILTERS, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Reading `.npy` or `.npz` file required", UserWarning)
        warnings.filterwarnings("ignore", "Data type alias", DeprecationWarning)
        yield


def _read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"version {version} of its header")
    with _old_headers():
        shape, is_fortran, dtype = _HEADERS[version](file)
    if dtype.kind not in "fiubU" or dtype.itemsize == 0:
        raise ValueError(f"expected numbers or texts, got {dtype}")
    if not shape or any(type(n) is not int or n < 0 for n in shape):
        raise ValueError(f"its shape is {shape}")
    return shape, is_fortran, dtype


def _most_point(data: bytearray, dtype: np.dtype[Any]) -> int:
    """Return the largest code point of an array of texts."""
    points = np.frombuffer(data, np.dtype(np.uint32).newbyteorder(dtype.byteorder))
    return int(points.max(initial=0))


def array_of(pickled: object, what: str, path: Path) -> NDArray[Any]:
    """Return the array that a pickle holds, a view of the bytes in it.

    Raises
    ------
    FormatError
        If it is no array of numbers; the message names it as `what`.
    """
    shape, dtype, is_fortran, data = _parts(pickled)
    if isinstance(data, Bag):
        data = _bytes_of(data)
    kind = _dtype(dtype)
    is_shape = isinstance(shape, tuple) and all(type(n) is int and n >= 0 for n in shape)
    if kind is None or not is_shape or not isinstance(data, bytes):
        raise FormatError(f"{path}: '{what}' should be an array of numbers")
    if len(data) != math.prod(shape) * kind.itemsize:
        raise FormatError(
            f"{path}: '{what}' has {counted(len(data), 'byte')} for the shape "
            f"{one_line(str(shape))}"
        )
    with reraise(FormatError, f"read {path}: '{what}'", ValueError, TypeError, OverflowError):
        return np.ndarray(shape, kind, data, order="F" if is_fortran else "C")


def _parts(pickled: object) -> tuple[Any, Any, Any, Any]:
    """Return the shape, type, order and bytes of a pickled array, as far as they are there."""
    if isinstance(pickled, Bag) and pickled.name in _REBUILT:
        state = pickled.state
        if isinstance(state, tuple) and len(state) == 5:
            return state[1], state[2], state[3], state[4]
    if isinstance(pickled, Bag) and pickled.name in _OF_BUFFER and len(pickled.arguments) == 4:
        data, dtype, shape, order = pickled.arguments
        return shape, dtype, order == "F", data
    return None, None, None, None


def _dtype(pickled: object) -> np.dtype[Any] | None:
    """Return a type of numbers, or None if it is anything else."""
    if not isinstance(pickled, Bag) or pickled.name != "numpy.dtype" or not pickled.arguments:
        return None
    code, state = pickled.arguments[0], pickled.state
    if not isinstance(code, str) or not _TYPE.fullmatch(code):
        return None
    order = state[1] if isinstance(state, tuple) and len(state) > 1 else "="
    return np.dtype(order + code) if order in _ORDERS else None


def _bytes_of(bag: Bag) -> bytes | None:
    """Return bytes of a pickle whose protocol has none, or None if the bag is anything else."""
    if bag.name == _NO_BYTES and not bag.arguments:
        return b""
    if bag.name != _ENCODED or len(bag.arguments) != 2:
        return None
    text, encoding = bag.arguments
    if not isinstance(text, str) or encoding != "latin1" or (text and max(text) > "\xff"):
        return None
    return text.encode("latin1")
