"""A folder that one run at a time may use."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from firth.errors import FirthError
from firth.files import make_folder

_NAME = ".lock"


class FolderLock:
    """Holds a folder, made if need be, until it is closed or no longer referred to.

    The system lets go of it when the process ends, however it ends.

    Parameters
    ----------
    folder : Path
        A file `.lock` is made in it, and stays.

    Raises
    ------
    FirthError
        If another run holds the folder, or it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._handle: int | None = None
        try:
            make_folder(folder)
            handle = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise FirthError(f"cannot write {folder}: {error.strerror or error}") from error
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            raise FirthError(
                f"another run is using {folder}; wait until it ends, or give another folder"
            ) from error
        self._handle = handle

    def close(self) -> None:
        """Let go of the folder."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def __del__(self) -> None:
        """Let go of the folder."""
        self.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
