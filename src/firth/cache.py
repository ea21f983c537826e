"""Where Firth keeps what it can make again: compiled code and the token ids of a running job."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from firth.errors import FirthError
from firth.files import check_writable


def cache_folder() -> Path:
    """Give the cache folder, made if need be.

    It is `$FIRTH_CACHE_DIR` where that is set, else the user's cache directory as the platform
    has it.

    Raises
    ------
    FirthError
        If the folder cannot be made or written.
    """
    folder = Path(os.environ.get("FIRTH_CACHE_DIR") or _platform_cache() / "firth")
    try:
        check_writable(folder / "probe")
        folder.mkdir(parents=True, exist_ok=True)
    except (FirthError, OSError) as error:
        raise FirthError(
            f"the cache folder {folder} cannot be written; set FIRTH_CACHE_DIR to one that can"
        ) from error
    return folder


def _platform_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
