"""Run the command `firth`, and keep in a file what its workers on Ray are asked to do.

    python cluster_driver.py NOTES train TEXT ...

NOTES holds the method that the workers are in at this moment, or nothing between two calls.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path

from firth.__main__ import main
from firth.cluster.ray_team import RayTeam

CALLS = ("call_each", "call_first", "call_merged")


def noted(notes: Path, call: Callable[..., object], name: str | None = None) -> Callable:
    """Return a method of a team that writes down what it asks of the members."""

    @functools.wraps(call)
    def noting(team: RayTeam, *arguments: object) -> object:
        notes.write_text(str(arguments[0]) if name is None else name)
        try:
            return call(team, *arguments)
        finally:
            notes.write_text("")

    return noting


if __name__ == "__main__":
    path = Path(sys.argv.pop(1))
    for each in CALLS:
        setattr(RayTeam, each, noted(path, getattr(RayTeam, each)))
    RayTeam.start = noted(path, RayTeam.start, "start")
    sys.exit(main())
