"""The verbs that make something to look at: plot, demo, lesson."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import click

from firth.cli.app import tell, verb
from firth.cli.options import Overwrite
from firth.cli.parameters import Argument, Option
from firth.cli.report import print_line, print_written
from firth.cli.words import load_vectors, name_of, split_words, token
from firth.errors import ConfigError, counted
from firth.io.paths import absolute

if TYPE_CHECKING:
    from firth.plotting import Picture
    from firth.vectors import Vectors


_Several = Annotated[
    list[Path],
    Argument(
        metavar="VECTORS...",
        help="A folder or file of vectors; for --losses or --moves several, by time.",
    ),
]
_Output = Annotated[
    Path,
    Option("--output", "-o", help="Where to write: .png, .svg or .pdf, or .html for a page."),
]
_Words = Annotated[
    list[str] | None,
    Option(metavar="WORD,...", help="Words to draw; can be repeated."),
]
_Top = Annotated[
    int | None,
    Option(
        help="Draw the most frequent content words, this many (no function words, no numbers), "
        "or with --around this many neighbours (8).",
        show_default="50, or the words of --analogy; on a page 2,000, and these",
    ),
]
_Analogy = Annotated[
    list[str] | None,
    Option(
        metavar="A,B,C,D",
        help="Draw arrows from A to B and from C to D; can be repeated.",
    ),
]
_Around = Annotated[
    list[str] | None,
    Option(metavar="WORD,...", help="Draw these words and their neighbours, with lines instead."),
]
_Moves = Annotated[
    str | None,
    Option(metavar="WORD", help="Draw the way of this word through all VECTORS instead."),
]
_Losses = Annotated[
    bool,
    Option(
        "--losses",
        help="Draw the loss of each epoch of training instead, of all VECTORS, and the loss on "
        "held-out text.",
    ),
]
_Method = Annotated[
    Literal["pca", "umap", "tsne"] | None,
    Option(help="How to reduce the dimensions to two.", show_default="pca; none if they are two"),
]


@verb(epilog="Example: firth plot vectors --output map.png --words king,queen,man,woman")
def plot(
    paths: _Several,
    output: _Output,
    words: _Words = None,
    top: _Top = None,
    analogy: _Analogy = None,
    around: _Around = None,
    moves: _Moves = None,
    losses: _Losses = False,
    method: _Method = None,
    title: Annotated[str | None, Option(help="Title above the map.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Draw a map of words, a graph of neighbours, the way of a word, or curves of losses."""
    # Before Matplotlib, which Python 3.13.0 fails to import where there is no current folder.
    absolute(output)
    from firth.plotting import check_picture, save

    _check_usage(words, top, analogy, around, moves, losses, method)
    is_map = not (around or losses) and moves is None
    if is_map and output.suffix.lower() in (".html", ".htm"):
        _write_page(_one(paths), output, words, top, analogy, method, title, overwrite)
        return
    check_picture(output, overwrite=overwrite)
    if losses:
        picture = _curves(paths, title)
        save(picture, output, overwrite=overwrite)
        print_written(output, counted(len(picture.axes[0].lines), "curve"))
        return
    if moves is not None:
        picture = _way(paths, moves, title)
    elif around:
        picture = _graph(_one(paths), around, top, method, title)
    else:
        picture = _map(_one(paths), words, top, analogy, method, title)
    save(picture, output, overwrite=overwrite)
    print_written(output, counted(len(picture.axes[0].texts), "word"))


def _check_usage(
    words: list[str] | None,
    top: int | None,
    analogy: list[str] | None,
    around: list[str] | None,
    moves: str | None,
    losses: bool,
    method: str | None,
) -> None:
    """Raise if options are given that do not go together."""
    if words is not None and top is not None:
        raise click.UsageError("give --words or --top, not both")
    is_way = moves is not None
    if sum(map(bool, (words or analogy, around, is_way, losses))) > 1:
        raise click.UsageError("give one of --words and --analogy, --around, --moves, --losses")
    if (is_way or losses) and (top is not None or method):
        raise click.UsageError(
            f"--top and --method are not for {'--losses' if losses else '--moves'}"
        )


def _one(paths: list[Path]) -> Path:
    if len(paths) > 1:
        raise click.UsageError("several VECTORS are for --moves and --losses")
    return paths[0]


