"""Messages on wrong usage of the command, in plain words, which say what to give instead."""

from __future__ import annotations

import os
import re
import sys

import click

from firth.errors import one_line
from firth.other_names import advice

_CLICK_S_WORDS = {
    "is not a valid integer": "is not a whole number",
    "is not a valid float": "is not a number",
}


def reworded(error: click.UsageError, of_group: click.Context) -> click.UsageError:
    """Return an error with a plainer message, if there is one, and how the verb is used.

    Parameters
    ----------
    error : UsageError
    of_group : Context
        That of the command, which tells the verb where Click leaves it out of the error.
    """
    context = error.ctx or _context_of_verb(of_group)
    if isinstance(error, click.NoSuchOption):
        return click.UsageError(_no_such_option(error.option_name, context), context)
    message = error.format_message()
    for of_click, plain in _CLICK_S_WORDS.items():
        message = message.replace(of_click, plain)
    return click.UsageError(message.removesuffix("."), context)


def _context_of_verb(of_group: click.Context) -> click.Context:
    """Return the context of the verb that was called."""
    name = of_group.invoked_subcommand
    group = of_group.command
    found = group.get_command(of_group, name) if isinstance(group, click.Group) and name else None
    return of_group if found is None else click.Context(found, of_group, name)


def _no_such_option(start: str, context: click.Context) -> str:
    """Return what to give in place of an option that begins so."""
    # Click reads `-size` as several options of one letter each.
    given = _argument_that_begins(start)
    name, options = _as_names(given, context)
    near = _that_begin(name, options) if len(name) == 1 else advice(name, options)
    advised = [near] if near else []
    if _takes_words(context):
        advised.append(f"for a word, write -- before it: -- {one_line(given)}")
    elif _may_be_path(context, given):
        advised.append(f"for a file or folder, write ./ before it: ./{one_line(given)}")
    return "; ".join([f"there is no option {one_line(given)}", *advised])


def _takes_words(context: click.Context) -> bool:
    """Return whether a verb takes words as arguments, which may begin with a hyphen."""
    return any(parameter.name in ("word", "a") for parameter in context.command.params)


def _may_be_path(context: click.Context, given: str) -> bool:
    """Return whether an argument may be a path: it is there, or could be an output or vectors."""
    parameters = context.command.params
    if all(parameter.param_type_name != "argument" for parameter in parameters):
        return False
    has_output = any(parameter.name == "output" for parameter in parameters)
    return os.path.lexists(given) or not (has_output or given.startswith("--"))


def _argument_that_begins(start: str) -> str:
    """Return the argument in which Click found an option that does not exist."""
    given = sys.argv[1:]
    found = [argument for argument in given if argument.startswith(start)]
    if not found and len(start) == 2:
        # Of `-quiet`, Click takes `-q`, and then asks for `-u`.
        several = (argument for argument in given if re.match(r"-\w", argument))
        found = [argument for argument in several if start[1] in argument]
    return next(iter(found), start).partition("=")[0]


def _as_names(given: str, context: click.Context) -> tuple[str, dict[str, str]]:
    """Return an option as a parameter's name, and the command's option for each parameter."""
    options = {
        option.lstrip("-").replace("-", "_"): option
        for parameter in context.command.get_params(context)
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
