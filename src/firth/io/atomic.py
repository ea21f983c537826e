"""Writing files and folders so that an interrupted write leaves nothing half-done."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from firth.errors import FirthError, reraise
from firth.io.paths import absolute, refuse_standard_output
from firth.io.scratch import LOCK, NEW, OLD, scratch_folder, scratch_name

# The errors of a file system that lacks a call.
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)


@contextlib.contextmanager
def atomic_write(target: Path, *, folder: bool = False) -> Iterator[Path]:
    """Return a temporary path beside `target`, which replaces `target` if the block succeeds.

    The content is flushed to the disk before the temporary path is renamed. If the block raises,
    the new content is removed, and `target` is as it was. What killed processes left beside the
    same target is removed too.

    Parameters
    ----------
    target : Path
        Where the new file or folder will be. Missing parent folders are made. A link is replaced,
        not followed.
    folder : bool
        Whether a folder is written or a file. A folder is made, empty, before the block begins.

    Raises
    ------
    FirthError
        If `target` cannot be written or replaced, or the disk is full.
    """
    with reraise(FirthError, f"write {target}"):
        _check_place(target, folder=folder)
        make_folder(target.parent)
        with scratch_folder(target) as scratch:
            temporary = scratch / NEW / target.name
            if folder:
                temporary.mkdir()
            yield temporary
            _flush(temporary)
            _replace(temporary, target, scratch)
            _flush_folder(target.parent)


def check_writable(target: Path, *, folder: bool = False) -> None:
    """Raise if `atomic_write` could not write to `target` later. Nothing is made or changed.

    A probe is written and renamed in the same way, then removed. Missing parent folders are made
    within the scratch folder.

    Raises
    ------
    FirthError
        If its folder, or the nearest one that exists, cannot be written, or `target` cannot be
        replaced: it is a folder where a file is to be written, or the other way round, a link to
        nothing, in use, mounted, or protected.
    """
    with reraise(FirthError, f"write {target}"):
        _check_place(target, folder=folder)
        existing = _nearest_existing(target.parent)
        missing = target.parent.relative_to(existing)
        with scratch_folder(existing / target.name) as scratch:
            _try_to_write(scratch, missing / target.name, folder=folder)
            if os.path.lexists(target):
                _check_removable(target, scratch)


def check_usable_folder(folder: Path) -> None:
    """Raise if nothing could be written into `folder` later. Nothing is made or changed.

    The folder may be missing if it can be made. Unlike `check_writable`, this does not need the
    folder above to be writable.

    Raises
    ------
    FirthError
        If it is not a folder, or cannot be written, or is missing and cannot be made.
    """
    with reraise(FirthError, f"write to {folder}"):
        refuse_standard_output(folder)
        absolute(folder)
        existing = _nearest_existing(folder)
        if existing.is_symlink() and not existing.exists():
            raise FirthError(
                f"cannot write to {folder}: {existing} is a link to nothing; give another path"
            )
        if not existing.is_dir():
            raise FirthError(
                f"cannot write to {folder}: {existing} is not a folder; give another path"
            )
        with scratch_folder(existing / "probe") as scratch:
            _try_to_write(scratch, folder.relative_to(existing) / "probe", folder=True)


def check_above(target: Path) -> None:
    """Raise if what is above `target`, or would be made there, cannot be a folder.

    Raises
    ------
    FirthError
        If it is a file.
    """
    above = _nearest_existing(absolute(target).parent)
    if above.exists() and not above.is_dir():
        raise FirthError(f"cannot write {target}: {above} is not a folder; give another path")


def make_folder(folder: Path) -> None:
    """Make a folder, and missing ones above it, and flush their names to the disk."""
    missing = missing_folders(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _flush_folder(made.parent)


def missing_folders(folder: Path) -> list[Path]:
    """Return a folder and those above it that are not there, the innermost first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    return missing


def remove_empty(folders: list[Path]) -> None:
    """Remove folders, the innermost first, as far as they are empty."""
    with contextlib.suppress(OSError):
        for folder in folders:
            folder.rmdir()


def is_same(one: Path, other: Path) -> bool:
    """Return whether two paths lead to one place, through links and `..`, even if nothing is there.

    If the file system ignores case, so does the comparison of paths that exist.
    """
    try:
        return os.path.realpath(one) == os.path.realpath(other) or one.samefile(other)
    except (OSError, ValueError):
        # Nothing is there, or the path is invalid.
        return False


