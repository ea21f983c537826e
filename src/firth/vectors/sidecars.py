"""Sidecar files: what lies beside vectors, which is their index, their replicas, their map."""

from __future__ import annotations

from pathlib import Path

from firth.errors import FirthError, FormatError, escape, one_line, reraise
from firth.io.atomic import check_writable
from firth.io.contents import is_folder_of_vectors
from firth.io.shell import shell_command
from firth.vectors.loading import load
from firth.vectors.vectors import Vectors


def index_path(path: Path) -> Path:
    """Return where the index of some vectors is."""
    return _beside(path, "index")


def map_path(path: Path) -> Path:
    """Return where the map of some vectors is."""
    return _beside(path, "map")


def replicas_path(path: Path) -> Path:
    """Return where replicas of some vectors are."""
    return _beside(path, "replicas")


def _beside(path: Path, suffix: str) -> Path:
    """Return a place beside a path, which may be `.` or `..`."""
    if path.name in ("", ".."):
        path = path.resolve()
    if not path.name:
        raise FirthError(f"nothing can be beside {path}; move the vectors into a folder of it")
    return path.with_name(f"{path.name}.{suffix}")


def replica_folders(path: Path) -> list[Path]:
    """Return the folders of the replicas of some vectors, in their order."""
    place = replicas_path(path)
    return sorted(place.glob("[0-9]*"), key=lambda folder: (len(folder.name), folder.name))


def check_replicas_place(place: Path) -> None:
    """Raise `FirthError` if replicas cannot be written to a folder, or it holds other files."""
    check_writable(place, folder=True)
    with reraise(FirthError, f"write {place}"):
        names = {inner.name for inner in place.iterdir()} if place.exists() else set()
        others = sorted(
            name for name in names if not name.isdecimal() or not _holds_vectors(place / name)
        )
    if others:
        raise FirthError(
            f"cannot write {place}: it holds more than replicas ({one_line(repr(others[0]))}); "
            "move it to another place"
        )


def _holds_vectors(folder: Path) -> bool:
    return folder.is_dir() and is_folder_of_vectors([inner.name for inner in folder.iterdir()])


def load_replicas(path: Path) -> list[Vectors]:
    """Load the replicas of some vectors.

    Raises
    ------
    FormatError
        If there are none.
    """
    folders = replica_folders(path)
    if not folders:
        place = replicas_path(path)
        raise FormatError(
            f"{escape(str(place))} holds no replicas; train some: firth replicate "
            f"{shell_command([str(path)])} TEXT, or in Python firth.replicate(vectors, text), "
            "which firth.neighbour_intervals takes"
        )
    return [load(folder) for folder in folders]
