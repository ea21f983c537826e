"""A corpus as numbers, before its vocabulary is chosen: what the stages of reading hand on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.corpus.tokens import ScratchArray
from firth.corpus.vocabulary import Token


@dataclass(frozen=True)
class RawCorpus:
    """A corpus, or a part of one, that was read once.

    It is a stream of symbols. A symbol is a distinct chunk of the text, or a word itself. Symbols
    and words are numbered by first appearance.

    Parameters
    ----------
    symbols : ScratchArray of int32
        The stream, with `UNIT_END` after each unit. Units may be empty.
    units : int
        Lines of the source that are not blank, or token lists that are not empty.
    bounds : int64, (symbols + 1,)
        Symbol `s` stands for `words[bounds[s]:bounds[s + 1]]`.
    words : int32, (bounds[-1],)
        Numbers of words.
    counts : int64, (words,)
        Occurrences of each word in the stream.
    spell : callable
        Takes numbers of words and returns the words.
    unspaced : str, optional
        The languages of most of the text, if it has no spaces between words.
    """

    symbols: ScratchArray[np.int32]
    units: int
    bounds: NDArray[np.int64]
    words: NDArray[np.int32]
    counts: NDArray[np.int64]
    spell: Callable[[NDArray[np.int64]], Sequence[Token]]
    unspaced: str | None = None

    @classmethod
    def of_words(
        cls,
        symbols: ScratchArray[np.int32],
        units: int,
        counts: NDArray[np.int64],
        spell: Callable[[NDArray[np.int64]], Sequence[Token]],
        unspaced: str | None = None,
    ) -> RawCorpus:
        """Return a corpus whose symbols are words already."""
        size = len(counts)
        words = np.arange(size, dtype=np.int32)
        return cls(symbols, units, np.arange(size + 1), words, counts, spell, unspaced)

    @property
    def words_read(self) -> int:
        """Words in the stream."""
        return int(self.counts.sum())

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of words of each symbol: int64 (symbols,)."""
        return np.diff(self.bounds)

    def count_words(self, symbol_counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how often each word occurs if each symbol occurs so often: int64 (words,)."""
        return count_items(self.words, np.repeat(symbol_counts, self.lengths), len(self.counts))


def count_items(items: NDArray[np.int32], times: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return how often each number below `size` occurs if `items[i]` occurs `times[i]` times."""
    counts = np.zeros(size, np.int64)
    np.add.at(counts, items, times)
    return counts
