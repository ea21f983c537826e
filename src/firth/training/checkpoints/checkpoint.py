"""One checkpoint: what it holds, how it is written, and what is checked when it is read.

A checkpoint is a folder with

=================== ============================================================================
`model.safetensors` the engine's tables, by their names
`best.safetensors`  those of the best epoch, where the run looks for one
`vocabulary.json`   words and counts
`config.json`       how the run trains
`state.json`        how far it has come, its fingerprint, digests of the other files and of itself
=================== ============================================================================

Draws belong to the seed, the epoch and the position, so there is no other random state.
`firth.load` opens such a folder as vectors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from firth.corpus import Vocabulary
from firth.errors import ConfigError, FormatError
from firth.training.checkpoints.fingerprint import differences
from firth.training.checkpoints.state import (
    RunSpec,
    RunState,
    StoredState,
    check_state,
    read_state,
    write_state,
)
from firth.training.engines.base import Tables
from firth.vectors.formats import native

STATE = "state.json"
BEST = "best.safetensors"
_FILES = {native.MODEL, native.VOCABULARY, native.CONFIG}


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What is written of a run; its arrays must not change any more."""

    vocabulary: Vocabulary
    config: Mapping[str, object]
    tables: Tables
    best: Tables | None
    state: RunState


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What was read of a run."""

    path: Path
    tables: Tables
    best: Tables | None
    state: RunState


def write_checkpoint(snapshot: Snapshot, spec: RunSpec, folder: Path) -> None:
    """Write all files of a checkpoint into a folder that is there.

    Raises
    ------
    OSError
        If the disk is full.
    """
    words, counts = snapshot.vocabulary.words, snapshot.vocabulary.counts
    native.write_words(words, counts, snapshot.config, folder)
    native.write_tensors(snapshot.tables, folder / native.MODEL)
    if snapshot.best is not None:
        native.write_tensors(snapshot.best, folder / BEST)
    digests = {file.name: _digest(file) for file in sorted(folder.iterdir())}
    write_state(folder / STATE, snapshot.state, spec, digests)


def read_fingerprint(path: Path, spec: RunSpec) -> StoredState:
    """Read the state of a checkpoint, and check that it is of this run.

    Raises
    ------
    ConfigError
        If it is of another run; the message tells what differs.
    FormatError
        If it is damaged.
    """
    stored = read_state(path / STATE)
    different = differences(stored.fingerprint, spec.fingerprint)
    if different:
        raise ConfigError(
            f"{path} is of another run: {different}; give what it was then, or another folder"
        )
    return stored


def read_checkpoint(path: Path, stored: StoredState, spec: RunSpec) -> Checkpoint:
    """Read a checkpoint after `read_fingerprint`; nothing is used before it is checked.

    Raises
    ------
    FormatError
        If it is damaged, or does not fit the run.
    """
    state = check_state(stored.state, spec)
    has_best = spec.keeps_best and state.epoch > 0
    _check_files(path, stored.files, _FILES | ({BEST} if has_best else set()))
    if native.read_json(path / native.VOCABULARY).get("words") != list(spec.words):
        raise FormatError(f"{path / native.VOCABULARY}: the words are not those of this run")
    best = _read_tables(path / BEST, spec) if has_best else None
    return Checkpoint(path, _read_tables(path / native.MODEL, spec), best, state)


def _check_files(folder: Path, digests: Mapping[str, object], names: set[str]) -> None:
    if digests.keys() != names:
        raise FormatError(f"{folder / STATE}: expected digests of {', '.join(sorted(names))}")
    for name, digest in digests.items():
        if not (folder / name).is_file():
            raise FormatError(f"{folder}: damaged: {name} is missing")
        if _digest(folder / name) != digest:
            raise FormatError(f"{folder / name}: damaged: it is not what was written")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def _read_tables(path: Path, spec: RunSpec) -> Tables:
    tables = native.read_tensors(path, spec.shapes)
    found = {name: table.shape for name, table in tables.items()}
    expected = {name: (shape.rows, shape.dim) for name, shape in spec.shapes.items()}
    if found != expected:
        raise FormatError(f"{path}: expected tables of shapes {expected}, got {found}")
    return tables
