"""Counting the words of a text, of which nothing is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from firth.checks import whole_number
from firth.corpus.first_pass import OpenedSource, TextOptions, first_pass_of_words
from firth.corpus.selection import frequent_words
from firth.corpus.tokens import ScratchArray
from firth.corpus.vocabulary import Vocabulary


@dataclass(frozen=True)
class WordCounts:
    """The frequent words of a text, and how many words it has in all."""

    vocabulary: Vocabulary
    words_read: int

    @property
    def words_kept(self) -> int:
        """Words of the text that are in the vocabulary."""
        return int(self.vocabulary.counts.sum())


def count_words(
    source: Any,  # noqa: ANN401
    *,
    min_count: int = 5,
    max_vocab: int | None = None,
    **options: Any,  # noqa: ANN401
) -> WordCounts:
    """Count the words of a text, which may be too few to train on.

    Parameters
    ----------
    source, min_count, max_vocab
        As for `read_corpus`; one word is enough.
    **options
        The options of `TextOptions`.

    Raises
    ------
    ConfigError
        If an option is out of range.
    CorpusError
        If the source cannot be read, or no word occurs `min_count` times.

    Examples
    --------
    >>> counts = count_words([["tea"], ["milk"], ["tea"]], min_count=2)
    >>> counts.vocabulary.words, counts.words_kept, counts.words_read
    (('tea',), 2, 3)
    """
    whole_number("min_count", min_count, least=1)
    if max_vocab is not None:
        whole_number("max_vocab", max_vocab, least=1)
    opened = OpenedSource(source, TextOptions(**options))
    with ScratchArray(np.int32) as symbols:
        raw = first_pass_of_words(opened, symbols, purpose="count")
        vocabulary = frequent_words(raw, min_count=min_count, max_vocab=max_vocab)
    return WordCounts(vocabulary, raw.words_read)
