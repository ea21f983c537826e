"""Wrong usage of the command: what is said, and that it agrees with Python's options."""

import dataclasses
import inspect
import os
import re

import click
import pytest

import firth
from firth.cli import app
from firth.training.config import option_help
from processes import output_of

TRAIN = ["train", "text.txt", "--output", "new"]
BOUNDED = {
    "dim", "window", "negative", "epochs", "min_count", "max_vocab", "sample", "noise_exponent",
    "lr", "min_lr", "threads", "seed", "patience",
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([*TRAIN, "--vector-size", "3"], "there is no option --vector-size; Firth calls it --dim"),
        ([*TRAIN, "--vector_size=3"], "there is no option --vector_size; Firth calls it --dim"),
        ([*TRAIN, "-size", "3"], "there is no option -size; Firth calls it --dim"),
        ([*TRAIN, "-minCount", "3"], "there is no option -minCount; Firth calls it --min-count"),
        ([*TRAIN, "--seeds", "3"], "there is no option --seeds; the nearest is --seed"),
        ([*TRAIN, "--xyzzy", "3"], "there is no option --xyzzy"),
        (["train", "-train", "text.txt"], "no option -train; Firth calls it INPUT, which needs"),
        ([*TRAIN, "--hs", "1"], "there is no option --hs; Firth has loss: hs=1 is loss='hs'"),
        (["similar", "vectors", "tea", "--topn", "3"], "no option --topn; Firth calls it --top"),
        (["similar", "vectors", "tea", "--top", "many"], "'many' is not a whole number"),
        ([*TRAIN, "--dim", "1.5"], "'1.5' is not a whole number"),
        ([*TRAIN, "--lr", "fast"], "'fast' is not a number"),
        ([*TRAIN, "--model", "glove"], "'glove' is not one of 'skipgram', 'cbow'"),
        ([*TRAIN, "--loss", "softmax"], "'softmax' is not one of 'ns', 'hs'"),
        (["train", "text.txt"], "Missing option '--output'"),
        (["info"], "give either VECTORS or --machine"),
        (["info", "vectors", "--machine"], "give either VECTORS or --machine"),
        (["evaluate", "vectors"], "give a set to measure on: --analogies, --similarity, --"),
        (["evaluate", "vectors", "--weat", "x"], "no option --weat; Firth calls it --associations"),
        (
            ["train", "text.txt", "-o", "new"],
            "no option -o; the nearest are --output, --on-",
        ),
        ([*TRAIN, "-e", "3"], "there is no option -e; the nearest are --epochs, --encoding-errors"),
        ([*TRAIN, "-x", "3"], "there is no option -x"),
        # Click reads -h and -q as options, and then asks for -e and -u.
        (["train", "-help"], "there is no option -help; Firth calls it --help"),
        (["train", "-quiet", "text.txt"], "there is no option -quiet; Firth calls it --quiet"),
        (["similar", "vectors", "-hello"], "; for a word, write -- before it: -- -hello"),
        (["convert", "vectors", "-o"], "; for a file or folder, write ./ before it: ./-o"),
        (["convert", "vectors", "-new.txt"], "no option -new.txt; for a file or folder, write ./"),
        (["similar", "vectors", "-x"], "no option -x; for a word, write -- before it: -- -x"),
    ],
)
def test_wrong_usage_is_told_in_plain_words(folder, call, arguments, line):
    done = call(*arguments, at=folder)
    assert (done.returncode, done.stdout) == (2, "")
    told = done.stderr.splitlines()[-1]
    assert told.startswith("Error: ")
    assert line in told
    for word in ("Input should be", "parse", "Value error", "─"):
        assert word not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["similar", "vectors", "tea", "--top"], "Option '--top' requires an argument"),
        (["similar", "vectors", "tea", "--json=1"], "Option '--json' does not take a value"),
        (["similar", "vectors", "tea", "--nosuch"], "there is no option --nosuch"),
        (["similar"], "Missing argument 'VECTORS'"),
        (["similar", "vectors"], "give either a WORD or --document NUMBER"),
    ],
)
def test_wrong_usage_shows_how_the_verb_is_used(folder, call, arguments, told):
    usage, help_, _, error = call(*arguments, at=folder).stderr.splitlines()
    assert usage.endswith("firth similar [OPTIONS] VECTORS [WORD]")
    assert help_.endswith("firth similar --help' for help.")
    assert error.startswith(f"Error: {told}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        *[([*TRAIN, f"--{name.replace('_', '-')}", "-1"], name) for name in sorted(BOUNDED)],
        ([*TRAIN, "--lr", "nan"], "lr must be a finite number, got nan"),
        ([*TRAIN, "--sample", "1e309"], "sample must be a finite number, got inf"),
        ([*TRAIN, "--threads", "9" * 26], "threads must be at most 1,024, got 99,999"),
        ([*TRAIN, "--holdout", "nan"], "holdout must be a share from 0 to below 1"),
        ([*TRAIN, "--checkpoint", "c", "--checkpoint-every", "0"], "checkpoint_every (--checkpoin"),
    ],
)
def test_a_value_out_of_range_is_an_error_in_one_line(folder, fails, arguments, message):
    if arguments[-2] == "--noise-exponent":
        arguments = [*arguments[:-1], "nan"]
    assert fails(*arguments, at=folder).startswith(message)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_what_cannot_be_read_is_an_error_in_one_line(fails, tmp_path):
    path = tmp_path / "it's"
    path.write_text("1 1\ntea 0.5\n")
    path.chmod(0)
    for arguments in (["convert", path.name, "new"], ["similar", path.name, "tea"]):
        assert fails(*arguments, at=tmp_path) == f"cannot read {path.name}: Permission denied"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--foo"], "there is no option --foo"),
        (["--vers"], "there is no option --vers; the nearest is --version"),
        (["-x", "similar"], "there is no option -x"),
        (["similar", "vectors", "cat", "--method", "x"], "there is no option --method"),
        (["analogy", "vectors", "a", "b", "c", "--method", "x"], "is not one of 'add', 'mul'"),
        (["train", "text.txt"], "Missing option '--output'"),
    ],
)
def test_wrong_usage_is_told_in_one_line_without_a_full_stop(call, folder, arguments, told):
    done = call(*arguments, at=folder)
    assert done.returncode == 2
    line = done.stderr.rstrip("\n").split("\n")[-1]
    assert told in line
    assert not line.endswith(".")


