"""Files of word groups: a line `: name` begins a group, and its words follow."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.evaluation.files import numbered_lines
from firth.evaluation.lookup import rows_of
from firth.vectors import Vectors
from firth.vectors.search import unit_rows

Groups = Mapping[str, Sequence[str]]


def read_groups(path: str | os.PathLike[str]) -> dict[str, list[str]]:
    """Read groups of words, separated by white space or commas; `//` begins a comment.

    Raises
    ------
    FormatError
        If the file cannot be read, a word comes before the first group, a name comes twice, or a
        group is empty.
    """
    groups: dict[str, list[str]] = {}
    words: list[str] | None = None
    for number, line in numbered_lines(path, comment="//"):
        if line.startswith(":"):
            name = line[1:].strip()
            if name in groups:
                raise FormatError(f"{path}: line {number}: a second group named {name!r}")
            words = groups.setdefault(name, [])
        elif words is None:
            raise FormatError(f"{path}: line {number}: a word before the first ': group'")
        else:
            words += line.replace(",", " ").split()
    empty = next((name for name, found in groups.items() if not found), None)
    if empty is not None or not groups:
        raise FormatError(
            f"{path}: " + (f"the group {empty!r} is empty" if groups else "no groups")
        )
    return groups


def find_units(
    vectors: Vectors, rows: Mapping[str, int], words: Sequence[str], *, fold: bool
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the vectors at length one (n, D) of those words that have one, and which do.

    `rows` is what `first_rows` returned.
    """
    found = np.array(rows_of(words, rows, fold=fold), np.int64)
    return unit_rows(vectors.input_vectors[found[found >= 0]]), found >= 0
