"""Hot loops: compiled with Numba, kept for the next process, and in part emitted as LLVM IR."""

from firth.compilation.caching import compiled, compiled_bare, inlined

__all__ = ["compiled", "compiled_bare", "inlined"]
