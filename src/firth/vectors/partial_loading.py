"""Loading the few vectors of a long file or folder that one question asks for.

V words · D dimensions · n words of a block
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.checks import whole_number
from firth.errors import ConfigError, FormatError, VocabularyError
from firth.io.contents import MODEL, is_folder_of_vectors
from firth.io.row_file import RowFile
from firth.normalization import spellings
from firth.vectors.formats.native import find_rows
from firth.vectors.formats.registry import is_read_by_rows
from firth.vectors.formats.selection import Selection
from firth.vectors.lazy_words import LazyWords
from firth.vectors.lengths import are_usual, lengths_and_products, row_lengths, row_products
from firth.vectors.loading import load_selection
from firth.vectors.questions.directions import NoDirectionError, directions_of
from firth.vectors.text_words import TextWords, repeated
from firth.vectors.vectors import Vectors

# Shorter files are read as fast, and their vectors take little memory.
LEAST_BYTES = 1 << 27
# Most files begin with the frequent words, which most questions are about: so many are looked
# through first.
_FREQUENT = (1 << 12, 1 << 16)
# Cosines of the same row differ by less, whatever rows are multiplied with it.
_ROUNDING = 1e-5


def load_near(path: Path, weights: Mapping[str, float], top: int) -> Vectors | None:
    """Return the vectors of a long file that are nearest to a sum of words, and of these words.

    The file is read once, not kept: memory does not grow with it, but for a folder's words. Asked
    for the `top` nearest words to the sum, the vectors answer as those of the whole file.

    Parameters
    ----------
    path : Path
    weights : mapping of word to weight
        The sum, of vectors of length one.
    top : int
        At least 1.

    Returns
    -------
    Vectors or None
        None if all vectors have to be loaded: the file is short or of a format that is not read
        by rows, or something else than an answer is to be told of it, such as a word that it does
        not have, or damage.

    Raises
    ------
    FirthError
        If `top` is below 1, or the beginning of the file cannot be read.
    """
    whole_number("top", top, least=1, most=None)
    if path.is_dir():
        return _load_near_in_folder(path, weights, top)
    if not _is_long(path):
        return None
    asked = _load_words(path, list(weights))
    query = _direction(asked, weights)
    if asked is None or query is None:
        return None
    nearest = Nearest(query, top + len(asked), [str(word) for word in asked])
    found = _load(path, Selection(choose=nearest))
    return found if found and nearest.checks.are_passed() else None


def _load_words(path: Path, words: Sequence[str]) -> Vectors | None:
    """Return the vectors of some words; None if one has none."""
    for limit in (*_FREQUENT, None):
        found = _load(path, Selection(limit=limit, words=words))
        if found and all(word in found for word in words):
            return found
    return None


def _load(path: Path, selection: Selection) -> Vectors | None:
    """Load some vectors; None if there are none of them, or the file is damaged."""
    try:
        return load_selection(path, selection, None)
    except (FormatError, VocabularyError):
        return None


def _load_near_in_folder(path: Path, weights: Mapping[str, float], top: int) -> Vectors | None:
    """Do what `load_near` does for a folder, whose words and vectors are apart."""
    try:
        names = {file.name for file in path.iterdir()}
        if not is_folder_of_vectors(names) or (path / MODEL).stat().st_size < LEAST_BYTES:
            return None
        found = find_rows(path)
        return None if found is None else _nearest_rows(*found, weights, top)
    except (FormatError, OSError, EOFError):
        return None


def _nearest_rows(
    words: LazyWords, file: RowFile, weights: Mapping[str, float], top: int
) -> Vectors | None:
    """Return the vectors nearest to a sum of words, and of these; None as `load_near` does."""
    places = [words.row(spelling) for word in weights for spelling in spellings(word)]
    named = sorted({place for place in places if place is not None})
    rows = file.map()
    query = _direction(_take(words, rows, named), weights)
    if query is None:
        return None
    with ThreadPoolExecutor(1) as pool:
        repetition = pool.submit(words.repetition)
        lengths, products = lengths_and_products(file, query)
    if not are_usual(lengths) or repetition.result() is not None:
        return None
    scores = _cosines(products, lengths)
    k = min(top + len(named), len(scores))
    least = np.partition(scores, -k)[-k]
    near = np.flatnonzero(scores > least - _ROUNDING)
    return _take(words, rows, sorted({*near.tolist(), *named}))


def _direction(vectors: Vectors | None, weights: Mapping[str, float]) -> NDArray[np.float32] | None:
    """Return the direction (D,) of a sum of words; None if a word is missing, or it has none."""
    if vectors is None or not all(word in vectors for word in weights):
        return None
    try:
        direction: NDArray[np.float32] = directions_of(vectors, weights).directions[0]
    except NoDirectionError:
        return None
    return direction


def _cosines(products: NDArray[np.float32], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return products (n,) of rows with a direction, divided by their lengths; 0 for zeros."""
    return np.divide(products, lengths, where=lengths > 0, out=np.zeros(len(lengths)))


