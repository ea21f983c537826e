"""Paths that a user gives, checked before the system sees them."""

from __future__ import annotations

import os
from pathlib import Path

from firth.checks import shown
from firth.errors import ConfigError


def to_path(name: str, given: object, *, what: str = "a path") -> Path:
    r"""Return a path, if it is one that a file system could have.

    Parameters
    ----------
    name : str
        What the path is of, for the error.
    given : path
        Not empty, and without the characters that no path can hold.
    what : str
        What is expected, for the error.

    Raises
    ------
    ConfigError
        If it is no such path.

    Examples
    --------
    >>> to_path("log", "run\0.jsonl")
    Traceback (most recent call last):
    firth.errors.ConfigError: log must be a path, got 'run\x00.jsonl'
    """
    try:
        path = Path(given)  # type: ignore[arg-type]
        if os.fspath(given) and b"\0" not in os.fsencode(path):  # type: ignore[call-overload]
            return path
    except (TypeError, UnicodeEncodeError):
        # No path at all, or a letter that the file system cannot encode.
        pass
    raise ConfigError(f"{name} must be {what}, got {shown(given)}")
