"""One checkpoint: what it holds, how it is written, and what is checked when it is read.

A checkpoint is a folder with

=================== ============================================================================
`model.safetensors` the engine's tables, by their names
`best.safetensors`  those of the best epoch, where the run looks for one
`vocabulary.json`   words and counts
`subwords.json`     how words are cut into n-grams, if they are, and the n-grams
`config.json`       how the run trains
`state.json`        how far it has come, its fingerprint, digests of the other files and of itself
=================== ============================================================================

Draws belong to the seed, the epoch and the position, so there is no other random state.
`firth.load` opens such a folder as vectors.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firth._version import __version__
from firth.errors import FormatError
from firth.training.checkpoints.state import RunState, check_state, write_state
from firth.training.engines.base import Tables
from firth.training.task import Task
from firth.vectors.formats import native

STATE = "state.json"
BEST = "best.safetensors"
_FILES = {native.MODEL, native.VOCABULARY, native.CONFIG}


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What is kept of a run. Arrays that are to be written must not change any more."""

    state: RunState
    tables: Tables
    best: Tables | None = None  # those of the best epoch


def write_checkpoint(
    folder: Path, checkpoint: Checkpoint, task: Task, origin: Mapping[str, object]
) -> None:
    """Write all files of a checkpoint into a folder that is there.

    Parameters
    ----------
    origin : mapping
        The fingerprint of the run and what made it, which `state.json` keeps.

    Raises
    ------
    OSError
        If the disk is full.
    """
    vocabulary, state = task.corpus.vocabulary, checkpoint.state
    how = {
        "firth": __version__,
        "options": task.config.as_json(),
        "losses": list(state.losses),
        "held_out_losses": list(state.held_out_losses),
        "lr_scale": state.lr_scale,
    }
    native.write_words(vocabulary.words, vocabulary.counts, how, folder)
    if task.subwords is not None:
        native.write_subwords(task.subwords, folder)
    if task.corpus.phrases is not None:
        task.corpus.phrases.save(folder / native.PHRASES)
    native.write_tensors(checkpoint.tables, folder / native.MODEL)
    if checkpoint.best is not None:
        native.write_tensors(checkpoint.best, folder / BEST)
    digests = {file.name: _digest(file) for file in sorted(folder.iterdir())}
    parts = {"state": dataclasses.asdict(state), **origin, "files": digests}
    write_state(folder / STATE, parts)


def read_checkpoint(folder: Path, parts: Mapping[str, Mapping[str, Any]], task: Task) -> Checkpoint:
    """Read a checkpoint of this run after its state; nothing is used before it is checked.

    Raises
    ------
    FormatError
        If it is damaged, or does not fit the run.
    """
    state = check_state(parts["state"], task)
    has_best = task.keeps_best and state.epoch > 0
    more = {
        BEST: has_best,
        native.SUBWORDS: task.subwords is not None,
        native.PHRASES: task.corpus.phrases is not None,
    }
    _check_files(folder, parts["files"], _FILES | {name for name in more if more[name]})
    words = native.read_json(folder / native.VOCABULARY).get("words")
    if words != list(task.corpus.vocabulary.words):
        raise FormatError(f"{folder / native.VOCABULARY}: the words are not those of this run")
    best = _read_tables(folder / BEST, task) if has_best else None
    return Checkpoint(state, _read_tables(folder / native.MODEL, task), best)


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


def _read_tables(path: Path, task: Task) -> Tables:
    tables = native.read_tensors(path, task.shapes)
    found = {name: table.shape for name, table in tables.items()}
    expected = {name: (shape.rows, shape.dim) for name, shape in task.shapes.items()}
    if found != expected:
        raise FormatError(f"{path}: expected tables of shapes {expected}, got {found}")
    return tables
