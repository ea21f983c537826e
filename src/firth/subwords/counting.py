"""Subwords for the words of a text: a row for each n-gram that at least two words hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.checks import are_counts
from firth.errors import ConfigError, counted
from firth.subwords.cutting import bounded, checked_text, parts_of
from firth.subwords.options import Cut, SubwordsOption, Token, check_buckets_fit, check_lengths
from firth.subwords.subwords import Subwords, hashed_ngrams

# An n-gram of one word would only repeat that word's own row.
_FEWEST_WORDS = 2


def make_subwords(
    option: SubwordsOption,
    words: Sequence[Token],
    counts: ArrayLike,
    buckets: int | None = None,
) -> Subwords | None:
    """Return the subwords that the options `subwords` and `buckets` ask for, None for `none`.

    Parameters
    ----------
    option : (int, int), callable or "none"
        As `check_subwords` returns it.
    words : sequence of str, (V,)
        The vocabulary.
    counts : array_like of int, (V,)
        Occurrences of each word in the text.
    buckets : int, optional
        Rows to hash n-grams into; by default each that two words hold has one of its own.

    Raises
    ------
    ConfigError
        If the options do not fit together, or a word is not text.

    Examples
    --------
    >>> make_subwords((3, 6), ["tea", "teas"], [3, 1])
    <Subwords by 3-6, 3 rows>
    """
    check_buckets_fit(option, buckets)
    if option == "none":
        return None
    if callable(option):
        return count_parts(words, counts, option)
    least, most = option
    if buckets is None:
        return count_ngrams(words, counts, least, most)
    for word in words:
        checked_text(word)
    return hashed_ngrams(least, most, buckets)


def count_ngrams(words: Sequence[Token], counts: ArrayLike, least: int, most: int) -> Subwords:
    """Return subwords with a row for each n-gram of characters that at least two words hold.

    The rows are in falling order of the sum of the counts of the words that hold the n-gram, ties
    by first appearance. So rows that are often used lie together.

    Parameters
    ----------
    words : sequence of str, (V,)
        The vocabulary.
    counts : array_like of int, (V,)
        Occurrences of each word in the text.
    least, most : int
        Lengths of the n-grams in Unicode characters, the marks `<` and `>` included.

    Raises
    ------
    ConfigError
        If the lengths are out of range, a word is not text, or words and counts differ in number.

    Examples
    --------
    >>> count_ngrams(["tea", "sea", "teas"], [5, 2, 4], 3, 3).ngrams
    ('<te', 'tea', 'ea>')
    """
    least, most = check_lengths("subwords", least, most)
    numbers = _checked_counts(counts, len(words))
    from firth.subwords.compiled import count_holders, spell

    texts = [bounded(checked_text(word)) for word in words]
    entries = count_holders(spell(texts), least, most, numbers)
    shared = entries[entries["words"] >= _FEWEST_WORDS]
    shared = shared[np.argsort(-shared["total"], kind="stable")]
    text = "".join(texts)
    firsts, lengths = shared["first"].tolist(), shared["length"].tolist()
    ngrams = (text[first : first + n] for first, n in zip(firsts, lengths, strict=True))
    return Subwords(least, most, ngrams=tuple(ngrams))


def count_parts(words: Sequence[Token], counts: ArrayLike, cut: Cut) -> Subwords:
    """Return subwords with a row for each part that a function finds in at least two words.

    Parameters
    ----------
    words : sequence of str, (V,)
        The vocabulary.
    counts : array_like of int, (V,)
        Occurrences of each word in the text.
    cut : callable
        Takes a word in composed form (NFC), returns its parts, such as strokes, radicals or
        morphemes: a list of texts.

    Raises
    ------
    ConfigError
        If a word is not text, or the function returns anything else.

    Examples
    --------
    >>> count_parts(["un|do", "un|tie", "do"], [5, 2, 4], lambda word: word.split("|")).ngrams
    ('do', 'un')
    """
    holders: dict[str, int] = {}
    totals: dict[str, int] = {}
    cuts: dict[str, list[str]] = {}
    for word, count in zip(words, _checked_counts(counts, len(words)).tolist(), strict=True):
        text = checked_text(word)
        cuts[text] = parts_of(text, cut)
        for part in dict.fromkeys(cuts[text]):
            holders[part] = holders.get(part, 0) + 1
            totals[part] = totals.get(part, 0) + count
    shared = [part for part, number in holders.items() if number >= _FEWEST_WORDS]
    shared.sort(key=totals.__getitem__, reverse=True)
    rows = {part: row for row, part in enumerate(shared)}
    known = {text: tuple(rows[p] for p in parts if p in rows) for text, parts in cuts.items()}
    return Subwords(0, 0, ngrams=tuple(shared), cut=cut, known=known)


def _checked_counts(counts: ArrayLike, V: int) -> NDArray[np.int64]:
    given = np.asarray(counts)
    if not are_counts(given, V):
        raise ConfigError(
            f"subwords need one count for each word; got {counted(V, 'word')} and counts of "
            f"{given.dtype} {given.shape}"
        )
    return given.astype(np.int64)
