"""The verbs that make something to look at: plot, demo, lesson."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from firth.cli.app import Overwrite, app
from firth.cli.words import load_vectors, split_words, token

if TYPE_CHECKING:
    from firth.plotting import Picture
    from firth.vectors import Vectors


_Several = Annotated[
    list[Path],
    typer.Argument(
        metavar="VECTORS...", help="A folder or file of vectors; for --moves several, by time."
    ),
]
_Output = Annotated[
    Path, typer.Option("--output", "-o", help="Where to write: .png, .svg or .pdf.")
]
_Words = Annotated[
    list[str] | None,
    typer.Option(metavar="WORD,...", help="Words to draw; can be repeated."),
]
_Top = Annotated[
    int | None,
    typer.Option(
        help="Draw the most frequent content words, this many (no function words, no numbers), "
        "or with --around this many neighbours (8).",
        show_default="50, or the words of --analogy",
    ),
]
_Analogy = Annotated[
    list[str] | None,
    typer.Option(
        metavar="A,B,C,D",
        help="Draw arrows from A to B and from C to D; can be repeated.",
    ),
]
_Around = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WORD,...", help="Draw these words and their neighbours, with lines instead."
    ),
]
_Moves = Annotated[
    str | None,
    typer.Option(metavar="WORD", help="Draw the way of this word through all VECTORS instead."),
]
_Method = Annotated[
    Literal["pca", "umap", "tsne"] | None,
    typer.Option(
        help="How to reduce the dimensions to two.", show_default="pca; none if they are two"
    ),
]


@app.command(epilog="Example: firth plot vectors --output map.png --words king,queen,man,woman")
def plot(
    paths: _Several,
    output: _Output,
    words: _Words = None,
    top: _Top = None,
    analogy: _Analogy = None,
    around: _Around = None,
    moves: _Moves = None,
    method: _Method = None,
    title: Annotated[str | None, typer.Option(help="Title above the map.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Draw a map of words, a graph of neighbours, or the way of a word through several texts."""
    if words is not None and top is not None:
        raise typer.BadParameter("give --words or --top, not both")
    if sum(map(bool, (words or analogy, around, moves))) > 1:
        raise typer.BadParameter("give one of --words and --analogy, --around, --moves")
    if moves and (top is not None or method):
        raise typer.BadParameter("--top and --method are not for --moves")
    if len(paths) > 1 and not moves:
        raise typer.BadParameter("several VECTORS are for --moves")
    if len(set(paths)) < len(paths):
        raise typer.BadParameter("the same VECTORS are given twice")
    from firth.checks import whole_number
    from firth.plotting import check_picture, drift_path, neighbour_graph, save

    check_picture(output, overwrite=overwrite)
    if top is not None:
        whole_number("top", top, least=1 if around else 2)
    sets = [load_vectors(path) for path in paths]
    if moves:
        names = [path.stem for path in paths]
        if len(set(names)) < len(names):
            names = [str(path) for path in paths]
        periods = dict(zip(names, sets, strict=True))
        picture = drift_path(periods, token(sets[0], moves), title=title)
    elif around:
        middle = split_words(sets[0], around)
        picture = neighbour_graph(sets[0], middle, top=top or 8, method=method, title=title)
    else:
        picture = _map(sets[0], words, top, analogy, method, title)
    save(picture, output, overwrite=overwrite)
    print(f"{output}: {len(picture.axes[0].texts):,} words")


def _map(
    vectors: Vectors,
    words: list[str] | None,
    top: int | None,
    analogy: list[str] | None,
    method: str | None,
    title: str | None,
) -> Picture:
    """Draw a map of the words that were chosen."""
    from firth.plotting import content_words, scatter

    chosen = None if words is None else split_words(vectors, words)
    if top is not None:
        chosen = content_words(vectors, top)
    analogies = [split_words(vectors, [given]) for given in analogy or []]
    return scatter(vectors, chosen, analogies=analogies, method=method, title=title)


@app.command(epilog="Example: firth demo")
def demo(
    output: Annotated[Path, typer.Option(help="Folder for the vectors.")] = Path("demo-vectors"),
) -> None:
    """Train on the documentation of this machine's Python, and show what was learnt."""
    from firth.demo import run_demo
    from firth.vectors import check_destination

    check_destination(output)
    run_demo(output, say=print)


@app.command(epilog="Example: firth lesson --output lesson")
def lesson(
    output: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("lesson"),
    language: Annotated[
        Literal["en", "zh"], typer.Option(help="Language of the text, report and pictures.")
    ] = "en",
) -> None:
    """Train CBOW and skip-gram in two dimensions on a small text, and draw what they learn."""
    from firth.lesson import run_lesson

    run_lesson(output, say=print, language=language)
