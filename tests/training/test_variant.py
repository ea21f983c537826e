"""The variants of the kernel, as `firth info --machine` and the page on performance tell them."""

import json
import os
from pathlib import Path

import pytest

from processes import output_of

# What tests ask for whatever the processor has.
ASKED = {"FIRTH_VECTOR_WIDTH", "FIRTH_BFLOAT16"}
BFLOAT16 = "+avx512f,+avx512vl,+avx512bf16"
PAGE = Path(__file__).parents[2] / "docs/performance.md"


@pytest.mark.parametrize(
    ("processor", "features", "is_fused"),
    [
        ("x86-64 without AVX", "+sse2", False),
        ("x86-64 with AVX or AVX2", "+avx,+avx2", False),
        ("x86-64 with AVX or AVX2", "+avx,+avx2,+fma", True),
        ("x86-64 with AVX-512", "+avx,+avx2,+fma,+avx512f,+avx512bf16", True),
        ("x86-64 with AVX-512 and bfloat16", f"{BFLOAT16},+avx,+avx2,+fma", True),
        ("ARM with NEON", "+neon", True),
    ],
)
def test_a_processor_has_the_variant_that_the_page_tells(processor, features, is_fused):
    environment = {key: value for key, value in os.environ.items() if key not in ASKED}
    environment |= {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": features}
    found = json.loads(output_of("-m", "firth", "info", "--machine", "--json", env=environment))
    numbers = (
        found[name] for name in ("numbers_in_a_vector", "vector_registers", "targets_in_a_tile")
    )
    products = "bfloat16" if features.startswith(BFLOAT16) else "float32"
    row = f"| {processor} | {' | '.join(map(str, numbers))} | {products} |"
    assert row in PAGE.read_text("utf-8").splitlines()
    told = {"+" + name for name in found["features"]}
    assert told == set(features.split(",")) - {"+sse2", "+avx"}
    assert found["products"].startswith(products)
    assert ("fused" in found["arithmetic"]) == is_fused
    assert found["deterministic_arithmetic"].startswith(found["arithmetic"].rpartition(",")[0])
    assert found["deterministic_arithmetic"].endswith(" 8 partial sums of a score")
