"""Suggestions for a word that has no vector: words with a similar spelling.

Every guess is a dictionary lookup, so the time does not grow with V.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, islice

from firth.errors import VocabularyError
from firth.normalization import spellings
from firth.vectors.table import Token

SUGGESTIONS = 5
# The number of variants is the length of the word times that of the alphabet.
LONGEST_CHECKED = 64
WORDS_FOR_ALPHABET = 10_000


def unknown_word(word: Token, rows: Mapping[Token, int]) -> VocabularyError:
    """Make the error for a word without a vector, with suggestions.

    Parameters
    ----------
    word : str or int
        Not a key of `rows`.
    rows : mapping of token to row number
        In the order of the rows, frequent words first.

    Examples
    --------
    >>> str(unknown_word("kign", {"king": 0, "kin": 1, "queen": 2}))
    "'kign' is not among the 3 words; near: king, kin"
    >>> str(unknown_word("King", {"king": 0, "queen": 1}))
    "'King' is not among the 2 words; in other case: king"
    >>> str(unknown_word(7, {"7": 0}))
    "7 is not among the 1 words; the text '7' is"
    """
    message = f"{word!r} is not among the {len(rows):,} words"
    hint = _other_type(word, rows) or _other_spelling(word, rows)
    return VocabularyError(f"{message}; {hint}" if hint else message)


def spelled_alike(word: str, rows: Mapping[Token, int]) -> list[str]:
    """Return known words of nearly the same spelling: in other case, else one edit away.

    Examples
    --------
    >>> spelled_alike("kign", {"king": 0, "kin": 1, "queen": 2})
    ['king', 'kin']
    >>> spelled_alike("King", {"king": 0})
    ['king']
    """
    if len(word) > LONGEST_CHECKED:
        return []
    found = (_other_case(each, rows) or _near_words(each, rows) for each in spellings(word))
    return next(filter(None, found), [])


def _other_type(word: Token, rows: Mapping[Token, int]) -> str:
    if isinstance(word, str):
        number = int(word) if word.isdecimal() and len(word) <= LONGEST_CHECKED else None
        return f"the integer {number} is" if number in rows else ""
    return f"the text '{word}' is" if str(word) in rows else ""


def _other_spelling(word: Token, rows: Mapping[Token, int]) -> str:
    if not isinstance(word, str) or len(word) > LONGEST_CHECKED:
        return ""
    hints = (_case_or_letter(spelling, rows) for spelling in spellings(word))
    return next(filter(None, hints), "")


def _case_or_letter(word: str, rows: Mapping[Token, int]) -> str:
    if same := _other_case(word, rows):
        return f"in other case: {', '.join(same)}"
    near = _near_words(word, rows)
    return f"near: {', '.join(near)}" if near else ""


def _other_case(word: str, rows: Mapping[Token, int]) -> list[str]:
    cases = {word.lower(), word.upper(), word.title(), word.capitalize(), word.swapcase()}
    return sorted(case for case in cases if case in rows)


def _near_words(word: str, rows: Mapping[Token, int]) -> list[str]:
    """Return known words that are one edit away, the most frequent first."""
    alphabet = set(word).union(*(str(known) for known in islice(rows, WORDS_FOR_ALPHABET)))
    near = {variant for variant in _one_edit_away(word, sorted(alphabet)) if variant in rows}
    return sorted(near, key=lambda known: rows[known])[:SUGGESTIONS]


def _one_edit_away(word: str, alphabet: Sequence[str]) -> chain[str]:
    """Remove, swap, replace or add one letter (the edits of Damerau, 1964)."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    inner = splits[:-1]
    return chain(
        (left + right[1:] for left, right in inner),
        (left + right[1] + right[0] + right[2:] for left, right in inner if len(right) > 1),
        (left + letter + right[1:] for left, right in inner for letter in alphabet),
        (left + letter + right for left, right in splits for letter in alphabet),
    )
