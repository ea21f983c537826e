"""Checkpoints: what is needed to go on with a run, in folders of which the last good one stays.

A checkpoint is a folder of vectors in Firth's own format, which `firth.load` opens, and beside it

=================== ============================================================================
`state.json`        how far the run has come, what it is a run of, digests of the files and of
                    itself
`best.safetensors`  the vectors of the best epoch, where the run looks for one
=================== ============================================================================

Draws belong to the seed, the epoch and the position, so these three are all the random state.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firth.checks import is_finite, shown, whole_number
from firth.errors import ConfigError, FirthError, FormatError, warn
from firth.io.atomic import atomic_write, check_usable_folder
from firth.io.locks import lock_folder
from firth.io.scratch import NEW, remove_leftovers, scratch_folder
from firth.training.checkpoints.fingerprint import describe_difference
from firth.training.checkpoints.state import RunSpec, RunState, check_state, read_state, write_state
from firth.vectors.formats import native
from firth.vectors.table import Table

_LOG = logging.getLogger(__name__)

Tables = tuple[NDArray[np.float32], NDArray[np.float32]]

STATE = "state.json"
BEST = "best.safetensors"
_PREFIX = "checkpoint-"
_NAME = re.compile(rf"{_PREFIX}([0-9]{{6}}|[1-9][0-9]{{6,}})")
_FILES = (native.MODEL, native.VOCABULARY, native.CONFIG)
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that was read: state, tables, and the tables of the best epoch."""

    path: Path
    state: RunState
    tables: Tables
    best: Tables | None


class Checkpoints:
    """The folder in which a run keeps its checkpoints; no other run can use it meanwhile.

    Parameters
    ----------
    folder : Path
        Made when the first is written. Files of other names in it are left alone.
    every : float
        Seconds from one to the next.
    keep : int
        How many stay; older ones are removed when a new one is there.
    resume : bool
        Whether a run shall go on from the last one, if there is one.

    Raises
    ------
    ConfigError
        If an option is out of range, or there are checkpoints and the run shall not go on from
        them.
    FirthError
        If the folder cannot be written.
    """

    def __init__(
        self, folder: Path, *, every: float = 600.0, keep: int = 2, resume: bool = False
    ) -> None:
        # A callback may change the working directory.
        self.folder = folder.absolute()
        self.keep = whole_number("keep_checkpoints", keep, least=1)
        if not every > 0.0:
            raise ConfigError(f"checkpoint_every must be above 0 seconds, got {every!r}")
        self._resume, self._every = resume, every
        self._last = time.monotonic()
        # An event, since a join that is interrupted may count a living thread as ended.
        self._written = threading.Event()
        self._written.set()
        self._failure: Exception | None = None
        self._spec: RunSpec | None = None
        self._is_told = False
        check_usable_folder(self.folder)
        if list_checkpoints(self.folder) and not resume:
            raise ConfigError(
                f"{folder} holds the checkpoints of a run; go on with it by resume=True "
                "(--resume), or give another folder"
            )
        self._closing, self._is_closed = threading.Lock(), False
        self._lock = lock_folder(self.folder)
        remove_leftovers(self.folder, _NAME.pattern)

    def __enter__(self) -> Self:
        """Return the checkpoints themselves."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Let other runs use the folder, once nothing is being written into it any more."""
        self._is_closed = True
        self._let_go()

    def _let_go(self) -> None:
        with self._closing:
            if self._is_closed and self._written.is_set():
                self._lock.release()

    def begin(self, spec: RunSpec) -> Checkpoint | None:
        """Return the checkpoint from which a run shall go on, if there is one.

        Parameters
        ----------
        spec : RunSpec
            What the run is. It is kept with each checkpoint.

        Raises
        ------
        ConfigError
            If the checkpoint is of another run, or was made elsewhere and the run promises the same
            bytes; the message tells what differs.
        FormatError
            If it is damaged.
        """
        # As it will be when it is read: JSON has lists only.
        identity, made_by = json.loads(json.dumps([spec.identity, spec.made_by]))
        self._spec = dataclasses.replace(spec, identity=identity, made_by=made_by)
        self._last = time.monotonic()
        return self.read_last() if self._resume else None

    def read_last(self) -> Checkpoint | None:
        """Read the last checkpoint of this run, if there is one.

        Raises
        ------
        ConfigError
            If it is of another run; the message tells what differs.
        FormatError
            If it is damaged.
        """
        found = list_checkpoints(self.folder)
        if not found:
            return None
        try:
            return self._read(found[-1])
        except FormatError as error:
            before = f"go on from {found[-2].name}" if len(found) > 1 else "begin anew"
            raise FormatError(f"{error}; remove the folder {found[-1]} to {before}") from error
        except OSError as error:
            raise FirthError(f"cannot read {found[-1]}: {error.strerror or error}") from error

    def _read(self, path: Path) -> Checkpoint:
        spec, stored = self._begun, read_state(path / STATE)
        different = _differences(stored.run, spec.identity)
        if different:
            raise ConfigError(
                f"{path} is of another run: {'; '.join(different)}; "
                "give what it was then, or another folder"
            )
        self._compare_makers(path, stored.made_by)
        state = check_state(stored.state, spec)
        has_best = spec.keeps_best and state.epoch > 0
        _check_files(path, stored.files, {*_FILES, *([BEST] if has_best else [])})
        _check_words(path / native.VOCABULARY, spec)
        best = _read_both(path / BEST, spec) if has_best else None
        return Checkpoint(path, state, _read_both(path / native.MODEL, spec), best)

    def _compare_makers(self, path: Path, made_by: Mapping[str, object]) -> None:
        """Refuse what was made elsewhere where the same bytes are promised, else tell it once."""
        different = describe_difference(made_by, self._begun.made_by)
        if different is None or self._is_told:
            return
        made = f"{path} was made {different}"
        if self._begun.same_bytes:
            raise ConfigError(
                f"{made}, so the run would not end with the bytes that deterministic promises; "
                "go on there, or begin anew in another folder"
            )
        self._is_told = True
        warn(f"{made}; the run goes on, and ends with other bytes than it would have there")

    def is_due(self) -> bool:
        """Tell whether it is time for the next one, and the one before is written."""
        return self._written.is_set() and time.monotonic() - self._last >= self._every

    def write(self, table: Table, state: RunState, best: Tables | None) -> None:
        """Begin to write a checkpoint, in a thread of its own, once the last is written.

        Parameters
        ----------
        table : Table
            The vectors. Its arrays must not change any more.
        state : RunState
            How far the run has come.
        best : pair of arrays, optional
            The tables of the best epoch. They must not change any more either.
        """
        self.wait()
        self._last = time.monotonic()
        self._written.clear()
        # A second interrupt does not wait for it: what it leaves is removed by the next run.
        threading.Thread(target=self._write, args=(table, state, best), daemon=True).start()

    def take_failure(self) -> Exception | None:
        """Return the reason why a checkpoint could not be written, once."""
        failure, self._failure = self._failure, None
        return failure

    def wait(self, seconds: float | None = None) -> None:
        """Wait until what is being written is written, but no longer than that."""
        self._written.wait(seconds)

    @property
    def last(self) -> Path | None:
        """The last checkpoint that was written."""
        found = list_checkpoints(self.folder)
        return found[-1] if found else None

    @property
    def _begun(self) -> RunSpec:
        if self._spec is None:
            raise ValueError("begin has not been called")
        return self._spec

    def _write(self, table: Table, state: RunState, best: Tables | None) -> None:
        try:
            # Beyond whatever has such a name, also where it is no folder.
            numbers = [number for number, _ in _numbered(self.folder)]
            path = self.folder / f"{_PREFIX}{max(numbers, default=0) + 1:06d}"
            with atomic_write(path, folder=True) as aside:
                native.write_files(table, aside)
                if best is not None:
                    native.write_matrices(*best, aside / BEST)
                files = {file.name: _digest(file) for file in sorted(aside.iterdir())}
                write_state(aside / STATE, state, self._begun, files)
            _LOG.info("wrote %s: epoch %d, position %d", path, state.epoch, state.position)
            self._remove_old()
        except Exception as error:
            # The run goes on; it asks for this, and tells it in its own thread.
            self._failure = error
        finally:
            self._written.set()
            self._let_go()

    def _remove_old(self) -> None:
        for path in list_checkpoints(self.folder)[: -self.keep]:
            # Under another name first: one that is half removed must not look whole.
            with scratch_folder(path) as scratch:
                path.rename(scratch / NEW / path.name)


