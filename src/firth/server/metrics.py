"""What Prometheus is told: requests, their time, sets, reloads."""

from __future__ import annotations

import os
import time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firth.server.sets import VectorSets

# Where the workers of a service keep their figures; prometheus-client reads this variable too.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_METHODS = {"GET", "POST", "HEAD", "OPTIONS"}


class Metrics:
    """The figures of an application, summed up over all workers when they are asked for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        options: Any = {"registry": self.registry}
        self.requests = Counter(
            "firth_requests", "Requests answered.", ["route", "method", "status"], **options
        )
        self.seconds = Histogram(
            "firth_request_seconds", "Time from request to answer.", ["route"], **options
        )
        self.words = Gauge(
            "firth_set_words", "Words of a set.", ["set"], multiprocess_mode="livemax", **options
        )
        self.reloads = Counter(
            "firth_set_reloads", "Sets read anew, by each worker.", ["set", "outcome"], **options
        )

    def note_reload(self, name: str, done: bool) -> None:
        """Count a set that was or could not be read anew."""
        self.reloads.labels(name, "done" if done else "failed").inc()

    def text(self, sets: VectorSets) -> bytes:
        """Return all figures in Prometheus's text format."""
        for each in sets:
            self.words.labels(each.name).set(len(each.vectors))
        if SHARED_FOLDER not in os.environ:
            return generate_latest(self.registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


class CountRequests:
    """Count requests and their time by route, method and status."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self.metrics.requests.labels(route, method, status).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - began)
