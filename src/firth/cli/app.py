"""The command as a whole: its verbs, errors in one line, exit codes.

Exit codes: 0 fine; 1 an error, told in one line, or a closed pipe, which is not told; 2 wrong
usage; 130 interrupted by Ctrl-C; 143 interrupted by SIGTERM.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import sys
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import click

from firth._version import __version__
from firth.cli.parameters import as_command
from firth.cli.usage import reworded
from firth.console import (
    INTERRUPTED,
    OutputError,
    forget_output,
    raise_interrupts,
    raise_no_more,
)
from firth.errors import (
    CutShortError,
    FirthError,
    FirthWarning,
    FormatError,
    Interrupted,
    escape,
    reraise_lack_of_threads,
)

_Function = TypeVar("_Function", bound=Callable[..., None])

# The verbs of each module, in the order of the help.
_VERBS = {
    "train": ("train",),
    "tune": ("tune",),
    "phrases": ("phrases",),
    "count": ("count",),
    "query": ("similar", "analogy", "company", "evaluate", "info", "index", "convert"),
    "classes": ("classes",),
    "several": ("combine", "align", "drift", "replicate"),
    "draw": ("plot", "demo", "lesson"),
    "shell": ("shell",),
    "serve": ("serve",),
    "explore": ("explore",),
    "ancestors": ("word2vec", "fasttext"),
}

# What helps if memory runs out, by verb.
_LESS_MEMORY = {
    "tune": "lower --words, or search smaller values of dim and window",
    "train": "lower --dim, --negative, --window or --max-vocab, or give fewer --threads",
    "evaluate": "lower --restrict, or evaluate vectors of fewer words or dimensions",
    "similar": "query vectors of fewer words or dimensions",
    "analogy": "query vectors of fewer words or dimensions",
    "shell": "query vectors of fewer words or dimensions",
    "serve": "serve vectors of fewer words or dimensions, or with fewer --workers",
    "company": "query vectors of fewer words or dimensions",
    "info": "a machine with more memory is needed to read these vectors",
    "combine": "combine vectors of fewer words or dimensions",
    "align": "align vectors of fewer words or dimensions",
    "drift": "compare vectors of fewer words or dimensions",
    "phrases": "raise --min-count, or give less text",
    "count": "raise --min-count, or give less text",
    "classes": "cluster vectors of fewer words or dimensions",
    "convert": "a machine with more memory is needed to read these vectors",
    "plot": "draw fewer words (--top, --words), or read vectors of fewer words or dimensions",
}


class _Verbs(click.Group):
    """Run a verb; report wrong usage, interrupts and a lack of memory, each in one plain line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order in which help tells them."""
        return [verb for verbs in _VERBS.values() for verb in verbs]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb. Its module is imported now: those of other verbs take time."""
        # For a name that is no verb, all are imported: Click tells which are near.
        for module in [module for module, verbs in _VERBS.items() if cmd_name in verbs] or _VERBS:
            importlib.import_module(f"firth.cli.{module}")
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what stands before the verb."""
        try:
            return super().parse_args(ctx, args)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            raise reworded(error, ctx) from error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            try:
                raise_interrupts()
                return super().invoke(ctx)
            finally:
                raise_no_more()
        except click.UsageError as error:
            raise reworded(error, ctx) from error
        except CutShortError as error:
            # Click takes an EOFError for Ctrl-D, and would print no more than "Aborted!".
            raise FormatError(str(error)) from error
        except Interrupted as error:
            tell(str(error))
            raise click.exceptions.Exit(128 + error.signal) from None
        except KeyboardInterrupt:
            raise_no_more(interrupted=True)
            tell("interrupted")
            raise click.exceptions.Exit(INTERRUPTED) from None
        except RuntimeError:
            with reraise_lack_of_threads(self._fewer_threads(ctx)):
                raise
        except MemoryError as error:
            detail = f" ({error})" if str(error) else ""
            advice = _LESS_MEMORY.get(ctx.invoked_subcommand or "", "end other programs")
            raise FirthError(f"out of memory{detail}; {advice}") from error

    def _fewer_threads(self, ctx: click.Context) -> str:
        """Return which options of the verb have fewer threads started, if it has some."""
        verb = self.get_command(ctx, ctx.invoked_subcommand or "")
        names = [parameter.name for parameter in verb.params] if verb else []
        fewer = [f"--{name}" for name in ("threads", "workers") if name in names]
        return f", or give fewer {' or '.join(fewer)}" if fewer else ""


app = _Verbs(
    "firth",
    help="Word vectors: train, query, evaluate, draw.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
click.version_option(__version__, message="firth %(version)s", help="Show the version.")(app)


def verb(
    name: str | None = None,
    *,
    epilog: str,
    **settings: Any,  # noqa: ANN401
) -> Callable[[_Function], _Function]:
    """Return a decorator that makes a function a verb of the command."""

    def register(function: _Function) -> _Function:
        app.add_command(as_command(function, name, epilog=epilog, **settings))
        return function

    return register


def main() -> None:
    """Run the command, and report an error in one line."""
    _collect_less()
    _show_warnings()
    try:
        try:
            app()
        finally:
            # On exit, Python would report an error in its own way.
            sys.stdout.flush()
    except (FirthError, OSError) as error:
        if isinstance(error, BrokenPipeError | OutputError):
            forget_output()
        # The reader of a pipe may close it, as `head` does: nothing is wrong then.
        if not isinstance(error, BrokenPipeError):
            tell(_message(error))
        sys.exit(1)


def _message(error: FirthError | OSError) -> str:
    if isinstance(error, FirthError):
        return str(error)
    reason = error.strerror or str(error)
    if isinstance(error, OutputError):
        return f"cannot write to standard output: {reason}"
    return reason if error.filename is None else f"cannot use {error.filename}: {reason}"


def _collect_less() -> None:
    """Collect garbage rarely, and not at all on exit.

    Importing Numba makes 170,000 objects, which live as long as the process. Scanning them takes a
    tenth of a second at the start, and freeing them a quarter of a second at the end.
    """
    gc.set_threshold(250_000)
    atexit.register(_keep_garbage)


def _keep_garbage() -> None:
    # What Triton's binding finds still alive on exit, it reports as leaked, in many lines.
    if "triton" not in sys.modules:
        gc.freeze()


def tell(message: str) -> None:
    """Print a line to standard error, as all that is not a result."""
    lines = filter(None, map(str.strip, message.splitlines()))
    print(f"firth: {escape(' '.join(lines))}", file=sys.stderr)


def _show_warnings() -> None:
    """Print the warnings of the package in one line each."""
    show = warnings.showwarning

    def show_in_a_line(
        message: Warning | str,
        category: type[Warning],
        *where: Any,  # noqa: ANN401
        **more: Any,  # noqa: ANN401
    ) -> None:
        if issubclass(category, FirthWarning):
            tell(f"warning: {message}")
        else:
            show(message, category, *where, **more)

    warnings.simplefilter("always", FirthWarning)
    warnings.showwarning = show_in_a_line
