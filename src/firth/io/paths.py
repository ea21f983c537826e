"""Checks of the paths that a user gives."""

from __future__ import annotations

import os
from pathlib import Path

from firth.checks import shown
from firth.errors import ConfigError, FirthError
from firth.io.remote import names_other_place, public_name


def to_path(name: str, given: object, *, what: str = "a path") -> Path:
    r"""Return what a user gave as a path, if it is a valid path of this machine.

    Parameters
    ----------
    name : str
        The name of the option, for the error.
    given : path
        Not empty, and without characters that a path cannot contain.
    what : str
        What is expected, for the error.

    Raises
    ------
    ConfigError
        If it is not a valid path.

    Examples
    --------
    >>> to_path("log", "run\0.jsonl")
    Traceback (most recent call last):
    firth.errors.ConfigError: log must be a path, got 'run\x00.jsonl'
    """
    if names_other_place(given):
        raise ConfigError(
            f"{name} must be {what} of this machine, got the URL {public_name(given)}; only texts "
            "to train on are read from URLs"
        )
    try:
        path = Path(given)  # type: ignore[arg-type]
        if os.fspath(given) and b"\0" not in os.fsencode(path):  # type: ignore[call-overload]
            return path
    except (TypeError, UnicodeEncodeError):
        # Not a path, or a character that the file system cannot encode.
        pass
    raise ConfigError(f"{name} must be {what}, got {shown(given)}")


def refuse_standard_output(path: Path) -> None:
    """Raise if a path to write to is `-`, by which other programs mean standard output.

    Raises
    ------
    FirthError
        If it is.

    Examples
    --------
    >>> refuse_standard_output(Path("-"))
    Traceback (most recent call last):
    firth.errors.FirthError: cannot write to standard output: give a name in the place of -
    """
    if path == Path("-"):
        raise FirthError("cannot write to standard output: give a name in the place of -")


def absolute(path: Path) -> Path:
    """Return a path that does not depend on the current folder.

    Raises
    ------
    FirthError
        If the path depends on it, and the current folder has been removed.
    """
    try:
        return path.absolute()
    except FileNotFoundError as error:
        raise FirthError(
            f"cannot find {path}: the current folder has been removed; go to another folder, or "
            "give an absolute path"
        ) from error
