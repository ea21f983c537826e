"""Machine code on disk: one file for each compiled signature of a function.

Numba's own cache is not used. It runs its files whoever wrote them, stops at a damaged file, and
falls back to other folders than the given one.

A file is a line of text, a SHA-256 digest, and a pickle of what Numba compiled. The digest covers
the file's name too, and is compared before anything is unpickled. The name contains a digest of
everything that the code depends on, so one folder serves many processors and versions. Files that
nobody has read or written for `MONTHS_KEPT` are removed when a new one is written.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from llvmlite.binding import address_of_symbol
from numba.core.runtime import rtsys
from numba.core.serialize import dumps
from numba.core.sigutils import normalize_signature

from firth.io.cache import code_folder, is_private, warn_once_per_process

MONTHS_KEPT = 3
_HEADER = b"firth compiled code 2\n"
_DIGEST_BYTES = hashlib.sha256().digest_size
_SUFFIX = ".code"
# What LLVM replaces by its own code.
_INTRINSIC = "llvm."
# Numba's options that change the code.
_OPTIONS = ("OPT", "BOUNDSCHECK", "LOOP_VECTORIZE", "SLP_VECTORIZE", "DEBUGINFO_DEFAULT")


class CodeCache:
    """The cache from which a Numba dispatcher loads code, and to which it saves code.

    If an entry is missing, cut short, damaged or not this user's own, the function is compiled
    again. If code cannot be kept, a `FirthWarning` says why, and the run goes on.

    Parameters
    ----------
    function : callable
        A Python function at the top level of its module.
    sources : str
        A digest of all source code that the function consists of.
    """

    def __init__(self, function: Callable[..., Any], sources: str) -> None:
        if function.__closure__:
            raise TypeError(f"{function.__qualname__} must not refer to variables around it")
        self._name = function.__qualname__
        self._function = (function.__module__, self._name, sources)

    @property
    def cache_path(self) -> str | None:
        """The folder, for `dispatcher.stats`."""
        folder = code_folder()
        return None if folder is None else str(folder)

    def flush(self) -> None:
        """Do nothing: newly compiled code replaces older code by itself."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:  # noqa: ANN401
        """Return the code for a signature, or None if it must be compiled."""
        path = self._path(sig, target_context.codegen())
        if path is None:
            return None
        try:
            payload = _read_entry(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            warn_once_per_process(
                f"compiled code in {path.parent} cannot be read: {error.strerror}"
            )
            return None
        if payload is None:
            return None
        externals, reduced = pickle.loads(payload)
        _provide(externals, target_context)
        result = numba.core.compiler.CompileResult._rebuild(target_context, *reduced)
        # Different types may have the same name.
        arguments, _ = normalize_signature(sig)
        return result if tuple(result.signature.args) == tuple(arguments) else None

    def save_overload(self, sig: Any, data: Any) -> None:  # noqa: ANN401
        """Save the code that was compiled for a signature."""
        path = self._path(sig, data.codegen)
        if path is None or data.library.has_dynamic_globals:
            return
        try:
            _write_entry(path, dumps((_externals(data.library), data._reduce())))
            _remove_old(path.parent)
        except OSError as error:
            warn_once_per_process(
                f"compiled code is not kept for the next process, since {path.parent} cannot be "
                f"written: {error.strerror}"
            )

    def _path(self, sig: Any, codegen: Any) -> Path | None:  # noqa: ANN401
        folder = code_folder()
        if folder is None:
            return None
        arguments, result = normalize_signature(sig)
        depends_on = (
            self._function,
            [str(kind) for kind in (*arguments, result)],
            codegen.magic_tuple(),
            [getattr(numba.config, name, None) for name in _OPTIONS],
            (sys.implementation.cache_tag, getattr(sys, "abiflags", "")),
            (numba.__version__, llvmlite.__version__, np.__version__),
        )
        digest = hashlib.sha256(repr(depends_on).encode()).hexdigest()
        return folder / f"{self._name}-{digest[:32]}{_SUFFIX}"


def _externals(library: Any) -> list[str]:  # noqa: ANN401
    """Return the names that code refers to and does not define."""
    module = library._get_module_for_linking()
    named = (*module.functions, *module.global_variables)
    names = {item.name for item in named if item.is_declaration}
    return sorted(name for name in names if not name.startswith(_INTRINSIC))


def _provide(externals: list[str], target_context: Any) -> None:  # noqa: ANN401
    """Have Numba define what loaded code refers to: LLVM would end the process otherwise.

    Most code needs only Numba's runtime. Only other code has Numba register all that it can
    compile, which takes a third of a second. Before it compiles anything, Numba does so itself.
    """
    rtsys.initialize(target_context)
    if any(address_of_symbol(name) is None for name in externals):
        target_context.refresh()


def _digest(name: str, payload: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + payload).digest()


def _read_entry(path: Path) -> bytes | None:
    """Return the content of an entry, or None, with a warning, if it cannot be trusted.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    # A link is refused, and opening a pipe does not wait.
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | flags)
    with open(handle, "rb") as file:  # noqa: PTH123
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or not is_private(status):
            warn_once_per_process(
                f"compiled code in {path.parent} that other users may have written is not run, "
                "but compiled again"
            )
            return None
        content = file.read()
    payload = content[len(_HEADER) + _DIGEST_BYTES :]
    if content != _HEADER + _digest(path.name, payload) + payload:
        warn_once_per_process(f"compiled code in {path.parent} was damaged, and is compiled again")
        return None
    return payload


def _write_entry(path: Path, payload: bytes) -> None:
    """Write an entry to a temporary file, then rename it, so that others never read half of it.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    # Only the owner can read or write a file that mkstemp makes.
    handle, temporary = tempfile.mkstemp(_SUFFIX, f".{path.name}.", path.parent)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123
            file.write(_HEADER + _digest(path.name, payload) + payload)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def _remove_old(folder: Path) -> None:
    """Remove entries, and leftovers of killed processes, that were not used for months."""
    oldest = time.time() - MONTHS_KEPT * 30 * 24 * 3600
    for path in folder.glob(f"*{_SUFFIX}"):
        # Another process may remove it at the same time.
        with contextlib.suppress(OSError):
            status = path.lstat()
            if max(status.st_mtime, status.st_atime) < oldest and stat.S_ISREG(status.st_mode):
                path.unlink()
