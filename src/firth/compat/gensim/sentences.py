"""Texts as iterables of token lists, as gensim has them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from typing import IO, Any

from firth.checks import shown
from firth.errors import CorpusError, MissingTextError, one_line, reraise
from firth.io.compression import open_decompressed
from firth.io.mistaken import refuse_mistaken
from firth.io.paths import to_path

# gensim cuts longer sentences into pieces of so many words.
MAX_WORDS_IN_BATCH = 10_000
_READ_AT_ONCE = 1 << 16


class NoCorpusFile(MissingTextError, TypeError):
    """There is no such `corpus_file`: an error of types in gensim."""


class NoFolder(MissingTextError, ValueError):
    """There is no such folder of texts: an error of values in gensim."""


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
        if not is_file:
            to_path("source", source)
        self.source: Any = source
        self.max_sentence_length, self.limit = max_sentence_length, limit

    def __iter__(self) -> Iterator[list[str]]:
        """Iterate over the lines as token lists."""
        for words in self.lines():
            for start in range(0, len(words), self.max_sentence_length):
                yield words[start : start + self.max_sentence_length]

    def lines(self) -> Iterator[list[str]]:
        """Iterate over the words of whole lines, of empty ones too."""
        if hasattr(self.source, "readline"):
            self.source.seek(0)
            yield from self._words(self.source)
            return
        path = to_path("source", self.source)
        with open_decompressed(path) as (file, _):
            refuse_mistaken(file, path, decompressed=True)
            yield from self._words(file)

    def _words(self, lines: Iterable[str | bytes]) -> Iterator[list[str]]:
        for number, line in enumerate(itertools.islice(lines, self.limit), 1):
            yield (line if isinstance(line, str) else _decoded(line, self.source, number)).split()


class PathLineSentences:
    """The lines of all files of a folder, in the order of their names; see `LineSentence`."""

    def __init__(
        self,
        source: str | os.PathLike[str],
        max_sentence_length: int = MAX_WORDS_IN_BATCH,
        limit: int | None = None,
    ) -> None:
        folder = to_path("source", source)
        with reraise(CorpusError, f"read {folder}"):
            if not folder.exists():
                raise NoFolder(f"no such file or folder: {folder}")
            files = [folder] if folder.is_file() else sorted(folder.iterdir())
        self.source = source
        self.input_files = [str(file) for file in files]
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
        to_path("fname", fname)
        self.fname, self.max_sentence_length = fname, max_sentence_length

    def __iter__(self) -> Iterator[list[str]]:
        """Iterate over the pieces as token lists."""
        words: list[str] = []
        left = b""
        path = to_path("fname", self.fname)
        with open_decompressed(path) as (file, _):
            refuse_mistaken(file, path, decompressed=True)
            while chunk := file.read(_READ_AT_ONCE):
                *whole, left = (left + chunk).split(b" ")
                words += _decoded(b" ".join(whole), path).split()
                while len(words) >= self.max_sentence_length:
                    yield words[: self.max_sentence_length]
                    words = words[self.max_sentence_length :]
        words += _decoded(left, path).split()
        if words:
            yield words


def _decoded(text: bytes, source: object, line: int | None = None) -> str:
    """Return text of UTF-8. The error is Python's, as in gensim, but it names the place."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        is_path = isinstance(source, str | os.PathLike)
        name = one_line(str(source if is_path else getattr(source, "name", source)))
        where = name if line is None else f"line {line} of {name}"
        error.reason += f", in {where}; convert it: iconv -f ENCODING -t UTF-8"
        raise


def one_of(sentences: object, corpus_file: str | os.PathLike[str] | None) -> object:
    """Return the text that was given in one of two ways, checked."""
    if (sentences is None) == (corpus_file is None):
        raise TypeError("give one of corpus_iterable (sentences) and corpus_file")
    if corpus_file is not None and not isinstance(corpus_file, str | os.PathLike):
        raise TypeError(f"corpus_file must be a path, got {shown(corpus_file)}")
    if isinstance(sentences, str):
        raise TypeError("sentences must be token lists, not one text; see LineSentence")
    if sentences is not None and not isinstance(sentences, Iterable):
        raise TypeError(f"sentences must be token lists, got {shown(sentences)}")
    return corpus_file if sentences is None else sentences
