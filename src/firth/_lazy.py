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
        For each module, the names that it defines, with spaces between them.
    """
    home_of = {name: module for module, names in homes.items() for name in names.split()}

    def get(name: str) -> Any:  # noqa: ANN401
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(home_of[name]), name)

    return get
