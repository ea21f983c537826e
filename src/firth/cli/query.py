"""The verbs that read vectors: similar, analogy, company, evaluate, info, index, convert."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import click

from firth.cli.app import verb
from firth.cli.evaluations import evaluations_facts, print_evaluations
from firth.cli.options import (
    Approximate,
    EncodingErrors,
    Exclude,
    Json,
    Method,
    Overwrite,
    Restrict,
    Top,
    VectorsPath,
)
from firth.cli.parameters import Argument, Option, options_of, with_options
from firth.cli.report import (
    SHOWN,
    facts,
    print_companions,
    print_intervals,
    print_json,
    print_neighbours,
    print_written,
    to_json,
)
from firth.cli.words import (
    answers,
    document_named,
    load_near,
    load_vectors,
    token,
    use_index,
)
from firth.errors import counted, escape, size_of

_AnyWord = Annotated[str | None, Argument(help="A word that has a vector.")]
_WordList = Annotated[
    Path | None,
    Option(
        metavar="FILE",
        help="Write only the words of a text file with a word in each line. A table of floret, "
        "which has vectors for any word, needs it.",
    ),
]
_Word = Annotated[str, Argument(help="A word that has a vector.")]


@verb(epilog="Example: firth similar vectors king --top 5")
def similar(
    path: VectorsPath,
    word: _AnyWord = None,
    document: Annotated[
        str | None,
        Option(metavar="NUMBER", help="Show the documents nearest to this one (or a tag) instead."),
    ] = None,
    top: Top = 10,
    exclude: Exclude = None,
    restrict: Restrict = None,
    approximate: Approximate = False,
    uncertain: Annotated[
        bool,
        Option("--uncertain", help="Show 95 % intervals too, from what firth replicate trained."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the words nearest to a word, or the documents nearest to a document."""
    if (word is None) == (document is None):
        raise click.UsageError("give either a WORD or --document NUMBER")
    if document is not None and (exclude or restrict or approximate or uncertain):
        raise click.UsageError("--exclude, --restrict, --approximate, --uncertain are for words")
    if approximate and uncertain:
        raise click.UsageError("--uncertain looks at all words: give it without --approximate")
    is_plain = not (exclude or restrict or approximate or uncertain)
    vectors = load_near(path, {word: 1}, top) if word and is_plain else load_vectors(path)
    if word is not None:
        among = answers(vectors, exclude, restrict)
        if uncertain:
            from firth.vectors import neighbour_intervals
            from firth.vectors.sidecars import load_replicas

            replicas = load_replicas(path)
            sure = neighbour_intervals(vectors, token(vectors, word), replicas, top, **among)
            print_intervals(sure, as_json, query=repr(word))
            return
        exact = use_index(vectors, path, approximate, restrict)
        neighbours = vectors.similar(token(vectors, word), top=top, exact=exact, **among)
        print_neighbours(neighbours, as_json, query=repr(word))
    elif document is not None:
        documents = vectors.documents
        neighbours = documents.similar(document_named(documents, document), top=top)
        print_neighbours(neighbours, as_json, query=f"document {document}")


@verb(epilog="Example: firth analogy vectors man king woman")
def analogy(
    path: VectorsPath,
    a: _Word,
    b: _Word,
    c: _Word,
    top: Top = 10,
    method: Method = "add",
    exclude: Exclude = None,
    restrict: Restrict = None,
    approximate: Approximate = False,
    as_json: Json = False,
) -> None:
    """Find the words that are to C as B is to A, such as man king woman: queen."""
    is_plain = not (exclude or restrict or approximate or method != "add")
    asked = Counter([b, c])
    asked.subtract([a])
    vectors = load_near(path, asked, top) if is_plain else load_vectors(path)
    a_, b_, c_ = (token(vectors, word) for word in (a, b, c))
    among = answers(vectors, exclude, restrict)
    exact = use_index(vectors, path, approximate, restrict, method)
    neighbours = vectors.analogy([b_, c_], [a_], top=top, method=method, exact=exact, **among)
    print_neighbours(neighbours, as_json, query=f"{b!r} - {a!r} + {c!r}")


