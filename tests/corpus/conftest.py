"""Fixtures of the tests of corpora."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firth.corpus import Corpus


@pytest.fixture
def write(tmp_path) -> Callable[..., Path]:
    """Write a text, bytes, or lists of words as lines, and return the path."""

    def write(content, name="text.txt"):
        if isinstance(content, list):
            content = "\n".join(map(" ".join, content))
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture(scope="session")
def counts_of() -> Callable[[Corpus], list[tuple[str | int, int]]]:
    """Return the words of a corpus with their counts, in order."""
    return lambda corpus: list(
        zip(corpus.vocabulary.words, corpus.vocabulary.counts.tolist(), strict=True)
    )


@pytest.fixture(scope="session")
def units_of() -> Callable[[Corpus], list[list[int]]]:
    """Return the token ids of each unit of a corpus."""
    return lambda corpus: [
        corpus.tokens.unit(index).tolist() for index in range(len(corpus.tokens))
    ]
