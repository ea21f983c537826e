"""Writing files and folders so that an interrupted write leaves nothing half-done."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from firth.errors import FirthError


@contextlib.contextmanager
def write_aside(target: Path, *, folder: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `target`; rename it to `target` when the block ends well.

    The content is flushed to the disk before the rename. When the block raises, what was written
    is removed and whatever stood at `target` before is untouched.

    Parameters
    ----------
    target : Path
        Where the finished file or folder shall stand. Missing parent folders are made.
    folder : bool
        Whether a folder is written (the block finds it made, and empty) or a file.

    Raises
    ------
    FirthError
        If the place cannot be written, or the disk is full.
    """
    try:
        check_writable(target, folder=folder)
        make_folder(target.parent)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
            aside = Path(scratch) / target.name
            if folder:
                aside.mkdir()
            yield aside
            _flush(aside)
            _replace(aside, target, Path(scratch))
            _flush_folder(target.parent)
    except OSError as error:
        raise FirthError(f"cannot write {target}: {error.strerror or error}") from error


def check_writable(target: Path, *, folder: bool = False) -> None:
    """Raise at once if `target` could not be written later. Nothing is made or changed.

    Raises
    ------
    FirthError
        If its folder, or the nearest one that exists, cannot be written, or `target` is a folder
        where a file is to be written, or the other way round.
    """
    if target.exists() and target.is_dir() != folder:
        kind = "folder" if target.is_dir() else "file"
        raise FirthError(f"cannot write {target}: a {kind} of that name is in the way")
    try:
        parent = target.parent
        while not parent.exists():
            parent = parent.parent
        with tempfile.TemporaryFile(dir=parent):
            pass
    except OSError as error:
        raise FirthError(f"cannot write {target}: {error.strerror or error}") from error


def check_usable_folder(folder: Path) -> None:
    """Raise at once if nothing could be written into `folder` later. Nothing is made or changed.

    A folder that exists may stand in one that cannot be written; one that is missing may be made.

    Raises
    ------
    FirthError
        If it is no folder, or cannot be written, or is missing and cannot be made.
    """
    try:
        existing = folder
        while not existing.exists():
            if existing.is_symlink():
                raise FirthError(f"cannot write to {folder}: {existing} is a link to nothing")
            existing = existing.parent
        if not existing.is_dir():
            raise FirthError(f"cannot write to {folder}: {existing} is no folder")
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise FirthError(f"cannot write to {folder}: {error.strerror or error}") from error


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
    finally:
        os.close(handle)


def _replace(aside: Path, target: Path, scratch: Path) -> None:
    if not (aside.is_dir() and target.is_dir()):
        aside.replace(target)
        return
    # A folder cannot be renamed over another that holds files: the old one steps aside first.
    old = scratch / "old"
    try:
        target.rename(old)
        aside.replace(target)
    except BaseException:
        # An interrupt can come between any two steps. A link may lead nowhere from `old`.
        if os.path.lexists(old) and not os.path.lexists(target):
            old.rename(target)
        raise
