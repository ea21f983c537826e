"""The machine of a benchmark, to be stored with its results."""

from __future__ import annotations

import datetime
import os
import platform
import shlex
import sys
from pathlib import Path

import numba
import numpy as np

import firth._version
from firth.compilation.processor import processor_name


def describe() -> dict[str, str | int | None]:
    """Return the processor, its number of logical cores, versions of packages, and the date."""
    return {
        "processor": processor_name(),
        "logical_cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "firth": firth._version.__version__,
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
    }


def command() -> str:
    """Return the command line of this process, but for `--output`, with names for whole paths."""
    script, *arguments = sys.argv
    if "--output" in arguments:
        place = arguments.index("--output")
        del arguments[place : place + 2]
    named = (Path(each).name if Path(each).is_absolute() else each for each in arguments)
    return shlex.join(["python", f"benchmarks/{Path(script).name}", *named])
