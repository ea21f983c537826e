"""Checks of the parts of `Vectors`: words, matrices, counts.

V words · D dimensions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.checks import are_counts
from firth.errors import ConfigError, counted, one_line
from firth.phrases import Phrases
from firth.vectors.lazy_words import LazyRows
from firth.vectors.lengths import row_lengths
from firth.vectors.phrase_rows import PhraseRows
from firth.vectors.table import Token
from firth.vectors.text_words import repeated

# A dictionary of fewer words takes no time.
LEAST_LAZY = 1 << 15

Scalar = TypeVar("Scalar", bound=np.generic)


def number_words(words: Sequence[Token], phrases: Phrases | None = None) -> Mapping[Token, int]:
    """Return the row of each word; with phrases, a text with spaces finds the row of a phrase.

    Of many words, a dictionary is made only when some were looked up.

    Raises
    ------
    ConfigError
        If a word occurs twice, or is neither text nor an integer.
    """
    if strangers := set(map(type, words)) - {str, int}:
        names = ", ".join(sorted(kind.__name__ for kind in strangers))
        raise ConfigError(f"words must be str or int, got {names}")
    if len(words) >= LEAST_LAZY and phrases is None and not len(repeated(word_hashes(words))):
        return LazyRows(words)
    rows: dict[Token, int] = {} if phrases is None else PhraseRows(phrases)
    for row, word in enumerate(words):
        if rows.setdefault(word, row) != row:
            raise words_repeat(word, row, rows[word])
    return rows


def word_hashes(words: Sequence[Token]) -> NDArray[np.int64]:
    """Return the hashes (V,) of words, which take less time to compare than a dictionary to make.

    They differ from one process to another.
    """
    return np.fromiter(map(hash, words), np.int64, len(words))


def words_repeat(word: Token, row: int, first: int) -> ConfigError:
    """Return the error for a word that stands in two rows."""
    return ConfigError(
        f"words must differ: number {row + 1} is {one_line(repr(word))}, like number {first + 1}"
        f"{_hint_of_replaced(word)}"
    )


def _hint_of_replaced(word: Token) -> str:
    if isinstance(word, str) and "\ufffd" in word:
        return (
            "; in both, bytes that are not UTF-8 were replaced (encoding_errors='replace'): save "
            "the vectors again as UTF-8 with the tool that wrote them, or convert a text file: "
            "iconv -f ENCODING -t UTF-8"
        )
    return ""


class CheckedRows(NamedTuple):
    """A read-only view of a finite matrix (V, D) in float32, and the lengths (V,) of its rows."""

    matrix: NDArray[np.float32]
    lengths: NDArray[np.float64]


def checked_matrix(matrix: NDArray[np.floating], words: Sequence[Token], name: str) -> CheckedRows:
    """Return a finite (V, D) matrix in float32, and the lengths of its rows.

    Raises
    ------
    ConfigError
        If it has the wrong shape, does not hold floats, or a number is not finite.
    """
    try:
        matrix = np.asarray(matrix)
    except ValueError as error:
        raise ConfigError(f"{name} must have rows of the same length") from error
    if matrix.dtype.kind != "f" or matrix.ndim != 2 or 0 in matrix.shape:
        raise ConfigError(
            f"{name} must hold floats of shape (V, D), V and D at least 1; "
            f"got {matrix.dtype} {matrix.shape}"
        )
    if len(matrix) != len(words):
        raise ConfigError(
            f"{name} has {counted(len(matrix), 'row')} for {counted(len(words), 'word')}"
        )
    return checked_rows(
        matrix, name, lambda row: f"word number {row + 1}, {one_line(repr(words[row]))},"
    )


def checked_rows(
    matrix: NDArray[np.floating], name: str, describe: Callable[[int], str]
) -> CheckedRows:
    """Return a finite matrix in float32 and its lengths; `describe` names the owner of a row.

    Raises
    ------
    ConfigError
        If a number is not finite.
    """
    with np.errstate(over="ignore"):
        numbers = matrix.astype(np.float32, copy=False)
    lengths = row_lengths(numbers)
    finite = np.isfinite(lengths)
    if not finite.all():
        row = int(np.argmin(finite))
        raise ConfigError(f"{name} must be finite: {describe(row)} has NaN or infinity in its row")
    return CheckedRows(read_only(numbers), lengths)


def checked_counts(counts: NDArray[np.int64], V: int) -> NDArray[np.int64]:
    """Return a read-only view of V counts, in int64.

    Raises
    ------
    ConfigError
        If they are not V whole numbers from 0 to 2**63 - 1.
    """
    counts = np.asarray(counts)
    if not are_counts(counts, V):
        raise ConfigError(
            f"counts must be {counted(V, 'whole number')} from 0 to 2**63 - 1, one for each word; "
            f"got {counts.dtype} {counts.shape}"
        )
    return read_only(counts.astype(np.int64, copy=False))


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return a read-only view of an array."""
    view = array.view()
    view.flags.writeable = False
    return view
