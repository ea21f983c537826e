"""The verb `tune`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click

from firth.checks import split_list
from firth.cli.app import tell, verb
from firth.cli.evaluations import print_comparisons
from firth.cli.options import Inputs, Json, Overwrite, ReadingOptions
from firth.cli.parameters import Option, options_of, with_options
from firth.cli.report import print_json
from firth.cli.train import config_options, is_given, passes_or_file
from firth.errors import counted, escape
from firth.io.shell import shell_command

if TYPE_CHECKING:
    from firth.tuning import Trial, Tuning

_WORDS_OF_VALUES = {"true": True, "false": False}


@dataclass
class _Options:
    """The options that the command passes to `firth.tune` besides `TrainConfig` and reading."""

    similarity: Annotated[
        list[Path] | None,
        Option(metavar="FILE", help="Word pairs and their scores; can be repeated."),
    ] = None
    analogies: Annotated[
        list[Path] | None,
        Option(metavar="FILE", help="Questions, as for evaluate; can be repeated."),
    ] = None
    budget: Annotated[
        str | None,
        Option(
            metavar="TIME",
            help="Time for all trials: seconds, or such as 30s, 10m, 1.5h.",
            show_default="10m, or without limit with --trials",
        ),
    ] = None
    trials: Annotated[int | None, Option(help="The most trials.")] = None
    search: Annotated[
        list[str] | None,
        Option(
            metavar="OPTION[=A..B|=A,B,...]",
            help="An option of training to search, with a range or choices of its own; can be "
            "repeated. Options that are given are not searched.",
            show_default="window, lr, epochs, negative, sample, noise-exponent, dim and subwords",
        ),
    ] = None
    words: Annotated[
        int, Option(help="Train on so many words of the text, at most, drawn at random.")
    ] = 1_000_000
    holdout: Annotated[
        float,
        Option(metavar="SHARE", help="Without evaluation sets, measure the loss on this share."),
    ] = 0.02
    restrict: Annotated[
        int, Option(help="Use only this many words, the most frequent, for analogies.")
    ] = 30_000
    phrases: Annotated[
        str | None,
        Option(metavar="N|FILE", help="Join phrases, as train does.", show_default="0"),
    ] = None


@verb(
    epilog="Example: firth tune corpus.txt --similarity wordsim353.tsv --budget 10m "
    "--search window --search lr=0.01..0.1 --search subwords=none,3-6"
)
@with_options(options_of(_Options), config_options(), options_of(ReadingOptions))
def tune(
    context: click.Context,
    inputs: Inputs,
    *,
    log: Annotated[
        str | None, Option(metavar="FILE", help="Append each trial as a line of JSON.")
    ] = None,
    plot: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="Draw the scores by trial: .png, .svg or .pdf, or .html for a page.",
        ),
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    **options: Any,  # noqa: ANN401
) -> None:
    """Search options of training that suit a text, and print the command that trains with them.

    Each trial trains on a sample of the text. Its score is the mean of the accuracies and
    correlations on evaluation sets or, without any, the loss on a part that is held out. Ctrl-C
    ends the search with the best so far. An option of training that is given, such as --dim 100,
    is the same in all trials.
    """
    given = {name: value for name, value in options.items() if is_given(context, name)}
    has_sets = bool(options["similarity"] or options["analogies"])
    if has_sets and "holdout" in given:
        raise click.UsageError("give evaluation sets or --holdout, not both")
    if "phrases" in given:
        given["phrases"] = passes_or_file(options["phrases"])
    if "search" in given:
        given["space"] = dict(map(_searched, _named(given.pop("search"))))
    if plot is not None:
        from firth.plotting import check_picture

        check_picture(plot, overwrite=overwrite)
    from firth.corpus.finding import without_own
    from firth.tuning import tune as tune_options

    write = _log_writer(log)
    show = _Show(percent=has_sets, quiet=as_json)

    def report(trial: Trial) -> None:
        show(trial)
        write("trial", trial.to_dict())

    texts = without_own(inputs, [Path(path) for path in (log, plot) if path])
    found = tune_options(texts, report=report, **given)
    command = train_command(inputs, found.options)
    told = {key: value for key, value in found.to_dict().items() if key != "trials"}
    write("tuned", {**told, "command": command})
    if plot is not None:
        _draw(found, plot, overwrite=overwrite)
    if as_json:
        print_json({**found.to_dict(), "command": command})
    else:
        # A little less than the whole text is trained on, if a share of it is held out.
        _print_result(found, command, is_sample=options["words"] < found.whole)


def train_command(inputs: Sequence[str], options: Mapping[str, Any]) -> str:
    """Return the command that trains with some options.

    Examples
    --------
    >>> train_command(["my text.txt"], {"window": 7, "lowercase": True, "subwords": "3-6"})
    "firth train 'my text.txt' --output vectors --window 7 --lowercase --subwords 3-6"
    """
    words = ["firth", "train", *inputs, "--output", "vectors"]
    for name, value in options.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", str(value)]
    return shell_command(words)


def _named(given: Iterable[str]) -> Iterator[str]:
    """Yield each option to search: those without a range may stand together, as in dim,window."""
    for each in given:
        yield from [each] if "=" in each else split_list(each)


def _searched(given: str) -> tuple[str, Any]:
    """Return the name of an option to search, and its range or choices, None for the usual ones."""
    name, has_values, values = given.partition("=")
    option = name.strip().removeprefix("--").replace("-", "_")
    if not has_values:
        return option, None
    low, is_range, high = values.partition("..")
    if is_range:
        return option, (_value(low), _value(high))
    return option, [_value(value) for value in split_list(values)]


def _value(text: str) -> int | float | bool | str:
    """Return the value that a text spells.

    Examples
    --------
    >>> [_value(text) for text in ("5", "1e-3", "none", "true")]
    [5, 0.001, 'none', True]
    """
    text = text.strip()
    if re.fullmatch(r"[-+]?\d{1,18}", text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return _WORDS_OF_VALUES.get(text, text)


def _log_writer(path: str | None) -> Callable[[str, Mapping[str, object]], None]:
    """Return what appends an event to the log, if one is wanted."""
    if path is None:
        return lambda event, fields: None
    from firth.callbacks import JsonLines

    return JsonLines(path).record


class _Show:
    """Prints a line for each trial: its number, score, the best so far, seconds and options."""

    def __init__(self, *, percent: bool, quiet: bool) -> None:
        self._percent, self._quiet = percent, quiet
        self._best: float | None = None

    def __call__(self, trial: Trial) -> None:
        better = max if self._percent else min
        scores = [score for score in (self._best, trial.score) if score is not None]
        self._best = better(scores)
        if self._quiet:
            return
        if trial.number == 0:
            print("trial    score     best  seconds  options")
        what = _spelled(trial.options) or "the defaults"
        if trial.error is not None:
            what += f"; failed: {escape(trial.error)}"
        score, best = (score_text(each, self._percent) for each in (trial.score, self._best))
        print(f"{trial.number:5}  {score:>7}  {best:>7}  {trial.seconds:7.1f}  {what}", flush=True)


def score_text(score: float | None, percent: bool) -> str:
    """Return a mean score times 100, or a loss."""
    if score is None:
        return "-"
    return f"{100 * score:.2f}" if percent else f"{score:.4f}"


def _spelled(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', '-')} {value}" for name, value in options.items())


def _print_result(found: Tuning, command: str, *, is_sample: bool) -> None:
    best, default = found.best, found.default
    percent = not found.by_loss
    kind = "held-out loss" if found.by_loss else "mean score x 100"
    print(
        f"best of {counted(len(found.trials), 'trial')} ({found.reason}): trial {best.number}, "
        f"{kind} {score_text(best.score, percent)}; the defaults have "
        f"{score_text(default.score, percent)}"
    )
    if best.evaluation is not None and default.evaluation is not None and best is not default:
        print("best minus the defaults, with 95 % intervals")
        print_comparisons(best.evaluation, default.evaluation)
    if is_sample:
        tell(
            f"trials trained on {found.words:,} of {counted(found.whole, 'word')}: a larger text "
            "usually needs fewer epochs and a larger dim, so compare the vectors with those of the "
            "defaults"
        )
    print(command)


def _draw(found: Tuning, path: Path, *, overwrite: bool) -> None:
    from firth.plotting import save, search_curve

    scores = [trial.score for trial in found.trials]
    save(search_curve(scores, found.curve(), by_loss=found.by_loss), path, overwrite=overwrite)
