"""Training a part of a corpus, beside other workers with tables of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.cluster.agreement import RULE, Agreement, Sent
from firth.cluster.group import Group
from firth.cluster.parts import Whole
from firth.cluster.plan import NOISE_WEIGHT, hot_rows
from firth.corpus import TokenStore
from firth.training.config import TrainConfig
from firth.training.engines.base import (
    INPUT,
    Composition,
    Floats,
    FrozenRows,
    Tables,
    sizes_of,
)
from firth.training.engines.team import Array, TeamEngine
from firth.training.engines.threads import train_in_threads
from firth.training.rates import expected_changes, occurrences_in
from firth.training.schedule import STRETCH, stretches

# Counts are added up as float32, which is exact up to 2**24: 12 bits at a time, for 4,096 members.
# Four times 12 bits hold counts below 2**48.
_BITS, _PIECES = 12, 4


@dataclass(frozen=True, eq=False)
class Job:
    """What all members train."""

    config: TrainConfig
    counts: NDArray[np.int64]
    whole: Whole
    frozen: FrozenRows
    composition: Composition | None


class PartTrainer:
    """Trains one part of a corpus by an engine, and agrees with the others on the tables.

    Parameters
    ----------
    group : Group
        What connects it with the others.
    engine : type of TeamEngine
        It begins with its tables as the seed has them.
    job : Job
        What all train.
    tokens : TokenStore
        The part.
    """

    def __init__(
        self, group: Group, engine: type[TeamEngine], job: Job, tokens: TokenStore
    ) -> None:
        config, counts, composition = job.config, job.counts, job.composition
        self._group, self._whole = group, job.whole
        trained = job.whole.places[group.rank].size
        occurrences = add_up_counts(group, occurrences_in(tokens.ids[:trained], len(counts)))
        self._engine = engine(config, counts, tokens, STRETCH, job.frozen, composition)
        self._engine.compile()
        sizes = sizes_of(config, len(counts), len(tokens), composition)
        self._words = sizes.words + sizes.ngrams  # rows of the input table that all members have
        # All workers move all parts of a word alike. If its seldom changed parts, looked at one by
        # one, took the sum of these moves, the word would go up to N times too far.
        rates = expected_changes(
            config, counts, occurrences, sizes, composition, NOISE_WEIGHT, parts_together=True
        )
        tables, operations = self._engine.shared_tables()
        rule = RULE._replace(hot=hot_rows(config, job.whole.size))
        self._agreement = Agreement(tables, rates, group.size, operations, rule)
        # What was sent, and what waits for its sum.
        self._pending: tuple[Sent, Callable[[], Array]] | None = None

    def train(
        self, epoch: int, bounds: tuple[int, int], step: tuple[float, float], steps: int
    ) -> tuple[float, int]:
        """Train this member's share of the positions of the whole corpus between two bounds.

        Parameters
        ----------
        bounds : pair of int
            Positions of the whole corpus, at which all rows have been or are brought together.
        step : pair of float
            (lr, slope): the step size at position p of the whole corpus is lr + slope * p.
        steps : int
            How often rows are brought together. With 0 they are not: nothing is changed.

        Returns
        -------
        loss, pairs : float, int
            As `Engine.train` returns them, for this member's share.
        """
        start, stop = bounds
        loss, pairs, done = 0.0, 0, self._locate(start)
        for number in range(1, max(steps, 1) + 1):
            end = self._locate(start + (stop - start) * number // max(steps, 1))
            for loss_of_stretch, pairs_of_stretch in self._train(epoch, done, end, step):
                loss, pairs = loss + loss_of_stretch, pairs + pairs_of_stretch
            if steps:
                # The same number for all, whatever their parts: they must agree bit by bit.
                self._agreement.note_read((stop - start) / steps / self._group.size)
                lr = step[0] + step[1] * (start + (stop - start) * number // steps)
                self._bring_together(None if number == steps else number, lr)
            done = end
        return loss, pairs

    def _locate(self, position: int) -> int:
        return self._whole.locate(position, self._group.rank)

    def _train(
        self, epoch: int, start: int, stop: int, step: tuple[float, float]
    ) -> Iterable[tuple[float, int]]:
        """Train positions of this member's part; return loss and pairs of each stretch."""
        (lr, slope), whole, engine = step, self._whole, self._engine
        place, threads = whole.places[self._group.rank], engine.workers
        own_slope = slope * whole.size / max(place.size, 1)
        length = min(STRETCH, max(1, -(-(stop - start) // threads)))
        cut = stretches(start, stop, length, epoch=epoch, lr=lr, slope=own_slope, first=place.first)
        if threads == 1:
            return [engine.train(0, stretch) for stretch in cut]
        return [(done.loss, done.pairs) for done in train_in_threads(engine, cut)]

    def _bring_together(self, step: int | None, lr: float) -> None:
        """Bring the rows of a step together, or all rows.

        One sum is always on its way; that of a step's last piece until the next step.
        """
        self._take_pending()
        for piece in self._agreement.pieces(step):
            sent = self._agreement.send(piece, lr, rounded=step is not None)
            wait = self._group.add_up(sent.changes, short=sent.rounded)
            self._take_pending()
            self._pending = sent, wait
        if step is None:
            self._take_pending()

    def _take_pending(self) -> None:
        """Take the sums that are on their way."""
        if self._pending is not None:
            (sent, wait), self._pending = self._pending, None
            self._agreement.take(sent, wait())

    def tables(self) -> Tables:
        """Return copies of the rows that all members have."""
        return {
            name: np.array(table[: self._words] if name == INPUT else table)
            for name, table in self._engine.tables().items()
        }

    def documents(self) -> Floats:
        """Return a copy of the rows of the documents, which are this member's own."""
        return np.array(self._engine.tables()[INPUT][self._words :])

    def restore(self, tables: Tables, places: NDArray[np.int64] | None = None) -> None:
        """Write rows into tables that all members have: all rows, or those at some places."""
        for name, rows in tables.items():
            self._engine.restore({name: rows}, np.arange(len(rows)) if places is None else places)
        self._agreement.begin()

    def restore_documents(self, rows: Floats) -> None:
        """Write the rows of the documents, which are this member's own."""
        self._engine.restore({INPUT: rows}, self._words + np.arange(len(rows)))


def add_up_counts(group: Group, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sums of counts over all members: exact, and the same for each."""
    shifts = _BITS * np.arange(_PIECES)[:, np.newaxis]
    pieces = (counts >> shifts) & ((1 << _BITS) - 1)
    sums = np.asarray(group.add_up(pieces.astype(np.float32).ravel())())
    found: NDArray[np.int64] = (sums.reshape(pieces.shape).astype(np.int64) << shifts).sum(axis=0)
    return found
