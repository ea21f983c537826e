"""Checks of the options `subwords` and `buckets`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from firth.checks import shown, whole_number
from firth.errors import ConfigError

Token = str | int
# Cuts a word into parts, such as strokes or morphemes.
Cut = Callable[[str], Sequence[str]]
SubwordsOption = Literal["none"] | tuple[int, int] | Cut

GIVE_CUT = (
    "it is not saved with vectors, so give it again: vectors.with_cut(function), or "
    "firth.load(path, cut=function)"
)
# Rows are numbered by int32.
MOST_ROWS = 2**31 - 1
# No word needs longer n-grams; a typing error should not fill the memory.
MOST_LENGTH = 100
# No real word has so many. A single one of 1 MB could have 10**8, which would fill the memory.
MOST_NGRAMS = 1 << 20


def check_subwords(name: str, value: Any) -> SubwordsOption:  # noqa: ANN401
    """Return the option `subwords` in its normal form: a pair of lengths, a function, or `none`.

    Raises
    ------
    ConfigError
        If it is nothing of that kind, or the lengths are out of range.

    Examples
    --------
    >>> check_subwords("subwords", "3-6"), check_subwords("subwords", [1, 2])
    ((3, 6), (1, 2))
    >>> check_subwords("subwords", (6, 3))
    Traceback (most recent call last):
    firth.errors.ConfigError: subwords must go from a short length to a long one, got 6-3
    """
    if callable(value):
        return value  # type: ignore[no-any-return]
    lengths = value
    if isinstance(value, str):
        if value == "none":
            return "none"
        match = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", value.strip())
        lengths = [int(match[1]), int(match[2])] if match else None
    if not isinstance(lengths, list | tuple) or len(lengths) != 2:
        raise ConfigError(
            f"{name} must be the shortest and longest n-gram, such as 3-6, or none, or a function "
            f"that cuts a word; got {shown(value)}"
        )
    return check_lengths(name, *lengths)


def check_lengths(name: str, least: Any, most: Any) -> tuple[int, int]:  # noqa: ANN401
    """Return the lengths of the shortest and the longest n-grams, in characters.

    Raises
    ------
    ConfigError
        If they are not whole numbers from 1 to 100, or the first is larger.
    """
    least, most = (
        whole_number(f"the lengths of {name}", length, least=1, most=MOST_LENGTH)
        for length in (least, most)
    )
    if least > most:
        raise ConfigError(f"{name} must go from a short length to a long one, got {least}-{most}")
    return least, most


def check_ngrams_of_word(characters: int, least: int, most: int) -> None:
    """Check that a word, with the marks of its start and its end, has not too many n-grams.

    Raises
    ------
    ConfigError
        If its characters times the lengths of n-grams are more than 2**20.
    """
    if characters * (most - least + 1) > MOST_NGRAMS:
        raise ConfigError(
            f"a word of {characters - 2:,} characters may have more than {MOST_NGRAMS:,} n-grams "
            f"of {least} to {most} characters; leave it out (in training: a higher min_count), or "
            "use fewer lengths"
        )


def check_buckets(name: str, value: Any) -> int:  # noqa: ANN401
    """Return the number of rows that n-grams are hashed into.

    Raises
    ------
    ConfigError
        If it is not a whole number from 1 to 2**31 - 1.
    """
    return whole_number(name, value, least=1, most=MOST_ROWS)


def check_buckets_fit(subwords: SubwordsOption, buckets: int | None) -> None:
    """Check that `buckets` has n-grams of characters to hash.

    Raises
    ------
    ConfigError
        If subwords are off, or a function cuts them.
    """
    if buckets is None or isinstance(subwords, tuple):
        return
    what = (
        "give their lengths too, such as subwords=(3, 6) (--subwords 3-6)"
        if subwords == "none"
        else "subwords is a function"
    )
    raise ConfigError(f"buckets are for n-grams of characters: {what}")
