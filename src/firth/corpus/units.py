"""Checking the token lists that a caller gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus.sources import Progress
from firth.corpus.vocabulary import Token
from firth.errors import CorpusError

_UNITS_BETWEEN_REPORTS = 1024


Unit = Sequence[str] | NDArray[np.int64]


def check_units(source: object, on_progress: Progress) -> Iterator[Unit]:
    """Yield each unit of `source` that is not empty, its tokens as `str`, or as int64 in an array.

    Parameters
    ----------
    source : iterable of sequences
        Units as lists, tuples, one-dimensional arrays or other sequences. It is read once.
    on_progress : callable
        Called now and then with the units read and their total, None where that is not known.

    Raises
    ------
    CorpusError
        If a unit is no sequence of tokens, or not all tokens of all units are `str`, or all are
        integers that fit int64.
    """
    if not isinstance(source, Iterable):
        raise CorpusError(
            "a corpus must be a path, a list of paths, or an iterable of token lists, "
            f"got {type(source).__name__}"
        )
    total = len(source) if isinstance(source, Sized) else None
    kinds_seen: set[bool] = set()
    units = 0
    for index, unit in enumerate(source):
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


def _checked(unit: object, index: int) -> Unit:
    if isinstance(unit, np.ndarray) and unit.ndim == 1:
        if unit.dtype.kind in "iu" and np.can_cast(unit.dtype, np.int64):
            return unit.astype(np.int64)
        # NumPy's strings become Python's; its other scalars are refused below.
        return _uniform(unit.tolist() if unit.dtype.kind in "uU" else list(unit), index)
    if isinstance(unit, Sequence) and not isinstance(unit, str | bytes | bytearray | memoryview):
        return _uniform(unit, index)
    raise CorpusError(
        f"unit {index} must be a list, tuple or one-dimensional array of tokens, "
        f"got {type(unit).__name__} (to read text, give the path of its file)"
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
    raise CorpusError(
        f"unit {index}: a token must be str or int, got {type(token).__name__}: {token!r}"
    )
