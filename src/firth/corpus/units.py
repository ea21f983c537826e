"""Checking the token lists that a caller gives."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.checks import as_array, shown
from firth.corpus.sources import STANDARD_INPUT, Progress
from firth.corpus.vocabulary import Token
from firth.errors import CorpusError, one_line

_UNITS_BETWEEN_REPORTS = 1024
# So many names are looked for before strings are taken for sentences.
_NAMES_TRIED = 1_000
_SPLIT_THEM = "[sentence.split() for sentence in sentences]"


Unit = Sequence[str] | NDArray[np.int64]


def refuse_sentences(source: object) -> None:
    """Raise if strings stand where paths are expected, and are rather sentences or words.

    Parameters
    ----------
    source : object
        Of strings and lists of strings, those are refused of which none names a file or a folder,
        and that hold white space or, several of them, nothing that looks like a path.

    Raises
    ------
    CorpusError
        If so, or if a path is empty.
    """
    paths = [source] if isinstance(source, str) else source
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str) for path in paths):
        return
    if not any(map(_names_something, islice(paths, _NAMES_TRIED))):
        text = " ".join(islice(paths, _NAMES_TRIED))
        are_sentences = any(len(path.split()) > 1 for path in islice(paths, _NAMES_TRIED))
        if are_sentences or (len(paths) > 1 and not any(c in text for c in (".", "/", os.sep))):
            first = one_line(repr(paths[0]))
            several = f"none of {len(paths):,} strings names a file, the first is {first}"
            raise CorpusError(
                f"{several if len(paths) > 1 else f'there is no file {first}'}; to train on "
                f"sentences themselves, give lists of words in Python: {_SPLIT_THEM}"
            )
    if "" in paths:
        raise CorpusError("a path must not be empty, got ''")


def check_units(source: object, on_progress: Progress) -> Iterator[Unit]:
    """Yield each unit of `source` that is not empty, its tokens as `str`, or as int64 in an array.

    Parameters
    ----------
    source : iterable of iterables
        Units as lists, tuples, one-dimensional arrays, generators or whatever else gives tokens in
        an order. It is read once, and so is each unit.
    on_progress : callable
        Called now and then with the units read and their total, None where that is not known.

    Raises
    ------
    CorpusError
        If a unit does not give tokens, or gives them in no order, or not all tokens of all units
        are `str`, or all are integers that fit int64.
    """
    if hasattr(source, "columns"):
        raise CorpusError(
            "a corpus must be a path, a list of paths, or an iterable of token lists, got a table "
            f"({type(source).__name__}); give a column of token lists, such as "
            "table['text'].str.split()"
        )
    given = _iterator(source)
    if given is None:
        raise CorpusError(
            "a corpus must be a path, a list of paths, or an iterable of token lists, "
            f"got {_kind(source)}"
        )
    total = _length(source)
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
        if units % _UNITS_BETWEEN_REPORTS == 0:
            on_progress(units, total)
    on_progress(units, total)


def _names_something(path: str) -> bool:
    """Tell whether a path names a file, a folder, a pattern that matches, or standard input."""
    if not path or path == STANDARD_INPUT:
        return bool(path)
    try:
        if Path(path).exists():
            return True
        # Path.glob takes relative patterns only.
        return glob.has_magic(path) and any(glob.iglob(path, recursive=True))  # noqa: PTH207
    except (OSError, ValueError):
        # It is too long for a name, or holds a NUL.
        return False


def _iterator(given: object) -> Iterator[Any] | None:
    """Return an iterator of what gives things in an order, or else None."""
    if isinstance(given, str | bytes | bytearray | memoryview | set | frozenset | Mapping):
        return None
    try:
        return iter(given)  # type: ignore[call-overload, no-any-return]
    except TypeError:
        return None


def _kind(given: object) -> str:
    name = type(given).__name__
    return f"{name}, which has no order" if isinstance(given, set | frozenset) else name


def _length(source: Any) -> int | None:  # noqa: ANN401
    """Return how many units there are, or None where a source cannot tell; it is for progress."""
    try:
        return len(source)
    except (TypeError, AttributeError, NotImplementedError, ValueError, OverflowError):
        # Some have a method that fails, as it asks a generator.
        return None


def _checked(unit: object, index: int) -> Unit:
    if getattr(unit, "ndim", None) == 1:
        unit = as_array(unit)
    if isinstance(unit, np.ndarray) and unit.ndim == 1:
        if unit.dtype.kind in "iu" and np.can_cast(unit.dtype, np.int64):
            return unit.astype(np.int64)
        # NumPy's strings become Python's; its other scalars are refused below.
        return _uniform(unit.tolist() if unit.dtype.kind in "uU" else list(unit), index)
    # Of tables, an iterator would give the rows, or the names of columns.
    tokens = _iterator(unit) if getattr(unit, "ndim", 1) == 1 else None
    if tokens is None:
        raise CorpusError(_no_unit(unit, index))
    return _uniform(unit if isinstance(unit, list | tuple) else list(tokens), index)


def _no_unit(unit: object, index: int) -> str:
    if isinstance(unit, str):
        return (
            f"unit {index} must be a list of words, got a str: {shown(str(unit))}; give "
            f"sentences as {_SPLIT_THEM}, or the path of a file of text"
        )
    if isinstance(unit, os.PathLike):
        return f"unit {index} must be a list of words, got a path; give several paths in a list"
    return (
        f"unit {index} must be a list, tuple, one-dimensional array or other iterable of tokens, "
        f"got {_kind(unit)}"
    )


def _uniform(tokens: Sequence[Any], index: int) -> Unit:
    kinds = set(map(type, tokens))
    if not kinds <= {str, int}:
        tokens = [_plain_token(token, index) for token in tokens]
        kinds = set(map(type, tokens))
    if kinds == {str, int}:
        raise _mixed(index)
    if kinds == {int}:
        try:
            return np.array(tokens, np.int64)
        except OverflowError as error:
            raise CorpusError(f"unit {index}: integers must fit int64") from error
    return tokens


def _mixed(index: int) -> CorpusError:
    return CorpusError(f"unit {index}: all tokens must be str or all int, got both kinds")


def _plain_token(token: object, index: int) -> Token:
    if isinstance(token, str):
        return str.__str__(token)
    if isinstance(token, int | np.integer) and not isinstance(token, bool):
        return int(token)
    advice = "; decode it first" if isinstance(token, bytes) else ""
    raise CorpusError(
        f"unit {index}: a token must be str or int, got {type(token).__name__}: "
        f"{shown(token)}{advice}"
    )