def list_checkpoints(folder: Path) -> list[Path]:
    """Return the checkpoints in a folder, the last one last.

    Raises
    ------
    FirthError
        If the folder cannot be read.
    """
    return [path for _, path in sorted(_numbered(folder)) if path.is_dir()]


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    """Return all that has the name of a checkpoint, each with its number."""
    matches = [(_NAME.fullmatch(path.name), path) for path in _entries(folder)]
    return [(int(match[1]), path) for match, path in matches if match]


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise FirthError(f"cannot read {folder}: {error.strerror or error}") from error


def parse_duration(name: str, value: float | str) -> float:
    """Return the seconds of a duration: a number of seconds, or a text such as 30s, 10m or 1.5h.

    Parameters
    ----------
    name : str
        The option, for the error.
    value : float or str

    Raises
    ------
    ConfigError
        If it is neither, or not above 0.

    Examples
    --------
    >>> parse_duration("every", "10m")
    600.0
    """
    seconds = 0.0
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+(?:\.\d*)?) *([smh]?)", value.strip())
        if match:
            seconds = float(match[1]) * _UNITS[match[2]]
    elif is_finite(value):
        seconds = float(value)
    if not 0.0 < seconds < threading.TIMEOUT_MAX:
        raise ConfigError(
            f"{name} must be a time above 0, in seconds or as 30s, 10m, 1.5h; got {shown(value)}"
        )
    return seconds


def _differences(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    return [
        f"{name} was {before.get(name)!r}, is now {now.get(name)!r}"
        for name in {**before, **now}
        if before.get(name) != now.get(name)
    ]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def _check_files(folder: Path, digests: Mapping[str, object], names: set[str]) -> None:
    if digests.keys() != names:
        raise FormatError(f"{folder / STATE}: expected digests of {', '.join(sorted(names))}")
    for name, digest in digests.items():
        if not (folder / name).is_file():
            raise FormatError(f"{folder}: damaged: {name} is missing")
        if _digest(folder / name) != digest:
            raise FormatError(f"{folder / name}: damaged: it is not what was written")


def _check_words(path: Path, spec: RunSpec) -> None:
    if native.read_json(path).get("words") != list(spec.words):
        raise FormatError(f"{path}: the words are not those of this run")


def _read_both(path: Path, spec: RunSpec) -> Tables:
    inputs, outputs = native.read_matrices(path)
    shape = len(spec.words), spec.dim
    if outputs is None or inputs.shape != shape or outputs.shape != shape:
        raise FormatError(f"{path}: expected input and output vectors of shape {shape}")
    return inputs, outputs
