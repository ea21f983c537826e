"""Compiling functions with Numba, and keeping the machine code for the next process."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core.registry import CPUDispatcher

from firth._version import __version__
from firth.compilation.code_cache import CodeCache
from firth.compilation.emitter import BFLOAT16, REGISTERS, WIDTH

Function = TypeVar("Function", bound=Callable[..., Any])


# A fifth of the time would go into a wrapper for callers in C, of which there are none, and into
# rewriting expressions on whole arrays, which hot loops do not hold.
_OPTIONS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "no_rewrites": True}


def inlined(function: Function) -> Function:
    """Compile `function` as a part of each compiled function that calls it.

    Numba puts its statements in place of the call before it finds out types, which saves compiling
    the function by itself.
    """
    return numba.njit(nogil=True, error_model="numpy", inline="always")(function)  # type: ignore[no-any-return]


def called(function: Function) -> Function:
    """Compile `function` apart from the compiled functions that call it; it makes no arrays.

    Inlining everything, as `inlined` does, makes compilation slow. Python cannot call it.
    """
    return _without_wrapper(function, _OPTIONS)


def optional(function: Function) -> Function:
    """Compile `function` as `called` does, without the branches that are not for its arguments.

    Where an argument is None, what stands under `if argument is not None` costs no time to compile.
    Only arguments themselves are looked at, not what a tuple holds.
    """
    return _without_wrapper(function, {**_OPTIONS, "no_rewrites": False})


class _ForCompiledCode(CPUDispatcher):  # type: ignore[misc]
    """A function without the wrapper by which Python calls it: calling nothing ends the process."""

    def __call__(self, *arguments: object, **named: object) -> None:
        raise TypeError(f"only compiled functions can call {self.py_func.__name__}")


def _without_wrapper(function: Function, options: dict[str, object]) -> Function:
    dispatcher = numba.njit(**options, _nrt=False, no_cpython_wrapper=True)(function)
    # With NUMBA_DISABLE_JIT it is the function itself.
    if isinstance(dispatcher, CPUDispatcher):
        dispatcher.__class__ = _ForCompiledCode
    return dispatcher  # type: ignore[no-any-return]


def compiled(function: Function) -> Function:
    """Compile `function` at its first call, free of the GIL, and keep the result on disk.

    What it calls stands in the same part of the package (such as `training`) or in this one, so a
    result is found again as long as no source there changes. Where none can be kept, a warning says
    so and each process compiles anew.
    """
    return _kept(function, {})


def compiled_bare(function: Function) -> Function:
    """Compile a function that makes no arrays, as `compiled` does, but without counting references.

    Otherwise Numba counts those to each array that is handed to an inlined helper in a loop.
    """
    return _kept(function, {"_nrt": False})


def _kept(function: Function, special: dict[str, bool]) -> Function:
    dispatcher = numba.njit(**_OPTIONS, **special)(function)
    dispatcher._cache = CodeCache(function, _sources(_part_of(Path(function.__code__.co_filename))))
    return dispatcher  # type: ignore[no-any-return]


def _part_of(module: Path) -> Path:
    """Return the folder of the part of the package that a module belongs to, or of the module."""
    package = Path(__file__).parent.parent
    if package not in module.parents:
        return module.parent
    return package / module.relative_to(package).parts[0]


@functools.cache
def _sources(part: Path) -> str:
    """Return a digest of Firth's version, how code is emitted, and the sources of two folders.

    These are this module's folder and `part`, with the folders in them.
    """
    digest = hashlib.sha256(f"{__version__} {WIDTH} {REGISTERS} {BFLOAT16}".encode())
    for folder in (Path(__file__).parent, part):
        for source in sorted(folder.rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()
