"""The words of a corpus, their counts and their ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.errors import CorpusError, VocabularyError

Token = str | int


class Vocabulary:
    """The words of a corpus and how often each occurs; a word's id is its place. Immutable.

    Parameters
    ----------
    words : iterable of str or of int
        Each word once. `read_corpus` orders them by count, falling, ties by first appearance.
    counts : array_like of int, (V,)
        Occurrences of each word in the corpus.

    Raises
    ------
    CorpusError
        If words and counts differ in number, or a word stands twice.

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
        self._counts = np.array(counts, dtype=np.int64)
        self._counts.flags.writeable = False
        self._ids = {word: place for place, word in enumerate(self._words)}
        if self._counts.shape != (len(self._words),):
            raise CorpusError(
                f"a vocabulary needs one count for each word, "
                f"got {len(self._words)} words and counts of shape {self._counts.shape}"
            )
        if len(self._ids) != len(self._words):
            raise CorpusError("a word stands twice in the vocabulary")

    @property
    def words(self) -> tuple[Token, ...]:
        """The words; the place of a word is its id."""
        return self._words

    @property
    def counts(self) -> NDArray[np.int64]:
        """Occurrences of each word: int64 (V,), read-only."""
        return self._counts

    def id_of(self, word: Token) -> int:
        """Give the id of `word`.

        Raises
        ------
        VocabularyError
            If `word` is not in the vocabulary.
        """
        try:
            return self._ids[word]
        except KeyError:
            raise VocabularyError(f"{word!r} is not in the vocabulary") from None

    def find(self, words: Iterable[Token]) -> NDArray[np.int32]:
        """Give the ids of several words, -1 for those that are not in the vocabulary.

        Examples
        --------
        >>> Vocabulary(["the", "cat"], [7, 2]).find(["cat", "dog"])
        array([ 1, -1], dtype=int32)
        """
        return np.fromiter((self._ids.get(word, -1) for word in words), np.int32)

    def __len__(self) -> int:
        """Give V, the number of words."""
        return len(self._words)

    def __contains__(self, word: object) -> bool:
        """Tell whether `word` has an id."""
        return word in self._ids

    def __iter__(self) -> Iterator[Token]:
        """Go through the words in the order of their ids."""
        return iter(self._words)

    def __repr__(self) -> str:
        """Show the size only."""
        return f"<Vocabulary of {len(self)} words>"