def lies_in(path: Path, place: Path) -> bool:
    """Return whether a path is another or lies within it, by `is_same`."""
    real = Path(os.path.realpath(absolute(path)))
    return any(is_same(each, place) for each in (real, *real.parents))


def _check_place(target: Path, *, folder: bool) -> None:
    """Raise if `target` cannot or must not be replaced."""
    refuse_standard_output(target)
    if target.name in ("", ".."):
        raise FirthError(
            f"cannot write {target}: a folder in use cannot be replaced; "
            f"give a name within it, such as {target / 'vectors'}"
        )
    if "\0" in str(target):
        raise FirthError(f"cannot write {str(target)!r}: a path cannot contain a NUL character")
    check_above(target)
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
        raise FirthError(
            f"cannot write {target}: a {kind} of that name is in the way; remove it, or give "
            "another path"
        )
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
        raise FirthError(f"cannot write {target}: a mount point cannot be replaced; {advice}")


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
    # Files can be mounted too, from the same file system, which `ismount` does not see.
    try:
        mounts = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return False
    place = os.fsencode(path.parent.resolve() / path.name)
    return any(_unescaped(mount.split(b" ")[4]) == place for mount in mounts)


def _unescaped(field: bytes) -> bytes:
    return re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), field)


def _nearest_existing(path: Path) -> Path:
    """Return the path itself, or the nearest one above it that exists, if only as a link."""
    while not os.path.lexists(path):
        path = path.parent
    return path


def _try_to_write(scratch: Path, path: Path, *, folder: bool) -> None:
    """Write a probe to a path within the scratch folder, and rename it to beside that folder."""
    probe = scratch / NEW / path
    probe.parent.mkdir(parents=True, exist_ok=True)
    if folder:
        probe.mkdir()
    part = probe / "probe" if folder else probe
    part.write_bytes(b"probe\n")
    _flush(probe)
    # If the process is killed now, the name and the empty content show that this is a leftover.
    part.write_bytes(b"")
    if folder:
        part.unlink()
    renamed = scratch.with_name(scratch_name(probe))
    probe.rename(renamed)
    with contextlib.suppress(FileNotFoundError):
        renamed.rmdir() if folder else renamed.unlink()
    _flush_folder(renamed.parent)


def _check_removable(target: Path, scratch: Path) -> None:
    """Raise an `OSError` if `target` could not be moved away. It is not moved.

    The system refuses to rename a file to the name of a folder, or a folder to that of a file. But
    first it checks permissions, and then tells if `target` is immutable, or is another user's file
    in a sticky folder.
    """
    if os.name != "posix":
        return
    is_folder = target.is_dir() and not target.is_symlink()
    if is_folder and not os.access(target, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with contextlib.suppress(IsADirectoryError, NotADirectoryError):
        target.rename(scratch / (LOCK if is_folder else NEW))


def _flush(path: Path) -> None:
    if path.is_dir():
        for inner in sorted(path.iterdir()):
            _flush(inner)
        _flush_folder(path)
        return
    # Some platforms flush only files that are open for writing.
    with path.open("r+b") as handle:
        os.fsync(handle.fileno())


def _flush_folder(folder: Path) -> None:
    """Flush the names in `folder` to the disk, if the platform can open folders."""
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


def _replace(new: Path, target: Path, scratch: Path) -> None:
    if not (new.is_dir() and target.is_dir()):
        new.replace(target)
        return
    # A folder cannot be renamed to the name of a folder that is not empty.
    if _exchange(new, target):
        return
    # If the two names cannot be exchanged, the old folder is moved away first.
    old = scratch / OLD / target.name
    old.parent.mkdir()
    try:
        target.rename(old)
        new.replace(target)
    except BaseException:
        # An interrupt can come between the two. A relative link leads nowhere from `old`.
        if os.path.lexists(old) and not os.path.lexists(target):
            old.rename(target)
        raise


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; tell whether the system can. A failure is an `OSError`."""
    if sys.platform != "linux":
        return False
    # The flags AT_FDCWD of <fcntl.h> and RENAME_EXCHANGE of <linux/fs.h>.
    here, exchange = -100, 2
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
