"""The processor that Numba compiles for."""

from __future__ import annotations

import platform
from pathlib import Path

import llvmlite.binding as llvm
import numba


def processor_features() -> frozenset[str]:
    """Return the names that LLVM has for what the processor can do, such as avx2 and fma."""
    features = numba.config.CPU_FEATURES
    if features is None:
        features = llvm.get_host_cpu_features().flatten()
    return frozenset(name[1:] for name in features.split(",") if name.startswith("+"))


def processor_name() -> str:
    """Return the name of the processor or, if the system does not know it, the architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
