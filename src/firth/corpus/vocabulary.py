"""The words of a corpus, their counts and their ids."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.checks import INT64_MAX, are_counts, check_token, shown, switch, why_not_utf8
from firth.errors import (
    ConfigError,
    CorpusError,
    FirthError,
    FormatError,
    VocabularyError,
    counted,
    one_line,
    reraise,
)
from firth.io.atomic import atomic_write, check_writable
from firth.io.compression import open_decompressed
from firth.io.lines import short_lines
from firth.io.mistaken import refuse_mistaken
from firth.io.paths import to_path
from firth.normalization import find_word

Token = str | int


class Vocabulary:
    """The words of a corpus and how often each occurs. The id of a word is its place. Immutable.

    Parameters
    ----------
    words : iterable of str or of int
        Each word once. `read_corpus` orders them by count, falling, ties by first appearance.
    counts : array_like of int, (V,)
        Occurrences of each word in the corpus.

    Raises
    ------
    CorpusError
        If words and counts differ in number, a count is not a whole number from 0 to 2**63 - 1, or
        a word occurs twice.

    Examples
    --------
    >>> vocabulary = Vocabulary(["the", "cat"], [7, 2])
    >>> len(vocabulary), "cat" in vocabulary, vocabulary.id_of("cat")
    (2, True, 1)
    >>> vocabulary.counts
    array([7, 2])
    """

    def __init__(self, words: Iterable[Token], counts: ArrayLike) -> None:
        self._words = tuple(words)
        self._counts = _checked_counts(counts, len(self._words))
        self._ids = {word: place for place, word in enumerate(self._words)}
        if len(self._ids) != len(self._words):
            twice = next(w for place, w in enumerate(self._words) if self._ids[w] != place)
            raise CorpusError(f"the words of a vocabulary must differ, got {shown(twice)} twice")

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """Return how a copy or pickle is made: from words and counts only."""
        return type(self), (self._words, self._counts)

    @property
    def words(self) -> tuple[Token, ...]:
        """The words; the place of a word is its id."""
        return self._words

    @property
    def counts(self) -> NDArray[np.int64]:
        """Occurrences of each word: int64 (V,), read-only."""
        return self._counts

    def id_of(self, word: Token) -> int:
        """Return the id of `word`; its accents may be composed or not.

        Raises
        ------
        VocabularyError
            If `word` is not in the vocabulary.
        ConfigError
            If it is neither text nor an integer.
        """
        place = find_word(word, self._ids)
        if place is None:
            check_token(word)
            raise VocabularyError(f"{one_line(repr(word))} is not in the vocabulary")
        return place

    def find(self, words: Iterable[Token]) -> NDArray[np.int32]:
        """Return the ids of several words as `id_of` finds them, -1 for unknown words.

        Examples
        --------
        >>> Vocabulary(["the", "cat"], [7, 2]).find(["cat", "dog"])
        array([ 1, -1], dtype=int32)
        """
        places = (find_word(word, self._ids) for word in words)
        return np.fromiter((-1 if place is None else place for place in places), np.int32)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write each word and its count on a line, as word2vec's `-save-vocab` does.

        Parameters
        ----------
        path : path
        overwrite : bool
            Whether to replace a file that does not hold words with numbers.

        Raises
        ------
        ConfigError
            If the words are integers, or one of them holds white space or cannot be encoded.
        FirthError
            If the file cannot be written, or holds something else and `overwrite` is False.
        """
        target = to_path("path", path)
        check_counts_destination(target, overwrite=overwrite)
        for word in self._words:
            if (reason := why_not_utf8(str(word))) is not None:
                raise ConfigError(f"cannot write {path}: {reason}")
            if not isinstance(word, str) or word.encode().split() != [word.encode()]:
                raise ConfigError(
                    f"cannot write {path}: a line has a word without white space and its count, "
                    f"got the word {one_line(repr(word))}"
                )
        with atomic_write(target) as temporary, temporary.open("wb") as file:
            for word, count in zip(self._words, self._counts.tolist(), strict=True):
                file.write(f"{word} {count}\n".encode())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` or word2vec's `-save-vocab` wrote.

        Raises
        ------
        FormatError
            If a line is not a word and its count, or a word stands there twice.
        """
        counts = list(read_counts(path))
        with reraise(FormatError, f"read {path}", CorpusError):
            return cls([word for word, _ in counts], [count for _, count in counts])

    def __len__(self) -> int:
        """Return V, the number of words."""
        return len(self._words)

    def __contains__(self, word: object) -> bool:
        """Return whether `word` has an id, as `id_of` finds it."""
        return find_word(word, self._ids) is not None

    def __iter__(self) -> Iterator[Token]:
        """Go through the words in the order of their ids."""
        return iter(self._words)

    def __repr__(self) -> str:
        """Show the size only."""
        return f"<Vocabulary of {counted(len(self), 'word')}>"


def read_counts(
    path: str | os.PathLike[str], encoding_errors: str = "strict"
) -> Iterator[tuple[str, int]]:
    """Iterate over the words of a file and their counts, a pair on each line.

    Raises
    ------
    FormatError
        If a line is not a word and a whole number from 0.
    """
    with open_decompressed(to_path("path", path)) as (file, _):
        refuse_mistaken(file, path, decompressed=True)
        for number, line in enumerate(short_lines(file, path), 1):
            # Only ASCII's white space ends a word, as in word2vec.
            fields = line.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").split()
            try:
                word, count = fields
                pair = word.decode("utf-8", encoding_errors), int(count)
            except UnicodeDecodeError:
                given = one_line(repr(word.decode(errors="replace")))
                raise FormatError(f"{path}: line {number}: the word {given} is not UTF-8") from None
            except ValueError:
                given = one_line(repr(line.decode(errors="replace").rstrip("\r\n")))
                raise FormatError(
                    f"{path}: line {number}: expected a word and a count, got {given}"
                ) from None
            if not 0 <= pair[1] <= INT64_MAX:
                raise FormatError(
                    f"{path}: line {number}: the count of {one_line(repr(pair[0]))} must be from 0 "
                    f"to 2**63 - 1, got {shown(pair[1])}"
                )
            yield pair


def check_counts_destination(path: Path, *, overwrite: bool = False) -> None:
    """Raise `FirthError` if `Vocabulary.save` could not write to `path`. Nothing is changed."""
    check_writable(path)
    # An empty file is one without words.
    if switch("overwrite", overwrite) or not path.exists():
        return
    try:
        Vocabulary.load(path)
    except FormatError:
        raise FirthError(
            f"cannot write {path}: the file there does not hold words with numbers; choose "
            "another name, or overwrite=True (--overwrite) to replace it"
        ) from None


def _checked_counts(counts: ArrayLike, V: int) -> NDArray[np.int64]:
    """Return a read-only copy of V counts."""
    try:
        given = np.asarray(counts)
    except ValueError:  # Ragged.
        given = np.empty((0, 0))
    if not are_counts(given, V):
        raise CorpusError(
            f"a vocabulary needs one count for each word, a whole number from 0 to 2**63 - 1; "
            f"got {counted(V, 'word')} and counts of {given.dtype} {given.shape}"
        )
    checked = np.array(given, dtype=np.int64)
    checked.flags.writeable = False
    return checked