def _way(paths: list[Path], word: str, title: str | None) -> Picture:
    """Draw the way of a word through several vectors."""
    from firth.plotting import drift_path

    periods = _named(paths)
    return drift_path(periods, token(next(iter(periods.values())), word), title=title)


def _curves(paths: list[Path], title: str | None) -> Picture:
    """Draw the losses of the epochs of several trainings."""
    from firth.plotting import loss_curve

    curves: dict[str, Any] = {}
    for name, vectors in _named(paths).items():
        if not vectors.config.get("losses"):
            raise ConfigError(
                f"{name} does not know the losses of its training: give the folder that it saved"
            )
        curves[name] = vectors.config["losses"]
        if held_out := vectors.config.get("held_out_losses"):
            curves[f"{name}, held out"] = held_out
    return loss_curve(curves, title=title)


def _named(paths: list[Path]) -> dict[str, Vectors]:
    """Load several vectors, each with a name by which it is known."""
    if len(set(paths)) < len(paths):
        raise click.UsageError("the same VECTORS are given twice")
    names = [name_of(path) for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    return {name: load_vectors(path) for name, path in zip(names, paths, strict=True)}


def _graph(
    path: Path, words: list[str], top: int | None, method: str | None, title: str | None
) -> Picture:
    """Draw words with their neighbours."""
    from firth.checks import whole_number
    from firth.plotting import neighbour_graph

    top = 8 if top is None else whole_number("top", top, least=1)
    vectors = load_vectors(path)
    return neighbour_graph(
        vectors, split_words(vectors, words), top=top, method=method, title=title
    )


def _map(
    path: Path,
    words: list[str] | None,
    top: int | None,
    analogy: list[str] | None,
    method: str | None,
    title: str | None,
) -> Picture:
    """Draw a map of the words that were chosen."""
    from firth.plotting import scatter

    vectors, chosen = _chosen(path, words, top)
    analogies = [split_words(vectors, [given]) for given in analogy or []]
    return scatter(vectors, chosen, analogies=analogies, method=method, title=title)


def _write_page(
    path: Path,
    output: Path,
    words: list[str] | None,
    top: int | None,
    analogy: list[str] | None,
    method: str | None,
    title: str | None,
    overwrite: bool,
) -> None:
    """Write a page with a map."""
    from firth.plotting import check_page, interactive_map

    check_page(output, overwrite=overwrite)
    vectors, chosen = _chosen(path, words, top)
    analogies = [split_words(vectors, [given]) for given in analogy or []]
    page = interactive_map(vectors, chosen, analogies=analogies, method=method, title=title)
    page.save(output)
    print_written(output, counted(page.words, "word"))


def _chosen(
    path: Path, words: list[str] | None, top: int | None
) -> tuple[Vectors, list[str | int] | None]:
    """Load vectors, and return the words of a map; None for the usual ones."""
    from firth.checks import whole_number
    from firth.plotting import content_words

    if top is not None:
        whole_number("top", top, least=2)
    vectors = load_vectors(path)
    if words is not None:
        return vectors, split_words(vectors, words)
    return vectors, None if top is None else content_words(vectors, top)


@verb(epilog="Example: firth demo")
def demo(
    output: Annotated[Path, Option(help="Folder for the vectors.")] = Path("demo-vectors"),
) -> None:
    """Train on the documentation of this machine's Python, and show what was learnt."""
    from firth.demo import run_demo
    from firth.vectors import check_destination

    check_destination(output)
    run_demo(output, say=print_line)


@verb(epilog="Example: firth lesson --output lesson")
def lesson(
    output: Annotated[
        Path | None, Option(help="Folder for the pictures.", show_default="lesson")
    ] = None,
    language: Annotated[
        Literal["en", "zh"], Option(help="Language of the text, report and pictures.")
    ] = "en",
    web: Annotated[
        Path | None,
        Option(
            metavar="FILE.html",
            help="Write a page instead of pictures: windows of the text, one step at a time.",
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Train CBOW and skip-gram in two dimensions on a small text, and draw what they learn."""
    if web is not None:
        if output is not None:
            raise click.UsageError("give --output, for pictures, or --web, for a page, not both")
        from firth.lesson import write_lesson_page

        write_lesson_page(web, language=language, overwrite=overwrite, say=tell)
        print_written(web, "open it in a browser")
        return
    from firth.lesson import run_lesson

    run_lesson(output or Path("lesson"), say=print_line, language=language)
