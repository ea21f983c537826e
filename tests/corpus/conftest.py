"""Fixtures of the tests of corpora."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from firth.corpus import Corpus, TokenStore
from firth.corpus.tokens import ScratchArray


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


@pytest.fixture
def give_input(monkeypatch) -> Callable[[bytes], None]:
    """Make these bytes the standard input."""
    return lambda data: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


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


@pytest.fixture(scope="session")
def mapped_store() -> Callable[[int], TokenStore]:
    """Return a store of one unit with the ids 0, 1, 2 and so on, mapped from a file."""

    def mapped_store(size):
        with ScratchArray(np.int32) as file:
            file.append(np.arange(size, dtype=np.int32))
            ids, mapping = file.map()
        return TokenStore(ids, np.array([0, size]), mapping=mapping)

    return mapped_store


@pytest.fixture(scope="session")
def resident_kilobytes() -> Callable[[], int]:
    """Return the resident memory of this process."""
    status = Path("/proc/self/smaps_rollup")
    if not status.exists():
        pytest.skip("reads /proc")
    return lambda: int(re.search(r"Rss: +(\d+)", status.read_text())[1])
