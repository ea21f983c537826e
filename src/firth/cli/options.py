"""Options that several verbs have, and how a verb takes those of a dataclass."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import Parameter
from typing import Annotated, Any, Literal, TypeVar, get_type_hints

from firth.cli.app import EncodingErrors
from firth.cli.parameters import Argument, Option

Inputs = Annotated[
    list[str],
    Argument(metavar="INPUT...", help="Files, folders, glob patterns, URLs, or - for stdin."),
]
_Verb = TypeVar("_Verb", bound=Callable[..., None])


@dataclass
class ReadingOptions:
    """How words are found in a text."""

    tokenizer: Annotated[
        Literal["whitespace", "words", "textbook", "chinese"],
        Option(
            help="Split at white space; at Unicode's word boundaries, lower-cased; the textbook's "
            r"pattern \b\w+\b|[,.!?], lower-cased; Chinese, by jieba."
        ),
    ] = "whitespace"
    lowercase: Annotated[bool, Option("--lowercase", help="Lower-case the text.")] = False
    encoding_errors: EncodingErrors = "strict"
    normalization: Annotated[
        Literal["NFC", "NFKC", "none"], Option(help="Unicode form of the text.")
    ] = "NFC"


def options_of(holder: type) -> list[Parameter]:
    """Return the fields of a dataclass as parameters of a verb."""
    return as_parameters(holder, get_type_hints(holder, include_extras=True))


def as_parameters(holder: type, annotations: Mapping[str, Any]) -> list[Parameter]:
    """Return the fields of a dataclass as parameters with these annotations."""
    return [
        Parameter(f.name, Parameter.KEYWORD_ONLY, default=f.default, annotation=annotations[f.name])
        for f in dataclasses.fields(holder)
    ]


def with_options(*groups: Iterable[Parameter]) -> Callable[[_Verb], _Verb]:
    """Replace `**options` of a verb by groups of parameters, in its signature."""

    def replace(verb: _Verb) -> _Verb:
        signature = inspect.signature(verb, eval_str=True)
        *own, _ = signature.parameters.values()
        options = [option for group in groups for option in group]
        # The sort is stable: these options stand before those of the verb itself.
        parameters = sorted([*options, *own], key=lambda parameter: parameter.kind)
        verb.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return verb

    return replace