@verb(epilog="Example: firth company vectors tea, or firth company vectors tea coffee")
def company(
    path: VectorsPath,
    word: _Word,
    other: Annotated[
        str | None,
        Argument(help="Another word: then the company that both share is shown."),
    ] = None,
    top: Top = 10,
    exclude: Exclude = None,
    restrict: Restrict = None,
    as_json: Json = False,
) -> None:
    """Show the words that are seen near a word more often than by chance, or near two words.

    Each line has the pointwise mutual information in nats, the probability among the words near it,
    and the word; of two words, the smaller of both.
    """
    vectors = load_vectors(path)
    among = answers(vectors, exclude, restrict)
    first = token(vectors, word)
    if other is None:
        found = vectors.company(first, top=top, **among)
    else:
        found = vectors.shared_company(first, token(vectors, other), top=top, **among)
    query = repr(word) if other is None else f"{word!r} and {other!r}"
    print_companions(found, as_json, query=query)


@dataclass
class _Files:
    """The files on which vectors are measured, by kind."""

    analogies: Annotated[
        list[Path] | None,
        Option(
            metavar="FILE",
            help="Questions of Google's or MSR's layout, or a folder of BATS; can be repeated.",
        ),
    ] = None
    similarity: Annotated[
        list[Path] | None,
        Option(metavar="FILE", help="Word pairs and their scores; can be repeated."),
    ] = None
    outliers: Annotated[
        list[Path] | None,
        Option(
            metavar="FILE",
            help="Words that belong together, a blank line, and others; can be repeated.",
        ),
    ] = None
    associations: Annotated[
        list[Path] | None,
        Option(
            metavar="FILE",
            help="Two groups of words and two of attributes, for WEAT; can be repeated.",
        ),
    ] = None
    categories: Annotated[
        list[Path] | None,
        Option(
            metavar="FILE",
            help="Groups of words, which k-means should find again; can be repeated.",
        ),
    ] = None


