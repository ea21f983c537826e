"""The command lines of word2vec and fastText: their flags, translated to those of Firth.

Each flag is data: which option it is, or what to do instead. The translated command is printed, so
that people learn Firth's own.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from firth.cli.app import app, tell
from firth.errors import ConfigError

_ANY_FLAGS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@dataclass(frozen=True)
class Flag:
    """A flag of another program.

    Parameters
    ----------
    option : str, optional
        The option of `firth train` that takes its value.
    default : str, optional
        What the program has if the flag is not given.
    only : str, optional
        The only value that Firth can do, for a flag that is no option.
    advice : str
        What to do instead, for any other value.
    """

    option: str | None = None
    default: str | None = None
    only: str | None = None
    advice: str = ""


_WORD2VEC = {
    "-train": Flag(),
    "-output": Flag(),
    "-binary": Flag(default="0"),
    "-cbow": Flag(default="1"),
    "-hs": Flag(default="0"),
    "-size": Flag("--dim", "100"),
    "-window": Flag("--window", "5"),
    "-sample": Flag("--sample", "1e-3"),
    "-negative": Flag("--negative", "5"),
    "-threads": Flag("--threads"),
    "-iter": Flag("--epochs", "5"),
    "-min-count": Flag("--min-count", "5"),
    "-alpha": Flag("--lr"),
    "-debug": Flag(default="2"),
    "-classes": Flag(only="0", advice="cluster the vectors with scikit-learn"),
    "-save-vocab": Flag(only="", advice="the folder that firth train writes holds the counts"),
    "-read-vocab": Flag(only="", advice="use firth train --start with vectors"),
}
_FASTTEXT = {
    "-input": Flag(),
    "-output": Flag(),
    "-loss": Flag(default="ns"),
    "-minn": Flag(default="3"),
    "-maxn": Flag(default="6"),
    "-neg": Flag("--negative", "5"),
    "-verbose": Flag(default="2"),
    "-lr": Flag("--lr", "0.05"),
    "-dim": Flag("--dim", "100"),
    "-ws": Flag("--window", "5"),
    "-epoch": Flag("--epochs", "5"),
    "-minCount": Flag("--min-count", "5"),
    "-bucket": Flag("--buckets", "2000000"),
    "-thread": Flag("--threads"),
    "-t": Flag("--sample", "1e-4"),
    "-seed": Flag("--seed", "0"),
    "-pretrainedVectors": Flag("--start"),
    "-wordNgrams": Flag(only="1", advice="it is for labels, which Firth does not train"),
    "-minCountLabel": Flag(only="0", advice="it is for labels, which Firth does not train"),
    "-label": Flag(only="__label__", advice="it is for labels, which Firth does not train"),
    "-lrUpdateRate": Flag(only="100", advice="the step size of Firth changes at every word"),
    "-saveOutput": Flag(only="0", advice="the folder that firth train writes holds them"),
}


@app.command(
    context_settings=_ANY_FLAGS,
    epilog="Example: firth word2vec -train text.txt -output vectors.bin -binary 1 -size 200",
)
def word2vec(flags: Annotated[list[str], typer.Argument(metavar="FLAGS...")]) -> None:
    """Train with the flags of word2vec, which are translated to firth train."""
    _run(translate_word2vec(flags))


@app.command(
    context_settings=_ANY_FLAGS,
    epilog="Example: firth fasttext skipgram -input text.txt -output vectors",
)
def fasttext(
    model: Annotated[str, typer.Argument(metavar="skipgram|cbow")],
    flags: Annotated[list[str], typer.Argument(metavar="FLAGS...")],
) -> None:
    """Train with the flags of fastText, which are translated to firth train."""
    _run(translate_fasttext(model, flags))


def _run(commands: Sequence[Sequence[str]]) -> None:
    """Print and run commands of Firth, one after another."""
    command = typer.main.get_command(app)
    for arguments in commands:
        tell(f"this is: firth {shlex.join(arguments)}")
        command.main(list(arguments), prog_name="firth", standalone_mode=False)


def translate_word2vec(given: Sequence[str]) -> list[list[str]]:
    """Return the commands of Firth that do what word2vec does with some flags.

    Examples
    --------
    >>> given = ["-train", "a.txt", "-output", "a.bin", "-binary", "1", "-iter", "3"]
    >>> " ".join(translate_word2vec(given)[0][:9])
    'train a.txt --output a.bin --model cbow --dim 100 --window'
    """
    values = parse_flags(given, _WORD2VEC, "word2vec", needed=("-train", "-output"))
    is_binary = values["-binary"] != "0"
    suffix = Path(values["-output"]).suffix
    if suffix not in ((".bin",) if is_binary else (".txt", ".vec")):
        written = ".bin" if is_binary else ".txt or .vec"
        raise ConfigError(
            f"-output {values['-output']} must end in {written} with -binary {values['-binary']}: "
            "the suffix tells Firth the format"
        )
    is_tree = values["-hs"] != "0"
    if is_tree and values["-negative"] != "0":
        raise ConfigError(
            "-hs 1 trains with a tree and, by word2vec's -negative "
            f"{values['-negative']}, with noise words too; Firth does one of them: give -negative 0"
        )
    model = "cbow" if values["-cbow"] != "0" else "skipgram"
    values.setdefault("-alpha", "0.05" if model == "cbow" else "0.025")
    return [[
        "train", values["-train"], "--output", values["-output"], "--model", model,
        *_options(values, _WORD2VEC, without={"-negative"} if is_tree else set()),
        "--loss", "hs" if is_tree else "ns", "--subwords", "none", "--readout", "plain",
        *(["--quiet"] if values["-debug"] == "0" else []),
    ]]  # fmt: skip


def translate_fasttext(model: str, given: Sequence[str]) -> list[list[str]]:
    """Return the commands of Firth that do what fastText does with some flags.

    Examples
    --------
    >>> commands = translate_fasttext("skipgram", ["-input", "a.txt", "-output", "a", "-maxn", "0"])
    >>> commands[1:]
    [['convert', 'a', 'a.bin', '--to', 'fasttext'], ['convert', 'a', 'a.vec']]
    >>> commands[0][-6:]
    ['--loss', 'ns', '--subwords', 'none', '--readout', 'plain']
    """
    if model not in ("skipgram", "cbow"):
        raise ConfigError(
            f"firth fasttext trains skipgram or cbow, got {model}; what uses vectors are the verbs "
            "similar, analogy, evaluate and convert of firth"
        )
    values = parse_flags(given, _FASTTEXT, "fasttext", needed=("-input", "-output"))
    if values["-loss"] not in ("ns", "hs"):
        raise ConfigError(f"-loss must be ns or hs, got {values['-loss']}")
    without = {"-neg"} if values["-loss"] == "hs" else set()
    subwords = f"{values['-minn']}-{values['-maxn']}"
    if values["-maxn"] == "0":
        subwords = "none"
        without.add("-bucket")
    output = values["-output"]
    train = [
        "train", values["-input"], "--output", output, "--model", model,
        *_options(values, _FASTTEXT, without), "--loss", values["-loss"],
        "--subwords", subwords, "--readout", "plain",
        *(["--quiet"] if values["-verbose"] == "0" else []),
    ]  # fmt: skip
    binary = ["convert", output, f"{output}.bin", "--to", "fasttext"]
    return [train, binary, ["convert", output, f"{output}.vec"]]


def parse_flags(
    given: Sequence[str], flags: Mapping[str, Flag], program: str, needed: Sequence[str]
) -> dict[str, str]:
    """Return the value of each flag, given or by default.

    Raises
    ------
    ConfigError
        If a flag is unknown or needed, has no value, or asks for what Firth cannot do.
    """
    values = {name: flag.default for name, flag in flags.items() if flag.default is not None}
    if len(given) % 2:
        raise ConfigError(f"{given[-1]} of {program} needs a value, or is one value too many")
    for name, value in zip(given[::2], given[1::2], strict=True):
        if name not in flags:
            raise ConfigError(
                f"there is no flag {name} in {program}; there are {', '.join(sorted(flags))}"
            )
        flag = flags[name]
        if flag.only is not None and value != flag.only:
            raise ConfigError(f"{name} {value}: Firth has no such option; {flag.advice}")
        values[name] = value
    missing = [name for name in needed if name not in values]
    if missing:
        raise ConfigError(f"firth {program} needs {' and '.join(missing)}")
    return values


def _options(values: Mapping[str, str], flags: Mapping[str, Flag], without: set[str]) -> list[str]:
    """Return the options of `firth train` for flags that are options."""
    return [
        word
        for name, flag in flags.items()
        if flag.option is not None and name in values and name not in without
        for word in (flag.option, values[name])
    ]
