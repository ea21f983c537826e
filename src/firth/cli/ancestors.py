"""The command lines of word2vec and fastText: their flags, translated to those of Firth.

Each flag is data: which option it is, or what to do instead. The translated command is printed, so
that people learn Firth's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import click

from firth.cli.app import app, tell, verb
from firth.cli.parameters import Argument
from firth.errors import ConfigError
from firth.io.shell import shell_command

_MODELS = ("skipgram", "cbow")
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
    is_switch : bool
        Whether it stands without a value too, which is 1 then.
    zero : str
        The value that means what 0 means there.
    """

    option: str | None = None
    default: str | None = None
    only: str | None = None
    advice: str = ""
    is_switch: bool = False
    zero: str = "0"


_NO_LABELS = "it is for labels, which Firth does not train"
_FEWER_BYTES = "firth convert --dtype writes vectors with fewer bytes"
_TUNING = "firth tune searches options by evaluation sets of words"
# Words that occur 0 times are not in the text.
_MIN_COUNT = Flag("--min-count", "5", zero="1")
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
    "-min-count": _MIN_COUNT,
    "-alpha": Flag("--lr"),
    "-debug": Flag(default="2"),
    "-classes": Flag(default="0"),
    "-save-vocab": Flag(),
    "-read-vocab": Flag("--vocabulary"),
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
    "-minCount": _MIN_COUNT,
    "-bucket": Flag("--buckets", "2000000"),
    "-thread": Flag("--threads"),
    "-t": Flag("--sample", "1e-4"),
    "-seed": Flag("--seed", "0"),
    "-pretrainedVectors": Flag("--start"),
    "-wordNgrams": Flag(only="1", advice=_NO_LABELS),
    "-minCountLabel": Flag(only="0", advice=_NO_LABELS),
    "-label": Flag(only="__label__", advice=_NO_LABELS),
    "-lrUpdateRate": Flag(only="100", advice="the step size of Firth changes at every word"),
    "-saveOutput": Flag(
        only="0", advice="the folder that firth train writes holds output vectors", is_switch=True
    ),
    "-autotune-validation": Flag(only="", advice=_TUNING),
    "-autotune-metric": Flag(only="f1", advice=_TUNING),
    "-autotune-predictions": Flag(only="1", advice=_TUNING),
    "-autotune-duration": Flag(only="300", advice=_TUNING),
    "-autotune-modelsize": Flag(only="", advice=_TUNING),
    "-cutoff": Flag(only="0", advice=_FEWER_BYTES),
    "-retrain": Flag(only="0", advice=_FEWER_BYTES, is_switch=True),
    "-qnorm": Flag(only="0", advice=_FEWER_BYTES, is_switch=True),
    "-qout": Flag(only="0", advice=_FEWER_BYTES, is_switch=True),
    "-dsub": Flag(only="2", advice=_FEWER_BYTES),
}


def _told(flags: Mapping[str, Flag]) -> str:
    """Return the flags that mean something in Firth, for the help."""
    return ", ".join(sorted(name for name, flag in flags.items() if flag.only is None))


@verb(
    context_settings=_ANY_FLAGS,
    epilog="Example: firth word2vec -train text.txt -output vectors.bin -binary 1 -size 200",
)
def word2vec(
    flags: Annotated[
        list[str],
        Argument(metavar="FLAGS...", help=f"Those of word2vec: {_told(_WORD2VEC)}."),
    ],
) -> None:
    """Train with the flags of word2vec, which are translated to firth train."""
    _run(translate_word2vec(flags))


@verb(
    context_settings=_ANY_FLAGS,
    epilog="Example: firth fasttext skipgram -input text.txt -output vectors",
)
def fasttext(
    verb: Annotated[str, Argument(metavar="skipgram|cbow|nn|...", help="What to do.")],
    flags: Annotated[
        list[str] | None,
        Argument(
            metavar="FLAGS...",
            help=f"Those of fastText, to train: {_told(_FASTTEXT)}. The other verbs take a model, "
            "and what they take there.",
        ),
    ] = None,
) -> None:
    """Train with the flags of fastText, which are translated to firth train.

    The verbs nn, analogies, print-word-vectors and print-sentence-vectors ask a model, with words
    from standard input; print-ngrams and dump show what is in it.
    """
    if verb not in _MODELS:
        from firth.cli.fasttext_verbs import ask

        ask(verb, flags or [])
        return
    _run(translate_fasttext(verb, flags or []))


def _run(commands: Sequence[Sequence[str]]) -> None:
    """Print and run commands of Firth, one after another."""
    for arguments in commands:
        tell(f"this is: firth {shell_command(arguments)}")
        code = app.main(list(arguments), prog_name="firth", standalone_mode=False)
        if code:
            # It was interrupted, which is told: what comes next would read what was there before.
            raise click.exceptions.Exit(code)


def translate_word2vec(given: Sequence[str]) -> list[list[str]]:
    """Return the commands of Firth that do what word2vec does with some flags.

    Examples
    --------
    >>> given = ["-train", "a.txt", "-output", "a.bin", "-binary", "1", "-iter", "3"]
    >>> " ".join(translate_word2vec(given)[0][:9])
    'train a.txt --output a.bin --model cbow --dim 100 --window'
    """
    needed = ("-train",) if "-save-vocab" in given else ("-train", "-output")
    values = parse_flags(given, _WORD2VEC, "word2vec", needed)
    counting = _counting(values)
    output, number = values.get("-output"), whole_number("-classes", values["-classes"])
    if output is None:
        return counting
    # Classes are of vectors, which stay beside them.
    clustering = [["classes", f"{output}.vec", str(number), "--output", output]] if number else []
    vectors = f"{output}.vec" if number else output
    training = _word2vec_training(
        values, vectors, is_binary=values["-binary"] != "0" and not number
    )
    return [*counting, training, *clustering]