@verb(
    epilog="Example: firth evaluate vectors --analogies questions-words.txt --similarity ws353.tsv"
)
@with_options(options_of(_Files))
def evaluate(
    paths: Annotated[
        list[Path],
        Argument(
            metavar="VECTORS...",
            help="Folders or files of vectors; the first is compared with each.",
        ),
    ],
    *,
    restrict: Annotated[
        int, Option(help="Use only this many words, the most frequent, for analogies.")
    ] = 30_000,
    unknown: Annotated[
        Literal["skip", "zero"],
        Option(help="Leave out what has unknown words, or score it zero, as gensim can."),
    ] = "skip",
    method: Method = "add",
    plot: Annotated[
        Path | None,
        Option(
            metavar="FILE", help="Draw the scores as bars: .png, .svg or .pdf, or .html for a page."
        ),
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    **files: list[Path] | None,
) -> None:
    """Measure vectors on analogies, similarity, outliers, associations and categories.

    Scores have 95 % intervals. Several vectors are compared with the first on the same items.
    """
    if not any(files.values()):
        kinds = ", ".join(f"--{kind}" for kind in files)
        raise click.UsageError(f"give a set to measure on: {kinds}, each with a FILE")
    if plot is not None:
        from firth.plotting import check_picture

        check_picture(plot, overwrite=overwrite)
    from firth.evaluation import EvaluationSets

    sets = EvaluationSets.read(**{kind: found or [] for kind, found in files.items()})
    sets.check_options(restrict, method, unknown)
    found = [
        sets.evaluate(load_vectors(path), restrict=restrict, unknown=unknown, method=method)
        for path in paths
    ]
    if plot is not None:
        from firth.plotting import save, score_bars

        names = [path.name for path in paths]
        if len(set(names)) < len(names):
            names = [str(path) for path in paths]
        save(score_bars(found, names), plot, overwrite=overwrite)
    if as_json:
        print_json(evaluations_facts(paths, found))
    else:
        print_evaluations(paths, found)


@verb(epilog="Example: firth info vectors, or firth info --machine")
def info(
    path: Annotated[
        Path | None, Argument(metavar="VECTORS", help="A folder or file of vectors.")
    ] = None,
    machine: Annotated[
        bool,
        Option("--machine", help="Show which variant of the kernel runs here instead."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the contents of a folder or file of vectors, or what training makes of this machine."""
    if (path is None) != machine:
        raise click.UsageError("give either VECTORS or --machine")
    told = _variant() if path is None else _facts(path)
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        print(f"{name}: {escape(to_json(value))}")


def _facts(path: Path) -> dict[str, object]:
    """Return what is told of vectors, of which a long file is not kept."""
    from firth.vectors.partial_loading import load_first

    found = load_first(path, SHOWN)
    return facts(load_vectors(path)) if found is None else facts(*found)


def _variant() -> dict[str, object]:
    """Return the variant of the kernel. The import is here since it takes Numba along."""
    from firth.training.variant import variant

    return variant()


@verb(epilog="Example: firth index vectors; firth similar vectors king --approximate")
def index(
    path: VectorsPath,
    numbers: Annotated[
        Literal["i8", "bf16", "f16", "f32"],
        Option(help="How the index keeps numbers: the others take more space than i8."),
    ] = "i8",
    recall: Annotated[
        float,
        Option(help="Which share of the ten nearest words to find; more takes longer."),
    ] = 0.95,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Build an index beside the vectors, in the folder VECTORS.index, for approximate search.

    Needs the extra ann (pip install 'firth[ann]'). It takes minutes for some 100,000 words.
    """
    vectors = load_vectors(path)
    from firth.vectors.sidecars import index_path

    place = index_path(path)
    progress = False if quiet else None
    share = vectors.build_index(place, numbers=numbers, recall=recall, progress=progress)
    size = sum(file.stat().st_size for file in place.iterdir())
    print_written(
        place,
        f"{counted(len(vectors), 'word')}, {size_of(size)}; "
        f"finds {share:.3f} of the ten nearest words",
    )


@verb("convert", epilog="Example: firth convert vectors vectors.bin")
def convert_(
    source: Annotated[Path, Argument(metavar="SRC", help="A folder or file of vectors.")],
    destination: Annotated[Path, Argument(metavar="DST", help="Its suffix picks the format.")],
    readout: Annotated[
        str | None,
        Option(
            metavar="RECIPE",
            help="Read the vectors out anew by plain, subword, character or auto, or with changes: "
            "'plain,components=1,output=0.2'. SRC must be a folder that training wrote.",
        ),
    ] = None,
    source_format: Annotated[
        str | None,
        Option(
            "--from",
            metavar="FORMAT",
            help="The format of SRC, such as gensim, if nothing tells it.",
        ),
    ] = None,
    format: Annotated[
        str | None,
        Option(
            "--to",
            metavar="FORMAT",
            help="The format of DST, such as word2vec-text, whatever its suffix.",
        ),
    ] = None,
    dtype: Annotated[
        Literal["float32", "float16", "int8"],
        Option(help="How numbers are kept; what is lost by fewer bytes is told."),
    ] = "float32",
    words: _WordList = None,
    encoding_errors: EncodingErrors = "strict",
    overwrite: Overwrite = False,
) -> None:
    """Write vectors in another format, with fewer bytes, or read out by another recipe."""
    from firth.vectors import convert

    done = convert(
        source,
        destination,
        readout=readout,
        source_format=source_format,
        format=format,
        dtype=dtype,
        encoding_errors=encoding_errors,
        overwrite=overwrite,
        words=words,
    )
    print_written(destination, done.size)
    if done.missing:
        print(
            f"not in {escape(str(source))}: {counted(len(done.missing), 'word')}, such as "
            f"{escape(done.missing[0])}"
        )
    if done.loss is not None:
        print(done.loss)
