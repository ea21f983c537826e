"""Training on a GPU: kernels in Triton, for `firth.train(..., engine="gpu")`.

Needs the extra `gpu`: PyTorch, which holds the tables, and its Triton, which compiles the kernels.
"""

from __future__ import annotations

from importlib.util import find_spec

from firth.errors import MissingExtraError

if missing := [name for name in ("torch", "triton") if find_spec(name) is None]:
    raise MissingExtraError(missing[0], "gpu")

from firth.gpu.engine import GpuEngine

__all__ = ["GpuEngine"]
