"""Connections: slow clients are cut off, and what is no HTTP is told so in JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# From the connection, or the first byte of a request, to the end of its head.
HEAD_SECONDS = 30.0
# In each such time, a client takes at least so many bytes of an answer.
ANSWER_SECONDS = 30.0
LEAST_TAKEN = 64 << 10

# What a connection waits for: the head of a request, or that a client takes an answer.
_Wait = Literal["head", "client"]


class Connection(H11Protocol):
    """uvicorn's connection in pure Python, with limits of time for heads and for answers.

    uvicorn itself only limits how long a connection may be silent between requests.
    """

    head_seconds = HEAD_SECONDS
    answer_seconds = ANSWER_SECONDS
    _timers: dict[_Wait, asyncio.TimerHandle]

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401
        """Begin to wait for a head."""
        self._timers = {}
        super().connection_made(transport)
        # Writing pauses whenever bytes of an answer wait for the client.
        transport.set_write_buffer_limits(high=0)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take some bytes."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_head()
        else:
            self._stop_waiting("head")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._stop_waiting("head")
        self._stop_waiting("client")
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait until the client has taken what was written."""
        super().pause_writing()
        self._wait_for_client()

    def resume_writing(self) -> None:
        """Write on."""
        self._stop_waiting("client")
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or has a head that is too long."""
        message = "this is no valid HTTP, or its address and headers are too long"
        body = json.dumps({"error": {"message": message, "type": "invalid_request"}}).encode()
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            events = (
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            )
            self.transport.write(b"".join(self.conn.send(event) or b"" for event in events))
        self.transport.close()

    def _wait_for_head(self) -> None:
        if "head" not in self._timers:
            close = self.transport.close
            self._timers["head"] = self.loop.call_later(self.head_seconds, close)

    def _wait_for_client(self) -> None:
        left = self.transport.get_write_buffer_size()
        check = self._check_client
        self._timers["client"] = self.loop.call_later(self.answer_seconds, check, left)

    def _check_client(self, before: int) -> None:
        """Cut the client off if it has taken too little; a close would wait for it."""
        if before - self.transport.get_write_buffer_size() < LEAST_TAKEN:
            self.transport.abort()
        else:
            self._wait_for_client()

    def _stop_waiting(self, wait: _Wait) -> None:
        if (timer := self._timers.pop(wait, None)) is not None:
            timer.cancel()
