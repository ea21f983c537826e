"""The machine of a benchmark, to be stored with its results."""

from __future__ import annotations

import datetime
import os
import platform
from pathlib import Path

import numba
import numpy as np

import firth._version


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


def processor_name() -> str:
    """Return the name of the processor or, if the system does not know it, the architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
