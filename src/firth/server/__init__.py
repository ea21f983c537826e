"""Vectors over HTTP: nearest words, analogies, embeddings of texts.

Needs FastAPI, uvicorn and prometheus-client, which the extra `serve` installs.
"""

from __future__ import annotations

from firth.errors import MissingExtraError

try:
    import fastapi  # noqa: F401
    import prometheus_client  # noqa: F401
    import uvicorn  # noqa: F401
except ImportError as error:
    raise MissingExtraError(error.name or "fastapi", "serve") from error

from firth.server.app import create_app
from firth.server.options import ServerOptions
from firth.server.sets import VectorSet, VectorSets

__all__ = ["ServerOptions", "VectorSet", "VectorSets", "create_app"]
