"""The cache folder: what Firth can make again, such as compiled code and a running job's tokens."""

from __future__ import annotations

import functools
import os
import stat
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from firth.errors import FirthError, warn

VARIABLE = "FIRTH_CACHE_DIR"
_ADVICE = f"set {VARIABLE} to a folder of your own"


def cache_folder() -> Path:
    """Return a folder for the files of a running job, made if need be.

    It is `$FIRTH_CACHE_DIR` where that is set, else `firth` in the user's cache directory. If that
    cannot be written, it is the folder for temporary files, and a warning says so.

    Raises
    ------
    FirthError
        If `$FIRTH_CACHE_DIR` is set and cannot be written, or neither folder can be written.
    """
    try:
        folder = _configured_folder()
        _make(folder)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError) as error:
        reason = _unusable(error)
        if os.environ.get(VARIABLE):
            raise FirthError(f"{reason}; {_ADVICE}") from error
        try:
            folder = Path(tempfile.gettempdir())
        except OSError:
            raise FirthError(
                f"{reason}; nor can the folder for temporary files; {_ADVICE}"
            ) from error
        _warn_of_default(reason)
        return folder


def code_folder() -> Path | None:
    """Return the folder of compiled code, made if need be, or None where none can be trusted.

    Compiled code is run, so it may come only from a folder that nobody else can write. The folder
    must belong to this user, and only this user may write it. Each folder above it must belong to
    this user or to the administrator, and nobody else may replace its content. Otherwise a warning
    says why no code is kept. The folder itself need not be writable.
    """
    try:
        folder = _configured_folder() / "compiled"
        _make(folder)
        # Links are followed once, here, so that changing one later has no effect.
        folder = Path(os.path.realpath(folder, strict=True))
        why = _why_not_private(folder)
    except (OSError, RuntimeError) as error:
        if os.environ.get(VARIABLE):
            warn_once_per_process(f"compiled code is not kept: {_unusable(error)}; {_ADVICE}")
        else:
            _warn_of_default(_unusable(error))
        return None
    if why is not None:
        warn_once_per_process(f"compiled code is neither kept nor loaded, since {why}; {_ADVICE}")
        return None
    return folder


@functools.cache
def warn_once_per_process(message: str) -> None:
    """Issue a `FirthWarning`, unless this process has issued the same one before."""
    warn(message)


def is_private(status: os.stat_result) -> bool:
    """Return whether a file or folder belongs to this user, and nobody else may write it."""
    if os.name != "posix":
        # Windows has no such owners and modes. A user's folders there are closed to others.
        return True
    return status.st_uid == os.geteuid() and not _others_may_write(status)


def _configured_folder() -> Path:
    """Return the cache folder; without a configured one and a home, raise a `RuntimeError`."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given).absolute()
    folder = user_cache_path("firth", appauthor=False, opinion=False)
    # Older releases of platformdirs take a relative XDG_CACHE_HOME, which the standard ignores, and
    # return a relative path where there is no home.
    return folder if folder.is_absolute() else Path.home() / ".cache" / "firth"


def _make(folder: Path) -> None:
    """Make a folder, and missing ones above it, for their owner only."""
    if not os.path.lexists(folder) and folder != folder.parent:
        _make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def _warn_of_default(reason: str) -> None:
    warn_once_per_process(
        f"{reason}; compiled code is not kept for the next process, and token ids go to the folder "
        f"for temporary files; {_ADVICE}"
    )


def _unusable(error: Exception) -> str:
    """Return why the configured folder cannot be used."""
    if isinstance(error, FileExistsError):
        reason = f"{error.filename} is not a folder"
    else:
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
    try:
        return f"the cache folder {_configured_folder()} cannot be written: {reason}"
    except (OSError, RuntimeError):
        return f"there is no cache folder: {reason}"


def _why_not_private(folder: Path) -> str | None:
    """Return what makes a folder unsafe for code that is to be run, or None if it is safe."""
    if os.name != "posix":
        return None
    owner = os.geteuid()
    for place in (folder, *folder.parents):
        status = place.lstat()
        if status.st_uid != owner and (status.st_uid != 0 or place == folder):
            return f"{place} belongs to another user"
        # In a sticky folder, such as /tmp, users can replace only what belongs to them.
        is_sticky = status.st_mode & stat.S_ISVTX and place != folder
        if _others_may_write(status) and not is_sticky:
            return f"other users may write {place}"
    return None


def _others_may_write(status: os.stat_result) -> bool:
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not _is_own_group(status.st_gid)


def _is_own_group(number: int) -> bool:
    """Return whether a group is the user's own, without other members, as on many systems."""
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(number)
    except KeyError:
        return False
    own = (user.pw_gid, user.pw_name)
    return (group.gr_gid, group.gr_name) == own and set(group.gr_mem) <= {user.pw_name}
