"""The explorer: a page that shows vectors as a map, served on this machine (extra `serve`).

It is the service of `firth.server` with more routes, and static files without a build step.
"""

from __future__ import annotations

# Says which extra is missing, if one is.
import firth.server  # noqa: F401
from firth.explorer.app import create_explorer

__all__ = ["create_explorer"]
