"""The verbs that read vectors: similar, analogy, evaluate, info, convert, combine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firth.cli.app import EncodingErrors, Json, Overwrite, Top, VectorsPath, app
from firth.cli.report import facts, print_evaluation, print_json, print_neighbours, to_json
from firth.cli.words import load_vectors, token
from firth.errors import FirthError, escape

_AnyWord = Annotated[str | None, typer.Argument(help="A word that has a vector.")]
_Word = Annotated[str, typer.Argument(help="A word that has a vector.")]


@app.command(epilog="Example: firth similar vectors king --top 5")
def similar(
    path: VectorsPath,
    word: _AnyWord = None,
    document: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="Show the documents nearest to this one instead."),
    ] = None,
    top: Top = 10,
    as_json: Json = False,
) -> None:
    """Show the words nearest to a word, or the documents nearest to a document."""
    if (word is None) == (document is None):
        raise typer.BadParameter("give a WORD or --document NUMBER")
    vectors = load_vectors(path)
    if word is not None:
        neighbours = vectors.similar(token(vectors, word), top=top)
        print_neighbours(neighbours, as_json, query=repr(word))
    elif document is not None:
        neighbours = vectors.documents.similar(document, top=top)
        print_neighbours(neighbours, as_json, query=f"document {document}")


@app.command(epilog="Example: firth analogy vectors man king woman")
def analogy(
    path: VectorsPath, a: _Word, b: _Word, c: _Word, top: Top = 10, as_json: Json = False
) -> None:
    """Find the words that are to C as B is to A, such as man king woman: queen."""
    vectors = load_vectors(path)
    a_, b_, c_ = (token(vectors, word) for word in (a, b, c))
    neighbours = vectors.analogy(positive=[b_, c_], negative=[a_], top=top)
    print_neighbours(neighbours, as_json, query=f"{b!r} - {a!r} + {c!r}")


@app.command(
    epilog="Example: firth evaluate vectors --analogies questions-words.txt --similarity ws353.tsv"
)
def evaluate(
    path: VectorsPath,
    analogies: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Questions in Google's format; can be repeated.",
        ),
    ] = None,
    similarity: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Word pairs and their scores; can be repeated."),
    ] = None,
    restrict: Annotated[
        int, typer.Option(help="Use only this many words, the most frequent, for analogies.")
    ] = 30_000,
    as_json: Json = False,
) -> None:
    """Measure vectors on analogies and word similarity."""
    if not analogies and not similarity:
        raise typer.BadParameter("give --analogies FILE or --similarity FILE")
    from firth.evaluation import evaluate as evaluate_vectors

    found = evaluate_vectors(
        load_vectors(path),
        analogies=analogies or [],
        similarity=similarity or [],
        restrict=restrict,
    )
    if as_json:
        print_json(found.to_dict())
    else:
        print_evaluation(found)


@app.command(epilog="Example: firth info vectors, or firth info --machine")
def info(
    path: Annotated[
        Path | None, typer.Argument(metavar="VECTORS", help="A folder or file of vectors.")
    ] = None,
    machine: Annotated[
        bool,
        typer.Option("--machine", help="Show which variant of the kernel runs here instead."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the contents of a folder or file of vectors, or what training makes of this machine."""
    if (path is None) != machine:
        raise typer.BadParameter("give VECTORS or --machine")
    told = _variant() if path is None else facts(load_vectors(path))
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        print(f"{name}: {escape(to_json(value))}")


def _variant() -> dict[str, object]:
    """Return the variant of the kernel. The import is here since it takes Numba along."""
    from firth.training.variant import variant

    return variant()


@app.command(epilog="Example: firth convert vectors vectors.bin")
def convert(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="A folder or file of vectors.")],
    destination: Annotated[
        Path, typer.Argument(metavar="DST", help="Its suffix picks the format.")
    ],
    readout: Annotated[
        str | None,
        typer.Option(
            metavar="RECIPE",
            help="Read the vectors out anew by plain, subword, character or auto, or with changes: "
            "'plain,components=1,output=0.2'. SRC must be a folder that training wrote.",
        ),
    ] = None,
    source_format: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help="The format of SRC, such as gensim, if nothing tells it.",
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="The format of DST, such as word2vec-text, whatever its suffix.",
        ),
    ] = None,
    encoding_errors: EncodingErrors = "strict",
    overwrite: Overwrite = False,
) -> None:
    """Write vectors in another format, or read out by another recipe."""
    from firth.io.atomic import is_same
    from firth.vectors import check_destination, load
    from firth.vectors.readout import check_readout

    if readout is not None:
        check_readout(readout)
    if is_same(source, destination):
        raise FirthError(f"cannot write {destination}: it is what is to be read")
    check_destination(destination, overwrite=overwrite, format=format)
    vectors = load(source, encoding_errors=encoding_errors, format=source_format)
    if readout is not None:
        vectors = vectors.read_out(readout)
    vectors.save(destination, overwrite=overwrite, format=format)
    print(f"{destination}: {len(vectors):,} words, {vectors.dim} dimensions")


@app.command(epilog="Example: firth combine narrow wide --dim 100 --output both")
def combine(
    paths: Annotated[
        list[Path], typer.Argument(metavar="VECTORS...", help="Folders or files of vectors.")
    ],
    output: Annotated[
        Path,
        typer.Option(help="Where to write: a file .bin, .txt or .vec, or without suffix a folder."),
    ],
    dim: Annotated[
        int | None,
        typer.Option(help="Dimensions of the result.", show_default="100; all if fewer"),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Combine the vectors of several models, which is better than any of them alone."""
    from firth.io.atomic import is_same
    from firth.vectors import check_destination
    from firth.vectors import combine as combine_vectors

    if any(is_same(path, output) for path in paths):
        raise FirthError(f"cannot write {output}: it is what is to be read")
    check_destination(output, overwrite=overwrite)
    vectors = combine_vectors([load_vectors(path) for path in paths], dim=dim)
    vectors.save(output, overwrite=overwrite)
    print(f"{output}: {len(vectors):,} words, {vectors.dim} dimensions")