def _take(words: LazyWords, rows: NDArray[np.float32], places: list[int]) -> Vectors | None:
    """Return the vectors of some rows; None if there are none, or they are damaged."""
    try:
        return Vectors([words[place] for place in places], rows[places]) if places else None
    except (ConfigError, VocabularyError):
        return None


def load_first(path: Path, count: int) -> tuple[Vectors, int] | None:
    """Return the first vectors of a long file, and how many it has; None as `load_near` does."""
    if not _is_long(path):
        return None
    first = _First(count)
    found = _load(path, Selection(choose=first))
    return (found, first.checks.words) if found and first.checks.are_passed() else None


def _is_long(path: Path) -> bool:
    """Return whether a file is long, and read by rows."""
    return is_read_by_rows(path) and path.stat().st_size >= LEAST_BYTES


class _Block(NamedTuple):
    """The hashes (n,) of words, the lengths (n,) of their rows, and whether all are usual."""

    hashes: NDArray[np.uint64]
    lengths: NDArray[np.float64]
    has_usual_rows: bool


class _Checks:
    """Checks of all vectors of a file, block by block, although few of them are kept."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.uint64]] = []
        self._are_usual: list[bool] = []

    @property
    def words(self) -> int:
        """How many words there were."""
        return sum(map(len, self._hashes))

    def add(self, words: Sequence[str], rows: NDArray[np.float32]) -> _Block:
        """Check words and their vectors (n, D), and return what is known of them."""
        lengths = row_lengths(rows)
        block = _Block(_hashes(words), lengths, are_usual(lengths))
        self._hashes.append(block.hashes)
        self._are_usual.append(block.has_usual_rows)
        return block

    def are_passed(self) -> bool:
        """Return whether no word stood twice, and no row was too long, too short or not finite."""
        return all(self._are_usual) and not len(repeated(np.concatenate(self._hashes)))


def _hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    return (words if isinstance(words, TextWords) else TextWords.of(words)).hashes()


class _First:
    """A choice of the first rows of a file."""

    def __init__(self, count: int) -> None:
        self.checks = _Checks()
        self._left = count

    def __call__(self, words: Sequence[str], rows: NDArray[np.float32]) -> list[int]:
        """Return the places to choose among words (n,) and their vectors (n, D), rising."""
        self.checks.add(words, rows)
        taken = range(min(self._left, len(words)))
        self._left -= len(taken)
        return list(taken)


class Nearest:
    """A choice of rows while a file is read: those nearest to a direction so far, and some more.

    Parameters
    ----------
    query : (D,) float32
        Of length one.
    k : int
        How many rows to choose at least.
    words : sequence of str
        Words whose rows are chosen in any case.

    Attributes
    ----------
    checks : _Checks
        Of all rows so far.
    """

    def __init__(self, query: NDArray[np.float32], k: int, words: Sequence[str]) -> None:
        self._query, self._named = query, _hashes(words)
        # The k largest cosines so far, and what the next have to reach.
        self._best = np.full(k, -np.inf)
        self.checks = _Checks()

    def __call__(self, words: Sequence[str], rows: NDArray[np.float32]) -> list[int]:
        """Return the places to choose among words (n,) and their vectors (n, D), rising."""
        block = self.checks.add(words, rows)
        named = np.flatnonzero((block.hashes[:, np.newaxis] == self._named).any(axis=1))
        if not block.has_usual_rows:
            return named.tolist()
        scores = _cosines(row_products(rows, self._query), block.lengths)
        near = np.flatnonzero(scores > self._best[0] - _ROUNDING)
        k = len(self._best)
        self._best = np.partition(np.append(self._best, scores[near]), -k)[-k:]
        near = near[scores[near] > self._best[0] - _ROUNDING]
        return sorted({*near.tolist(), *named.tolist()})
