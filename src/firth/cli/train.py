"""The verb `train`."""

from __future__ import annotations

import dataclasses
import functools
import re
from dataclasses import dataclass
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import click

from firth.cli.app import tell, verb
from firth.cli.options import Inputs, Json, Overwrite, ReadingOptions
from firth.cli.parameters import Option, as_parameters, options_of, with_options
from firth.cli.report import facts, print_json, print_written
from firth.cli.watching import Watching, WatchOptions
from firth.errors import FirthError, counted
from firth.training.config import TrainConfig, option_help
from firth.training.defaults import Preset, with_preset

if TYPE_CHECKING:
    from firth.training import Callback
    from firth.vectors import Vectors


@dataclass
class _TextOptions:
    """What is made of the text, besides its words."""

    phrases: Annotated[
        str | None,
        Option(
            metavar="N|FILE",
            help="Join phrases such as new_york: by so many passes over the text, or those that "
            "firth phrases found.",
            show_default="0",
        ),
    ] = None
    vocabulary: Annotated[
        str | None,
        Option(
            metavar="FILE",
            help="Words and counts in the place of those of the text: see firth count.",
        ),
    ] = None
    holdout: Annotated[
        str | None,
        Option(
            metavar="SHARE|INPUT",
            help="Keep a share of the text, or take another text, to measure the loss on.",
        ),
    ] = None


@dataclass
class _Options:
    """The options that the command passes to `firth.train` besides `TrainConfig` and the text."""

    engine: Annotated[
        Literal["hogwild", "torch", "gpu"],
        Option(
            help="Compiled threads without locks, the textbook in PyTorch, which is slow, or a GPU."
        ),
    ] = "hogwild"
    cluster: Annotated[
        str | None,
        Option(
            metavar="auto|ADDRESS|torchrun",
            help="Run the workers on the Ray cluster of this machine, started if there is none, or "
            "at an address, or in the processes that torchrun has started.",
        ),
    ] = None
    readout: Annotated[
        str,
        Option(
            metavar="RECIPE", help="How vectors are read out of the trained tables, see convert."
        ),
    ] = "auto"
    preset: Annotated[
        Preset | None,
        Option(
            help="A named set of the options, which override it; word2vec has the values of the "
            "original tool."
        ),
    ] = None
    start: Annotated[
        str | None,
        Option(metavar="VECTORS", help="Start from these vectors, or this checkpoint."),
    ] = None
    frozen: Annotated[
        str | None,
        Option(metavar="FILE", help="Words, one a line, whose vectors do not change."),
    ] = None
    checkpoint: Annotated[
        str | None, Option(metavar="FOLDER", help="Write checkpoints into this folder.")
    ] = None
    checkpoint_every: Annotated[
        str | None,
        Option(
            metavar="TIME",
            help="Time between checkpoints: seconds, or such as 30s, 10m, 1.5h.",
            show_default="10m",
        ),
    ] = None
    keep_checkpoints: Annotated[
        int | None, Option(help="How many checkpoints are kept.", show_default="2")
    ] = None
    resume: Annotated[
        bool,
        Option(
            "--resume",
            help="Continue from the last checkpoint, if there is one. Text and options must be the "
            "same; with --deterministic, Firth's version and the arithmetic too.",
        ),
    ] = False


@functools.cache
def config_options() -> list[Parameter]:
    """Return the options of `TrainConfig` as parameters of a verb."""
    types, texts = get_type_hints(TrainConfig), option_help()
    annotations = {}
    for field in dataclasses.fields(TrainConfig):
        # The docstring names other options as Python does; `python -OO` has none.
        text = re.sub("`([a-z_]+)`", lambda found: _as_option(found[1]), texts.get(field.name, ""))
        # Only what is on by default has a form that switches it off.
        names = [_as_option(field.name)] if field.default is False else []
        kind: Any = types[field.name] if field.default is not None else types[field.name] | None
        # A command takes text where Python takes tuples or functions.
        kind = str | None if field.name in ("subwords", "windows") else kind
        annotations[field.name] = Annotated[kind, Option(*names, help=text)]
    return as_parameters(TrainConfig, annotations)


