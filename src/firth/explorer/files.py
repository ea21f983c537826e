"""The static files of the page, under a Content-Security-Policy."""

from __future__ import annotations

import functools
import importlib.resources
from typing import Final

from fastapi import APIRouter, Response

from firth.server.errors import ServiceError

router = APIRouter(include_in_schema=False)

KINDS: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
# Nothing is loaded from elsewhere, and no text in the page is run.
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@router.get("/")
def index() -> Response:
    """Return the page."""
    return page_file("index.html")


@router.get("/page/{name:path}")
def page_file(name: str) -> Response:
    """Return a file of the page.

    Raises
    ------
    ServiceError
        If there is no such file.
    """
    found = page_files().get(name)
    if found is None:
        raise ServiceError(404, "not_found", f"the explorer has no file {name!r}")
    return Response(found, media_type=KINDS[name.rpartition(".")[2]], headers=HEADERS)


@functools.cache
def page_files() -> dict[str, bytes]:
    """Return the content of each file that the page may load, by its path."""
    found: dict[str, bytes] = {}
    folders = [("", importlib.resources.files("firth.explorer") / "page")]
    while folders:
        prefix, folder = folders.pop()
        for entry in folder.iterdir():
            name = f"{prefix}{entry.name}"
            if entry.is_dir():
                folders.append((f"{name}/", entry))
            elif name.rpartition(".")[2] in KINDS:
                found[name] = entry.read_bytes()
    return found
