"""Texts as iterables of token lists, as gensim has them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from firth.errors import MissingTextError
from firth.io.compression import open_decompressed
from firth.io.paths import to_path

# gensim cuts longer sentences into pieces of so many words.
MAX_WORDS_IN_BATCH = 10_000
_READ_AT_ONCE = 1 << 16


class LineSentence:
    """The lines of a text file, each cut into words at white space.

    Parameters
    ----------
    source : path or file
        A text, plain or compressed; or an open file, which is read from its start.
    max_sentence_length : int
        Longer lines are cut into pieces of so many words.
    limit : int, optional
        Only so many lines.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | IO[Any],
        max_sentence_length: int = MAX_WORDS_IN_BATCH,
        limit: int | None = None,
    ) -> None:
        is_file = hasattr(source, "readline")
        self.source: Any = source if is_file else to_path("source", source)
        self.max_sentence_length, self.limit = max_sentence_length, limit

    def __iter__(self) -> Iterator[list[str]]:
        """Iterate over the lines as token lists."""
        if hasattr(self.source, "readline"):
            self.source.seek(0)
            yield from self._sentences(self.source)
            return
        with open_decompressed(self.source) as (file, _):
            yield from self._sentences(file)

    def _sentences(self, lines: Iterable[str | bytes]) -> Iterator[list[str]]:
        for line in itertools.islice(lines, self.limit):
            text = line if isinstance(line, str) else line.decode("utf-8")
            words = text.split()
            for start in range(0, len(words), self.max_sentence_length):
                yield words[start : start + self.max_sentence_length]


class PathLineSentences:
    """The lines of all files of a folder, in the order of their names; see `LineSentence`."""

    def __init__(
        self,
        source: str | os.PathLike[str],
        max_sentence_length: int = MAX_WORDS_IN_BATCH,
        limit: int | None = None,
    ) -> None:
        folder = to_path("source", source)
        if not folder.exists():
            raise MissingTextError(f"no such file or folder: {folder}")
        self.input_files = [folder] if folder.is_file() else sorted(Path(folder).iterdir())
        self.max_sentence_length, self.limit = max_sentence_length, limit

    def __iter__(self) -> Iterator[list[str]]:
        """Iterate over the lines as token lists."""
        for path in self.input_files:
            yield from LineSentence(path, self.max_sentence_length, self.limit)


class Text8Corpus:
    """A text in one line, such as text8, in pieces of so many words."""

    def __init__(
        self, fname: str | os.PathLike[str], max_sentence_length: int = MAX_WORDS_IN_BATCH
    ) -> None:
        self.fname, self.max_sentence_length = to_path("fname", fname), max_sentence_length

    def __iter__(self) -> Iterator[list[str]]:
        """Iterate over the pieces as token lists."""
        words: list[str] = []
        left = b""
        with open_decompressed(self.fname) as (file, _):
            while chunk := file.read(_READ_AT_ONCE):
                *whole, left = (left + chunk).split(b" ")
                words += b" ".join(whole).decode("utf-8").split()
                while len(words) >= self.max_sentence_length:
                    yield words[: self.max_sentence_length]
                    words = words[self.max_sentence_length :]
        words += left.decode("utf-8").split()
        if words:
            yield words
