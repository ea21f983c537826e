"""Compiling hot loops with Numba, and keeping the machine code for the next process."""

from __future__ import annotations

import functools
import hashlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

from firth._version import __version__
from firth.cache import cache_folder
from firth.compilation.emitter import REGISTERS, WIDTH
from firth.errors import FirthError

Function = TypeVar("Function", bound=Callable[..., Any])


def inlined(function: Function) -> Function:
    """Compile `function` as a part of whatever compiled function calls it.

    Numba puts its statements in place of the call before it finds out types, which saves compiling
    the function by itself.
    """
    return numba.njit(nogil=True, error_model="numpy", inline="always")(function)  # type: ignore[no-any-return]


def compiled(function: Function) -> Function:
    """Compile `function` at its first call, free of the GIL, and keep the result on disk.

    Numba looks only at the file of the function itself to tell whether a kept result is stale.
    What it calls stands in the same package folder or in that of this module, so the name of the
    cache folder carries a digest of all sources there, of Firth's version and of the width of
    vectors. Where no cache folder can be written, a warning says so and each process compiles anew.
    """
    return _kept(function, {})


def compiled_bare(function: Function) -> Function:
    """Compile a function that makes no arrays, as `compiled` does, but without counting references.

    Otherwise Numba counts those to each array that is handed to an inlined helper in a loop.
    """
    return _kept(function, {"_nrt": False})


def _kept(function: Function, special: dict[str, bool]) -> Function:
    # A fifth of the time would go into a wrapper for callers in C, of which there are none, and
    # into rewriting expressions on whole arrays, which hot loops do not hold.
    options = {
        "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "no_rewrites": True,
        **special,
    }  # fmt: skip
    folder = _code_folder(Path(function.__code__.co_filename).parent)
    if folder is None:
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before


@functools.cache
def _code_folder(package: Path) -> Path | None:
    digest = hashlib.sha256(f"{__version__} {WIDTH} {REGISTERS}".encode())
    for folder in (Path(__file__).parent, package):
        for source in sorted(folder.glob("*.py")):
            digest.update(source.read_bytes())
    try:
        return cache_folder() / "compiled" / f"{package.name}-{digest.hexdigest()[:16]}"
    except FirthError as error:
        warnings.warn(f"compiled code is not kept: {error}", RuntimeWarning, stacklevel=5)
        return None
