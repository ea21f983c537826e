"""The machine of a benchmark, to be stored with its results."""

from __future__ import annotations

import datetime
import os
import platform

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
