"""How workers with tables of their own come to agree on them.

A row that each worker changes often is drawn to the same place by all: what it needs is about
their mean change. A row that is changed seldom needs the sum. With n the changes that a worker
is expected to have made since the row was last brought together, at the step size lr,

    f = 1 - exp(-c lr n)                     how much of its way one worker goes
    row += S / N * (1 - (1 - f)^N) / f       S the sum of the changes of N workers

which is the sum for small f and the mean for f near 1. c is that of most directions. Where the loss
is curved most, a worker goes g = 1 - exp(-steepness lr n) of its way, and many workers, each of
them a little, would together go past the end of it, further each time. So they go `most` times the
way at most:

    row += S / N * max(1, min(the above, most / g))

At step s the `hot << z` most frequent rows of each table are brought together, where z is the
number of trailing zeros of s. So frequent rows agree often and rare rows seldom, and each has
changed about equally much since the last time.

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

from firth.compilation import compiled
from firth.training.engines.base import Floats
from firth.training.engines.team import ROWS_AT_ONCE, Array, RowOperations

# Below it, the factor of the sum is 1 in float32.
_LEAST_SHARE = 1e-9


class Rule(NamedTuple):
    """The constants of the agreement."""

    hot: int = 256  # the rows of each table that are brought together at every step
    c: float = 0.3  # how strongly a row is drawn back in most directions
    steepness: float = 5.0  # and where the loss is curved most
    most: float = 4.0  # how many times its way there a row goes at most


RULE = Rule()
# Part of the fingerprint of a run: to be raised when the rule, the plan of steps or parts change.
VERSION = 7


@compiled
def factors(
    changes: NDArray[np.float64], lr: float, workers: int, rule: Rule
) -> NDArray[np.float32]:
    """Return what the sum of the changes of each row is multiplied by.

    It calls the C library, not NumPy, whose functions differ between processors in the last bits.

    Parameters
    ----------
    changes : float64, (rows,)
        n, the changes of each row that a worker is expected to have made.

    Examples
    --------
    >>> factors(np.array([0.0, 1e9]), lr=0.025, workers=4, rule=RULE).tolist()
    [1.0, 0.25]
    """
    found = np.empty(len(changes), np.float32)
    for row in range(len(changes)):
        share = -math.expm1(-rule.c * lr * changes[row])
        share = min(max(share, _LEAST_SHARE), 1.0 - _LEAST_SHARE)
        times = -math.expm1(workers * math.log1p(-share)) / share
        steepest = max(-math.expm1(-rule.steepness * lr * changes[row]), _LEAST_SHARE)
        found[row] = max(1.0, min(times, rule.most / steepest)) / workers
    return found


class Sent(NamedTuple):
    """What a worker has sent of the rows of a piece, and what is needed to take their sum."""

    piece: list[slice]  # of the rows of each table
    changes: Array  # of all tables, one after another
    factors: list[Floats]
    rounded: bool


class _SharedTable:
    """A table as one worker has it, and as all have agreed on it, in the order of `rates`."""

    def __init__(self, table: Array, rates: NDArray[np.float64], operations: RowOperations) -> None:
        self.table, self.dim = table, int(table.shape[1])
        order = np.argsort(-rates, kind="stable")
        self.order = operations.places(order)
        self.rates = rates[order]
        self.agreed = operations.empty(len(order), self.dim)
        self.read = np.zeros(len(rates))  # the tokens until each row was brought together


class Agreement:
    """One worker's side of the agreement.

    Parameters
    ----------
    tables : mapping
        The tables that the worker trains, or views of them; changed in place.
    rates : mapping
        For each table, how often each of its first rows is expected to change for each token that
        is read. Rows after these are the worker's own.
    workers : int
        N.
    operations : RowOperations
        What works on rows of the tables, where they lie.
    """

    def __init__(
        self,
        tables: Mapping[str, Array],
        rates: Mapping[str, NDArray[np.float64]],
        workers: int,
        operations: RowOperations,
        rule: Rule = RULE,
    ) -> None:
        self._shared = [
            _SharedTable(tables[name], rates[name], operations) for name in sorted(rates)
        ]
        self._workers, self._operations, self._rule = workers, operations, rule
        # Of changes that are on their way, and of those that are written meanwhile, in turn.
        self._rooms = [operations.empty(0), operations.empty(0)]
        self.begin()

    def pieces(self, step: int | None = None) -> list[list[slice]]:
        """Return which rows are brought together at a step from 1, or all: piece by piece.

        Each piece has a slice for each table.
        """
        counts = [len(shared.order) for shared in self._shared]
        if step is not None:
            hot = self._rule.hot * (step & -step)
            counts = [min(count, hot) for count in counts]
        starts = range(0, max(counts), ROWS_AT_ONCE)
        return [
            [slice(min(start, n), min(start + ROWS_AT_ONCE, n)) for n in counts] for start in starts
        ]

    def note_read(self, tokens: float) -> None:
        """Note that a worker has read about so many tokens: the same number for all workers."""
        self._read += tokens

    def send(self, piece: list[slice], lr: float, *, rounded: bool) -> Sent:
        """Return this worker's changes of the rows of a piece, for all workers to add up.

        Those that were returned two times before are overwritten.

        Parameters
        ----------
        lr : float
            The step size.
        rounded : bool
            Whether changes are rounded, and the worker may train on before it takes their sum.
        """
        changes = self._changes(piece, rounded)
        factors_of = []
        for shared, rows in zip(self._shared, piece, strict=True):
            n = shared.rates[rows] * (self._read - shared.read[rows])
            factors_of.append(factors(n, lr, self._workers, self._rule))
            shared.read[rows] = self._read
        return Sent(piece, changes, factors_of, rounded)

    def _changes(self, piece: list[slice], rounded: bool) -> Array:
        sizes = [
            (rows.stop - rows.start) * shared.dim
            for shared, rows in zip(self._shared, piece, strict=True)
        ]
        changes, end = self._room(sum(sizes)), 0
        for shared, rows, size in zip(self._shared, piece, sizes, strict=True):
            start, end = end, end + size
            self._operations.write_changes(
                shared.table,
                shared.order[rows],
                shared.agreed[rows],
                changes[start:end],
                rounded=rounded,
            )
        return changes

    def _room(self, size: int) -> Array:
        self._rooms.reverse()
        if len(self._rooms[0]) < size:
            self._rooms[0] = self._operations.empty(size)
        return self._rooms[0][:size]

    def take(self, sent: Sent, summed: Array) -> None:
        """Change the rows of a piece by the sum of the changes of all workers, scaled."""
        end = 0
        for shared, rows, factor in zip(self._shared, sent.piece, sent.factors, strict=True):
            start, end = end, end + len(factor) * shared.dim
            self._operations.take_sum(
                shared.table,
                shared.order[rows],
                shared.agreed[rows],
                summed[start:end],
                factor,
                sent.changes[start:end],
                rounded=sent.rounded,
            )

    def begin(self) -> None:
        """Take the tables as they are now for what all workers have agreed on."""
        self._read = 0.0  # tokens of a worker
        for shared in self._shared:
            self._operations.gather(shared.table, shared.order, shared.agreed)
            shared.read[:] = 0.0
