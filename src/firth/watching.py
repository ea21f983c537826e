"""The page of a run while it trains, served to this machine only (extra `serve`)."""

from __future__ import annotations

import socket
import threading
import time
from typing import Annotated, Protocol

import numpy as np
import uvicorn
from fastapi import FastAPI, Query
from starlette.responses import HTMLResponse

from firth.callbacks import Watch
from firth.checks import shown
from firth.errors import ConfigError, FirthError
from firth.recordings.frames import Film
from firth.recordings.packing import pack_frames, pack_near, pack_state, pack_words
from firth.recordings.pages import build_page
from firth.server.errors import ServiceError, add_handlers
from firth.server.limits import LimitBody
from firth.server.options import ServerOptions
from firth.server.running import bind, config_of, url_of
from firth.server.security import CheckOrigin

_MOST_CONNECTIONS = 64
# A page asks every second, and in the background, where browsers slow it down, every minute.
_AWAY_SECONDS = 90.0
# A page that is closed says so. Another that is open asks within this time.
_LEAVING_SECONDS = 5.0
# Words whose neighbours a request may ask for, by their numbers.
_ASKED = r"^(\d{1,5}(,\d{1,5}){0,15})?$"


class WatchPage:
    """Serves the film of a callback as a page, from a thread of its own.

    The thread copies nothing from the run: it reads the frames that the callback has taken. It ends
    with the process at the latest.

    Parameters
    ----------
    watch : Watch
    port : int
        On the loopback address; 0 takes a free one.

    Attributes
    ----------
    url : str

    Raises
    ------
    ConfigError
        If `watch` is something else, or the port out of range.
    FirthError
        If the port is in use.
    """

    def __init__(self, watch: Watch, port: int = 0) -> None:
        if not isinstance(watch, Watch):
            raise ConfigError(f"watch must be a firth.callbacks.Watch, got {shown(watch)}")
        self._options = ServerOptions(port=port)
        self._listener: socket.socket = bind(self._options, option="--watch-port")
        # Processes that the run starts must not hold the port.
        self._listener.set_inheritable(False)
        self.url = url_of(self._listener)
        self._seen = -float("inf")
        self._server = uvicorn.Server(
            config_of(
                _application(watch, self._options, self._note),
                lifespan="off",
                connections=_MOST_CONNECTIONS,
                drain_seconds=1,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, args=([self._listener],), name="firth-watch", daemon=True
        )
        self._thread.start()

    def is_watched(self) -> bool:
        """Return whether a page has asked lately."""
        return time.monotonic() - self._seen < _AWAY_SECONDS

    def wait(self) -> None:
        """Wait as long as somebody watches."""
        while self.is_watched():
            time.sleep(0.2)

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(5.0)
        self._listener.close()

    def _note(self, *, leaves: bool = False) -> None:
        """Note that a page asked, or that one was closed; others ask soon again."""
        self._seen = time.monotonic() - (_AWAY_SECONDS - _LEAVING_SECONDS if leaves else 0.0)


class Note(Protocol):
    """Notes that a page asked, or that one was closed."""

    def __call__(self, *, leaves: bool = False) -> None:
        """Note it."""


def _application(watch: Watch, options: ServerOptions, note: Note) -> FastAPI:
    """Return the application of a page; `note` is called with each request of a page."""
    app = FastAPI(title="Firth", docs_url=None, redoc_url=None, openapi_url=None)
    add_handlers(app)

    @app.get("/")
    def page() -> HTMLResponse:
        """Return the page, without frames: it asks for them."""
        note()
        film = watch.film
        data = {"live": True, **({} if film is None else {**pack_words(film), **pack_state(film)})}
        return HTMLResponse(build_page("watch", data, title="Firth"))

    @app.get("/frames")
    async def frames(
        run: int = 0,
        after: int = -1,
        words: Annotated[str, Query(pattern=_ASKED, max_length=100)] = "",
    ) -> dict[str, object]:
        """Return the frames after one, which frames are kept, and how far the run is."""
        note()
        film = watch.film
        if film is None or film.run != run:
            return {"run": 0 if film is None else film.run}
        kept = film.frames()
        asked = _rows(film, words)
        fresh = pack_frames((each for each in kept if each.number > after), asked)
        numbers = [each.number for each in kept]
        return {"run": film.run, **pack_state(film), "kept": numbers, "frames": fresh}

    @app.get("/neighbours")
    async def neighbours(
        run: int, word: Annotated[str, Query(pattern=_ASKED, max_length=100)]
    ) -> dict[str, object]:
        """Return the neighbours of a word in all frames."""
        note()
        film = watch.film
        if film is None or film.run != run:
            return {"frames": []}
        asked = np.array(_rows(film, word), np.int64)
        return {"frames": [[each.number, pack_near(each, asked)] for each in film.frames()]}

    @app.get("/recording.html")
    def recording() -> HTMLResponse:
        """Return the recording so far, as one file."""
        note()
        try:
            return HTMLResponse(watch.page())
        except FirthError as error:
            raise ServiceError(404, "no_run", str(error)) from error

    @app.post("/leave", status_code=204, response_model=None)
    async def leave() -> None:
        """Note that a page was closed."""
        note(leaves=True)

    app.add_middleware(LimitBody, options=options)
    app.add_middleware(CheckOrigin, options=options)
    return app


def _rows(film: Film, words: str) -> list[int]:
    """Return the numbers of words in a request, without those that the map does not have."""
    rows = [int(each) for each in words.split(",") if each]
    return [row for row in rows if row < len(film.words)]
