"""Locks of open files: the system lets go of them when the file is closed, or its process ends."""

from __future__ import annotations

import errno
import sys

# What the platforms say of a lock that somebody else holds.
_HELD = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}


def try_lock(handle: int) -> bool:
    """Return whether a file, open for writing, is now locked: not if another handle has it.

    Raises
    ------
    OSError
        If the file system has no locks.
    """
    try:
        _lock(handle)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
