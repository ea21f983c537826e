"""The verbs that make something to look at: plot, demo, lesson."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from firth.cli.app import Overwrite, VectorsPath, app
from firth.cli.words import load_vectors, split_words


@app.command(epilog="Example: firth plot vectors --output map.png --words king,queen,man,woman")
def plot(
    path: VectorsPath,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write: .png, .svg or .pdf.")
    ],
    words: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD,...", help="Words to draw; can be repeated."),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            help="Draw the most frequent content words, this many (no function words, no numbers).",
            show_default="50, or the words of --analogy",
        ),
    ] = None,
    analogy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A,B,C,D",
            help="Draw arrows from A to B and from C to D; can be repeated.",
        ),
    ] = None,
    method: Annotated[
        Literal["pca", "umap", "tsne"] | None,
        typer.Option(
            help="How to reduce the dimensions to two.", show_default="pca; none if they are two"
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title above the map.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Draw a map of words, by their vectors."""
    if words is not None and top is not None:
        raise typer.BadParameter("give --words or --top, not both")
    from firth.checks import whole_number
    from firth.plotting import check_picture, content_words, save, scatter

    check_picture(output, overwrite=overwrite)
    if top is not None:
        whole_number("top", top, least=2)
    vectors = load_vectors(path)
    chosen = None if words is None else split_words(vectors, words)
    if top is not None:
        chosen = content_words(vectors, top)
    analogies = [split_words(vectors, [given]) for given in analogy or []]
    picture = scatter(vectors, chosen, analogies=analogies, method=method, title=title)
    save(picture, output, overwrite=overwrite)
    print(f"{output}: {len(picture.axes[0].texts):,} words")


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

        write_lesson_page(web, language=language, overwrite=overwrite)
        print(f"{web}: open it in a browser")
        return
    from firth.lesson import run_lesson

    run_lesson(output, say=print, language=language)
