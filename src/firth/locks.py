"""A folder that one run at a time may use."""

from __future__ import annotations

import errno
import os
import sys
import weakref
from pathlib import Path

from firth.errors import FirthError
from firth.files import make_folder

_NAME = ".lock"
# What the platforms say of a lock that somebody else holds.
_HELD = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}


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
            _lock(handle)
        except OSError as error:
            os.close(handle)
            if error.errno in _HELD:
                message = (
                    f"another run is using {folder}; wait until it ends, or give another folder"
                )
            else:
                message = (
                    f"cannot lock {folder}: {error.strerror or error}; "
                    "give a folder on another file system"
                )
            raise FirthError(message) from error
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


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
