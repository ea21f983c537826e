"""Checkpoints: what is needed to go on with a run, in folders of which the last good one stays.

A checkpoint is a folder of vectors in Firth's own format, which `firth.load` opens, and beside it

=================== ============================================================================
`state.json`        how far the run has come, what it is a run of, digests of the files
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
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown
from firth.errors import ConfigError, FormatError
from firth.files import check_usable_folder, write_aside
from firth.locks import FolderLock
from firth.training.config import is_finite, whole_number
from firth.vectors.formats import native
from firth.vectors.table import Table

_LOG = logging.getLogger(__name__)

Tables = tuple[NDArray[np.float32], NDArray[np.float32]]

STATE = "state.json"
BEST = "best.safetensors"
_PREFIX, _DIGITS = "checkpoint-", 6
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class RunState:
    """How far a run has come.

    Parameters
    ----------
    epoch, position : int
        The epochs that are done, and the first position of the next that is not trained yet.
    loss, pairs : float, int
        The sums of losses and positive pairs of the epoch at hand.
    losses, held_out_losses : tuple of float
        The mean losses of the epochs that are done.
    lr_scale : float
        What the step size is multiplied by: 1, and less after the run diverged.
    """

    epoch: int = 0
    position: int = 0
    loss: float = 0.0
    pairs: int = 0
    losses: tuple[float, ...] = ()
    held_out_losses: tuple[float, ...] = ()
    lr_scale: float = 1.0


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
        self._identity: Mapping[str, object] = {}
        check_usable_folder(self.folder)
        if not resume and list_checkpoints(self.folder):
            raise ConfigError(
                f"{folder} holds the checkpoints of a run; go on with it by resume=True "
                "(--resume), or give another folder"
            )
        self._lock = FolderLock(self.folder)
        for unfinished in self.folder.glob(f".{_PREFIX}*"):
            if unfinished.is_dir():
                shutil.rmtree(unfinished)

    def __enter__(self) -> Self:
        """Give the checkpoints themselves."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Let other runs use the folder."""
        self._lock.close()

    def begin(self, identity: Mapping[str, object]) -> Checkpoint | None:
        """Give the checkpoint from which a run shall go on, if there is one.

        Parameters
        ----------
        identity : mapping
            What the run is a run of, as JSON can hold it. It is kept with each checkpoint.

        Raises
        ------
        ConfigError
            If the checkpoint is of another run; the message tells what differs.
        FormatError
            If it is damaged.
        """
        # As it will be when it is read: JSON has lists only.
        self._identity = json.loads(json.dumps(identity))
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
        path = found[-1]
        try:
            state, identity, digests = _read_state(path / STATE)
            different = _differences(identity, self._identity)
            if different:
                raise ConfigError(
                    f"{path} is of another run: {'; '.join(different)}; "
                    "give what it was then, or another folder"
                )
            _check_files(path, digests)
            best = _read_both(path / BEST) if BEST in digests else None
            return Checkpoint(path, state, _read_both(path / native.MODEL), best)
        except FormatError as error:
            before = f"go on from {found[-2].name}" if len(found) > 1 else "begin anew"
            raise FormatError(f"{error}; remove the folder {path} to {before}") from error

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
        """Give the reason why a checkpoint could not be written, once."""
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

    def _write(self, table: Table, state: RunState, best: Tables | None) -> None:
        last = self.last
        number = int(last.name.removeprefix(_PREFIX)) + 1 if last else 1
        path = self.folder / f"{_PREFIX}{number:0{_DIGITS}d}"
        try:
            with write_aside(path, folder=True) as aside:
                native.write_files(table, aside)
                if best is not None:
                    native.write_matrices(*best, aside / BEST)
                content = {
                    "state": dataclasses.asdict(state),
                    "run": self._identity,
                    "files": {file.name: _digest(file) for file in sorted(aside.iterdir())},
                }
                native.write_json(content, aside / STATE)
            _LOG.info("wrote %s: epoch %d, position %d", path, state.epoch, state.position)
            self._remove_old()
        except Exception as error:
            # The run goes on; it asks for this, and tells it in its own thread.
            self._failure = error
        finally:
            self._written.set()

    def _remove_old(self) -> None:
        for path in list_checkpoints(self.folder)[: -self.keep]:
            # Under another name first: one that is half removed must not look whole.
            unfinished = path.with_name(f".{path.name}")
            path.rename(unfinished)
            shutil.rmtree(unfinished)


def list_checkpoints(folder: Path) -> list[Path]:
    """Give the checkpoints in a folder, the last one last."""
    return sorted(folder.glob(f"{_PREFIX}{'[0-9]' * _DIGITS}"))


def parse_duration(name: str, value: float | str) -> float:
    """Give the seconds of a duration: a number of seconds, or a text such as 30s, 10m or 1.5h.

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


def _check_files(folder: Path, digests: Mapping[str, object]) -> None:
    for name, digest in digests.items():
        if not (folder / name).is_file():
            raise FormatError(f"{folder}: damaged: {name} is missing")
        if _digest(folder / name) != digest:
            raise FormatError(f"{folder / name}: damaged: it is not what was written")


def _read_state(
    path: Path,
) -> tuple[RunState, Mapping[str, object], Mapping[str, object]]:
    """Read the state of a run, what it is a run of, and the digests of its files."""
    content = native.read_json(path)
    fields, identity, digests = (content.get(name) for name in ("state", "run", "files"))
    if not (isinstance(fields, dict) and isinstance(identity, dict) and isinstance(digests, dict)):
        raise FormatError(f"{path}: damaged: expected objects under 'state', 'run' and 'files'")
    try:
        return (
            RunState(
                epoch=whole_number("epoch", fields["epoch"], least=0),
                position=whole_number("position", fields["position"], least=0),
                loss=float(fields["loss"]),
                pairs=whole_number("pairs", fields["pairs"], least=0),
                losses=tuple(map(float, fields["losses"])),
                held_out_losses=tuple(map(float, fields["held_out_losses"])),
                lr_scale=float(fields["lr_scale"]),
            ),
            identity,
            digests,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{path}: damaged: not the state of a run: {error}") from error


def _read_both(path: Path) -> Tables:
    inputs, outputs = native.read_matrices(path)
    if outputs is None or inputs.shape != outputs.shape:
        raise FormatError(f"{path}: expected input and output vectors of one shape")
    return inputs, outputs
