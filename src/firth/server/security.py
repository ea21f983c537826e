"""Who is answered: the name that a request gives the service, the page it comes from, the token.

A page of another host can make a browser send requests here. It may give its own name an address of
this machine (DNS rebinding), so that the browser takes the service for a part of the page: then the
request gives that name as `Host`. An address or `localhost` as `Host` cannot come about so.
"""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firth.errors import one_line
from firth.server.errors import error_response
from firth.server.options import ServerOptions

# Where the scope keeps whether a request has the token, or needs none.
_TRUSTED = "firth.trusted"
OPEN_PATHS = ("/health",)
# The page of a map and that of a run have no such options.
_ALLOW_HOST = "ask by an address or by localhost, or have firth serve allow it (--allow-host)"
_ALLOW_ORIGIN = "firth serve can allow them (--allow-origin)"


def is_trusted(scope: Scope) -> bool:
    """Return whether a request has the token, or none is needed."""
    return bool(scope.get(_TRUSTED, False))


class CheckOrigin:
    """Refuse names that the service does not have, and pages of other hosts."""

    def __init__(self, app: ASGIApp, options: ServerOptions) -> None:
        self.app = app
        self.origins = {origin.lower().rstrip("/") for origin in options.origins}
        self.hosts = {"localhost", options.host.lower(), *map(str.lower, options.hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")

        async def add_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                # Words may hold HTML: no browser shall take an answer for a page.
                added.setdefault("X-Content-Type-Options", "nosniff")
                added.setdefault("Cache-Control", "no-store")
            await send(message)

        answer = self.app
        if not self._is_own(host):
            told = f"the host {one_line(host)!r} is not allowed; {_ALLOW_HOST}"
            answer = error_response(403, "wrong_host", told)
        elif origin is not None and not self._may_ask(origin, host):
            told = f"pages of {one_line(origin)!r} may not ask; {_ALLOW_ORIGIN}"
            answer = error_response(403, "wrong_origin", told)
        await answer(scope, receive, add_headers)

    def _is_own(self, host: str) -> bool:
        name = host_name(host)
        return name in self.hosts or _is_address(name) or "*" in self.hosts

    def _may_ask(self, origin: str, host: str) -> bool:
        origin = origin.lower()
        try:
            same = urlsplit(origin).netloc == host.lower() != ""
        except ValueError:
            return False
        return same or origin in self.origins or "*" in self.origins


class CheckToken:
    """Refuse requests without the token, if there is one."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self.app = app
        self.expected = None if token is None else token.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope[_TRUSTED] = self._has_token(scope)
        if scope[_TRUSTED] or scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        refused = error_response(
            401,
            "wrong_token",
            "send the token of this service as 'Authorization: Bearer TOKEN'",
            {"WWW-Authenticate": "Bearer"},
        )
        await refused(scope, receive, send)

    def _has_token(self, scope: Scope) -> bool:
        if self.expected is None:
            return True
        scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        # The time of the comparison tells nothing of the token.
        is_same = hmac.compare_digest(given.strip().encode("latin-1"), self.expected)
        return is_same and scheme.lower() == "bearer"


def host_name(host: str) -> str:
    """Return the name or address in a `Host` header, without the port.

    Examples
    --------
    >>> host_name("LocalHost:8000"), host_name("[::1]:8000"), host_name("10.0.0.1")
    ('localhost', '::1', '10.0.0.1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