def _counting(values: dict[str, str]) -> list[list[str]]:
    """Return the command that writes counts, which training reads then."""
    counts = values.get("-save-vocab")
    if counts is None:
        return []
    if "-read-vocab" in values:
        raise ConfigError("-save-vocab would write what -read-vocab reads: give one of them")
    if values["-train"] == "-":
        raise ConfigError(
            "-save-vocab reads the text twice, which standard input cannot be: give -train a file"
        )
    values["-read-vocab"] = counts
    return [["count", values["-train"], "--output", counts, "--min-count", values["-min-count"]]]


def _word2vec_training(values: dict[str, str], output: str, *, is_binary: bool) -> list[str]:
    """Return the command that trains as word2vec does."""
    if Path(output).suffix not in ((".bin",) if is_binary else (".txt", ".vec")):
        written = ".bin" if is_binary else ".txt or .vec"
        raise ConfigError(
            f"-output {output} must end in {written} with -binary {values['-binary']}: "
            "the suffix tells Firth the format"
        )
    is_tree = values["-hs"] != "0"
    if is_tree and values["-negative"] != "0":
        raise ConfigError(
            "-hs 1 trains with a tree and, by word2vec's -negative "
            f"{values['-negative']}, with noise words too; Firth does one of them: give -negative 0"
        )
    if not is_tree and values["-negative"] == "0":
        raise ConfigError("-negative 0 without -hs 1 trains nothing: give one of them")
    model = "cbow" if values["-cbow"] != "0" else "skipgram"
    values.setdefault("-alpha", "0.05" if model == "cbow" else "0.025")
    return [
        "train", values["-train"], "--output", output, "--model", model,
        *_options(values, _WORD2VEC, without={"-negative"} if is_tree else set()),
        "--loss", "hs" if is_tree else "ns", "--subwords", "none", "--readout", "plain",
        *(["--quiet"] if values["-debug"] == "0" else []),
    ]  # fmt: skip


def translate_fasttext(model: str, given: Sequence[str]) -> list[list[str]]:
    """Return the commands of Firth that do what fastText does with some flags.

    Examples
    --------
    >>> commands = translate_fasttext("skipgram", ["-input", "a.txt", "-output", "a", "-maxn", "0"])
    >>> commands[1:]
    [['convert', 'a', 'a.bin', '--to', 'fasttext'], ['convert', 'a', 'a.vec']]
    >>> commands[0][-6:]
    ['--noise-exponent', '0.5', '--subwords', 'none', '--readout', 'plain']
    """
    values = parse_flags(given, _FASTTEXT, "fasttext", needed=("-input", "-output"))
    if values["-loss"] not in ("ns", "hs"):
        raise ConfigError(f"-loss must be ns or hs, got {values['-loss']}")
    # fastText draws noise words by the square root of their counts.
    noise = ["--noise-exponent", "0.5"] if values["-loss"] == "ns" else []
    without = set() if noise else {"-neg"}
    least, most = (whole_number(name, values[name]) for name in ("-minn", "-maxn"))
    subwords = f"{max(1, least)}-{most}"
    if most < max(1, least):
        subwords = "none"
        without.add("-bucket")
    output = values["-output"]
    train = [
        "train", values["-input"], "--output", output, "--model", model,
        *_options(values, _FASTTEXT, without), "--loss", values["-loss"], *noise,
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
    values: dict[str, str] = {}
    for name, value in _pairs(given, flags, program):
        flag = flags[name]
        if flag.only is not None and value != flag.only:
            raise ConfigError(f"{name} {value}: Firth has no such option; {flag.advice}")
        if name in values:
            raise ConfigError(f"{name} is given twice, with {values[name]} and {value}")
        values[name] = value
    missing = [name for name in needed if name not in values]
    if missing:
        raise ConfigError(f"firth {program} needs {' and '.join(missing)}")
    defaults = {name: flag.default for name, flag in flags.items() if flag.default is not None}
    meant = {name: flags[name].zero if value == "0" else value for name, value in values.items()}
    return {**defaults, **meant}


def _pairs(
    given: Sequence[str], flags: Mapping[str, Flag], program: str
) -> Iterator[tuple[str, str]]:
    """Iterate over flags and their values."""
    left = list(given)
    while left:
        name = left.pop(0)
        if name not in flags:
            raise ConfigError(f"there is no flag {name} in {program}; there are {_told(flags)}")
        if flags[name].is_switch and (not left or left[0] in flags):
            yield name, "1"
        elif left:
            yield name, left.pop(0)
        else:
            raise ConfigError(f"{name} of {program} needs a value")


def whole_number(name: str, value: str) -> int:
    """Return the value of a flag as a whole number."""
    if not value.isdecimal():
        raise ConfigError(f"{name} must be a whole number, got {value}")
    return int(value)


def _options(values: Mapping[str, str], flags: Mapping[str, Flag], without: set[str]) -> list[str]:
    """Return the options of `firth train` for flags that are options."""
    return [
        word
        for name, flag in flags.items()
        if flag.option is not None and name in values and name not in without
        for word in (flag.option, values[name])
    ]
