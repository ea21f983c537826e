"""The tests of the GPU engine: they need Triton, whose interpreter runs the kernels here."""

import os
from importlib.util import find_spec

# scripts/test-gpu sets it; without it, Triton would want a GPU.
HAS_TRITON = find_spec("triton") is not None and find_spec("torch") is not None
if not HAS_TRITON or os.environ.get("TRITON_INTERPRET") != "1":
    collect_ignore = [
        "compile_kernels.py", "test_device_benchmark.py", "test_engine.py", "test_kernel.py",
        "test_lists.py",
    ]  # fmt: skip
