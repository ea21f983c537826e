"""Importing Matplotlib, which asks for a folder of its own and reads settings of the user."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator

from firth.errors import FirthError, warn

_VARIABLE = "MPLCONFIGDIR"


@contextlib.contextmanager
def first_import() -> Iterator[None]:
    """Tell what Matplotlib misses in one line, while it is imported for the first time.

    Without a folder that it can write, as in many containers, Matplotlib logs several lines and
    makes a temporary one. Then it sets the variable of that folder.

    Raises
    ------
    FirthError
        If Matplotlib refuses a setting of the user, such as the backend in `MPLBACKEND`.
    """
    before = os.environ.get(_VARIABLE)
    log = logging.getLogger("matplotlib")
    log.addFilter(_is_of_something_else)
    try:
        yield
    except ValueError as error:
        if isinstance(error, FirthError):
            raise
        raise FirthError(
            f"cannot load Matplotlib: {error}; see the variable MPLBACKEND and your matplotlibrc"
        ) from error
    finally:
        log.removeFilter(_is_of_something_else)
    if os.environ.get(_VARIABLE) == before:
        return
    place = "its folder in your home" if before is None else before
    warn(
        f"Matplotlib cannot write to {place}, and looks for all fonts again each time; "
        f"set {_VARIABLE} to a folder of your own"
    )


def _is_of_something_else(record: logging.LogRecord) -> bool:
    """Return whether a message is not about the folder."""
    message = record.getMessage()
    return not (message.startswith("mkdir -p failed") or _VARIABLE in message)
