"""Training on a GPU: kernels in Triton, for `firth.train(..., engine="gpu")`.

Needs the extra `gpu`: PyTorch, which holds the tables, and its Triton, which compiles the kernels.
"""

from __future__ import annotations

from importlib.util import find_spec

from firth.errors import MissingExtraError

for _package in ("torch", "triton"):
    if find_spec(_package) is None:
        raise MissingExtraError(_package, "gpu")

from firth.gpu.engine import GpuEngine

__all__ = ["GpuEngine"]
