"""Which variant of the kernel runs on this machine."""

from __future__ import annotations

import os

from firth.compilation.emitter import BFLOAT16, REGISTERS, WIDTH
from firth.compilation.processor import processor_features, processor_name
from firth.training.arithmetic import is_fused
from firth.training.simd.tiles import LANES, TILE

# The features that matter: those that choose a variant, and those that one could use.
FEATURES = ("avx2", "fma", "avx512f", "avx512vl", "avx512bf16", "neon")
# See `arithmetic.rounds_to_bfloat16`.
_PRODUCTS = "bfloat16; float32 for CBOW, documents alone and deterministic runs"


def variant() -> dict[str, object]:
    """Return the processor, and how the kernel is compiled for it, by name.

    Examples
    --------
    >>> sorted(variant())[:3]
    ['arithmetic', 'deterministic_arithmetic', 'features']
    """
    features = processor_features()
    arithmetic = f"float32, {'fused multiply-add' if is_fused() else 'multiply, then add'}"
    return {
        "processor": processor_name(),
        "logical_cores": os.cpu_count(),
        "features": [name for name in FEATURES if name in features],
        "numbers_in_a_vector": WIDTH,
        "vector_registers": REGISTERS,
        "targets_in_a_tile": TILE,
        "products": _PRODUCTS if BFLOAT16 else "float32",
        "arithmetic": f"{arithmetic}, {WIDTH} partial sums of a score",
        "deterministic_arithmetic": f"{arithmetic}, {LANES} partial sums of a score",
    }
