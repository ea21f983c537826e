"""Scratch folders: hidden folders beside a target, in which its content is written.

======= ==================================================================================
`lock`  locked while the process that made the folder uses it
`new`   what is being written, under the target's name; after an exchange, the old content
`old`   the old content, where the system cannot exchange two names in one step
======= ==================================================================================

A process that is killed leaves its scratch folder. The next save to the same target removes it: a
scratch folder whose lock is free is not in use.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from firth.errors import warn

LOCK, NEW, OLD = "lock", "new", "old"

_MARK = ".firth_"
_RANDOM_BYTES = 4
_TRIES = 100
# A name may have 255 bytes. Longer names than this one are shortened, and a digest is added.
_LONGEST_NAME = 32
_DIGEST_BYTES = 4


@contextlib.contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """Make a scratch folder beside `target`, and remove it when the block ends.

    Scratch folders that killed processes left for the same target are removed first.
    """
    remove_leftovers(target.parent, re.escape(_stem(target)))
    folder, handle = _make(target)
    try:
        yield folder
    finally:
        # Some platforms cannot remove an open file.
        os.close(handle)
        _remove(folder)


def scratch_name(target: Path) -> str:
    """Return a new name beside `target` that `remove_leftovers` recognizes."""
    return f".{_stem(target)}{_MARK}{os.urandom(_RANDOM_BYTES).hex()}"


def remove_leftovers(folder: Path, names: str) -> None:
    """Remove what killed processes left in a folder, after putting back the old content of targets.

    Other files are left alone: a leftover has exactly the name of a scratch folder for one of these
    targets, belongs to this user and is not locked.

    Parameters
    ----------
    folder : Path
        Where the targets are.
    names : str
        A regular expression for the names of the targets.
    """
    name = re.compile(rf"\.(?:{names}){re.escape(_MARK)}[0-9a-f]{{8}}")
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if name.fullmatch(entry.name)]
    except OSError:
        # A folder may be writable but not readable.
        return
    for leftover in found:
        # Permissions may forbid it, or another process may be removing it too.
        with contextlib.suppress(OSError):
            _remove_abandoned(folder / leftover)


def _stem(target: Path) -> str:
    name = target.name
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.blake2b(os.fsencode(name), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{name[: _LONGEST_NAME - 2 * _DIGEST_BYTES - 1]}~{digest}"


def _make(target: Path) -> tuple[Path, int]:
    """Make a scratch folder with its parts; return it and the handle of its lock."""
    for _ in range(_TRIES):
        folder = target.with_name(scratch_name(target))
        try:
            folder.mkdir(0o700)
        except FileExistsError:
            continue
        try:
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            # Another process took the empty folder for a leftover and removed it.
            continue
        try:
            if _is_ours(folder, handle):
                (folder / NEW).mkdir()
                return folder, handle
        except BaseException:
            os.close(handle)
            _remove(folder)
            raise
        os.close(handle)
    raise OSError(errno.EEXIST, "no scratch folder could be made beside it")


def _is_ours(folder: Path, handle: int) -> bool:
    """Lock a new scratch folder; tell whether no other process has taken it for a leftover."""
    try:
        if not _lock(handle):
            return False
    except OSError:
        # On a file system without locks, no process removes leftovers.
        return True
    try:
        return os.path.samestat(os.fstat(handle), (folder / LOCK).stat())
    except FileNotFoundError:
        return False


def _remove_abandoned(path: Path) -> None:
    status = path.lstat()
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        return
    if not stat.S_ISDIR(status.st_mode):
        # An empty file is a probe that its process could not remove any more.
        if stat.S_ISREG(status.st_mode) and status.st_size == 0:
            path.unlink()
        return
    try:
        handle = os.open(path / LOCK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        # A probe too, or its process was killed before it made the lock: it is empty in both cases.
        path.rmdir()
        return
    try:
        if not _lock(handle):
            return
        if (path / OLD).is_dir():
            for old in (path / OLD).iterdir():
                if not os.path.lexists(path.with_name(old.name)):
                    old.rename(path.with_name(old.name))
    finally:
        os.close(handle)
    _remove(path)


def _remove(folder: Path) -> None:
    """Remove a scratch folder: the lock last, since without it the folder cannot be recognized."""
    for part in (NEW, OLD):
        shutil.rmtree(folder / part, ignore_errors=True)
    if not any(os.path.lexists(folder / part) for part in (NEW, OLD)):
        shutil.rmtree(folder, ignore_errors=True)
    if os.path.lexists(folder):
        warn(f"cannot remove {folder}, which is not needed any more; remove it by hand")


def _lock(handle: int) -> bool:
    """Lock an open file; return whether no other process had locked it."""
    # Importing it takes longer than all else here, and who only reads needs no locks.
    from filelock import lock_descriptor

    return lock_descriptor(handle, blocking=False)
