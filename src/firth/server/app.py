"""The application: routes, and what stands before them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from firth._version import __version__
from firth.server import embeddings, questions, status
from firth.server.errors import add_handlers
from firth.server.limits import LimitBody
from firth.server.metrics import CountRequests, Metrics
from firth.server.options import ServerOptions
from firth.server.security import CheckOrigin, CheckToken
from firth.server.sets import VectorSets, Watcher

# Shorter answers are not worth compressing.
_LEAST_COMPRESSED = 1_000
_DESCRIPTION = (
    "Nearest words, analogies, the company of words, and embeddings of texts. A GET asks one "
    "question and has an ETag, a POST asks many at a time."
)


def create_app(
    sets: VectorSets, options: ServerOptions | None = None, *, routers: Sequence[APIRouter] = ()
) -> FastAPI:
    """Make the application that answers questions to sets of vectors.

    Parameters
    ----------
    sets : VectorSets
        `app.state.sets` for the routes; `firth.server.dependencies` has them as dependencies.
    options : ServerOptions, optional
    routers : sequence of APIRouter
        Further routes, which have the same limits and checks.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np
    >>> from firth.vectors import Vectors
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "vectors")
    ...     Vectors(["tea", "milk"], np.eye(2, dtype=np.float32)).save(path)
    ...     app = create_app(VectorSets({"en": path}))
    >>> "/similar" in app.openapi()["paths"]
    True
    """
    options = options or ServerOptions()
    metrics = Metrics()
    sets.call_on_reload(metrics.note_reload)
    watcher = Watcher(sets, options.check_seconds)

    @contextlib.asynccontextmanager
    async def watch(app: FastAPI) -> AsyncIterator[None]:
        watcher.start()
        yield
        watcher.stop()

    # The pages of FastAPI would load scripts from another host.
    app = FastAPI(
        title="Firth", version=__version__, description=_DESCRIPTION, lifespan=watch,
        docs_url=None, redoc_url=None,
    )  # fmt: skip
    app.state.sets, app.state.options = sets, options
    app.state.metrics, app.state.watcher = metrics, watcher
    add_handlers(app)
    for router in (questions.router, embeddings.router, status.router, *routers):
        app.include_router(router)
    # What is added last comes first.
    app.add_middleware(GZipMiddleware, minimum_size=_LEAST_COMPRESSED)
    app.add_middleware(LimitBody, options=options)
    app.add_middleware(CheckToken, token=options.token)
    if options.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[origin.rstrip("/") for origin in options.origins],
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "If-None-Match"],
            expose_headers=["ETag"],
        )
    app.add_middleware(CheckOrigin, options=options)
    app.add_middleware(CountRequests, metrics=metrics)
    return app
