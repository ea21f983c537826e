"""Dependencies of the routes: the set that is asked, and whether the client has its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from firth.errors import one_line
from firth.server.errors import INVALID, NotModified, ServiceError
from firth.server.schemas import SetName
from firth.server.sets import VectorSet, VectorSets
from firth.vectors.queries import spelled_token


async def all_sets(request: Request) -> VectorSets:
    """Return the sets of the application."""
    sets: VectorSets = request.app.state.sets
    return sets


Sets = Annotated[VectorSets, Depends(all_sets)]


async def fresh_set(
    request: Request,
    response: Response,
    sets: Sets,
    name: Annotated[SetName, Query(alias="set")] = None,
) -> VectorSet:
    """Return the set that a GET asks, and give the answer an ETag.

    Raises
    ------
    ServiceError
        If there is no such set.
    NotModified
        If the client has the answer of these very vectors.
    """
    found = sets.get(name)
    asked = f"{found.fingerprint} {request.url.path}?{request.url.query}"
    # Weak: a compressed answer has the same tag.
    etag = f'W/"{hashlib.sha256(asked.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    offered = request.headers.get("if-none-match", "")
    if etag.removeprefix("W/") in {each.strip().removeprefix("W/") for each in offered.split(",")}:
        raise NotModified(headers)
    response.headers.update(headers)
    return found


FreshSet = Annotated[VectorSet, Depends(fresh_set)]


async def known_parameters(request: Request) -> None:
    """Refuse parameters of the address that a route does not have, as bodies refuse fields.

    Raises
    ------
    ServiceError
        If there is one, or one stands twice that is no list.
    """
    if not request.query_params:
        return
    path = request.scope["route"].path
    methods = request.app.openapi()["paths"][path]
    schemas = {
        each["name"]: each["schema"]
        for each in methods[request.method.lower()].get("parameters", ())
        if each["in"] == "query"
    }
    for name in request.query_params:
        if name not in schemas:
            raise ServiceError(
                422,
                INVALID,
                f"{path} has no parameter {one_line(name)!r} in the address; "
                f"it takes {', '.join(sorted(schemas)) or 'none'}",
            )
        given = len(request.query_params.getlist(name))
        if given > 1 and schemas[name].get("type") != "array":
            takes_many = "requestBody" in methods.get("post", {})
            many = "; a POST asks many at a time" if takes_many else ""
            raise ServiceError(422, INVALID, f"{name}: give one, got {given}{many}")


def tokens(asked: VectorSet, words: Iterable[str | int]) -> list[str | int]:
    """Return words as the set has them: `17` may be an integer there."""
    return [spelled_token(asked.vectors, word) for word in words]


def among(asked: VectorSet, restrict: int | list[str | int] | None) -> Any:  # noqa: ANN401
    """Return which words may be answers, as `Vectors.similar` takes it."""
    return tokens(asked, restrict) if isinstance(restrict, list) else restrict


def about(asked: VectorSet, words: Iterable[str | int]) -> dict[str, Any]:
    """Return what an answer tells of the set, and of words that it lacks."""
    composed = [word for word in words if word not in asked.vectors]
    return {"set": asked.name, "composed": composed}
