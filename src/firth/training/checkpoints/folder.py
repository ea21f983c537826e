"""The folder in which a run keeps its checkpoints, of which the last good ones stay."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from firth.checks import is_finite, shown, whole_number
from firth.errors import ConfigError, FirthError, FormatError, warn
from firth.io.atomic import atomic_write, check_usable_folder
from firth.io.locks import lock_folder
from firth.io.scratch import NEW, remove_leftovers, scratch_folder
from firth.training.checkpoints.checkpoint import (
    Checkpoint,
    Snapshot,
    read_checkpoint,
    read_fingerprint,
    write_checkpoint,
)
from firth.training.checkpoints.fingerprint import differences
from firth.training.checkpoints.state import RunSpec

_LOG = logging.getLogger(__name__)

_PREFIX = "checkpoint-"
_NAME = re.compile(rf"{_PREFIX}([0-9]{{6}}|[1-9][0-9]{{6,}})")
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


class Checkpoints:
    """The folder in which a run keeps its checkpoints; no other run can use it meanwhile.

    Parameters
    ----------
    folder : Path
        Made when the first is written. Files of other names in it are left alone.
    every : float
        Seconds between checkpoints.
    keep : int
        How many stay; older ones are removed after a new one is written.
    resume : bool
        Whether a run goes on from the last one, if there is one.

    Raises
    ------
    ConfigError
        If an option is out of range, or there are checkpoints but `resume` is False.
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
        self._has_warned = False
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
        """Let other runs use the folder as soon as nothing is being written into it."""
        self._is_closed = True
        self._let_go()

    def _let_go(self) -> None:
        with self._closing:
            if self._is_closed and self._written.is_set():
                self._lock.release()

    def begin(self, spec: RunSpec) -> Checkpoint | None:
        """Return the checkpoint from which a run goes on, if there is one.

        Parameters
        ----------
        spec : RunSpec
            What checkpoints must fit; its fingerprint is kept with each.

        Raises
        ------
        ConfigError
            If the checkpoint is of another run, or was made elsewhere and the run promises the same
            bytes; the message tells what differs.
        FormatError
            If it is damaged.
        """
        self._spec = spec
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
            stored = read_fingerprint(path, self._spec)
            self._compare_makers(path, stored.made_by)
            return read_checkpoint(path, stored, self._spec)
        except FormatError as error:
            before = f"go on from {found[-2].name}" if len(found) > 1 else "begin anew"
            raise FormatError(f"{error}; remove the folder {path} to {before}") from error
        except OSError as error:
            raise FirthError(f"cannot read {path}: {error.strerror or error}") from error

    def _compare_makers(self, path: Path, made_by: Mapping[str, object]) -> None:
        """Raise if a checkpoint made elsewhere breaks the promise of same bytes; else warn once."""
        different = differences(made_by, self._spec.made_by)
        if not different or self._has_warned:
            return
        made = f"{path} was made elsewhere: {different}"
        if self._spec.same_bytes:
            raise ConfigError(
                f"{made}; deterministic promises the same bytes, which only the same version and "
                "processor give: go on there, or begin anew in another folder"
            )
        self._has_warned = True
        warn(f"{made}; the run goes on, and its bytes will differ from those made there")

    def is_due(self) -> bool:
        """Tell whether it is time for a checkpoint, and the last one is written."""
        return self._written.is_set() and time.monotonic() - self._last >= self._every

    def write(self, snapshot: Snapshot) -> None:
        """Wait until the last checkpoint is written, and start a thread that writes this one."""
        self.wait()
        self._last = time.monotonic()
        self._written.clear()
        # A second interrupt does not wait for it: what it leaves is removed by the next run.
        threading.Thread(target=self._write, args=(snapshot,), daemon=True).start()

    def take_failure(self) -> Exception | None:
        """Return the reason why a checkpoint could not be written, once."""
        failure, self._failure = self._failure, None
        return failure

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the checkpoint is written, but at most so many seconds."""
        self._written.wait(seconds)

    @property
    def last(self) -> Path | None:
        """The last checkpoint that was written."""
        found = list_checkpoints(self.folder)
        return found[-1] if found else None

    def _write(self, snapshot: Snapshot) -> None:
        try:
            # Files with such a name count too.
            numbers = [number for number, _ in _numbered(self.folder)]
            path = self.folder / f"{_PREFIX}{max(numbers, default=0) + 1:06d}"
            with atomic_write(path, folder=True) as temporary:
                write_checkpoint(snapshot, self._spec, temporary)
            state = snapshot.state
            _LOG.info("wrote %s: epoch %d, position %d", path, state.epoch, state.position)
            self._remove_old()
        except Exception as error:
            # The run goes on; it asks for the failure, and warns in its own thread.
            self._failure = error
        finally:
            self._written.set()
            self._let_go()

    def _remove_old(self) -> None:
        for path in list_checkpoints(self.folder)[: -self.keep]:
            # Renamed first, so that a half-removed checkpoint does not look whole.
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
