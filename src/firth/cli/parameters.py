"""The options and arguments of a verb, read from its signature, for Click.

A verb says with its types what it takes: `top: Annotated[int, Option(help="...")] = 10`. Groups of
options are dataclasses, whose fields say the same.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import Parameter
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import click

_Function = TypeVar("_Function", bound=Callable[..., None])


@dataclass(frozen=True)
class Argument:
    """What help tells of an argument."""

    help: str
    metavar: str | None = None


class Option:
    """What help tells of an option, and how it is written if not as its parameter.

    Parameters
    ----------
    names : str
        How it is written; a switch with a name has no form that switches it off.
    help : str
        What it does.
    metavar : str, optional
        What stands for its value, if not the name of its type.
    show_default : str, optional
        What is told of its default, if it is not a value.
    """

    def __init__(
        self,
        *names: str,
        help: str,
        metavar: str | None = None,
        show_default: str | None = None,
    ) -> None:
        self.names = names
        self.help = help
        self.metavar = metavar
        self.show_default = show_default


class _Option(click.Option):
    """An option; what is told of a default is not put into brackets of its own."""

    def get_help_extra(self, ctx: click.Context) -> Any:  # noqa: ANN401
        extra = super().get_help_extra(ctx)
        if isinstance(self.show_default, str):
            extra["default"] = self.show_default
        return extra


def as_command(
    verb: Callable[..., None],
    name: str | None,
    **settings: Any,  # noqa: ANN401
) -> click.Command:
    """Return a verb as a command of Click, with the options and arguments of its signature."""
    given = inspect.signature(verb, eval_str=True).parameters
    own = [parameter for name, parameter in given.items() if name != "context"]

    def run(**values: Any) -> None:  # noqa: ANN401
        # What may be given several times and was not is None, as the signature says.
        listed = {
            name: (list(value) or None) if isinstance(value, tuple) else value
            for name, value in values.items()
        }
        if "context" in given:
            listed["context"] = click.get_current_context()
        verb(**listed)

    return click.Command(
        name or verb.__name__,
        callback=run,
        params=[_as_parameter(parameter) for parameter in own],
        help=inspect.getdoc(verb),
        **settings,
    )


def options_of(holder: type) -> list[Parameter]:
    """Return the fields of a dataclass as parameters of a verb."""
    return as_parameters(holder, get_type_hints(holder, include_extras=True))


def as_parameters(holder: type, annotations: Mapping[str, Any]) -> list[Parameter]:
    """Return the fields of a dataclass as parameters with these annotations."""
    return [
        Parameter(f.name, Parameter.KEYWORD_ONLY, default=f.default, annotation=annotations[f.name])
        for f in dataclasses.fields(holder)
    ]


def with_options(*groups: Iterable[Parameter]) -> Callable[[_Function], _Function]:
    """Replace `**options` of a verb by groups of parameters, in its signature."""

    def replace(verb: _Function) -> _Function:
        signature = inspect.signature(verb, eval_str=True)
        *own, _ = signature.parameters.values()
        options = [option for group in groups for option in group]
        # The sort is stable: these options stand before those of the verb itself.
        parameters = sorted([*options, *own], key=lambda parameter: parameter.kind)
        verb.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return verb

    return replace


def _as_parameter(parameter: Parameter) -> click.Parameter:
    """Return an argument or an option of Click."""
    annotation, told = get_args(parameter.annotation)
    kind, is_list = _kind_of(annotation)
    required = parameter.default is Parameter.empty
    attributes: dict[str, Any] = {"required": required, "help": told.help, "type": _type_of(kind)}
    if kind is str:
        attributes["shell_complete"] = _complete_paths
    if not required:
        attributes["default"] = parameter.default
    if isinstance(told, Argument):
        metavar = told.metavar or parameter.name.upper() + ("..." if is_list else "")
        attributes["metavar"] = metavar if required else f"[{metavar}]"
        return click.Argument([parameter.name], nargs=-1 if is_list else 1, **attributes)
    written = told.names or (f"--{parameter.name.replace('_', '-')}",)
    if kind is bool:
        attributes["is_flag"] = True
        if not told.names:
            written = (f"{written[0]}/--no-{written[0].removeprefix('--')}",)
    return _Option(
        [parameter.name, *written],
        multiple=is_list,
        metavar=told.metavar,
        show_default=told.show_default or (parameter.default is not False),
        **attributes,
    )


def _complete_paths(context: click.Context, parameter: click.Parameter, start: str) -> Any:  # noqa: ANN401
    """Let the shell complete paths: a text may name a file."""
    return click.Path().shell_complete(context, parameter, start)


def _kind_of(annotation: Any) -> tuple[Any, bool]:  # noqa: ANN401
    """Return the type of a value without None, and whether there may be several."""
    if get_origin(annotation) in (UnionType, Union):
        (annotation,) = (kind for kind in get_args(annotation) if kind is not NoneType)
    if get_origin(annotation) is list:
        (item,) = get_args(annotation)
        return item, True
    return annotation, False


def _type_of(kind: Any) -> Any:  # noqa: ANN401
    """Return how Click reads a type."""
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    # Whether a file can be read, its reader tells.
    return click.Path(readable=False, path_type=Path) if kind is Path else kind
