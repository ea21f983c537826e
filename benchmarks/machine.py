"""What a benchmark ran on, to be kept beside its figures."""

from __future__ import annotations

import datetime
import os
import platform
from pathlib import Path

import numba
import numpy as np

import firth._version


def describe() -> dict[str, str | int | None]:
    """Return the processor, the number of logical cores, the versions that matter, and the date."""
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
    """Return the processor's own name where the system tells it, else its architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
