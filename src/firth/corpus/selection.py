"""Which words of a corpus are kept, and their ids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown, whole_number, why_not_utf8
from firth.corpus.raw_corpus import RawCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError, CorpusError, NoWordsError, counted, one_line
from firth.io.paths import to_path
from firth.subwords.cutting import END_OF_LINE

_AT_ONCE = 1 << 16


def select_words(
    raw: RawCorpus,
    *,
    min_count: int,
    max_vocab: int | None,
    start: Vocabulary | None,
    listed: Vocabulary | None = None,
) -> tuple[Vocabulary, NDArray[np.int32]]:
    """Keep the words of `start` and the frequent words of a corpus; counts add up.

    They are ordered by count, falling. Ties: words of `start` in their order, then the others by
    first appearance.

    Parameters
    ----------
    raw : RawCorpus
        A corpus of at least one word; its counts decide.
    min_count : int
        Words that occur less often are left out, but not those of `start`.
    max_vocab : int, optional
        Keep at most so many words in all.
    start : Vocabulary, optional
        Words that are kept whatever their count.
    listed : Vocabulary, optional
        Words and counts in the place of those of the corpus.

    Returns
    -------
    vocabulary, ids
        The words that are kept, with their counts, and the token id of each word of `raw`, -1 for
        a word that is left out: int32 (words,).

    Raises
    ------
    ConfigError
        If the words of `start` are text and those of the corpus integers, or the reverse, or
        counts add up to more than 64 bits.
    CorpusError
        If fewer than two words are kept, or one cannot be written as UTF-8.
    """
    if listed is not None:
        return _select_listed(raw, listed, min_count, max_vocab)
    counts = raw.counts
    start = start or Vocabulary((), ())
    _check_kind(start, raw)
    places = find_words(raw, start)
    known = np.flatnonzero(places >= 0)
    fresh = _by_count(np.flatnonzero((places < 0) & (counts >= min_count)), counts)
    fresh = fresh if max_vocab is None else fresh[: max_vocab - len(start)]

    # Several words of the corpus may be one word of start, with its accents written in other ways.
    added = np.zeros(len(start), np.int64)
    np.add.at(added, places[known], counts[known])
    _check_sums(start, added)
    rows = np.concatenate([start.counts + added, counts[fresh]])
    order = np.argsort(-rows, kind="stable")
    words = [*start, *raw.spell(fresh)]
    vocabulary = Vocabulary([words[row] for row in order.tolist()], rows[order])

    id_of_row = np.empty(len(rows), np.int32)
    id_of_row[order] = np.arange(len(rows), dtype=np.int32)
    ids = np.full(len(counts), -1, np.int32)
    ids[known] = id_of_row[places[known]]
    ids[fresh] = id_of_row[len(start) :]
    _check_words(vocabulary, raw, min_count, start)
    return vocabulary, ids


def frequent_words(raw: RawCorpus, *, min_count: int, max_vocab: int | None) -> Vocabulary:
    """Return the frequent words of a corpus, in the order of `select_words`: one or more.

    Raises
    ------
    CorpusError
        If no word occurs so often, or one cannot be written as UTF-8.
    """
    kept = _by_count(np.flatnonzero(raw.counts >= min_count), raw.counts)[:max_vocab]
    if not len(kept):
        raise NoWordsError(
            f"no word occurs {counted(min_count, 'time')} or more: {_most_frequent(raw)}; lower "
            "min_count (--min-count)"
        )
    vocabulary = Vocabulary(raw.spell(kept), raw.counts[kept])
    _check_spelling(vocabulary)
    return vocabulary


def _by_count(words: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return numbers of words in the order of their counts, falling."""
    return words[np.argsort(-counts[words], kind="stable")]


def _advice_on_words(raw: RawCorpus, min_count: int) -> str:
    """Return what to do where fewer than two words are frequent enough."""
    if len(raw.counts) < 2:
        return "the text has no other word; give one with other words"
    if min_count <= 1:
        return "give text with other words"
    return "give more text or lower min_count (--min-count)"


def _most_frequent(raw: RawCorpus, purpose: str = "") -> str:
    """Return how often the most frequent word occurs, for a message."""
    most = counted(int(raw.counts.max()), "time")
    return f"the most frequent of {counted(raw.words_read, 'word')}{purpose} occurs {most}"


def _select_listed(
    raw: RawCorpus, listed: Vocabulary, min_count: int, max_vocab: int | None
) -> tuple[Vocabulary, NDArray[np.int32]]:
    """Keep the frequent words of a list, in the corpus or not, with the counts of the list."""
    _check_kind(listed, raw)
    counts = listed.counts.copy()
    ids = find_words(raw, listed)
    if END_OF_LINE in listed and not (ids == listed.id_of(END_OF_LINE)).any():
        # word2vec counts the ends of lines as a word.
        counts[listed.id_of(END_OF_LINE)] = 0
    kept = _by_count(np.flatnonzero(counts >= min_count), counts)[:max_vocab]
    if len(kept) < 2:
        raise NoWordsError(
            f"the vocabulary has {counted(len(kept), 'word')} with a count of {min_count} or more, "
            "and two are needed: lower min_count (--min-count)"
        )
    id_of_row = np.full(len(listed) + 1, -1, np.int32)
    id_of_row[kept] = np.arange(len(kept), dtype=np.int32)
    # -1 is the last place.
    ids = id_of_row[ids]
    if (ids < 0).all():
        raise NoWordsError(
            f"none of the words to train on ({raw.words_read:,}) is in the vocabulary: give one "
            "that was counted in such a text"
        )
    return Vocabulary([listed.words[row] for row in kept.tolist()], counts[kept]), ids


