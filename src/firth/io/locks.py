"""A folder that one run at a time may use."""

from __future__ import annotations

import os
import weakref
from pathlib import Path

from firth.errors import FirthError
from firth.io.atomic import make_folder
from firth.io.file_locks import try_lock

_NAME = ".lock"


class FolderLock:
    """Holds a folder, made if need be, until it is closed or no longer referred to.

    The system lets go of it when the process ends, however it ends. A child process does not hold
    it: not one that is forked either. On a network file system the lock reaches as far as that
    system's own locks do: with NFS, other machines see it, unless it is mounted with `nolock`.

    Parameters
    ----------
    folder : Path
        A file `.lock` is made in it, and stays.

    Raises
    ------
    FirthError
        If another run holds the folder, or it cannot be written, or its file system has no locks.
    """

    def __init__(self, folder: Path) -> None:
        self._handle: int | None = None
        try:
            make_folder(folder)
            # Open for writing, without which NFS gives no lock that excludes others.
            handle = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise FirthError(f"cannot write {folder}: {error.strerror or error}") from error
        try:
            is_locked = try_lock(handle)
        except OSError as error:
            os.close(handle)
            raise FirthError(
                f"cannot lock {folder}: {error.strerror or error}; "
                "give a folder on another file system"
            ) from error
        if not is_locked:
            os.close(handle)
            raise FirthError(
                f"another run is using {folder}; wait until it ends, or give another folder"
            )
        self._handle = handle
        _OPEN.add(self)

    def close(self) -> None:
        """Let go of the folder."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def __del__(self) -> None:
        """Let go of the folder."""
        self.close()


_OPEN: weakref.WeakSet[FolderLock] = weakref.WeakSet()


def _close_all() -> None:
    """Close the handles that a forked child has from its parent, which keeps the locks."""
    for lock in list(_OPEN):
        lock.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_all)
