"""Checking the token lists that a caller gives."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.checks import as_array, shown
from firth.corpus.finding import SPLIT_SENTENCES
from firth.corpus.sources import Progress
from firth.corpus.vocabulary import Token
from firth.errors import CorpusError

_UNITS_BETWEEN_REPORTS = 1024

_EXPECTED = "a corpus must be a path, a list of paths, or an iterable of token lists"

Unit = Sequence[str] | NDArray[np.int64]


def is_table(given: object) -> bool:
    """Return whether something has columns, as tables and data sets do."""
    # Of the class: to look at the columns of a lazy table takes its time, and warns.
    return hasattr(type(given), "columns") or hasattr(type(given), "column_names")


def _column_of(table: Any) -> str:  # noqa: ANN401
    """Return how to get a column of a table."""
    if isinstance(table, Mapping):
        return "a column of a part, such as table['train']['text']"
    if hasattr(type(table), "collect"):
        return "a column of what it collects, such as table.collect()['text']"
    return "a column, such as table['text']"


def table_error(table: object) -> CorpusError:
    """Return the error for a table in the place of a column."""
    got = f"a table ({_kind(table)}); give {_column_of(table)}"
    return CorpusError(f"{_EXPECTED}, got {got}")


def check_units(
    source: object, on_progress: Progress | None = None, total: int | None = None
) -> Iterator[Unit]:
    """Yield each unit of `source`, its tokens as `str`, or as int64 in an array.

    Parameters
    ----------
    source : iterable of iterables
        Units as lists, tuples, one-dimensional arrays, generators or other iterables that have an
        order. It is read once, and so is each unit. Tokens may be objects that have a `text`, as
        those of spaCy: then those of white space are left out.
    on_progress : callable, optional
        Called now and then with the units read and their total, None where that is not known.
    total : int, optional
        How many units there are, if the source itself cannot tell.

    Raises
    ------
    CorpusError
        If a unit is not an iterable of tokens with an order, or the tokens of all units are not
        all `str`, or all integers that fit int64.
    """
    if is_table(source):
        raise table_error(source)
    given = iterator_of(source)
    if given is None:
        raise CorpusError(f"{_EXPECTED}, got {_kind(source)}")
    total = length_of(source) if total is None else total
    kinds_seen: set[bool] = set()
    units = 0
    for index, unit in enumerate(given):
        tokens = _checked(unit, index)
        if len(tokens):
            kinds_seen.add(isinstance(tokens, np.ndarray))
            if len(kinds_seen) > 1:
                raise _mixed(index)
        yield tokens
        units = index + 1
        if on_progress is not None and units % _UNITS_BETWEEN_REPORTS == 0:
            on_progress(units, total)
    if on_progress is not None:
        on_progress(units, total)


def iterator_of(given: object) -> Iterator[Any] | None:
    """Return an iterator over what has an order, or else None."""
    if isinstance(given, str | bytes | bytearray | memoryview | set | frozenset | Mapping):
        return None
    try:
        return iter(given)  # type: ignore[call-overload, no-any-return]
    except TypeError:
        return None


def _kind(given: object) -> str:
    name = type(given).__name__
    return f"{name}, which has no order" if isinstance(given, set | frozenset) else name


def length_of(source: Any) -> int | None:  # noqa: ANN401
    """Return how many units there are, or None where a source cannot tell; it is for progress."""
    try:
        return len(source)
    except (TypeError, AttributeError, NotImplementedError, ValueError, OverflowError):
        # Some sources have a `__len__` that fails, as it asks a generator.
        return None


def _checked(unit: object, index: int) -> Unit:
    if getattr(unit, "ndim", None) == 1:
        unit = as_array(unit)
    if isinstance(unit, np.ndarray) and unit.ndim == 1:
        if unit.dtype.kind in "iu" and np.can_cast(unit.dtype, np.int64):
            return unit.astype(np.int64)
        # NumPy's strings become Python's; `plain_token` refuses its other scalars.
        return _uniform(unit.tolist() if unit.dtype.kind in "uU" else list(unit), index)
    # An iterator over a table would give its rows, or the names of its columns.
    tokens = iterator_of(unit) if getattr(unit, "ndim", 1) == 1 else None
    if tokens is not None:
        return _uniform(unit if isinstance(unit, list | tuple) else list(tokens), index)
    if isinstance(unit, str):
        raise CorpusError(
            f"unit {index} must be a list of words, got a str: {shown(str(unit))}; give "
            f"sentences as {SPLIT_SENTENCES}, or the path of a file of text"
        )
    if isinstance(unit, os.PathLike):
        raise CorpusError(
            f"unit {index} must be a list of words, got a path; give several paths in a list"
        )
    raise CorpusError(
        f"unit {index} must be a list, tuple, one-dimensional array or other iterable of tokens, "
        f"got {_kind(unit)}"
    )


def _uniform(tokens: Sequence[Any], index: int) -> Unit:
    """Return tokens that are all plain strings, or all integers in an array."""
    kinds = set(map(type, tokens))
    if not kinds <= {str, int}:
        texts = _texts_of(tokens)
        tokens = [plain_token(token, f"unit {index}") for token in texts]
        kinds = set(map(type, tokens))
    if kinds == {str, int}:
        raise _mixed(index)
    if kinds == {int}:
        try:
            return np.array(tokens, np.int64)
        except OverflowError as error:
            raise CorpusError(f"unit {index}: integers must fit int64") from error
    return tokens


def _texts_of(tokens: Sequence[Any]) -> list[Any]:
    """Return the texts of tokens that are objects, as spaCy's, but those of white space."""
    texts = [token if isinstance(token, str) else _text_of(token) for token in tokens]
    return [
        text
        for text, token in zip(texts, tokens, strict=True)
        if text is token or not text.isspace()
    ]


def _text_of(token: Any) -> Any:  # noqa: ANN401
    text = getattr(token, "text", None)
    return text if isinstance(text, str) else token


def _mixed(index: int) -> CorpusError:
    return CorpusError(f"unit {index}: all tokens must be str or all int, got both kinds")


def plain_token(token: object, place: str, name: str = "token") -> Token:
    """Return a token as str or int.

    Raises
    ------
    CorpusError
        If it is neither; the message begins with the place where it stands, and has its name.
    """
    if isinstance(token, str):
        return str.__str__(token)
    if isinstance(token, int | np.integer) and not isinstance(token, bool):
        return int(token)
    advice = "; decode it first" if isinstance(token, bytes) else ""
    raise CorpusError(
        f"{place}: a {name} must be str or int, got {type(token).__name__}: {shown(token)}{advice}"
    )
