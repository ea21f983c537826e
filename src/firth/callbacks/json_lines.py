"""A run as lines of JSON."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from firth.callbacks.common import EVERY, Pace, plan_of
from firth.callbacks.evaluate import EvaluationPoint
from firth.errors import ConfigError, FirthError, FirthWarning
from firth.io.contents import kind_of
from firth.io.paths import to_path
from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart


class JsonLines(Callback):
    """Writes a line of JSON for each event, at the end of a file.

    Each line is an object: `event` is start, progress, epoch, end, or evaluation; `time` the time
    of day (UTC); the rest are the fields of the record. What is not finite is null. A run that
    goes on from a checkpoint goes on in the same file, with another start. Each line is whole in
    the file before training goes on.

    Parameters
    ----------
    path : path
        A new file, or one that such a run began. Missing folders are made.
    every : float or str
        The least time between lines of progress: seconds, or 30s, 10m, 1.5h.

    Raises
    ------
    ConfigError
        If `path` is no path, or the file holds something else than the log of a run.
    FirthError
        If the file cannot be written when this is made, or when the run begins. Later, as when the
        disk is full, that is a `FirthWarning`, told once: a run of days is worth more than its log.

    Examples
    --------
    >>> import pathlib, tempfile, firth
    >>> units = [["tea", "milk"], ["tea", "sugar"], ["bread", "butter"]] * 200
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = JsonLines(pathlib.Path(folder, "run.jsonl"))
    ...     _ = firth.train(units, dim=10, epochs=1, sample=0, threads=1, callbacks=[log])
    ...     [json.loads(line)["event"] for line in log.path.read_text().splitlines()]
    ['start', 'progress', 'epoch', 'end']
    """

    def __init__(self, path: str | os.PathLike[str], *, every: float | str = EVERY) -> None:
        # Absolute, whatever folder a callback goes to.
        self.path = to_path("the path of a log", path).absolute()
        self._pace = Pace(every)
        self._told = ""
        if self._begins_otherwise():
            raise ConfigError(
                f"{self.path} is no log of a run: its first line does not begin with "
                '{"event": ...}; give another file, or a new one'
            )
        # What a power cut left of a line stays, but nothing is written behind it.
        self._write(b"" if self._ends_with_a_line() else b"\n")

    def writes(self) -> list[Path]:
        """Return the file."""
        return [self.path]

    def on_start(self, start: RunStart) -> None:
        """Write what the run sets out to do; of the vocabulary, how many words it has."""
        self._pace.begin()
        try:
            self._tell("start", plan_of(start))
        except FirthError as error:
            # The run does not begin: at its end, this is not told once more.
            self._told = str(error)
            raise

    def on_progress(self, progress: Progress) -> None:
        """Write how far the run has come, if it is time."""
        if self._pace.is_due(progress.seconds):
            derived = {
                "words_per_second": progress.words_per_second,
                "seconds_left": progress.seconds_left,
            }
            self._try_to_tell("progress", {**dataclasses.asdict(progress), **derived})

    def on_epoch(self, epoch: EpochEnd) -> None:
        """Write what the epoch came to."""
        self._try_to_tell("epoch", dataclasses.asdict(epoch))

    def on_end(self, end: RunEnd) -> None:
        """Write how the run ended."""
        self._try_to_tell("end", dataclasses.asdict(end))

    def report(self, point: EvaluationPoint) -> None:
        """Write what `Evaluate` found."""
        self._try_to_tell("evaluation", point.to_dict())

    def _try_to_tell(self, event: str, fields: Mapping[str, object]) -> None:
        """Write a line; where that fails, the run goes on."""
        try:
            self._tell(event, fields)
            self._told = ""
        except FirthError as error:
            if str(error) != self._told:
                self._told = str(error)
                warnings.warn(f"{error}; the run goes on", FirthWarning, stacklevel=3)

    def _tell(self, event: str, fields: Mapping[str, object]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        content = _finite({"event": event, **fields, "time": now})
        line = json.dumps(content, ensure_ascii=False, allow_nan=False, default=str)
        # A file name may hold what is no text.
        self._write(f"{line}\n".encode(errors="backslashreplace"))

    def _write(self, line: bytes) -> None:
        """Write at the end of the file: all of it or, where the disk is full, nothing."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Opened anew each time: nothing is left open, whatever happens to the run.
            with open(self.path, "ab", buffering=0, opener=_open_at_once) as file:
                end = os.fstat(file.fileno()).st_size
                try:
                    while line:
                        line = line[file.write(line) :]
                except OSError:
                    with contextlib.suppress(OSError):
                        file.truncate(end)
                    raise
        except OSError as error:
            raise FirthError(f"cannot write {self.path}: {error.strerror or error}") from error

    def _begins_otherwise(self) -> bool:
        try:
            # A pipe would have this wait. What cannot be read is no log either.
            is_empty = not self.path.is_file() or self.path.stat().st_size == 0
        except OSError:
            return False
        return not is_empty and kind_of(self.path) != "log"

    def _ends_with_a_line(self) -> bool:
        try:
            if not self.path.is_file():
                return True
            with self.path.open("rb") as file:
                if file.seek(0, os.SEEK_END) == 0:
                    return True
                file.seek(-1, os.SEEK_END)
                return file.read(1) == b"\n"
        except OSError:
            # There is none, or it cannot be read, which need not be.
            return True


def _open_at_once(path: str, flags: int) -> int:
    """Open a file to write; a pipe that nobody reads is an error, and not waited for."""
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
    if os.name == "posix":
        os.set_blocking(handle, True)
    return handle


def _finite(value: object) -> object:
    """Return what JSON can hold: None in place of numbers that are not finite."""
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return value
