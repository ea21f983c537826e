"""Noticing that texts change while they are read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from firth.errors import CorpusError, warn
from firth.io.remote import RemoteFile, RemoteReader

_ADVICE = "read it again when nothing writes to it"

Status = os.stat_result | None
"""The status of a regular file; None of anything else."""


class Watch:
    """Texts of which several processes read parts, compared before and after by one that leads.

    Parameters
    ----------
    files : iterable of (str, Path or RemoteFile or None)
        The name of each text for messages, and where it is. What is not on this machine is not
        compared; who reads a part of it notices that it became shorter.
    """

    def __init__(self, files: Iterable[tuple[str, Path | RemoteFile | None]]) -> None:
        paths = [(name, path) for name, path in files if isinstance(path, Path)]
        self._before = [(name, path, _status_at(path)) for name, path in paths]

    def check(self) -> None:
        """Tell what has changed since.

        Raises
        ------
        CorpusError
            If a file became shorter. If it changed otherwise, a warning tells so.
        """
        for name, path, before in self._before:
            now = _status_at(path)
            if before is None or now is None:
                continue
            check_not_shorter(name, before, now)
            if _facts(now) != _facts(before) or now.st_ino != before.st_ino:
                warn(
                    f"{name} changed while several workers read it: they may have taken some of "
                    f"its old and some of its new content; {_ADVICE}"
                )


def status_of(file: IO[bytes] | RemoteReader) -> Status:
    """Return the status of an open file."""
    try:
        return _of_regular(os.fstat(file.fileno()))  # type: ignore[union-attr]
    except (AttributeError, OSError):
        return None


def check_not_shorter(name: str, before: os.stat_result, now: os.stat_result) -> None:
    """Raise `CorpusError` if a file became shorter."""
    if now.st_size < before.st_size:
        raise CorpusError(
            f"{name} became shorter while it was read: it had {before.st_size:,} bytes, and has "
            f"{now.st_size:,}; {_ADVICE}"
        )


def check_unchanged(name: str, before: Status, now: Status, *, is_part: bool) -> None:
    """Raise `CorpusError` if an open file became shorter, and warn if it changed otherwise.

    Of a part, who leads the reading warns.
    """
    if before is None or now is None:
        return
    check_not_shorter(name, before, now)
    if not is_part and _facts(now) != _facts(before):
        warn(
            f"{name} changed while it was read: some of its old and some of its new content was "
            f"taken; {_ADVICE}"
        )


def _status_at(path: Path) -> Status:
    try:
        return _of_regular(path.stat())
    except (OSError, ValueError):
        # It was removed, for example. Who cannot read it tells so.
        return None


def _of_regular(status: os.stat_result) -> Status:
    return status if stat.S_ISREG(status.st_mode) else None


def _facts(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns
