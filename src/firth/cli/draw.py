"""The verbs that make something to look at: plot, demo, lesson."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from firth.cli.app import Overwrite, app, tell
from firth.cli.report import print_line, print_written
from firth.cli.words import load_vectors, split_words, token
from firth.errors import ConfigError, counted

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
    Path,
    typer.Option("--output", "-o", help="Where to write: .png, .svg or .pdf, or .html for a page."),
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
    is_way = moves is not None
    if sum(map(bool, (words or analogy, around, is_way))) > 1:
        raise typer.BadParameter("give one of --words and --analogy, --around, --moves")
    if output.suffix.lower() == ".html":
        if around or is_way or analogy:
            raise typer.BadParameter("a page (.html) shows a map, of --words or --top words")
        _write_page(_one(paths), output, words, top, method, title, overwrite)
        return
    from firth.plotting import check_picture, save

    try:
        check_picture(output, overwrite=overwrite)
    except ConfigError as error:
        if around or is_way or analogy:
            raise
        raise ConfigError(f"{error}; a page with a map ends in .html") from None
    if moves is not None:
        if top is not None or method:
            raise typer.BadParameter("--top and --method are not for --moves")
        picture = _way(paths, moves, title)
    elif around:
        picture = _graph(_one(paths), around, top, method, title)
    else:
        picture = _map(_one(paths), words, top, analogy, method, title)
    save(picture, output, overwrite=overwrite)
    print_written(output, counted(len(picture.axes[0].texts), "word"))


def _one(paths: list[Path]) -> Path:
    if len(paths) > 1:
        raise typer.BadParameter("several VECTORS are for --moves")
    return paths[0]


def _way(paths: list[Path], word: str, title: str | None) -> Picture:
    """Draw the way of a word through several vectors."""
    from firth.plotting import drift_path

    if len(set(paths)) < len(paths):
        raise typer.BadParameter("the same VECTORS are given twice")
    names = [path.stem for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    periods = {name: load_vectors(path) for name, path in zip(names, paths, strict=True)}
    return drift_path(periods, token(periods[names[0]], word), title=title)


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
    method: str | None,
    title: str | None,
    overwrite: bool,
) -> None:
    """Write a page with a map."""
    from firth.plotting import check_page, interactive_map

    check_page(output, overwrite=overwrite)
    vectors, chosen = _chosen(path, words, top)
    page = interactive_map(vectors, chosen, method=method, title=title)
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


@app.command(epilog="Example: firth demo")
def demo(
    output: Annotated[Path, typer.Option(help="Folder for the vectors.")] = Path("demo-vectors"),
) -> None:
    """Train on the documentation of this machine's Python, and show what was learnt."""
    from firth.demo import run_demo
    from firth.vectors import check_destination

    check_destination(output)
    run_demo(output, say=print_line)


@app.command(epilog="Example: firth lesson --output lesson")
def lesson(
    output: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("lesson"),
    language: Annotated[
        Literal["en", "zh"], typer.Option(help="Language of the text, report and pictures.")
    ] = "en",
    web: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html",
            help="Write a page instead of pictures: windows of the text, one step at a time.",
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Train CBOW and skip-gram in two dimensions on a small text, and draw what they learn."""
    if web is not None:
        from firth.lesson import write_lesson_page

        write_lesson_page(web, language=language, overwrite=overwrite, say=tell)
        print_written(web, "open it in a browser")
        return
    from firth.lesson import run_lesson

    run_lesson(output, say=print_line, language=language)
