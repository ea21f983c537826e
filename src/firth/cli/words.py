"""Vectors and words from the arguments of a verb."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from firth.errors import VocabularyError

if TYPE_CHECKING:
    from firth.vectors import Vectors


def load_vectors(path: Path) -> Vectors:
    """Load vectors. The import is here so that `--help` does not wait for it."""
    from firth.vectors import load

    return load(path)


def token(vectors: Vectors, word: str) -> str | int:
    """Return a word, or the integer that it spells: a shell passes item ids as text."""
    if word not in vectors and word.lstrip("-").isdecimal() and int(word) in vectors:
        return int(word)
    return word


def split_words(vectors: Vectors, given: list[str]) -> list[str | int]:
    """Split lists of words at commas; a list that is itself a word, such as `,`, stays whole."""
    pieces = [
        word.strip()
        for words in given
        for word in ([words] if words in vectors else re.split("[,，、]", words))
    ]
    chosen = [token(vectors, word) for word in pieces if word]
    if not chosen:
        raise VocabularyError("no words given")
    for word in chosen:
        if word not in vectors and " " in str(word):
            raise VocabularyError(f"{word!r} has no vector; words are separated by ','")
    # Raises on a word that has no vector, before anything complains that there are too few.
    vectors[chosen]
    return chosen
