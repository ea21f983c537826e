"""JSON in files: what cannot be read, or not be held, is told with the file's name."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from firth.errors import FormatError, one_line
from firth.io.compression import open_regular
from firth.io.mistaken import refuse_mistaken

# JSON from a str with a lone surrogate is no valid UTF-8, but a word may hold any character.
_SURROGATES = "surrogatepass"


def read_json(path: Path) -> dict[str, object]:
    """Read a JSON object.

    Raises
    ------
    FormatError
        If the file cannot be read, or is not a JSON object.
    """
    content = _read(path)
    if not isinstance(content, dict):
        raise FormatError(f"{path}: expected a JSON object, got {type(content).__name__}")
    return content


def read_json_list(path: Path) -> list[object]:
    """Read a list of JSON.

    Raises
    ------
    FormatError
        If the file cannot be read, or is not a list of JSON.
    """
    content = _read(path)
    if not isinstance(content, list):
        raise FormatError(f"{path}: expected a list of JSON, got {type(content).__name__}")
    return content


def _read(path: Path) -> object:
    with open_regular(path) as file:
        refuse_mistaken(file, path)
        encoded = file.read()
    try:
        # Some editors begin a file with a mark.
        text = encoded.decode("utf-8", _SURROGATES).removeprefix("\ufeff")
        content: object = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}: not valid JSON: {error}") from error
    return content


def write_json(content: Mapping[str, object], path: Path, what: str) -> None:
    """Write a JSON object.

    Raises
    ------
    FormatError
        If JSON cannot hold the content; the message names it as `what`.
    """
    try:
        # Without NaN and infinity, which are not JSON and could not be read again.
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise FormatError(f"{path.name} cannot hold {what}: {error}") from error
    path.write_bytes(text.encode("utf-8", _SURROGATES))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{one_line(digits)} exceeds 64 bits")
    return number
