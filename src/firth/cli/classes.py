"""The verb `classes`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from firth.cli.app import verb
from firth.cli.options import Overwrite
from firth.cli.parameters import Argument, Option
from firth.cli.report import print_written
from firth.cli.words import load_vectors


@verb(epilog="Example: firth classes vectors 500 --output classes.txt")
def classes(
    path: Annotated[Path, Argument(metavar="VECTORS", help="A folder or file of vectors.")],
    number: Annotated[int, Argument(metavar="N", help="The number of classes.")],
    *,
    output: Annotated[
        Path, Option(help="Where to write each word with the number of its class, from 0.")
    ],
    seed: Annotated[int, Option(help="Chooses the first centres.")] = 1,
    overwrite: Overwrite = False,
) -> None:
    """Cluster words by their vectors into classes, the largest first (k-means by cosine)."""
    from firth.checks import whole_number
    from firth.corpus.vocabulary import check_counts_destination
    from firth.errors import counted
    from firth.io.atomic import atomic_write

    whole_number("the number of classes", number, least=1)
    whole_number("seed", seed, least=0)
    check_counts_destination(output, overwrite=overwrite)
    vectors = load_vectors(path)
    from firth.vectors.clusters import spherical_k_means
    from firth.vectors.formats.texts import TextRule
    from firth.vectors.search import unit_rows

    labels, centres = spherical_k_means(unit_rows(vectors.input_vectors), number, seed)
    rule = TextRule("lines of words and classes", re.compile(r"\s"), "with white space")
    with atomic_write(output) as temporary, temporary.open("wb") as file:
        for word, label in zip(rule.texts(vectors.words, output), labels.tolist(), strict=True):
            file.write(f"{word} {label}\n".encode())
    print_written(output, f"{counted(len(vectors), 'word')} in classes 0 to {len(centres) - 1}")
