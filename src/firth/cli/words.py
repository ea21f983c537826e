"""Vectors and words as they are given in a shell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from firth.errors import VocabularyError

if TYPE_CHECKING:
    from firth.vectors import Vectors


def load_vectors(path: Path) -> Vectors:
    """Load vectors; what that needs is imported here, so that `--help` does not wait for it."""
    from firth.vectors import load

    return load(path)


def token(vectors: Vectors, word: str) -> str | int:
    """Return the word that was meant: item ids are integers, and come as text from a shell."""
    if word not in vectors and word.lstrip("-").isdecimal() and int(word) in vectors:
        return int(word)
    return word


def split_words(vectors: Vectors, given: list[str]) -> list[str | int]:
    """Take lists of words apart at commas, unless the whole is itself a word, such as a comma."""
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
    # An unknown word is told before too few of them.
    vectors[chosen]
    return chosen
