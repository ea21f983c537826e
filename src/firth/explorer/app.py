"""The application: the service of vectors, with the routes and files of the explorer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from fastapi import FastAPI

from firth.corpus.finding import find_text
from firth.errors import ConfigError
from firth.explorer import files, moves, questions, routes
from firth.explorer.state import Explorer
from firth.server.app import create_app
from firth.server.options import ServerOptions
from firth.server.sets import VectorSets

MOST_SETS = 2


def create_explorer(
    paths: Mapping[str, Path], corpus: Path | None = None
) -> Callable[[VectorSets, ServerOptions], FastAPI]:
    """Return what makes the application, from the sets that a service has read.

    Parameters
    ----------
    paths : mapping of str to path
        One or two sets of vectors by name, as the sets of the service have them.
    corpus : path, optional
        A text from which the page shows lines in context.

    Raises
    ------
    ConfigError
        If there are no sets or more than two, or no such text.
    CorpusError
        If the path names vectors or an empty folder.
    """
    if not 1 <= len(paths) <= MOST_SETS:
        raise ConfigError(f"the explorer shows one or two sets of vectors, got {len(paths)}")
    if corpus is not None and not corpus.exists():
        raise ConfigError(f"there is no text at {corpus}; give --corpus the file that was read")
    texts = None if corpus is None else find_text(corpus)

    def create(sets: VectorSets, options: ServerOptions) -> FastAPI:
        routers = (files.router, routes.router, questions.router, moves.router)
        app = create_app(sets, options, routers=routers)
        app.state.explorer = Explorer(paths, texts)
        return app

    return create
