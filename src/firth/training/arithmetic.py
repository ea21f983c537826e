"""On what the bytes of a run depend beside its options, its text and Firth's version.

The compiled kernel gives the same numbers on all processors but for three things: whether a product
and a sum are rounded once (fused multiply-add) or twice, in how many partial sums the products of a
score are added up, which is by default the width of the processor's vectors, and whether factors
are rounded to bfloat16. A deterministic run has the same number of partial sums everywhere, and
does not round factors.
"""

from __future__ import annotations

from collections.abc import Mapping

from firth.compilation.emitter import BFLOAT16, WIDTH
from firth.compilation.processor import processor_features
from firth.training.config import TrainConfig
from firth.training.simd.tiles import LANES

# The features on which the arithmetic of the kernels and of NumPy depends. Processors that differ
# in others give the same bytes.
_FEATURES = {
    "avx", "avx2", "avx512bw", "avx512dq", "avx512f", "avx512vl", "fma", "neon", "sve",
}  # fmt: skip
_FUSED = {"fma", "neon"}


def is_fused() -> bool:
    """Return whether the processor rounds a product and a sum once."""
    return not _FUSED.isdisjoint(processor_features())


def rounds_to_bfloat16(config: TrainConfig) -> bool:
    """Return whether the kernel rounds numbers to bfloat16 when it multiplies them.

    It does so by default where the processor multiplies pairs of them, if windows have several
    inputs: with a single one the change of the targets has nothing to pair.
    """
    has_several_inputs = config.model == "skipgram" and config.documents != "alone"
    return BFLOAT16 and has_several_inputs and not config.deterministic


def arithmetic_of_processor(_: TrainConfig) -> Mapping[str, object]:
    """Return what of this processor changes the bytes, as checkpoints keep it."""
    instructions = " ".join(sorted(_FEATURES & processor_features()))
    return {"vector length": WIDTH, "instructions": instructions}


def arithmetic_of_kernel(config: TrainConfig) -> Mapping[str, object]:
    """Return what changes the bytes of a run of the compiled kernel, as checkpoints keep it."""
    if config.deterministic and is_fused():
        return {"vector length": LANES, "instructions": "fused multiply-add"}
    found = arithmetic_of_processor(config)
    if rounds_to_bfloat16(config):
        return {**found, "instructions": f"{found['instructions']}, products of bfloat16"}
    return found
