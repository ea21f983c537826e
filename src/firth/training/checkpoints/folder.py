"""The folder in which a run keeps its checkpoints, of which the last good ones stay."""

from __future__ import annotations

import logging
import re
import threading
import time
from pathlib import Path
from typing import Any, Self

from firth.checks import parse_duration, whole_number
from firth.errors import ConfigError, FirthError, FormatError, warn
from firth.io.atomic import atomic_write, check_usable_folder, missing_folders, remove_empty
from firth.io.locks import lock_folder, remove_lock
from firth.io.paths import absolute
from firth.io.scratch import NEW, remove_leftovers, scratch_folder
from firth.training.checkpoints.checkpoint import (
    STATE,
    Checkpoint,
    read_checkpoint,
    write_checkpoint,
)
from firth.training.checkpoints.fingerprint import differences, fingerprint_of, made_by
from firth.training.checkpoints.state import read_state
from firth.training.task import Task
from firth.vectors.formats import native

_LOG = logging.getLogger(__name__)

_PREFIX = "checkpoint-"
_NAME = re.compile(rf"{_PREFIX}([0-9]{{6}}|[1-9][0-9]{{6,}})")


class Checkpoints:
    """The folder in which a run keeps its checkpoints; no other run can use it meanwhile.

    Parameters
    ----------
    folder : Path
        Made if it is missing, and removed again if no checkpoint is written. Files of other names
        in it are left alone.
    every : float or str
        Seconds between checkpoints, or a time such as 10m.
    keep : int
        How many stay; older ones are removed after a new one is written.
    resume : bool
        Whether a run continues from the last one, if there is one.

    Raises
    ------
    ConfigError
        If an option is out of range, or there are checkpoints but `resume` is False.
    FirthError
        If the folder cannot be written.
    """

    def __init__(
        self, folder: Path, *, every: float | str = "10m", keep: int = 2, resume: bool = False
    ) -> None:
        # A callback may change the working directory.
        self.folder = absolute(folder)
        self.keep = whole_number("keep_checkpoints", keep, least=1)
        self._every = parse_duration("checkpoint_every (--checkpoint-every)", every)
        self._resume = resume
        self._last = time.monotonic()
        # An event, since a join that is interrupted may count a living thread as ended.
        self._written = threading.Event()
        self._written.set()
        self._failure: Exception | None = None
        self._has_warned = False
        check_usable_folder(self.folder)
        if list_checkpoints(self.folder) and not resume:
            raise ConfigError(
                f"{folder} holds the checkpoints of a run; continue it by resume=True "
                "(--resume), or give another folder"
            )
        self._closing, self._is_closed = threading.Lock(), False
        self._made = missing_folders(self.folder)
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
            if self._is_closed and self._written.is_set() and self._lock.is_locked:
                if self._is_unused():
                    remove_lock(self._lock)
                    remove_empty(self._made)
                else:
                    self._lock.release()

    def _is_unused(self) -> bool:
        try:
            return self.last is None
        except FirthError:
            return False

    def begin(self, task: Task) -> Checkpoint | None:
        """Return the checkpoint from which a run continues, if there is one; see `read_last`."""
        self._task = task
        self._origin = {"fingerprint": fingerprint_of(task), "made_by": made_by(task)}
        self._last = time.monotonic()
        return self.read_last() if self._resume else None

    def read_last(self) -> Checkpoint | None:
        """Read the last checkpoint of this run, if there is one.

        Raises
        ------
        ConfigError
            If it is of another run, or was made elsewhere and the run promises the same bytes; the
            message tells what differs.
        FormatError
            If it is damaged.
        """
        found = list_checkpoints(self.folder)
        if not found:
            return None
        path = found[-1]
        try:
            parts = read_state(path / STATE)
            self._compare(path, parts)
            return read_checkpoint(path, parts, self._task)
        except FormatError as error:
            before = f"continue from {found[-2].name}" if len(found) > 1 else "start again"
            raise FormatError(f"{error}; remove the folder {path} to {before}") from error
        except OSError as error:
            raise FirthError(f"cannot read {path}: {error.strerror or error}") from error

    def _compare(self, path: Path, parts: dict[str, dict[str, Any]]) -> None:
        """Raise if a checkpoint is of another run; if it was made elsewhere, raise or warn once."""
        different, elsewhere = (differences(parts[name], now) for name, now in self._origin.items())
        # The words may be the same with and without phrases, but not what a checkpoint holds.
        joined = (native.PHRASES in parts["files"], self._task.corpus.phrases is not None)
        if joined[0] != joined[1]:
            told = ({"phrases": "joined" if each else "not joined"} for each in joined)
            different = "; ".join(filter(None, [different, differences(*told)]))
        if different:
            raise ConfigError(
                f"{path} is of another run: {different}; give what it was then, or another folder"
            )
        if not elsewhere or self._has_warned:
            return
        made = f"{path} was made elsewhere: {elsewhere}"
        if self._task.config.deterministic:
            raise ConfigError(
                f"{made}; deterministic promises the same bytes, which only the same version and "
                "arithmetic give: continue there, or start again in another folder"
            )
        self._has_warned = True
        warn(f"{made}; the run continues, and its bytes will differ from those made there")

    def is_due(self) -> bool:
        """Return whether it is time for a checkpoint, and the last one is written."""
        return self._written.is_set() and time.monotonic() - self._last >= self._every

    def write(self, checkpoint: Checkpoint) -> None:
        """Wait until the last checkpoint is written, and start a thread that writes this one.

        If the system starts no more threads, this one writes it.
        """
        self._written.wait()
        self._last = time.monotonic()
        self._written.clear()
        # A second interrupt does not wait for it: what it leaves is removed by the next run.
        try:
            threading.Thread(target=self._write, args=(checkpoint,), daemon=True).start()
        except RuntimeError:
            self._write(checkpoint)

    def wait(self, seconds: float | None = None) -> Exception | None:
        """Wait until the checkpoint is written, but at most so many seconds.

        Returns
        -------
        Exception or None
            The reason why it could not be written, once.
        """
        self._written.wait(seconds)
        failure, self._failure = self._failure, None
        return failure

    @property
    def last(self) -> Path | None:
        """The last checkpoint that was written."""
        found = list_checkpoints(self.folder)
        return found[-1] if found else None

    def _write(self, checkpoint: Checkpoint) -> None:
        try:
            # Files with such a name count too.
            numbers = [number for number, _ in _numbered(self.folder)]
            path = self.folder / f"{_PREFIX}{max(numbers, default=0) + 1:06d}"
            with atomic_write(path, folder=True) as temporary:
                write_checkpoint(temporary, checkpoint, self._task, self._origin)
            state = checkpoint.state
            _LOG.info("wrote %s: epoch %d, position %d", path, state.epoch, state.position)
            self._remove_old()
        except Exception as error:
            # The run continues; it asks for the failure, and warns in its own thread.
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
    try:
        matches = [(_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise FirthError(f"cannot read {folder}: {error.strerror or error}") from error
    return [(int(match[1]), path) for match, path in matches if match]