def _listed_words(vocabulary: object, start: Vocabulary | None, phrases: object) -> Vocabulary:
    """Return the words and counts that are given in the place of those of a corpus."""
    if not isinstance(vocabulary, Vocabulary):
        path = to_path("vocabulary", vocabulary, what="a Vocabulary or a path")
        vocabulary = Vocabulary.load(path)
    if start is not None:
        raise ConfigError(
            "vocabulary and start both tell words and counts: give one of them (--vocabulary, "
            "--start)"
        )
    if type(phrases) is not int or phrases:
        raise ConfigError(
            "phrases make words of their own, which vocabulary cannot count: give one of them "
            "(--phrases, --vocabulary)"
        )
    return vocabulary


def find_words(raw: RawCorpus, vocabulary: Vocabulary) -> NDArray[np.int32]:
    """Return the id in `vocabulary` of each word of a corpus, -1 if it has none: (words,)."""
    ids = np.full(len(raw.counts), -1, np.int32)
    if len(vocabulary):
        for first in range(0, len(ids), _AT_ONCE):
            numbers = np.arange(first, min(first + _AT_ONCE, len(ids)))
            ids[numbers] = vocabulary.find(raw.spell(numbers))
    return ids


def check_words(
    vocabulary: object,
    *,
    min_count: int,
    max_vocab: int | None,
    start: Vocabulary | None,
    phrases: object,
) -> Vocabulary | None:
    """Check the options that choose words; return the `vocabulary` that is given, if one is.

    Raises
    ------
    ConfigError
        If an option is out of range, or does not fit another.
    FormatError
        If the file of the vocabulary cannot be read.
    """
    whole_number("min_count", min_count, least=1)
    if max_vocab is not None:
        whole_number("max_vocab", max_vocab, least=2)
    _check_start(start, max_vocab)
    return None if vocabulary is None else _listed_words(vocabulary, start, phrases)


def _check_start(start: Vocabulary | None, max_vocab: int | None) -> None:
    """Raise `ConfigError` if a vocabulary cannot start from `start`."""
    if start is None:
        return
    if not isinstance(start, Vocabulary):
        raise ConfigError(
            f"start must be a Vocabulary, got {shown(start)} (firth.train takes Vectors)"
        )
    if max_vocab is not None and max_vocab < len(start):
        raise ConfigError(
            f"max_vocab must be at least {len(start)}, the number of words to start from, "
            f"got {max_vocab}"
        )
    if len({isinstance(word, str) for word in start}) > 1:
        raise ConfigError("start must hold words that are all text or all integers, got both")
    if start.counts.min(initial=1) < 1:
        lowest = int(np.argmin(start.counts))
        raise ConfigError(
            f"every count in start must be at least 1, got {start.counts[lowest]} for "
            f"{start.words[lowest]!r}"
        )


def _check_sums(start: Vocabulary, added: NDArray[np.int64]) -> None:
    exceed = added > np.iinfo(np.int64).max - start.counts
    if exceed.any():
        word = start.words[int(np.argmax(exceed))]
        raise ConfigError(
            f"the counts of {word!r} in start and in the text add up to more than "
            "2**63 - 1; give start lower counts"
        )


def _check_kind(start: Vocabulary, raw: RawCorpus) -> None:
    if len(start) == 0:
        return
    started, read = (
        "text" if isinstance(word, str) else "integers"
        for word in (start.words[0], raw.spell(np.zeros(1, np.int64))[0])
    )
    if started != read:
        raise ConfigError(
            f"the words of start are {started} and those of the corpus {read}; "
            "they must be of one kind"
        )


def _check_words(vocabulary: Vocabulary, raw: RawCorpus, min_count: int, start: Vocabulary) -> None:
    if len(vocabulary) < 2:
        if len(start):
            kept = f"start has only {one_line(repr(start.words[0]))}, and no other word occurs"
        elif len(vocabulary):
            kept = f"only {one_line(repr(vocabulary.words[0]))} occurs"
        else:
            kept = "no word occurs"
        raise NoWordsError(
            f"{kept} {counted(min_count, 'time')} or more: {_most_frequent(raw, ' to train on')}; "
            f"{_advice_on_words(raw, min_count)}"
        )
    _check_spelling(vocabulary)


def _check_spelling(vocabulary: Vocabulary) -> None:
    """Raise `CorpusError` if a word cannot be written as UTF-8."""
    for word in vocabulary:
        if (reason := why_not_utf8(str(word))) is not None:
            raise CorpusError(reason)
