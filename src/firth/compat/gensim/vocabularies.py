"""Which words a model of gensim keeps, and texts encoded by them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Corpus, TokenStore, Vocabulary
from firth.corpus.numbers import UnitNumbers
from firth.corpus.vocabulary import Token
from firth.errors import NothingToTrainError
from firth.frequencies import keep_probabilities

# What a trim_rule returns for a word.
RULE_DEFAULT, RULE_DISCARD, RULE_KEEP = range(3)

TrimRule = Callable[[Token, int, int], int]
Counts = Iterable[tuple[Token, int]]


def counts_of(vocabulary: Vocabulary) -> Counts:
    """Return the words of a vocabulary with their counts."""
    return zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)


def counts_in_text(vocabulary: Vocabulary, start: Vocabulary | None) -> Counts:
    """Return words with their counts in a text that was read with others to start from."""
    before = {} if start is None else dict(counts_of(start))
    return ((word, count - before.get(word, 0)) for word, count in counts_of(vocabulary))


def least_count(counts: Counts, min_count: int | None, most: int | None) -> int:
    """Return how often a word must occur: `min_count`, or more if too many words are left.

    Parameters
    ----------
    most : int, optional
        There may be so many words. If equally frequent ones are too many, all of them are left
        out, as gensim does.

    Examples
    --------
    >>> least_count([("tea", 9), ("milk", 4), ("jam", 4), ("rye", 1)], 1, 2)
    5
    """
    least = min_count or 0
    if most is None:
        return least
    ordered = sorted((count for _, count in counts), reverse=True)
    return max(least, ordered[most] + 1 if most < len(ordered) else 1)


def choose(counts: Counts, least: int, rule: TrimRule | None) -> Vocabulary:
    """Return the words to keep, the most frequent first.

    Parameters
    ----------
    counts : iterable of pairs
        Words, and how often each occurs.
    least : int
        Words that occur less often are left out.
    rule : callable, optional
        Called with a word, its count and `least`. It returns `RULE_KEEP`, `RULE_DISCARD`, or
        `RULE_DEFAULT` to leave the choice to `least`.
    """
    kept = [
        (word, int(count))
        for word, count in counts
        if count > 0 and _is_kept(word, int(count), least, rule)
    ]
    kept.sort(key=lambda pair: -pair[1])
    return _vocabulary(kept)


def reported(raw: Mapping[Token, int], kept: Vocabulary, sample: float) -> dict[str, int]:
    """Return how many words of a text are left, and how many of those subsampling leaves.

    Parameters
    ----------
    raw : mapping
        All words with their counts.
    kept : Vocabulary
        Those that are left.

    Examples
    --------
    >>> reported({"tea": 900, "milk": 100, "jam": 1}, Vocabulary(["tea", "milk"], [900, 100]), 0.1)
    {'drop_unique': 1, 'retain_total': 1000, 'downsample_unique': 1, \
'downsample_total': 500, 'num_retained_words': 2}
    """
    shares = keep_probabilities(kept.counts, sample) if len(kept) else np.ones(0)
    return {
        "drop_unique": len(raw) - len(kept),
        "retain_total": int(kept.counts.sum()),
        "downsample_unique": int(np.count_nonzero(shares < 1)),
        "downsample_total": int(shares @ kept.counts),
        "num_retained_words": len(kept),
    }


def _is_kept(word: Token, count: int, least: int, rule: TrimRule | None) -> bool:
    found = RULE_DEFAULT if rule is None else rule(word, count, least)
    return count >= least if found == RULE_DEFAULT else found == RULE_KEEP


def merge(known: Vocabulary, new: Vocabulary) -> Vocabulary:
    """Return known words and then new ones; the counts of words in both are added.

    Examples
    --------
    >>> both = merge(Vocabulary(["tea", "milk"], [5, 2]), Vocabulary(["jam", "milk"], [9, 1]))
    >>> both.words, both.counts.tolist()
    (('tea', 'milk', 'jam'), [5, 3, 9])
    """
    counts = dict(counts_of(known))
    for word, count in counts_of(new):
        counts[word] = counts.get(word, 0) + count
    return _vocabulary(counts.items())


def _vocabulary(pairs: Counts) -> Vocabulary:
    counts = dict(pairs)
    return Vocabulary(counts, np.array(list(counts.values()), np.int64))


def words_of_frequencies(word_freq: Mapping[Token, int]) -> Counts:
    """Return words and counts that were given, checked.

    Raises
    ------
    TypeError
        If they are not words with numbers.
    """
    if not isinstance(word_freq, Mapping):
        raise TypeError(f"word_freq must be a dict of words and counts, got {type(word_freq)}")
    for word, count in word_freq.items():
        if isinstance(count, bool) or not isinstance(count, int | np.integer):
            raise TypeError(f"the count of {word!r} must be a whole number, got {count!r}")
    return word_freq.items()


def encode(corpus: Corpus, vocabulary: Vocabulary) -> Corpus:
    """Return a corpus with the words of another vocabulary only, and its counts.

    Raises
    ------
    NothingToTrainError
        If none of its words is in the vocabulary.
    """
    places = {word: place for place, word in enumerate(vocabulary.words)}
    of_ids = np.array([places.get(word, -1) for word in corpus.vocabulary.words], np.int32)
    ids = of_ids[corpus.tokens.ids]
    is_known = ids >= 0
    if not is_known.any():
        raise NothingToTrainError("no word of the text is in the vocabulary of the model")
    ends = np.concatenate([[0], np.cumsum(is_known)])[corpus.tokens.offsets]
    has_words = np.diff(ends) > 0
    return dataclasses.replace(
        corpus,
        vocabulary=vocabulary,
        tokens=TokenStore(ids[is_known], np.concatenate([ends[:-1][has_words], ends[-1:]])),
        words_left_out=corpus.words_left_out + int(np.count_nonzero(~is_known)),
        unit_numbers=_numbers_of(corpus, has_words),
    )


def _numbers_of(corpus: Corpus, is_kept: NDArray[np.bool_]) -> UnitNumbers:
    """Return which lines or token lists those units are that are kept."""
    numbers = corpus.unit_numbers
    if numbers is None:
        return UnitNumbers(np.flatnonzero(is_kept), np.empty(0, np.int64))
    return UnitNumbers(numbers.ordinals[is_kept], numbers.blanks)


def random_rows(seed: int, count: int, dim: int) -> NDArray[np.float32]:
    """Return random vectors (count, dim) of gensim's size, for what is not trained."""
    rows = np.random.default_rng(seed).random((count, dim), np.float32) - np.float32(0.5)
    return rows / np.float32(dim)
