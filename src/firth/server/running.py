"""Running the service in this process: the socket, signals, uvicorn."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import logging
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Literal

import uvicorn
from fastapi import FastAPI

from firth.errors import FirthError, FirthWarning
from firth.server.app import create_app
from firth.server.connections import Connection
from firth.server.options import ServerOptions
from firth.server.sets import VectorSets

# As many connections as a process has files to spare under the usual limit of 1,024.
MOST_CONNECTIONS = 900
# Connections that the system holds until they are taken.
BACKLOG = 2_048
# Bytes of the head of a request.
LONGEST_HEAD = 64 << 10


def bind(options: ServerOptions, *, option: str = "--port") -> socket.socket:
    """Return a socket that has the address of the service.

    `option` is what the message names if the port is in use.

    Raises
    ------
    FirthError
        If the address is in use, or is none of this machine.
    """
    where = address_text(options.host, options.port)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.socket(family, kind, protocol))
            if sys.platform != "win32":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            # Two services may bind an address, but only one can listen.
            listener.listen(BACKLOG)
            stack.pop_all()
    except OSError as error:
        advice = f"end what uses it, or give another {option}, or {option} 0 for a free one"
        reason = error.strerror or str(error)
        if error.errno != errno.EADDRINUSE:
            raise FirthError(f"cannot listen on {where}: {reason}") from error
        raise FirthError(f"cannot listen on {where}: it is in use; {advice}") from error
    listener.set_inheritable(True)
    return listener


def address_text(host: str, port: int) -> str:
    """Return an address and port as text.

    Examples
    --------
    >>> address_text("::1", 8000)
    '[::1]:8000'
    """
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Return whether only programs on this machine reach an address.

    Examples
    --------
    >>> is_loopback("127.0.0.2"), is_loopback("localhost"), is_loopback("::"), is_loopback("here")
    (True, True, False, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def url_of(listener: socket.socket) -> str:
    """Return the URL of a service that listens on a socket."""
    host, port, *_ = listener.getsockname()
    return f"http://{address_text(host, port)}"


def run_here(
    paths: Mapping[str, Path],
    options: ServerOptions,
    listener: socket.socket,
    on_ready: Callable[[VectorSets], None],
    *,
    create: Callable[[VectorSets, ServerOptions], FastAPI] = create_app,
    with_terminal: bool = False,
) -> None:
    """Read vectors, and answer requests until a signal ends the process.

    SIGTERM and SIGINT let requests finish that have begun; SIGHUP has the vectors read anew.
    `create` makes the application that answers. With `with_terminal`, SIGHUP ends the process as
    SIGTERM does, unless it is ignored (by `nohup`): a terminal sends it when it is closed.

    Raises
    ------
    FirthError
        If vectors cannot be read.
    """
    set_up_log()
    warnings.simplefilter("ignore", FirthWarning)
    sets = VectorSets(paths, tokenizer=options.tokenizer)
    app = create(sets, options)
    config = config_of(
        app,
        lifespan="on",
        connections=MOST_CONNECTIONS,
        drain_seconds=max(1, round(options.drain_seconds)),
    )
    server = _Server(config, lambda: on_ready(sets))
    # uvicorn ends at a signal, and raises it again afterwards: that is no error here.
    reload = server.end_with_terminal if with_terminal else app.state.watcher.ask
    # uvicorn would log the traceback of an application that cannot start it.
    app.state.watcher.start()
    with handling_signals(end=lambda: None, reload=reload):
        server.run([listener])


def config_of(
    app: FastAPI, *, lifespan: Literal["on", "off"], connections: int, drain_seconds: int
) -> uvicorn.Config:
    """Return how uvicorn serves: without a log, headers of its own, and trust in proxies.

    Parameters
    ----------
    app : FastAPI
    lifespan : "on" or "off"
        Whether the application begins and ends with the server.
    connections : int
        The most at a time.
    drain_seconds : int
        How long requests may take to finish when the server ends.
    """
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan=lifespan,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        limit_concurrency=connections,
        timeout_graceful_shutdown=drain_seconds,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it begins to answer, and ends no sooner.

    Told to end before that, older versions of uvicorn leave the application without its end, and
    log a traceback.
    """

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_ready = on_ready
        self._is_without_terminal = _hangup_is_ignored()
        self._answers = self._is_to_end = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End at a signal."""
        # Nothing else ends an application whose beginning hangs.
        if sig == signal.SIGINT and not self._answers and self._is_to_end:
            raise KeyboardInterrupt
        before = self.should_exit
        super().handle_exit(sig, frame)
        if not self._answers:
            self._is_to_end, self.should_exit = True, before

    def end_with_terminal(self) -> None:
        """End as at SIGTERM, if the terminal was closed and the process belongs to it."""
        if self._is_without_terminal:
            return
        if self._answers:
            self.should_exit = True
        else:
            self._is_to_end = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        # asyncio takes this many connections whenever some wait. Were it more than one, a worker
        # that is awake would take all of them, and the others would have nothing to do.
        self.config.backlog = 1
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(BACKLOG)

    async def main_loop(self) -> None:
        """Answer until the server is to end."""
        self._answers = True
        if self._is_to_end:
            self.should_exit = True
        else:
            self.on_ready()
        await super().main_loop()


def _hangup_is_ignored() -> bool:
    return hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@contextlib.contextmanager
def handling_signals(end: Callable[[], None], reload: Callable[[], None]) -> Iterator[None]:
    """Call `end` on SIGTERM and SIGINT, and `reload` on SIGHUP, which Windows does not have."""
    wanted = {signal.SIGTERM: end, signal.SIGINT: end}
    if hasattr(signal, "SIGHUP"):
        wanted[signal.SIGHUP] = reload
    before = {
        number: signal.signal(number, lambda *_, call=call: call())
        for number, call in wanted.items()
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def set_up_log() -> None:
    """Write what happens to standard error, a line each."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("firth: %(message)s"))
    for name, level in (("firth", logging.INFO), ("uvicorn.error", logging.ERROR)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
