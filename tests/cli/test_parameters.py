"""The signature of a verb, as options and arguments of Click."""

from pathlib import Path
from typing import Annotated, Literal

import click
import pytest
from click.testing import CliRunner

from firth.cli.parameters import Argument, Option, as_command


def verb(
    context: click.Context,
    source: Annotated[Path, Argument(help="What is read.", metavar="TEXT")],
    words: Annotated[list[str] | None, Argument(help="Words.")] = None,
    *,
    top: Annotated[int, Option(help="How many.")] = 10,
    lr: Annotated[float | None, Option(help="Step size.", show_default="by the size")] = None,
    method: Annotated[Literal["add", "mul"], Option(help="How.")] = "add",
    near: Annotated[list[int] | None, Option(help="Numbers.", metavar="N")] = None,
    as_json: Annotated[bool, Option("--json", "-j", help="As JSON.")] = False,
    shrink: Annotated[bool, Option(help="Smaller windows.")] = True,
) -> None:
    """Tell what is given."""
    assert context.params["top"] == top
    click.echo([source, words, top, lr, method, near, as_json, shrink])


def told_by(*arguments: str) -> str:
    done = CliRunner().invoke(as_command(verb, None), arguments)
    assert done.exception is None, done.output
    return done.stdout.strip()


def test_a_verb_gets_its_defaults():
    expected = [Path("a"), None, 10, None, "add", None, False, True]
    assert told_by("a") == str(expected)


def test_a_verb_gets_what_is_given():
    options = ["--top", "3", "--lr", "0.5", "--method", "mul", "--near", "1", "--near=2", "-j"]
    expected = [Path("a"), ["b", "c"], 3, 0.5, "mul", [1, 2], True, False]
    assert told_by("a", "b", "c", *options, "--no-shrink") == str(expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'TEXT'"),
        (["a", "--top", "x"], "Invalid value for '--top'"),
        (["a", "--method", "x"], "'x' is not one of 'add', 'mul'"),
        (["a", "--no-json"], "No such option"),
    ],
)
def test_what_a_signature_does_not_take_is_wrong_usage(arguments, message):
    done = CliRunner().invoke(as_command(verb, None), arguments)
    assert done.exit_code == 2
    assert message in done.stderr


def test_help_has_what_the_signature_tells():
    help_ = told_by("--help")
    for line in (
        "[OPTIONS] TEXT [WORDS...]",
        "Tell what is given.",
        "  TEXT        What is read.",
        "  [WORDS...]  Words.",
        "  --top INTEGER           How many.  [default: 10]",
        "  --lr FLOAT              Step size.  [default: by the size]",
        "  --method [add|mul]      How.  [default: add]",
        "  --near N                Numbers.",
        "  -j, --json              As JSON.",
        "  --shrink / --no-shrink  Smaller windows.  [default: shrink]",
    ):
        assert line in help_, line


def test_a_command_has_the_name_that_is_given():
    assert as_command(verb, "ask", epilog="Example: ask a").name == "ask"
    assert as_command(verb, None).name == "verb"
