"""Checks of numbers, switches, choices and arrays, whatever type they come in."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from firth.errors import ConfigError, one_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

# NumPy is imported where it is needed: the command's help does not wait for it.

INT64_MAX = 2**63 - 1
# Integers with more digits are not printed in full.
_MOST_DIGITS = 30
_SECONDS_OF = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def whole_number(name: str, value: Any, *, least: int, most: int | None = INT64_MAX) -> int:  # noqa: ANN401
    """Return an option as an int. Nothing is rounded.

    Raises
    ------
    ConfigError
        If it is not a whole number, or out of range.

    Examples
    --------
    >>> whole_number("window", 1.5, least=1)
    Traceback (most recent call last):
    firth.errors.ConfigError: window must be a whole number, got 1.5
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise ConfigError(f"{name} must be a whole number, got {shown(value)}")
    number = int(value)
    if number < least:
        raise ConfigError(f"{name} must be at least {least}, got {shown(number)}")
    if most is not None and number > most:
        raise ConfigError(f"{name} must be at most {most:,}, got {shown(number)}")
    return number


def real_number(
    name: str,
    value: Any,  # noqa: ANN401
    *,
    least: float = -math.inf,
    most: float = math.inf,
) -> float:
    """Return an option as a float.

    Raises
    ------
    ConfigError
        If it is no finite number, or out of range.

    Examples
    --------
    >>> real_number("sample", -1, least=0, most=1)
    Traceback (most recent call last):
    firth.errors.ConfigError: sample must be from 0 to 1, got -1
    """
    if not is_finite(value):
        raise ConfigError(f"{name} must be a finite number, got {shown(value)}")
    # Adding 0 turns -0 into 0.
    number = float(value) + 0.0
    if not least <= number <= most:
        raise ConfigError(f"{name} must be from {least:g} to {most:g}, got {number:g}")
    return number


def one_of(name: str, value: Any, *, choices: Sequence[str]) -> str:  # noqa: ANN401
    """Return an option as a str.

    Raises
    ------
    ConfigError
        If it is none of the choices.

    Examples
    --------
    >>> one_of("model", "glove", choices=["skipgram", "cbow"])
    Traceback (most recent call last):
    firth.errors.ConfigError: model must be skipgram or cbow, got 'glove'
    """
    if not isinstance(value, str) or value not in choices:
        raise ConfigError(f"{name} must be {' or '.join(choices)}, got {shown(value)}")
    # It may be of a subclass, such as NumPy's.
    return str.__str__(value)


def switch(name: str, value: Any) -> bool:  # noqa: ANN401
    """Return an option as a bool.

    Raises
    ------
    ConfigError
        If it is neither True nor False.

    Examples
    --------
    >>> switch("fold", "no")
    Traceback (most recent call last):
    firth.errors.ConfigError: fold must be True or False, got 'no'
    """
    if isinstance(value, bool):
        return value
    import numpy as np

    if not isinstance(value, np.bool_):
        raise ConfigError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def parse_duration(name: str, value: Any) -> float:  # noqa: ANN401
    """Return the seconds of a duration: a number of seconds, or a text such as 30s, 10m or 1.5h.

    Raises
    ------
    ConfigError
        If it is neither, or not above 0.

    Examples
    --------
    >>> parse_duration("every", "10m")
    600.0
    """
    seconds = 0.0
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+(?:\.\d*)?) *([smh]?)", value.strip())
        if match:
            seconds = float(match[1]) * _SECONDS_OF[match[2]]
    elif is_finite(value):
        seconds = float(value)
    if not 0.0 < seconds < threading.TIMEOUT_MAX:
        raise ConfigError(
            f"{name} must be a time above 0, in seconds or as 30s, 10m, 1.5h; got {shown(value)}"
        )
    return seconds


def is_finite(value: Any) -> bool:  # noqa: ANN401
    """Return whether an option is a number that a float can hold."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def check_token(word: object) -> None:
    """Raise unless a word is text or an integer.

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> check_token(b"tea")
    Traceback (most recent call last):
    firth.errors.ConfigError: a word is text or an integer, got bytes b'tea'; decode it first
    """
    # NumPy's integers are Integral too.
    if not isinstance(word, str | Integral) or isinstance(word, bool):
        advice = "; decode it first" if isinstance(word, bytes) else ""
        raise ConfigError(
            f"a word is text or an integer, got {type(word).__name__} {shown(word)}{advice}"
        )


def is_unicode(text: str) -> bool:
    """Return whether there are no lone surrogates in a text."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def why_not_utf8(word: str, name: str = "word") -> str | None:
    """Return why a word, or what has another name, is not UTF-8, and what to do; None if it is."""
    if is_unicode(word):
        return None
    return (
        f"the {name} {one_line(repr(word))} holds a lone surrogate, which UTF-8 does not have; "
        f"replace it, or leave the {name} out"
    )


def shown(value: object) -> str:
    """Return the value of an option as it appears in a message.

    Examples
    --------
    >>> shown("fast"), shown(100_000), shown(10**5000)
    ("'fast'", '100,000', 'an integer of about 5,000 digits')
    """
    if type(value) is not int:
        try:
            return one_line(repr(value))
        except ValueError:
            # It contains an integer with too many digits.
            return f"a {type(value).__name__} too long to be printed"
    digits = round(value.bit_length() * math.log10(2.0))
    return f"{value:,}" if digits <= _MOST_DIGITS else f"an integer of about {digits:,} digits"


def are_counts(counts: NDArray[Any], length: int) -> bool:
    """Return whether an array holds `length` whole numbers from 0 to 2**63 - 1.

    Examples
    --------
    >>> import numpy as np
    >>> are_counts(np.array([3, 0]), 2), are_counts(np.array([3, -1]), 2)
    (True, False)
    """
    if counts.shape != (length,):
        return False
    # NumPy stores integers beyond 64 bits as objects.
    is_whole = counts.dtype.kind in "iu"
    return length == 0 or bool(is_whole and counts.min() >= 0 and counts.max() <= INT64_MAX)


def as_array(given: Any) -> Any:  # noqa: ANN401
    """Return a pandas Series, a tensor or the like as an array, and anything else unchanged.

    Examples
    --------
    >>> as_array([1, 2]), as_array("tea")
    ([1, 2], 'tea')
    """
    import numpy as np

    is_like = hasattr(given, "__array__") and not isinstance(given, np.ndarray | np.generic)
    return np.asarray(given) if is_like else given


def split_list(text: str) -> list[str]:
    """Return the parts of a list that a user typed, with commas of any width between them.

    Examples
    --------
    >>> split_list("5, 2"), split_list("the，of、and")
    (['5', '2'], ['the', 'of', 'and'])
    """
    return [part.strip() for part in re.split("[,，、]", text)]
