"""Messages on wrong usage of the command, in plain words.

Newer versions of Typer check types and choices with Pydantic, older ones with Click. The user
reads the same message with each, and it says what to give instead.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from typing import Any

import typer

from firth.errors import FirthError, one_line
from firth.other_names import advice

# Click's base class of usage errors; newer versions of Typer have a Click of their own.
USAGE_ERROR: type[Any] = typer.BadParameter.__mro__[1]

_UNREADABLE = re.compile(r"(?s)(['\"])(.*)\1 is not readable\.\Z")
_CLICK_S_WORDS = {
    "is not a valid integer.": "is not a whole number",
    "is not a valid float.": "is not a number",
}


def refuse_unreadable(error: Any) -> None:  # noqa: ANN401
    """Raise a `FirthError` if all that is wrong is a path that this user may not read."""
    found = _UNREADABLE.search(error.message)
    if found is not None:
        raise FirthError(f"cannot read {found[2]}: {os.strerror(errno.EACCES)}") from error


def reword(error: Any) -> None:  # noqa: ANN401
    """Replace the message of a `USAGE_ERROR`, if there is a plainer one."""
    if hasattr(error, "possibilities") and hasattr(error, "option_name"):
        # Click reads `-size` as several options of one letter each.
        given = _argument_that_begins(error.option_name)
        name, options = _as_names(given, error.ctx)
        near = _that_begin(name, options) if len(name) == 1 else advice(name, options)
        advised = [near] if near else []
        if _takes_words(error.ctx):
            advised.append(f"for a word, write -- before it: -- {one_line(given)}")
        elif _may_be_path(error.ctx, given):
            advised.append(f"for a file or folder, write ./ before it: ./{one_line(given)}")
        error.message = "; ".join([f"there is no option {one_line(given)}", *advised])
        error.possibilities = None
    elif hasattr(error.__cause__, "errors"):
        first = error.__cause__.errors()[0]
        error.message = _plain(first["type"], one_line(repr(first["input"])), first["msg"])
    else:
        for of_click, plain in _CLICK_S_WORDS.items():
            error.message = error.message.replace(of_click, plain)


def _takes_words(context: Any) -> bool:  # noqa: ANN401
    """Return whether a verb takes words as arguments, which may begin with a hyphen."""
    return any(parameter.name in ("word", "a") for parameter in context.command.params)


def _may_be_path(context: Any, given: str) -> bool:  # noqa: ANN401
    """Return whether an argument may be a path: it is there, or could be an output or vectors."""
    parameters = context.command.params
    if all(parameter.param_type_name != "argument" for parameter in parameters):
        return False
    has_output = any(parameter.name == "output" for parameter in parameters)
    return os.path.lexists(given) or not (has_output or given.startswith("--"))


def _argument_that_begins(start: str) -> str:
    found = (argument for argument in sys.argv[1:] if argument.startswith(start))
    return next(found, start).partition("=")[0]


def _as_names(given: str, context: Any) -> tuple[str, dict[str, str]]:  # noqa: ANN401
    """Return an option as a parameter's name, and the command's option for each parameter."""
    options = {
        option.lstrip("-").replace("-", "_"): option
        for parameter in context.command.params
        for option in parameter.opts
        if option.startswith("--")
    }
    if any(parameter.name == "inputs" for parameter in context.command.params):
        options["source"] = "INPUT, which needs no option"
    return given.lstrip("-").replace("-", "_"), options


def _that_begin(letter: str, options: dict[str, str]) -> str | None:
    """Return the options that begin with a letter, which other programs take for short."""
    near = [written for name, written in options.items() if name[0] == letter]
    if not near:
        return None
    return f"the nearest {'is' if len(near) == 1 else 'are'} {', '.join(near)}"


def _plain(kind: str, given: str, message: str) -> str:
    """Return a message of Pydantic in plain words."""
    if kind.startswith("int_"):
        return f"{given} is not a whole number"
    if kind.startswith("float_"):
        return f"{given} is not a number"
    return message.removeprefix("Value error, ")
