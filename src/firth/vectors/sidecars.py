"""Sidecar files: what lies beside vectors, which is their index, their replicas, their map."""

from __future__ import annotations

from pathlib import Path

from firth.errors import FormatError
from firth.vectors.loading import load
from firth.vectors.vectors import Vectors


def index_path(path: Path) -> Path:
    """Return where the index of some vectors is."""
    return path.with_name(f"{path.name}.index")


def map_path(path: Path) -> Path:
    """Return where the map of some vectors is."""
    return path.with_name(f"{path.name}.map")


def replicas_path(path: Path) -> Path:
    """Return where replicas of some vectors are."""
    return path.with_name(f"{path.name}.replicas")


def replica_folders(path: Path) -> list[Path]:
    """Return the folders of the replicas of some vectors, in their order."""
    place = replicas_path(path)
    return sorted(place.glob("[0-9]*"), key=lambda folder: (len(folder.name), folder.name))


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
            f"{place} holds no replicas; train some: firth replicate {path} TEXT, or in Python "
            "firth.replicate(vectors, text), which firth.neighbour_intervals takes"
        )
    return [load(folder) for folder in folders]
