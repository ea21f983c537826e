"""Names of a package that are imported when first asked for."""

from __future__ import annotations

import importlib

# Importing typing would take longer than all else in `import firth`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the `__getattr__` of a package whose names live in other modules.

    Parameters
    ----------
    package : str
        The package's `__name__`.
    homes : mapping of str to str
        For each name, the module that it is to be imported from.
    """

    def get(name: str) -> Any:  # noqa: ANN401
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(homes[name]), name)

    return get
