"""Recovery: workers of an engine that are lost, and work that is begun again with new ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from firth.errors import FirthError, warn

Result = TypeVar("Result")

# How often workers may be lost before the work gets any further.
MOST_LOSSES = 3


class WorkersLost(FirthError):
    """Workers of an engine ended or cannot be reached; the engine has to be made anew."""


def begin_until_done(begin: Callable[[], Result]) -> Result:
    """Return what a function returns that starts workers where there are none.

    If some are lost meanwhile, it is called again.

    Raises
    ------
    WorkersLost
        If they are lost each time.
    """
    losses = 0
    while True:
        try:
            return begin()
        except WorkersLost as error:
            losses += 1
            if losses == MOST_LOSSES:
                raise
            warn(f"{error}; new workers are started")
