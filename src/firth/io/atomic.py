"""Writing files and folders so that an interrupted write leaves nothing half-done."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from firth.errors import FirthError
from firth.io.scratch import LOCK, NEW, OLD, scratch_folder, scratch_name

_PROBE = b"probe\n"
# What a file system says of calls that it does not know.
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)


@contextlib.contextmanager
def atomic_write(target: Path, *, folder: bool = False) -> Iterator[Path]:
    """Return a temporary path beside `target`; rename it to `target` when the block ends well.

    The content is flushed to the disk before the rename. When the block raises, what was written
    is removed and whatever stood at `target` before is untouched. What a killed process left beside
    the same target is removed.

    Parameters
    ----------
    target : Path
        Where the finished file or folder shall stand. Missing parent folders are made. A link is
        replaced, not followed.
    folder : bool
        Whether a folder is written (the block finds it made, and empty) or a file.

    Raises
    ------
    FirthError
        If the place cannot be written, or the disk is full.
    """
    with _told(f"cannot write {target}"):
        _check_place(target, folder=folder)
        make_folder(target.parent)
        with scratch_folder(target) as scratch:
            aside = scratch / NEW / target.name
            if folder:
                aside.mkdir()
            yield aside
            _flush(aside)
            _replace(aside, target, scratch)
            _flush_folder(target.parent)


def check_writable(target: Path, *, folder: bool = False) -> None:
    """Raise at once if `atomic_write` could not write to `target` later.

    A probe is written and renamed in the same way, and removed again. Where parent folders are
    missing, they are made within the scratch folder. Nothing stays, and what stands at `target` is
    untouched.

    Raises
    ------
    FirthError
        If its folder, or the nearest one that exists, cannot be written, or `target` cannot be
        replaced: it is a folder where a file is to be written, or the other way round, a link to
        nothing, in use, mounted, or protected.
    """
    with _told(f"cannot write {target}"):
        _check_place(target, folder=folder)
        existing = _nearest_existing(target.parent)
        missing = target.parent.relative_to(existing)
        with scratch_folder(existing / target.name) as scratch:
            _try_to_write(scratch, missing / target.name, folder=folder)
            if os.path.lexists(target):
                _check_removable(target, scratch)


def check_usable_folder(folder: Path) -> None:
    """Raise at once if nothing could be written into `folder` later. Nothing is made or changed.

    A folder that exists may stand in one that cannot be written; one that is missing may be made.

    Raises
    ------
    FirthError
        If it is no folder, or cannot be written, or is missing and cannot be made.
    """
    with _told(f"cannot write to {folder}"):
        existing = _nearest_existing(folder)
        if existing.is_symlink() and not existing.exists():
            raise FirthError(f"cannot write to {folder}: {existing} is a link to nothing")
        if not existing.is_dir():
            raise FirthError(f"cannot write to {folder}: {existing} is no folder")
        with scratch_folder(existing / "probe") as scratch:
            _try_to_write(scratch, folder.relative_to(existing) / "probe", folder=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, so that they outlast a power cut.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    missing = []
    above = folder
    while not above.exists():
        missing.append(above)
        above = above.parent
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _flush_folder(made.parent)


def is_same(one: Path, other: Path) -> bool:
    """Tell whether two paths are one place, through links and `..`, also if nothing is there.

    Where the file system knows no case, names of what exists that differ in case alone are one.
    """
    try:
        return os.path.realpath(one) == os.path.realpath(other) or one.samefile(other)
    except (OSError, ValueError):
        # Not there, or nothing that could be.
        return False


def lies_in(path: Path, places: Iterable[Path]) -> bool:
    """Tell whether a path is one of some places, or lies within one, as `is_same` has it."""
    real = Path(os.path.realpath(path))
    above = (real, *real.parents)
    return any(is_same(each, place) for place in places for each in above)


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FirthError(f"{what}: {error.strerror or error}") from error


def _check_place(target: Path, *, folder: bool) -> None:
    """Raise if what stands at `target` must not, or cannot, be replaced."""
    if target.name in ("", ".."):
        raise FirthError(
            f"cannot write {target}: a folder in use cannot be replaced; "
            f"give a name within it, such as {target / 'vectors'}"
        )
    if "\0" in str(target):
        raise FirthError(f"cannot write {str(target)!r}: a path holds no NUL character")
    if not os.path.lexists(target):
        return
    if not target.exists():
        raise FirthError(
            f"cannot write {target}: it is a link to nothing; remove the link, or give another path"
        )
    if not target.is_dir() and not target.is_file():
        raise FirthError(f"cannot write {target}: it is not a regular file; give another path")
    if target.is_dir() != folder:
        kind = "folder" if target.is_dir() else "file"
        raise FirthError(f"cannot write {target}: a {kind} of that name is in the way")
    if folder and _is_current(target):
        raise FirthError(
            f"cannot write {target}: it is the current folder; give a name within it, or go to "
            "another folder"
        )
    if _is_mount_point(target):
        advice = (
            f"give a name within it, such as {target / 'vectors'}"
            if folder
            else "give another path"
        )
        raise FirthError(f"cannot write {target}: what is mounted cannot be replaced; {advice}")


def _is_current(folder: Path) -> bool:
    try:
        return folder.samefile(os.curdir)
    except FileNotFoundError:
        # The current folder has been removed.
        return False


def _is_mount_point(path: Path) -> bool:
    if path.is_symlink():
        return False
    if os.path.ismount(path):
        return True
    # A file can be mounted too, from the same file system.
    try:
        mounts = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return False
    place = os.fsencode(path.parent.resolve() / path.name)
    return any(_unescaped(mount.split(b" ")[4]) == place for mount in mounts)


def _unescaped(field: bytes) -> bytes:
    return re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), field)


def _nearest_existing(path: Path) -> Path:
    """Return the path itself, or the nearest one above it that is there, if only as a link."""
    while not os.path.lexists(path):
        path = path.parent
    return path


def _try_to_write(scratch: Path, path: Path, *, folder: bool) -> None:
    """Write a probe to a path within the scratch folder, and rename it out of that.

    Raises
    ------
    OSError
        If one of these fails.
    """
    probe = scratch / NEW / path
    probe.parent.mkdir(parents=True, exist_ok=True)
    if folder:
        probe.mkdir()
    part = probe / "probe" if folder else probe
    part.write_bytes(_PROBE)
    _flush(probe)
    # What a killed process leaves there is known by its name, and by being empty.
    part.write_bytes(b"")
    if folder:
        part.unlink()
    landed = scratch.with_name(scratch_name(probe))
    probe.rename(landed)
    with contextlib.suppress(FileNotFoundError):
        landed.rmdir() if folder else landed.unlink()
    _flush_folder(landed.parent)


def _check_removable(target: Path, scratch: Path) -> None:
    """Raise where `target` could not be moved out of the way, without moving it.

    A file is never renamed over a folder, nor a folder over a file. But whether `target` may be
    moved at all is checked first: what is immutable, and another user's file in a sticky folder,
    may not.

    Raises
    ------
    OSError
        If it could not be moved.
    """
    if os.name != "posix":
        return
    is_folder = target.is_dir() and not target.is_symlink()
    if is_folder and not os.access(target, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with contextlib.suppress(IsADirectoryError, NotADirectoryError):
        target.rename(scratch / (LOCK if is_folder else NEW))


def _flush(path: Path) -> None:
    is_folder = path.is_dir()
    for file in sorted(path.iterdir()) if is_folder else [path]:
        # Open for writing, without which some platforms refuse to flush.
        with file.open("r+b") as handle:
            os.fsync(handle.fileno())
    if is_folder:
        _flush_folder(path)


def _flush_folder(folder: Path) -> None:
    """Have the names in `folder` outlast a power cut, where the platform opens folders."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems flush files only.
        if error.errno not in _UNSUPPORTED:
            raise
    finally:
        os.close(handle)


def _replace(aside: Path, target: Path, scratch: Path) -> None:
    if not (aside.is_dir() and target.is_dir()):
        aside.replace(target)
        return
    # A folder cannot be renamed over another that holds files.
    if _exchange(aside, target):
        return
    # Where the two cannot change places, the old one steps aside first.
    old = scratch / OLD / target.name
    old.parent.mkdir()
    try:
        target.rename(old)
        aside.replace(target)
    except BaseException:
        # An interrupt can come between any two steps. A link may lead nowhere from `old`.
        if os.path.lexists(old) and not os.path.lexists(target):
            old.rename(target)
        raise


def _exchange(one: Path, other: Path) -> bool:
    """Have two paths change places in one step; tell whether the system can do that.

    Raises
    ------
    OSError
        If it can, and this failed.
    """
    if sys.platform != "linux":
        return False
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of <fcntl.h> and <linux/fs.h>
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    if rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code))