def test_readers_tell_whether_a_file_can_be_read(folder, call, monkeypatch):
    # Click would ask, and tell it as wrong usage.
    monkeypatch.setattr(os, "access", lambda path, mode, **_: mode != os.R_OK)
    assert call("similar", "vectors", "cat", at=folder).returncode == 0


def test_train_has_the_options_that_python_has():
    command = app.get_command(None, "train")
    options = {option.name: option for option in command.params}
    of_the_command = {"inputs", "output", "log", "overwrite", "quiet", "as_json"}
    of_the_command |= {"watch", "watch_port", "record"}
    of_python = {"source", "config", "callbacks", "progress"}
    parameters = inspect.signature(firth.train).parameters
    assert options.keys() - of_the_command == parameters.keys() - of_python
    for name in parameters.keys() - of_python:
        # The command takes these as text.
        expected = None if name in {"holdout", "frozen", "phrases"} else parameters[name].default
        assert options[name].default == expected, name


def test_the_options_of_a_config_have_its_descriptions_as_help():
    command = app.get_command(None, "train")
    names = [field.name for field in dataclasses.fields(firth.TrainConfig)]
    options = [option for option in command.params if option.name in names]
    assert [option.name for option in options] == names
    described = option_help()
    for option in options:
        text = described[option.name]
        assert text.endswith(".")
        for name in re.findall(r"`(\w+)`", text):
            text = text.replace(f"`{name}`", f"--{name}")
        assert option.help == text
        assert option.opts == [f"--{option.name.replace('_', '-')}"]
    switches = {option.name: option.secondary_opts for option in options if option.is_flag}
    assert switches == {"shrink_windows": ["--no-shrink-windows"], "deterministic": []}


@pytest.mark.parametrize("verb", app.list_commands(None))
def test_no_option_has_bounds_of_its_own(verb):
    # Click would tell them in other words, and exit with 2.
    kinds = {type(parameter.type) for parameter in app.get_command(None, verb).params}
    assert kinds <= {
        click.Choice, click.Path, *(type(kind) for kind in (click.INT, click.FLOAT, click.STRING)),
        type(click.BOOL),
    }  # fmt: skip


@pytest.mark.parametrize("verb", app.list_commands(None))
def test_each_verb_is_found_and_says_what_it_takes(verb):
    command = app.get_command(None, verb)
    assert command.name == verb
    assert command.help
    assert command.epilog.startswith(f"Example: firth {verb}")
    for parameter in command.params:
        assert parameter.help.endswith("."), parameter.name


def test_a_verb_imports_no_other():
    program = (
        "import sys; from firth.cli import app; app.get_command(None, 'similar')\n"
        "print([name for name in sys.modules if name in ('firth.cli.train', 'firth.cli.draw')])"
    )
    assert output_of("-c", program) == "[]\n"


def test_a_verb_that_is_misspelt_is_told_what_is_near(call, folder):
    assert "Did you mean 'similar'?" in call("simlar", "vectors", at=folder).stderr


def test_wrong_usage_needs_no_numbers():
    program = (
        "import sys; sys.argv = ['firth', 'train', '--sg', '1']; from firth.cli import app\n"
        "try: app()\nexcept SystemExit: print('numpy' in sys.modules)"
    )
    assert output_of("-c", program) == "False\n"
