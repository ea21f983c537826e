"""Vectors and words from the arguments of a verb."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from firth.checks import split_list
from firth.errors import FirthError, VocabularyError, counted, one_line

if TYPE_CHECKING:
    from firth.vectors import Vectors


def load_vectors(path: Path) -> Vectors:
    """Load vectors. The import is here so that `--help` does not wait for it."""
    from firth.vectors import load

    return load(path)


def name_of(path: Path) -> str:
    """Return a name for vectors: that of their folder, or of their file without its suffix.

    Examples
    --------
    >>> name_of(Path("vectors.bin"))
    'vectors'
    """
    return path.name if path.is_dir() else path.stem


def load_near(path: Path, weights: Mapping[str, float], top: int) -> Vectors:
    """Load the vectors that answer which words are nearest to a sum: few of a long file."""
    from firth.vectors.partial_loading import load_near

    return load_near(path, weights, top) or load_vectors(path)


def use_index(
    vectors: Vectors,
    path: Path,
    approximate: bool,
    restrict: list[str] | None,
    method: str = "add",
) -> bool | None:
    """Open the index of vectors if it is to answer; return the option `exact` of questions."""
    if not approximate:
        return None
    if restrict or method != "add":
        option = "--restrict" if restrict else f"--method {method}"
        raise click.UsageError(
            f"--approximate looks for one direction among all words: give it without {option}"
        )
    from firth.vectors.sidecars import index_path

    vectors.open_index(index_path(path))
    return False


def token(vectors: Vectors, word: str) -> str | int:
    """Return a word, or the integer that it spells: a shell passes item ids as text."""
    from firth.vectors.queries import spelled_token

    return spelled_token(vectors, word)


def document_named(documents: Vectors, name: str) -> str | int:
    """Return the number or tag of a document.

    Raises
    ------
    VocabularyError
        If it has no vector.
    """
    found = token(documents, name)
    if found not in documents:
        first, last = documents.words[0], documents.words[-1]
        raise VocabularyError(
            f"document {one_line(repr(name))} has no vector; {counted(len(documents), 'document')} "
            f"have one, from {one_line(repr(first))} to {one_line(repr(last))}"
        )
    return found


class Answers(TypedDict):
    """Which words may be answers, as keywords of questions."""

    exclude: list[str | int]
    restrict: int | list[str | int] | None


def answers(vectors: Vectors, exclude: list[str] | None, restrict: list[str] | None) -> Answers:
    """Return which words may be answers; a single whole number restricts to the most frequent."""
    among: int | list[str | int] | None = None
    if restrict:
        number = re.fullmatch(r"[-+]?\d+", restrict[0]) if len(restrict) == 1 else None
        among = int(number[0]) if number else split_words(vectors, restrict)
    return {"exclude": split_words(vectors, exclude) if exclude else [], "restrict": among}


def split_words(vectors: Vectors, given: list[str]) -> list[str | int]:
    """Split lists of words at commas; a list that is itself a word, such as `,`, stays whole."""
    pieces = [
        word.strip()
        for words in given
        for word in ([words] if words in vectors else split_list(words))
    ]
    chosen = [token(vectors, word) for word in pieces if word]
    if not chosen:
        told = " ".join(one_line(repr(words)) for words in given)
        raise VocabularyError(f"no words given: {told} names none; separate words by ','")
    for word in chosen:
        if word not in vectors and " " in str(word):
            raise VocabularyError(f"{word!r} has no vector; words are separated by ','")
    # Raises on a word that has no vector, before anything complains that there are too few.
    vectors[chosen]
    return chosen


def input_lines() -> Iterator[str]:
    """Iterate over the lines of standard input.

    Raises
    ------
    FirthError
        If standard input is closed.
    """
    if sys.stdin is None:
        raise FirthError("standard input is closed; pipe words in, a question on each line")
    yield from sys.stdin
