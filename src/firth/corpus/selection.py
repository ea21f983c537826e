"""Which words of a corpus are kept, and their ids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown
from firth.corpus.raw_corpus import RawCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError, CorpusError, one_line

_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Selection:
    """The words that were kept.

    Parameters
    ----------
    vocabulary : Vocabulary
        These words, and their counts.
    ids : int32, (words,)
        Token id of each word of the draft, -1 for those left out.
    """

    vocabulary: Vocabulary
    ids: NDArray[np.int32]


def select_words(
    draft: RawCorpus, *, min_count: int, max_vocab: int | None, start: Vocabulary | None
) -> Selection:
    """Keep the words of `start` and the frequent ones of the draft; counts add up.

    They are ordered by count, falling; ties: words of `start` as they stand there, then the others
    by first appearance.

    Parameters
    ----------
    draft : RawCorpus
        A corpus as first read, of one word at least; its counts decide.
    min_count : int
        Other words that occur less often are left out.
    max_vocab : int, optional
        Keep at most so many words in all.
    start : Vocabulary, optional
        Words that are kept whatever their count.

    Raises
    ------
    ConfigError
        If the words of `start` are of another kind than those of the draft.
    CorpusError
        If fewer than two words are kept, or one cannot be written as UTF-8.
    """
    counts = draft.counts
    start = start or Vocabulary((), ())
    _check_kind(start, draft)
    places = find_words(draft, start)
    known = np.flatnonzero(places >= 0)
    fresh = np.flatnonzero((places < 0) & (counts >= min_count))
    fresh = fresh[np.argsort(-counts[fresh], kind="stable")]
    fresh = fresh if max_vocab is None else fresh[: max_vocab - len(start)]

    # Several words of the draft may be one of start, with its accents written in other ways.
    added = np.zeros(len(start), np.int64)
    np.add.at(added, places[known], counts[known])
    _check_sums(start, added)
    rows = np.concatenate([start.counts + added, counts[fresh]])
    order = np.argsort(-rows, kind="stable")
    words = [*start, *draft.spell(fresh)]
    vocabulary = Vocabulary([words[row] for row in order.tolist()], rows[order])

    id_of_row = np.empty(len(rows), np.int32)
    id_of_row[order] = np.arange(len(rows), dtype=np.int32)
    ids = np.full(len(counts), -1, np.int32)
    ids[known] = id_of_row[places[known]]
    ids[fresh] = id_of_row[len(start) :]
    _check_words(vocabulary, draft, min_count, start)
    return Selection(vocabulary, ids)


def find_words(draft: RawCorpus, vocabulary: Vocabulary) -> NDArray[np.int32]:
    """Return the id in `vocabulary` of each word of the draft, -1 where it has none: (words,)."""
    ids = np.full(len(draft.counts), -1, np.int32)
    if len(vocabulary):
        for first in range(0, len(ids), _AT_ONCE):
            numbers = np.arange(first, min(first + _AT_ONCE, len(ids)))
            ids[numbers] = vocabulary.find(draft.spell(numbers))
    return ids


def check_start(start: Vocabulary | None, max_vocab: int | None) -> None:
    """Raise `ConfigError` if `start` cannot be where a vocabulary starts from."""
    if start is None:
        return
    if not isinstance(start, Vocabulary):
        raise ConfigError(
            f"start must be a Vocabulary, got {shown(start)} (firth.train takes Vectors)"
        )
    if len(start) == 0:
        return
    if max_vocab is not None and max_vocab < len(start):
        raise ConfigError(
            f"max_vocab must be at least {len(start)}, the number of words to start from, "
            f"got {max_vocab}"
        )
    if len({isinstance(word, str) for word in start}) > 1:
        raise ConfigError("start must hold words that are all text or all integers, got both")
    lowest = int(np.argmin(start.counts))
    if start.counts[lowest] < 1:
        raise ConfigError(
            f"every count in start must be at least 1, got {start.counts[lowest]} for "
            f"{start.words[lowest]!r}"
        )


def _check_sums(start: Vocabulary, added: NDArray[np.int64]) -> None:
    """Raise `ConfigError` if counts of `start` and of the draft add up to more than 64 bits."""
    exceed = added > np.iinfo(np.int64).max - start.counts
    if exceed.any():
        place = int(np.argmax(exceed))
        raise ConfigError(
            f"the counts of {start.words[place]!r} in start and in the text add up to more than "
            "2**63 - 1; give start lower counts"
        )


def _check_kind(start: Vocabulary, draft: RawCorpus) -> None:
    if len(start) == 0:
        return
    started, read = (
        "text" if isinstance(word, str) else "integers"
        for word in (start.words[0], draft.spell(np.zeros(1, np.int64))[0])
    )
    if started != read:
        raise ConfigError(
            f"the words of start are {started} and those of the corpus {read}; "
            "they must be of one kind"
        )


def _check_words(
    vocabulary: Vocabulary, draft: RawCorpus, min_count: int, start: Vocabulary
) -> None:
    counts = draft.counts
    if len(vocabulary) < 2:
        if len(start):
            kept = f"start has only {one_line(repr(start.words[0]))}, and no other word occurs"
        else:
            only = [f"only {one_line(repr(word))} occurs" for word in vocabulary]
            kept = only[0] if only else "no word occurs"
        more = "lower min_count (--min-count)" if len(counts) > 1 else "text with other words"
        raise CorpusError(
            f"{kept} {min_count} times or more: the most frequent of {counts.sum()} words to "
            f"train on occurs {counts.max()} times; give more text or {more}"
        )
    for word in vocabulary:
        try:
            str(word).encode()
        except UnicodeEncodeError as error:
            raise CorpusError(
                f"the word {one_line(repr(word))} holds a lone surrogate and cannot be written "
                "as UTF-8"
            ) from error
