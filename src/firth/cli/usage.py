"""Wrong usage of the command, told in plain words.

Typer checks types and choices by Pydantic in newer versions and by Click in older ones; what a user
reads should be the same, and say what to give instead.
"""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from firth.errors import one_line
from firth.other_names import advice

# Click's base of all errors of usage, which Typer brings along in newer versions.
_UsageError: type[Any] = typer.BadParameter.__mro__[1]

_CLICK_S_WORDS = {
    "is not a valid integer.": "is not a whole number",
    "is not a valid float.": "is not a number",
}


class PlainGroup(TyperGroup):
    """A group of verbs whose errors of usage are in plain words."""

    def invoke(self, context: Any) -> Any:  # noqa: ANN401
        """Run the verb, and reword what is said of its wrong usage."""
        try:
            return super().invoke(context)
        except _UsageError as error:
            _reword(error)
            raise


def _reword(error: Any) -> None:  # noqa: ANN401
    """Change the message of an error of usage, where another is plainer."""
    if hasattr(error, "possibilities") and hasattr(error, "option_name"):
        # Click takes `-size` for several options of one letter.
        given = _argument_that_begins(error.option_name)
        near = advice(*_as_names(given, error.ctx))
        error.message = f"there is no option {one_line(given)}{f'; {near}' if near else ''}"
        error.possibilities = None
    elif hasattr(error.__cause__, "errors"):
        first = error.__cause__.errors()[0]
        error.message = _plain(first["type"], one_line(repr(first["input"])), first["msg"])
    else:
        for of_click, plain in _CLICK_S_WORDS.items():
            error.message = error.message.replace(of_click, plain)


def _argument_that_begins(start: str) -> str:
    found = (argument for argument in sys.argv[1:] if argument.startswith(start))
    return next(found, start).partition("=")[0]


def _as_names(given: str, context: Any) -> tuple[str, dict[str, str]]:  # noqa: ANN401
    """Return an option as the name of a parameter, and what each parameter is called here."""
    options = {
        option.lstrip("-").replace("-", "_"): option
        for parameter in context.command.params
        for option in parameter.opts
        if option.startswith("--")
    }
    if any(parameter.name == "inputs" for parameter in context.command.params):
        options["source"] = "INPUT, which needs no option"
    return given.lstrip("-").replace("-", "_"), options


def _plain(kind: str, given: str, message: str) -> str:
    """Return Pydantic's message on a value in plain words."""
    if kind.startswith("int_"):
        return f"{given} is not a whole number"
    if kind.startswith("float_"):
        return f"{given} is not a number"
    return message.removeprefix("Value error, ")
