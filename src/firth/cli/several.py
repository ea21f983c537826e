"""The verbs that take or make vectors of several models: combine, align, drift, replicate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import click

from firth.cli.app import tell, verb
from firth.cli.options import Json, Overwrite, VectorsPath
from firth.cli.parameters import Argument, Option
from firth.cli.report import print_moved, print_written
from firth.cli.words import load_vectors
from firth.errors import FirthError, counted, escape

if TYPE_CHECKING:
    from firth.vectors import Vectors

_Output = Annotated[
    Path,
    Option(help="Where to write: a file .bin, .txt or .vec, or without suffix a folder."),
]
_Anchors = Annotated[int, Option(help="Bring together this many words of both, the most frequent.")]


@verb(epilog="Example: firth combine narrow wide --dim 100 --output both")
def combine(
    paths: Annotated[
        list[Path], Argument(metavar="VECTORS...", help="Folders or files of vectors.")
    ],
    output: _Output,
    dim: Annotated[
        int | None,
        Option(help="Dimensions of the result.", show_default="100; all if fewer"),
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
    size = f"{counted(len(vectors), 'word')}, {counted(vectors.dim, 'dimension')}"
    print_written(output, size)


@verb(epilog="Example: firth align old new --output old-in-new")
def align(
    path: Annotated[
        Path,
        Argument(metavar="VECTORS", help="What is turned, and written: a folder or file."),
    ],
    onto: Annotated[
        Path,
        Argument(metavar="ONTO", help="What stays as it is: the result is in its space."),
    ],
    output: _Output,
    anchors: _Anchors = 20_000,
    overwrite: Overwrite = False,
) -> None:
    """Turn vectors into the space of others, so that both can be compared.

    The first are turned onto the second: VECTORS change, ONTO stays fixed. For the other way round,
    give them in the other order.
    """
    from firth.io.atomic import is_same
    from firth.vectors import align as align_vectors
    from firth.vectors import check_destination

    if is_same(path, output) or is_same(onto, output):
        raise FirthError(f"cannot write {output}: it is what is to be read")
    check_destination(output, overwrite=overwrite)
    vectors = align_vectors(load_vectors(path), load_vectors(onto), anchors=anchors)
    vectors.save(output, overwrite=overwrite)
    told = cast(Mapping[str, float], vectors.config["aligned"])
    cosine = f"mean cosine of {counted(int(told['anchors']), 'anchor')} {told['mean_cosine']:.3f}"
    turned = f"{counted(len(vectors), 'word')}, turned onto {escape(str(onto))}"
    print_written(output, f"{turned}; {cosine}")


@verb(epilog="Example: firth drift old new half-1 half-2 --top 20")
def drift(
    before: Annotated[Path, Argument(help="Vectors of one text.")],
    after: Annotated[Path, Argument(help="Vectors of another text.")],
    shuffled: Annotated[
        list[Path],
        Argument(
            metavar="HALF HALF...",
            help="Vectors of two halves of both texts, whose lines were shuffled; or several such "
            "pairs.",
        ),
    ],
    anchors: _Anchors = 20_000,
    top: Annotated[int, Option(help="Number of words to show.")] = 20,
    as_json: Json = False,
) -> None:
    """Show the words that moved most between two texts, and how often chance moves one as far.

    Each line has the cosine distance, the distance that is expected by chance, the p-value, the
    share of false discoveries down to this word, and the word.
    """
    if len(shuffled) % 2:
        raise click.UsageError("give HALF HALF: an even number of shuffled halves")
    from firth.checks import whole_number
    from firth.vectors import drift as find_drift

    whole_number("top", top, least=1)
    halves = [load_vectors(path) for path in shuffled]
    pairs = list(zip(halves[::2], halves[1::2], strict=True))
    moved = find_drift(load_vectors(before), load_vectors(after), shuffled=pairs, anchors=anchors)
    print_moved(moved[:top], as_json)


@verb(epilog="Example: firth replicate vectors text.txt --runs 10")
def replicate(
    path: VectorsPath,
    source: Annotated[
        list[str], Argument(metavar="INPUT...", help="What the vectors were trained on.")
    ],
    runs: Annotated[int, Option(help="Number of trainings; each takes as long as one.")] = 5,
    epochs: Annotated[
        int | None,
        Option(help="Passes over the text; fewer vary more.", show_default="as the vectors"),
    ] = None,
) -> None:
    """Train vectors again on samples of their text, for the intervals of similar --uncertain.

    The replicas are written beside the vectors, into the folder VECTORS.replicas. Ctrl-C keeps
    those that are trained, if there are two or more and none from before.
    """
    from firth.io.atomic import atomic_write
    from firth.replicas import check_numbers
    from firth.replicas import replicate as train_replicas
    from firth.vectors.sidecars import check_replicas_place, replica_folders, replicas_path

    check_numbers(runs, epochs)
    place = replicas_path(path)
    check_replicas_place(place)
    vectors = load_vectors(path)
    replicas = train_replicas(vectors, source, runs=runs, epochs=epochs)
    tell(f"trains {counted(runs, 'model')} on samples of the text, each for as long as the first")
    with atomic_write(place, folder=True) as folder:
        number = _save_replicas(replicas, folder, runs, keeps=not replica_folders(path))
    print_written(place, counted(number, "replica"))


def _save_replicas(replicas: Iterable[Vectors], folder: Path, runs: int, *, keeps: bool) -> int:
    """Save replicas as they are trained, and return their number.

    If `keeps`, those that are trained are kept on Ctrl-C, where they are enough.
    """
    from firth.replicas import LEAST_REPLICAS

    saved = 0
    try:
        for replica in replicas:
            replica.save(folder / str(saved + 1))
            saved += 1
            tell(f"{saved} of {counted(runs, 'replica')}")
    except KeyboardInterrupt:
        if not keeps or saved < LEAST_REPLICAS:
            raise
        tell(f"interrupted; {counted(saved, 'replica')} of {runs} are kept")
    return saved