def _as_option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def is_given(context: click.Context, name: str) -> bool:
    """Return whether the command line has an option."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


@verb(epilog="Example: firth train corpus.txt --output vectors --epochs 5")
@with_options(
    config_options(),
    options_of(ReadingOptions),
    options_of(_TextOptions),
    options_of(_Options),
    options_of(WatchOptions),
)
def train(
    context: click.Context,
    inputs: Inputs,
    output: Annotated[
        Path,
        Option(help="Where to write: a file .bin, .txt or .vec, or without suffix a folder."),
    ],
    *,
    log: Annotated[
        str | None, Option(metavar="FILE", help="Append what happens, as JSON lines.")
    ] = None,
    overwrite: Overwrite = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Show only warnings and errors.")] = False,
    as_json: Json = False,
    **options: Any,  # noqa: ANN401
) -> None:
    """Train word vectors on text."""
    if options["cluster"] == "torchrun" and _has_served():
        return
    from firth.io.cache import cache_folder
    from firth.run_paths import check_run_paths

    # All paths are checked before the rest is imported, which prepares the cache of compiled code.
    holdout = _share_or_text(options["holdout"])
    phrases = options["phrases"] = passes_or_file(options["phrases"])
    frozen, checkpoint = options["frozen"], options["checkpoint"]
    watching = Watching.from_options(options, overwrite=overwrite)
    check_run_paths(
        output,
        texts=[*inputs, holdout] if isinstance(holdout, str) else inputs,
        phrases=phrases if isinstance(phrases, str) else None,
        log=log,
        record=watching.record,
        **{name: options[name] for name in ("frozen", "vocabulary", "checkpoint")},
    )
    _check_output(output, overwrite, documents=options["documents"] != "none")
    watching.check(_several_models(context))
    cache_folder()
    from firth.pipeline import train as train_vectors
    from firth.rescue import save_or_rescue
    from firth.start_report import StartReport

    report = StartReport(output, checkpoint, resume=options["resume"], tell=None if quiet else tell)
    # What was not given may follow from another option, as `dim` does from `start`.
    given = {name: value for name, value in options.items() if is_given(context, name)}
    with watching:
        vectors = train_vectors(
            inputs,
            **{**given, "holdout": holdout, "frozen": _read_words(frozen)},
            callbacks=[report, *_logs(log), *watching.callbacks],
            progress=False if quiet else None,
        )
        save_or_rescue(vectors, output, overwrite=overwrite, checkpoint=checkpoint)
        if as_json:
            print_json({"output": str(output), **facts(vectors)})
        elif not quiet:
            print_written(output, _summary(vectors))


def _check_output(output: Path, overwrite: bool, *, documents: bool) -> None:
    """Raise if the vectors cannot be written, or vectors of documents would be lost."""
    from firth.vectors import check_destination
    from firth.vectors.formats.format import LOST_DOCUMENTS

    form = check_destination(output, overwrite=overwrite)
    if documents and not form.keeps_documents:
        raise FirthError(f"cannot write documents to {output}, {LOST_DOCUMENTS.format(form.title)}")


def _several_models(context: click.Context) -> str | None:
    """Return the option by which several models are trained; None if it is one model."""
    if context.params["windows"] is not None:
        return "--windows"
    preset = context.params["preset"]
    if preset is None or is_given(context, "window"):
        return None
    return None if with_preset(preset, {}).windows is None else f"--preset {preset}"


def _logs(path: str | None) -> list[Callback]:
    """Return what writes the log, if one is wanted."""
    if path is None:
        return []
    from firth.callbacks import JsonLines

    return [JsonLines(path)]


def _has_served() -> bool:
    """Do what another process tells, and return True, if torchrun gave this one a higher rank."""
    from firth.cluster.torchrun import rank_here, serve

    if rank_here() == 0:
        return False
    serve()
    return True


def _summary(vectors: Vectors) -> str:
    """Return the size of the vectors and the losses of each model, for the last line."""
    config: Any = vectors.config
    losses = " and ".join(_loss(model) for model in config.get("combined", [config]))
    return f"{counted(len(vectors), 'word')}, {counted(vectors.dim, 'dimension')}, {losses}"


def _loss(config: dict[str, Any]) -> str:
    """Return the losses of the epoch that the vectors are from."""
    epoch, trained = config["epoch"], len(config["losses"])
    told = f"loss {config['losses'][epoch - 1]:.4f}"
    if config["held_out_losses"]:
        told += f", held-out loss {config['held_out_losses'][epoch - 1]:.4f}"
    if config["options"]["patience"] is not None:
        told += f", of epoch {epoch}, the best of {trained}"
    return told


def _share_or_text(holdout: str | None) -> float | str:
    if holdout is None:
        return 0.0
    try:
        return float(holdout)
    except ValueError:
        if holdout.endswith("%"):
            raise FirthError(
                f"--holdout must be a share such as 0.01, or a text, got {holdout!r}"
            ) from None
        return holdout


def passes_or_file(phrases: str | None) -> int | str:
    """Return the option `phrases` as a number of passes, or as the file that it names."""
    if phrases is None:
        return 0
    try:
        return int(phrases)
    except ValueError:
        return phrases


def _read_words(path: str | None) -> list[str]:
    if path is None:
        return []
    from firth.io.paths import to_path
    from firth.vectors.converting import read_word_list

    # No word of a text begins or ends with white space.
    return [line.strip() for line in read_word_list(to_path("frozen", path))]
