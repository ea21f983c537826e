"""Vectors composed of the rows of n-grams, and the space into which they are read out.

V words · D dimensions · n rows of n-grams
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from firth.checks import shown
from firth.errors import ConfigError, counted, one_line
from firth.vectors.blocks import NUMBERS_PER_BLOCK, row_blocks
from firth.vectors.checks import checked_rows, read_only
from firth.vectors.readout import Readout, check_fits
from firth.vectors.search import unit_rows
from firth.vectors.table import Token

if TYPE_CHECKING:
    from firth.subwords import Subwords

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

# An axis with less of the largest singular value holds rounding errors only.
_LEAST_AXIS = 1e-6
# So many words at most are cut into n-grams at a time, and fewer where they have many n-grams, each
# of which takes as much memory as so many numbers.
_WORDS_AT_ONCE = 1 << 16
_NUMBERS_OF_NGRAM = 8
# Of a word with more rows, the others are added by themselves.
_ROWS_ADDED_TOGETHER = 256


@dataclass(frozen=True, eq=False)
class Space:
    """The map from composed vectors to those that are read out: x A, and with unit rows x A B.

    Parameters
    ----------
    linear : (D, D) float32
        A: components removed, all scaled, and without unit rows the axes too.
    axes : (D, D) float32, optional
        B: if it is there, rows are scaled to length one before it.
    """

    linear: Floats
    axes: Floats | None = None

    def place(self, composed: NDArray[np.floating]) -> Floats:
        """Return composed vectors (n, D) in this space."""
        placed = _product(composed, self.linear)
        if self.axes is not None:
            placed = _product(unit_rows(placed), self.axes)
        return placed.astype(np.float32)


@dataclass(frozen=True, eq=False, repr=False)
class RawTables:
    """What training left of the input side, from which vectors are read out.

    Parameters
    ----------
    input : (V + n, D) float32
        The rows of the words, then those of the n-grams.
    subwords : Subwords, optional
        The n-grams; without them n is 0.
    space : Space, optional
        Where the vectors are that were read out; by default where they were trained.
    """

    input: Floats
    subwords: Subwords | None = None
    space: Space | None = None

    def __repr__(self) -> str:
        """Show the size of the table and how words are cut."""
        rows, D = self.input.shape
        return f"<RawTables of {counted(rows, 'row')}, dim={D}, subwords={self.subwords}>"

    @property
    def words(self) -> int:
        """V, the number of words."""
        return len(self.input) - (0 if self.subwords is None else len(self.subwords))

    @property
    def lacks_cut(self) -> bool:
        """Whether the function that cuts words is missing, so that unknown words have no vector."""
        return self.subwords is not None and self.subwords.by_function and not self.subwords.cut

    def read_only(self) -> RawTables:
        """Return the same with a read-only view of the table."""
        return dataclasses.replace(self, input=read_only(self.input))

    def compose(self, word: object) -> Floats | None:
        """Return the vector (D,) of a word of its n-grams alone, or None if it has none.

        It is Σ z / √k over the rows z of its k n-grams, in the space of the other vectors; other
        tools' n-grams may have another exponent of k than 1/2.
        """
        composed = self.trained(word, None)
        if composed is None or self.space is None:
            return composed
        return cast(Floats, self.space.place(composed[np.newaxis])[0])

    def trained(self, word: object, row: int | None) -> Floats | None:
        """Return the vector (D,) of a word where vectors were trained, or None if it has none.

        It is Σ z / √k over its k rows z: its own, if it has one (`row`), and those of its n-grams.
        """
        rows = [] if row is None else [row]
        may_compose = row is not None or not self.lacks_cut
        if self.subwords is not None and may_compose and isinstance(word, str):
            rows += [self.words + ngram for ngram in self.subwords.rows_of(word)]
        if not rows:
            return None
        total = self.input[rows].sum(axis=0, dtype=np.float64)
        exponent = 0.5 if self.subwords is None else self.subwords.exponent
        return cast(Floats, (total / len(rows) ** exponent).astype(np.float32))


def checked_raw(raw: RawTables, words: Sequence[Token], dim: int) -> RawTables:
    """Return raw tables with a read-only view of the table.

    Raises
    ------
    ConfigError
        If they are something else, do not fit the words and dimensions of the vectors, or a number
        is not finite.
    """
    if not isinstance(raw, RawTables):
        raise ConfigError(f"raw must be RawTables, got {shown(raw)}")
    table, ngrams = np.asarray(raw.input), len(raw.input) - raw.words
    if table.dtype.kind != "f" or table.ndim != 2 or table.shape[1] != dim:
        raise ConfigError(
            f"the raw table must hold floats of shape (rows, {dim}); got {table.dtype} "
            f"{table.shape}"
        )
    if raw.words != len(words):
        raise ConfigError(
            f"the raw table has {counted(len(table), 'row')} for {counted(len(words), 'word')} "
            f"and {counted(ngrams, 'n-gram')}"
        )
    if raw.space is not None:
        maps = {"linear": raw.space.linear, "axes": raw.space.axes}
        for name, array in maps.items():
            if array is not None and (array.shape != (dim, dim) or not np.isfinite(array).all()):
                raise ConfigError(
                    f"the map '{name}' of the readout must be finite, of shape ({dim}, {dim})"
                )
    V = len(words)
    numbers = checked_rows(
        table,
        "the raw table",
        lambda row: (
            f"the word {one_line(repr(words[row]))}" if row < V else f"n-gram number {row - V + 1}"
        ),
    ).matrix
    return dataclasses.replace(raw, input=numbers)


def read_out(
    raw: RawTables, words: Sequence[Token], output: Floats | None, recipe: Readout
) -> tuple[Floats, Space | None]:
    """Read vectors out of raw tables.

    Nothing depends on the order of the words, beyond rounding, and cosines do not depend on the
    scales of the tables.

    Parameters
    ----------
    raw : RawTables
        Its space is ignored.
    words : sequence of V tokens
    output : (V, D) float32, optional
        The output vectors.
    recipe : Readout

    Returns
    -------
    vectors : (V, D) float32
        New, unless they are the rows of `raw` themselves.
    space : Space or None
        Where they are, for the vectors of other words; None for where they were trained.

    Raises
    ------
    ConfigError
        If the recipe needs n-grams or output vectors that are not there, or removes all dimensions.
    """
    from firth.vectors.repeatable import product

    ngrams, D = raw.subwords is not None, raw.input.shape[1]
    check_fits(recipe, ngrams=ngrams, output=output is not None, dim=D)
    vectors = compose_words(raw, words, own_row=recipe.own_row)
    if recipe.is_plain or not (recipe.components or recipe.output or recipe.unit or recipe.axes):
        return vectors, None
    linear, share = _linear_map(vectors, output, recipe)
    # In float32 once, so that the vectors of other words are made by the same numbers.
    space = Space(linear.astype(np.float32))
    placed = np.empty_like(vectors)
    for block in row_blocks(*vectors.shape):
        rows = product(vectors[block], space.linear)
        if output is not None:
            rows += share * output[block]
        placed[block] = unit_rows(rows) if recipe.unit else rows
    if not (recipe.axes or recipe.unit):
        return placed, space
    axes = _scaled_axes(placed, recipe.axes).astype(np.float32)
    for block in row_blocks(*vectors.shape):
        placed[block] = product(placed[block], axes)
    if recipe.unit:
        return placed, Space(space.linear, axes)
    return placed, Space(product(space.linear, axes).astype(np.float32))


def _linear_map(vectors: Floats, output: Floats | None, recipe: Readout) -> tuple[Doubles, float]:
    """Return the map (D, D) before output vectors are added, and what they are multiplied by."""
    from firth.vectors.repeatable import principal_axes, product, second_moment

    D = vectors.shape[1]
    linear, adds_output = np.eye(D), bool(recipe.output) and output is not None
    if not (recipe.components or adds_output):
        return linear, 0.0
    moment = second_moment(vectors)
    if recipe.components:
        leading = principal_axes(moment)[0][:, : recipe.components]
        linear -= product(leading, leading.T)
    if not recipe.output or output is None:
        return linear, 0.0
    # Both at a root mean square of 1. Where all vectors lie along the components that are left out,
    # what is left is rounding, and may be below zero.
    left, whole = np.trace(product(product(linear.T, moment), linear)), np.trace(moment)
    squares = (left if left > _LEAST_AXIS**2 * whole else 0.0, np.trace(second_moment(output)))
    scales = [_or_one(np.sqrt(each / D)) for each in squares]
    return linear / scales[0], recipe.output / scales[1]


def _product(rows: NDArray[np.floating], matrix: Floats) -> Doubles:
    return rows.astype(np.float64) @ matrix.astype(np.float64)


def compose_words(raw: RawTables, words: Sequence[Token], *, own_row: bool) -> Floats:
    """Return the sum of the rows of each word over k**exponent, with k the number of the rows.

    The exponent is that of the subwords, 1/2 where Firth trains.

    Parameters
    ----------
    raw : RawTables
    words : sequence of V tokens
    own_row : bool
        Whether a word's own row is one of them; it is if the word has no n-grams.
    """
    if raw.subwords is None:
        return raw.input[: raw.words]
    composed, start = np.empty((raw.words, raw.input.shape[1]), np.float32), 0
    for block in composed_blocks(raw, words, own_row=own_row):
        with _not_finite_yet():
            composed[start : start + len(block)] = block
        start += len(block)
    return composed


def composed_blocks(
    raw: RawTables, words: Sequence[Token], *, own_row: bool
) -> Iterator[NDArray[np.floating]]:
    """Yield the vectors of `compose_words` by blocks, of subwords that are there."""
    V, subwords = raw.words, cast("Subwords", raw.subwords)
    for first, some in _blocks_of_words(words, V, subwords):
        own = raw.input[first : first + len(some)]
        offsets, rows = subwords.rows_of_all(cast(Sequence[str], some))
        for block, totals in bag_sums(raw.input[V:], offsets, rows):
            sizes = np.diff(offsets[block.start : block.stop + 1])
            takes_own = own_row | (sizes == 0)
            with _not_finite_yet():
                totals[takes_own] += own[block][takes_own]
            numbers = sizes + takes_own
            powers = _powers(np.arange(numbers.max() + 1), subwords.exponent)
            totals /= powers[numbers, np.newaxis]
            yield totals


def _powers(values: NDArray[Any], exponent: float) -> Doubles:
    """Return powers by the C library: NumPy's differ between processors in the last bits.

    Examples
    --------
    >>> _powers(np.array([4.0, 9.0]), 0.5).tolist()
    [2.0, 3.0]
    """
    return np.array([value**exponent for value in values.tolist()])


def _blocks_of_words(
    words: Sequence[Token], V: int, subwords: Subwords
) -> Iterator[tuple[int, Sequence[Token]]]:
    """Yield V words by blocks, each with the number of its first word."""
    lengths, floret = subwords.most - subwords.least + 1, subwords.floret
    marks, hashes = (2, 1) if floret is None else (floret.marks, floret.hashes)
    rows_of_character = lengths * hashes
    for first in range(0, V, _WORDS_AT_ONCE):
        some = words[first : first + _WORDS_AT_ONCE]
        sizes = (rows_of_character * (len(str(word)) + marks) for word in some)
        ngrams = np.fromiter(sizes, np.int64, len(some))
        for block in _blocks(np.append(0, np.cumsum(ngrams)), _NUMBERS_OF_NGRAM):
            yield first + block.start, some[block]


def _not_finite_yet() -> np.errstate:
    """Keep NumPy from warnings about infinity and NaN, for which results are checked later."""
    return np.errstate(over="ignore", invalid="ignore")


def bag_sums(
    table: Floats, offsets: NDArray[np.int64], rows: NDArray[np.int32]
) -> Iterator[tuple[slice, Doubles]]:
    """Yield the sums of the rows of words, block by block: which words, and their sums (n, D).

    Parameters
    ----------
    table : (rows, D) float32
    offsets, rows : int64 (V + 1,), int32
        The rows of word w are `rows[offsets[w] : offsets[w + 1]]`; a word may have none.
    """
    for block in _blocks(offsets, table.shape[1]):
        starts, sizes = offsets[block], np.diff(offsets[block.start : block.stop + 1])
        # Words with the most rows come first. So those that have a row k lie together, and these
        # rows are added at once.
        order = np.argsort(-sizes, kind="stable")
        starts, sums = starts[order], np.zeros((len(starts), table.shape[1]))
        longer = len(sizes) - np.cumsum(np.bincount(sizes))
        with _not_finite_yet():
            for k, count in enumerate(longer[:_ROWS_ADDED_TOGETHER].tolist()):
                sums[:count] += table[rows[starts[:count] + k]]
            for word, size in enumerate(sizes[order]):
                if size <= _ROWS_ADDED_TOGETHER:
                    break
                others = rows[starts[word] : starts[word] + size][_ROWS_ADDED_TOGETHER:]
                for some in row_blocks(len(others), table.shape[1]):
                    sums[word] += table[others[some]].sum(axis=0, dtype=np.float64)
        totals = np.empty_like(sums)
        totals[order] = sums
        yield block, totals


def _blocks(offsets: NDArray[np.int64], D: int) -> Iterator[slice]:
    """Cut words into slices that have about `NUMBERS_PER_BLOCK` numbers in their rows."""
    V, start = len(offsets) - 1, 0
    room = max(1, NUMBERS_PER_BLOCK // D)
    while start < V:
        stop = int(np.searchsorted(offsets, offsets[start] + room, side="right")) - 1
        # Words without rows take room too.
        stop = min(max(stop, start + 1), start + room, V)
        yield slice(start, stop)
        start = stop


def _scaled_axes(rows: Floats, exponent: float) -> Doubles:
    """Return the map (D, D) onto the principal axes of rows, each scaled by s**exponent.

    They are those about the origin: in trials, taking the mean away first was no better.
    """
    if exponent == 0.0:
        return np.eye(rows.shape[1])
    from firth.vectors.repeatable import principal_axes, second_moment

    axes, values = principal_axes(second_moment(rows))
    values /= _or_one(values[0])
    scales = np.zeros(len(values))
    kept = values > _LEAST_AXIS
    scales[kept] = _powers(values[kept], exponent)
    return axes * scales


def _or_one(scale: float) -> float:
    """Return a scale to divide by; that of a table of zeros is 1."""
    return float(scale) or 1.0
