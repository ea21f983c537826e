"""How the service is: `/health` and `/metrics`."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from firth._version import __version__
from firth.server.dependencies import Sets, known_parameters
from firth.server.metrics import Metrics
from firth.server.schemas import ERRORS, Health, SetHealth
from firth.server.security import is_trusted
from firth.vectors.questions.company import tells_company

router = APIRouter(responses=ERRORS, tags=["status"], dependencies=[Depends(known_parameters)])


@router.get("/health", response_model_exclude_unset=True)
async def health(request: Request, sets: Sets) -> Health:
    """Tell whether all is well. It needs no token, but tells only those more who have it."""
    problems = sets.problems()
    status: Literal["ok", "degraded"] = "degraded" if any(problems.values()) else "ok"
    if not is_trusted(request.scope):
        return Health(status=status)
    described = [
        SetHealth(
            name=each.name,
            words=len(each.vectors),
            dim=each.vectors.dim,
            company=tells_company(each.vectors),
            loaded=each.loaded,
            problem=problems[each.name],
        )
        for each in sets
    ]
    return Health(status=status, version=__version__, sets=described)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus's text format."}},
)
def figures(request: Request, sets: Sets) -> Response:
    """Return the figures of all workers for Prometheus."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(sets), media_type=CONTENT_TYPE_LATEST)
