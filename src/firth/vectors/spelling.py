"""Suggestions for a word that has no vector: words with a similar spelling.

Every guess is a dictionary lookup, so the time does not grow with V.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, islice

from firth.errors import VocabularyError, counted, one_line
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
        In the order of the rows, frequent words first. Its `noun`, if it has one, is what they are.

    Examples
    --------
    >>> str(unknown_word("kign", {"king": 0, "kin": 1, "queen": 2}))
    "'kign' is not among the 3 words; near: king, kin"
    >>> str(unknown_word("King", {"king": 0, "queen": 1}))
    "'King' is not among the 2 words; in other case: king"
    >>> str(unknown_word(7, {"7": 0}))
    "7 is not among the 1 word; the text '7' is"
    >>> str(unknown_word(" ", {"a": 0}))
    "' ' is not among the 1 word; it is empty: give a word"
    """
    noun = getattr(rows, "noun", "word")
    message = f"{one_line(repr(word))} is not among the {counted(len(rows), noun)}"
    if isinstance(word, str) and not word.strip():
        return VocabularyError(f"{message}; it is empty: give a {noun}")
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
    return _alike(word, rows)[1]


def _other_type(word: Token, rows: Mapping[Token, int]) -> str:
    if isinstance(word, str):
        number = int(word) if word.isdecimal() and len(word) <= LONGEST_CHECKED else None
        return f"the integer {number} is" if number in rows else ""
    return f"the text '{word}' is" if str(word) in rows else ""


def _other_spelling(word: Token, rows: Mapping[Token, int]) -> str:
    how, found = _alike(word, rows) if isinstance(word, str) else ("", [])
    return f"{how}: {', '.join(found)}" if found else ""


def _alike(word: str, rows: Mapping[Token, int]) -> tuple[str, list[str]]:
    """Return known words of nearly the same spelling, and in what they differ."""
    for spelling in spellings(word) if len(word) <= LONGEST_CHECKED else ():
        for how, find in (("in other case", _other_case), ("near", _near_words)):
            if found := find(spelling, rows):
                return how, found
    return "", []


def _other_case(word: str, rows: Mapping[Token, int]) -> list[str]:
    cases = {word.lower(), word.upper(), word.title(), word.capitalize(), word.swapcase()}
    return sorted(case for case in cases if case in rows)


def _near_words(word: str, rows: Mapping[Token, int]) -> list[str]:
    """Return known words that are one edit away, the most frequent first."""
    alphabet = set(word).union(*(str(known) for known in islice(rows, WORDS_FOR_ALPHABET)))
    near = {variant for variant in _one_edit_away(word, sorted(alphabet)) if variant in rows}
    return sorted(near, key=lambda known: rows[known])[:SUGGESTIONS]


def _one_edit_away(word: str, alphabet: Sequence[str]) -> chain[str]:
    """Remove, swap, replace or add one letter (the edits of Damerau, 1964).

    The only letter of a word is not replaced: any other would be as near.
    """
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    inner = splits[:-1] if len(word) > 1 else []
    return chain(
        (left + right[1:] for left, right in inner),
        (left + right[1] + right[0] + right[2:] for left, right in inner if len(right) > 1),
        (left + letter + right[1:] for left, right in inner for letter in alphabet),
        (left + letter + right for left, right in splits for letter in alphabet),
    )
