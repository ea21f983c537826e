"""How large a body may be, and how long it may take to come."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firth.server.errors import error_response
from firth.server.options import ServerOptions

# A body that is too large is read to its end and dropped, up to this many bytes, so that a client
# that sends all before it reads sees the answer.
MOST_DROPPED = 64 << 20


class LimitBody:
    """Read the body of a request before the request is passed on; refuse one that is too large."""

    def __init__(self, app: ASGIApp, options: ServerOptions) -> None:
        self.app, self.options = app, options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its whole body, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.options.body_seconds):
                body, size = await self._read(receive)
        except TimeoutError:
            seconds = self.options.body_seconds
            refused = error_response(
                408, "too_slow", f"the body did not come within {seconds:g} s", _CLOSE
            )
            await refused(scope, receive, send)
            return
        if size is None:
            return
        if size > self.options.max_body:
            most = self.options.max_body
            refused = error_response(
                413, "too_large", f"the body has more than {most:,} bytes; ask for less", _CLOSE
            )
            await refused(scope, receive, send)
            return
        is_given = False

        async def replay() -> Message:
            nonlocal is_given
            if is_given:
                return await receive()
            is_given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)

    async def _read(self, receive: Receive) -> tuple[bytes, int | None]:
        """Return the body and its size; a size of None if the client went away."""
        parts: list[bytes] = []
        size, more = 0, True
        while more and size <= MOST_DROPPED:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"", None
            part = message.get("body", b"")
            size += len(part)
            if size <= self.options.max_body:
                parts.append(part)
            else:
                parts.clear()
            more = message.get("more_body", False)
        return b"".join(parts), size


_CLOSE = {"Connection": "close"}
