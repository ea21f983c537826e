"""A folder that one run at a time may use."""

from __future__ import annotations

import contextlib
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from firth.errors import FirthError
from firth.io.atomic import make_folder

_NAME = ".lock"


def lock_folder(folder: Path) -> BaseFileLock:
    """Lock a folder, made if need be, until the lock is released or no longer referred to.

    The system releases the lock when the process ends, however it ends. A child process does not
    hold the lock, even if it is forked. On a network file system the lock reaches as far as that
    system's own locks do: with NFS, other machines see it, unless it is mounted with `nolock`.

    Parameters
    ----------
    folder : Path
        An empty file `.lock` is made in it, and stays (on Windows it is removed with the lock)
        unless `remove_lock` removes it.

    Returns
    -------
    BaseFileLock
        Any thread may call its `release`.

    Raises
    ------
    FirthError
        If another run holds the folder, or it cannot be written, or its file system has no locks.
    """
    # The soft locks that filelock can fall back to would outlast a process that is killed.
    lock = FileLock(folder / _NAME, thread_local=False, blocking=False, fallback_to_soft=False)
    try:
        make_folder(folder)
        lock.acquire()
    except Timeout as error:
        raise FirthError(
            f"another run is using {folder}; wait until it ends, or give another folder"
        ) from error
    except OSError as error:
        reason = error.strerror or error
        # Errors from opening the file name it; errors from locking it do not.
        if error.filename:
            raise FirthError(f"cannot write {folder}: {reason}") from error
        raise FirthError(
            f"cannot lock {folder}: {reason}; give a folder on another file system"
        ) from error
    return lock


def remove_lock(lock: BaseFileLock) -> None:
    """Release a lock, and remove its file.

    A process that has opened the file meanwhile finds it gone when it gets the lock, and starts
    anew.
    """
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink()
    lock.release()
