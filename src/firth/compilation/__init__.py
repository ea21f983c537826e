"""Hot loops: compiled with Numba, kept for the next process, and in part emitted as LLVM IR."""

from firth.compilation.loading import load_numba

load_numba()

from firth.compilation.caching import called, compiled, compiled_bare, inlined, optional  # noqa: E402

__all__ = ["called", "compiled", "compiled_bare", "inlined", "optional"]
