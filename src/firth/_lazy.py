"""Lazy import of the names of a package."""

from __future__ import annotations

import importlib

# Importing typing would take longer than everything else in `import firth`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package whose names are defined in other modules.

    Parameters
    ----------
    package : str
        The package's `__name__`.
    homes : mapping of str to str
        For each name, the module that defines it.
    """

    def get(name: str) -> Any:  # noqa: ANN401
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(homes[name]), name)

    return get
