"""A log of a run as lines of JSON."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from firth.callbacks.common import EVERY, Pace, start_record
from firth.callbacks.evaluate import EvaluationPoint
from firth.errors import ConfigError, FirthError, reraise, warn
from firth.io.atomic import check_above
from firth.io.contents import kind_of
from firth.io.paths import absolute, refuse_standard_output, to_path
from firth.training.callbacks import Callback, EpochEnd, Progress, RunEnd, RunStart


class JsonLines(Callback):
    """Appends a line of JSON to a file for each event.

    Each line is an object: `event` is start, progress, epoch, end or evaluation, `time` is the
    date and time (UTC), and the rest are the fields of the record. Numbers that are not finite are
    null. A run that resumes from a checkpoint appends to the same file, with another start. Each
    line is completely written before training continues.

    Parameters
    ----------
    path : path
        A new file, or the log of an earlier run. Missing folders are created.
    every : float or str
        The least time between lines of progress: seconds, or 30s, 10m, 1.5h.

    Raises
    ------
    ConfigError
        If `path` is not a path, or the file holds something other than the log of a run.
    FirthError
        If the file cannot be written when the callback is created or the run begins. Later (for
        example when the disk is full) there is one `FirthWarning`, and training continues.

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
        # Absolute, since another callback may change the working folder.
        given = to_path("the path of a log", path)
        refuse_standard_output(given)
        self.path = absolute(given)
        self._pace = Pace(every)
        self._reported = ""
        end = self._last_byte()
        if end and kind_of(self.path) != "log":
            raise ConfigError(
                f"{self.path} is not a log of a run: its first line does not begin with "
                '{"event": ...}; choose another file, or a new one'
            )
        check_above(self.path)
        # After a power cut, an incomplete line stays, and the next line is separate.
        self._write(b"" if end in (b"", b"\n") else b"\n")

    def writes(self) -> list[Path]:
        """Return the file."""
        return [self.path]

    def on_start(self, start: RunStart) -> None:
        """Write the record of the start."""
        self._pace.begin()
        try:
            self._append("start", start_record(start))
        except FirthError as error:
            # The run does not begin; its end must not report the same error again.
            self._reported = str(error)
            raise

    def on_progress(self, progress: Progress) -> None:
        """Write the progress, if a line is due."""
        if self._pace.is_due(progress.seconds):
            derived = ("words_per_second", "seconds_left")
            fields = {name: getattr(progress, name) for name in derived}
            self.record("progress", {**dataclasses.asdict(progress), **fields})

    def on_epoch(self, epoch: EpochEnd) -> None:
        """Write the results of the epoch."""
        self.record("epoch", dataclasses.asdict(epoch))

    def on_end(self, end: RunEnd) -> None:
        """Write how the run ended."""
        self.record("end", dataclasses.asdict(end))

    def report(self, point: EvaluationPoint) -> None:
        """Write the results of `Evaluate`."""
        self.record("evaluation", point.to_dict())

    def record(self, event: str, fields: Mapping[str, object]) -> None:
        """Append a line of any event; if that fails, warn."""
        try:
            self._append(event, fields)
            self._reported = ""
        except FirthError as error:
            if str(error) != self._reported:
                self._reported = str(error)
                warn(f"{error}; the run continues")

    def _append(self, event: str, fields: Mapping[str, object]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        content = _finite({"event": event, **fields, "time": now})
        line = json.dumps(content, ensure_ascii=False, allow_nan=False, default=str)
        # A file name may contain bytes that are not text.
        self._write(f"{line}\n".encode(errors="backslashreplace"))

    def _write(self, line: bytes) -> None:
        """Append a complete line or, if the disk is full, nothing."""
        with reraise(FirthError, f"write {self.path}"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Opened each time, so no file stays open if the run fails.
            with open(self.path, "ab", buffering=0, opener=_open_at_once) as file:
                end = os.fstat(file.fileno()).st_size
                try:
                    while line:
                        line = line[file.write(line) :]
                except OSError:
                    with contextlib.suppress(OSError):
                        file.truncate(end)
                    raise

    def _last_byte(self) -> bytes:
        """Return the last byte of the file; none if there is no file, or nothing is in it."""
        size = 0
        with contextlib.suppress(OSError):
            # A pipe is not a regular file, and reading it would block.
            size = self.path.stat().st_size if self.path.is_file() else 0
            if size:
                with self.path.open("rb") as file:
                    file.seek(size - 1)
                    return file.read()
        # What cannot be read is no log.
        return b"?" if size else b""


def _open_at_once(path: str, flags: int) -> int:
    """Open a file for writing; a pipe without a reader raises at once."""
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
    if os.name == "posix":
        os.set_blocking(handle, True)
    return handle


def _finite(value: object) -> object:
    """Replace numbers that are not finite, which JSON cannot hold, by None."""
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return value
