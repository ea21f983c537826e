"""The processor that Numba compiles for."""

from __future__ import annotations

import llvmlite.binding as llvm
import numba


def processor_features() -> frozenset[str]:
    """Return the names that LLVM has for what the processor can do, such as avx2 and fma."""
    features = numba.config.CPU_FEATURES
    if features is None:
        features = llvm.get_host_cpu_features().flatten()
    return frozenset(name[1:] for name in features.split(",") if name.startswith("+"))
