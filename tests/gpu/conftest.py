"""The tests of the GPU engine: they need Triton, and a GPU or Triton's interpreter."""

from gpus import can_run_kernels

if not can_run_kernels():
    collect_ignore = [
        "compile_kernels.py", "test_device_benchmark.py", "test_engine.py", "test_kernel.py",
        "test_lists.py", "test_workers.py",
    ]  # fmt: skip
