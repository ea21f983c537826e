"""How workers with tables of their own come to agree on them.

A row that each worker changes often is drawn to the same place by all: what it needs is about
their mean change. A row that is changed seldom needs the sum. With n the changes that a worker
is expected to have made since the row was last brought together, at the step size lr,

    f = 1 - exp(-c lr n)                     how much of its way one worker goes
    row += S / N * (1 - (1 - f)^N) / f       S the sum of the changes of N workers

which is the sum for small f and the mean for f near 1. At step s the `hot << z` most frequent rows
of each table are brought together, where z is the number of trailing zeros of s. So frequent rows
agree often and rare rows seldom, and each has changed about equally much since the last time.

Sums are on their way while the workers train on. What a worker has changed since it sent its own
changes stays on top. Changes are rounded to bfloat16, and what rounding takes off stays on top too,
to be sent the next time. Where all rows come together, nothing is rounded, and all tables are the
same afterwards.

N workers · D dimensions
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.cluster.group import shorten
from firth.compilation import compiled
from firth.training.engines.base import Floats, Tables

# Below it, the factor of the sum is 1 in float32.
_LEAST_SHARE = 1e-9
# Rows that are gathered at a time, so that buffers stay small.
_ROWS_AT_ONCE = 1 << 16


class Rule(NamedTuple):
    """The constants of the agreement."""

    hot: int = 256  # the rows of each table that are brought together at every step
    c: float = 0.3


RULE = Rule()


@compiled
def factors(changes: NDArray[np.float64], lr: float, workers: int, c: float) -> NDArray[np.float32]:
    """Return what the sum of the changes of each row is multiplied by.

    It calls the C library, not NumPy, whose functions differ between processors in the last bits.

    Parameters
    ----------
    changes : float64, (rows,)
        n, the changes of each row that a worker is expected to have made.

    Examples
    --------
    >>> factors(np.array([0.0, 1e9]), lr=0.025, workers=4, c=0.3).tolist()
    [1.0, 0.25]
    """
    found = np.empty(len(changes), np.float32)
    for row in range(len(changes)):
        share = -math.expm1(-c * lr * changes[row])
        share = min(max(share, _LEAST_SHARE), 1.0 - _LEAST_SHARE)
        found[row] = -math.expm1(workers * math.log1p(-share)) / (workers * share)
    return found


class Sent(NamedTuple):
    """What a worker has sent of the rows of a piece, and what is needed to take their sum."""

    piece: list[slice]  # of the rows of each table
    changes: Floats  # of all tables, one after another
    factors: list[Floats]
    rounded: bool


class _SharedTable:
    """A table as one worker has it, and as all have agreed on it, in the order of `rates`."""

    def __init__(self, table: Floats, rates: NDArray[np.float64]) -> None:
        self.table = table
        self.order = np.argsort(-rates, kind="stable")
        self.rates = rates[self.order]
        self.agreed: Floats = table[self.order]
        self.tokens = np.zeros(len(rates))  # that were read since each row was brought together


class Agreement:
    """One worker's side of the agreement.

    Parameters
    ----------
    tables : mapping
        Views of the tables that the worker trains; changed in place.
    rates : mapping
        For each table, how often each of its first rows is expected to change for each token that
        is read. Rows after these are the worker's own.
    workers : int
        N.
    """

    def __init__(
        self,
        tables: Tables,
        rates: Mapping[str, NDArray[np.float64]],
        workers: int,
        rule: Rule = RULE,
    ) -> None:
        self._shared = [_SharedTable(tables[name], rates[name]) for name in sorted(rates)]
        self._workers, self._rule = workers, rule

    def pieces(self, step: int | None = None) -> list[list[slice]]:
        """Return which rows are brought together at a step from 1, or all: piece by piece.

        Each piece has a slice for each table.
        """
        counts = [len(shared.order) for shared in self._shared]
        if step is not None:
            hot = self._rule.hot * (step & -step)
            counts = [min(count, hot) for count in counts]
        starts = range(0, max(counts), _ROWS_AT_ONCE)
        return [
            [slice(min(start, n), min(start + _ROWS_AT_ONCE, n)) for n in counts]
            for start in starts
        ]

    def note_read(self, tokens: float) -> None:
        """Note that a worker has read about so many tokens: the same number for all workers."""
        for shared in self._shared:
            shared.tokens += tokens

    def send(self, piece: list[slice], lr: float, *, rounded: bool) -> Sent:
        """Return this worker's changes of the rows of a piece, for all workers to add up.

        Parameters
        ----------
        lr : float
            The step size.
        rounded : bool
            Whether changes are rounded, and the worker may train on before it takes their sum.
        """
        changes = self._changes(piece)
        if rounded:
            shorten(changes)
        factors_of = []
        for shared, rows in zip(self._shared, piece, strict=True):
            n = shared.rates[rows] * shared.tokens[rows]
            factors_of.append(factors(n, lr, self._workers, self._rule.c))
            shared.tokens[rows] = 0.0
        return Sent(piece, changes, factors_of, rounded)

    def _changes(self, piece: list[slice]) -> Floats:
        sizes = [
            (rows.stop - rows.start) * shared.table.shape[1]
            for shared, rows in zip(self._shared, piece, strict=True)
        ]
        changes = np.empty(sum(sizes), np.float32)
        ends = np.cumsum(sizes)[:-1]
        for shared, rows, part in zip(self._shared, piece, np.split(changes, ends), strict=True):
            _write_changes(shared.table, shared.order[rows], shared.agreed[rows], part)
        return changes

    def take(self, sent: Sent, summed: Floats) -> None:
        """Change the rows of a piece by the sum of the changes of all workers, scaled."""
        end = 0
        for shared, rows, factor in zip(self._shared, sent.piece, sent.factors, strict=True):
            start, end = end, end + len(factor) * shared.table.shape[1]
            agreed, order = shared.agreed[rows], shared.order[rows]
            own = sent.changes[start:end]
            _take_sum(shared.table, order, agreed, summed[start:end], factor, own, sent.rounded)

    def begin(self) -> None:
        """Take the tables as they are now for what all workers have agreed on."""
        for shared in self._shared:
            np.take(shared.table, shared.order, axis=0, out=shared.agreed)
            shared.tokens[:] = 0.0


@compiled
def _write_changes(
    table: Floats, order: NDArray[np.int64], agreed: Floats, changes: Floats
) -> None:
    """Write the differences of some rows of a table from what was agreed on."""
    dim = agreed.shape[1]
    for place in range(len(order)):
        row = table[order[place]]
        for column in range(dim):
            changes[place * dim + column] = row[column] - agreed[place, column]


@compiled
def _take_sum(
    table: Floats,
    order: NDArray[np.int64],
    agreed: Floats,
    summed: Floats,
    factor: NDArray[np.float32],
    own: Floats,
    rounded: bool,
) -> None:
    """Change what was agreed on by the scaled sums, and bring some rows of a table there.

    If they were rounded, what a row has changed beyond the `own` changes that were sent stays.
    """
    dim = agreed.shape[1]
    for place in range(len(order)):
        row = table[order[place]]
        for column in range(dim):
            change = factor[place] * summed[place * dim + column]
            agreed[place, column] += change
            if rounded:
                row[column] += change - own[place * dim + column]
            else:
                row[column] = agreed[place, column]
