"""Errors of the service: one JSON object with one sentence, in the form that OpenAI's clients read.

{"error": {"message": "...", "type": "unknown_word"}}
"""

from __future__ import annotations

import http
import itertools
import json
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from firth.checks import shown
from firth.errors import (
    NO_MORE_THREADS,
    FirthError,
    MissingExtraError,
    VocabularyError,
    counted,
    escape,
    lacks_threads,
    one_line,
)
from firth.server.schemas import LONGEST_WORD
from firth.vectors.questions.directions import NoDirectionError

INVALID = "invalid_request"
# What a part of a request may be that has several forms.
_TOKEN = f"text of at most {LONGEST_WORD:,} characters, or a whole number of 64 bits"
_A_WORD = f"a word: {_TOKEN}"
_FORMS = {
    "queries": "a word, a vector of finite numbers, or an object of words and weights; "
    f"a word is {_TOKEN}",
    "restrict": "a whole number from 1, or a list of one word or more",
    **dict.fromkeys(("exclude", "pairs", "questions", "terms", "words"), _A_WORD),
}
# Characters of a text that an error shows.
_LONGEST_SHOWN = 60
_SEE = "of one of the forms that /openapi.json describes"


class ServiceError(FirthError):
    """A request that cannot be answered.

    Parameters
    ----------
    status : int
        The status of HTTP.
    kind : str
        A short name for programs.
    message : str
        One sentence.
    """

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to make a copy, for `pickle`."""
        return type(self), (self.status, self.kind, *self.args), self.__dict__


class NotModified(Exception):
    """The client has the answer already.

    Parameters
    ----------
    headers : dict
        Those of the answer: a client takes them up for the one that it keeps.
    """

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(headers)
        self.headers = headers


def error_response(
    status: int, kind: str, message: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return the response for an error."""
    content = {"error": {"message": escape(message), "type": kind}}
    return JSONResponse(content, status_code=status, headers=headers)


def add_handlers(app: FastAPI) -> None:
    """Make an application tell errors in the one form."""
    # Handlers that are no coroutines are called in a thread, which may be what cannot be had.
    app.add_exception_handler(FirthError, _firth_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(NotModified, _not_modified)
    app.add_exception_handler(MemoryError, _out_of_memory)
    app.add_exception_handler(RuntimeError, _out_of_threads)
    app.add_exception_handler(Exception, _unexpected)


def status_and_kind(error: Exception) -> tuple[int, str]:
    """Return the status of an error in HTTP, and its short name.

    Examples
    --------
    >>> status_and_kind(VocabularyError("'kign' is not among the words"))
    (404, 'unknown_word')
    """
    if isinstance(error, ServiceError):
        return error.status, error.kind
    if isinstance(error, VocabularyError):
        return 404, "unknown_word"
    if isinstance(error, NoDirectionError):
        return 422, "no_direction"
    if isinstance(error, MissingExtraError):
        return 501, "missing_extra"
    if isinstance(error, FirthError):
        return 422, INVALID
    if lacks_threads(error):
        return 503, "out_of_threads"
    return (503, "out_of_memory") if isinstance(error, MemoryError) else (500, "internal_error")


async def _firth_error(request: Request, error: Exception) -> Response:
    return error_response(*status_and_kind(error), str(error))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = str(error.detail)
    if error.status_code == 400:
        # FastAPI's message, where brackets are nested too deeply, say.
        message = "the body is no JSON that can be read"
    headers = dict(error.headers or {})
    if error.status_code == 405:
        # Starlette names the methods of the first route of an address alone.
        described = request.app.openapi()["paths"].get(request.url.path, ())
        headers["Allow"] = ", ".join(sorted(map(str.upper, described))) or headers.get("Allow", "")
    if message == http.HTTPStatus(error.status_code).phrase:
        path = one_line(request.url.path)
        # The page of a run has no description.
        see = "; see /openapi.json" if request.app.openapi_url else ""
        message = {
            404: f"there is nothing at {path}{see}",
            405: f"{path} does not take {one_line(request.method)}{see}",
        }.get(error.status_code, message)
    return error_response(error.status_code, INVALID, message, headers)


async def _not_modified(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotModified)
    return Response(status_code=304, headers=error.headers)


async def _out_of_memory(request: Request, error: Exception) -> Response:
    return error_response(*status_and_kind(error), "out of memory; ask for less at a time")


async def _out_of_threads(request: Request, error: Exception) -> Response:
    if not lacks_threads(error):
        raise error
    return error_response(*status_and_kind(error), f"{NO_MORE_THREADS}; ask again later")


async def _unexpected(request: Request, error: Exception) -> Response:
    return error_response(*status_and_kind(error), "the service failed; its log says more")


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return error_response(400, INVALID, "the body is no JSON that can be read")
    kind = request.headers.get("content-type", "")
    if first["loc"] == ("body",) and "json" not in kind:
        message = f"a body is JSON: send 'Content-Type: application/json', got {one_line(kind)!r}"
        return error_response(422, INVALID, message)
    is_told = first["type"] in ("missing", "extra_forbidden", "value_error")
    given = None if is_told else _shown(first["input"], is_text=first["loc"][0] == "query")
    return error_response(422, INVALID, _sentence(first["loc"], first["msg"], given))


def _shown(given: object, *, is_text: bool) -> str:
    """Return what was given as JSON has it, or as it stands in the address, which is text.

    Examples
    --------
    >>> _shown("ten", is_text=True), _shown("ten", is_text=False), _shown(None, is_text=False)
    ('ten', '"ten"', 'null')
    >>> _shown("x" * 2000, is_text=True), _shown([1, 2], is_text=False), _shown({}, is_text=False)
    ('text of 2,000 characters', 'a list of 2 items', 'an object')
    """
    if isinstance(given, str):
        if len(given) > _LONGEST_SHOWN:
            return f"text of {counted(len(given), 'character')}"
        return given if is_text else f'"{given}"'
    if isinstance(given, list):
        return f"a list of {counted(len(given), 'item')}"
    if isinstance(given, dict):
        return "an object"
    if given is None or isinstance(given, bool):
        return json.dumps(given)
    return shown(given)


def _sentence(place: Sequence[Any], message: str, given: str | None = None) -> str:
    """Return what is wrong with a part of a request, and what was given.

    Where it may have several forms, Pydantic ends the place with the name of one of them, which
    tells the sender nothing.

    Examples
    --------
    >>> _sentence(("query", "top"), "Input should be less than or equal to 1000", "1001")
    'top: input should be less than or equal to 1000, got 1001'
    >>> _sentence(("body", "restrict", "list[str]"), "Input should be a valid list")
    'restrict: must be a whole number from 1, or a list of one word or more'
    >>> _sentence(("body", "words"), "List should have at least 1 item after validation, not 0")
    'words: list should have at least 1 item, got 0'
    """
    named = list(itertools.takewhile(lambda part: not _is_form(part), place[1:]))
    name = ".".join(map(str, named)) or "the body"
    if len(named) < len(place) - 1:
        message = f"must be {_FORMS.get(str(named[0]) if named else '', _SEE)}"
    message = message.removeprefix("Value error, ").replace(" after validation, not", ", got")
    got = "" if given is None or ", got " in message else f", got {given or repr(given)}"
    return one_line(f"{name}: {message[:1].lower()}{message[1:]}{got}")


def _is_form(part: object) -> bool:
    return str(part) in ("int", "str", "float") or not str(part).replace("_", "").isalnum()
