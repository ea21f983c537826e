"""One worker of a team: an engine with tables of its own, which trains its part of a corpus."""

from __future__ import annotations

import platform
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth._version import __version__
from firth.cluster.agreement import Agreement, Sent
from firth.cluster.group import Group
from firth.cluster.parts import Whole
from firth.cluster.reading import Counts, PartReader
from firth.corpus import TokenStore, Vocabulary
from firth.corpus.digest import digest
from firth.corpus.first_pass import TextOptions
from firth.corpus.sources import TextFile
from firth.errors import CorpusError
from firth.training.config import TrainConfig
from firth.training.engines.base import (
    INPUT,
    Composition,
    Floats,
    Tables,
    sizes_of,
)
from firth.training.engines.registry import team_engine_named
from firth.training.engines.team import Array, TeamEngine
from firth.training.engines.threads import train_in_threads
from firth.training.rates import expected_changes
from firth.training.schedule import STRETCH, stretches

# How strongly a noise word is drawn back, where a centre counts 1: the curvature of the loss is
# s (1 - s), and the score s of most noise words is near 0.
_NOISE_WEIGHT = 0.15


@dataclass(frozen=True, eq=False)
class Job:
    """What all members train."""

    config: TrainConfig
    counts: NDArray[np.int64]
    whole: Whole
    frozen: NDArray[np.int64]
    composition: Composition | None


class Member:
    """One worker of a team.

    Parameters
    ----------
    group : Group
        What connects it with the others.
    """

    def __init__(self, group: Group) -> None:
        self._group = group
        self._tokens: TokenStore | None = None
        self._reader: PartReader | None = None
        self._engine: TeamEngine | None = None
        # What was sent, and what waits for its sum.
        self._pending: tuple[Sent, Callable[[], Array]] | None = None

    def describe(self) -> dict[str, object]:
        """Return what must be the same for all members, and where this one is."""
        return {
            "firth": __version__,
            "python": platform.python_version(),
            "host": socket.gethostname(),
        }

    def choose_engine(self, name: str) -> None:
        """Have the engine of this name train, on a GPU of this member's own if it needs one."""
        self._make_engine = team_engine_named(name).for_worker(*self._group.place)

    def read(self, files: list[TextFile], sizes: list[int | None], options: TextOptions) -> None:
        """Read a part of a text: ranges of files, which have these sizes as a whole."""
        try:
            self._reader = PartReader(files, sizes, options)
        except CorpusError as error:
            raise CorpusError(
                f"{error} (worker {self._group.rank} on {socket.gethostname()})"
            ) from error

    def counts(self) -> Counts:
        """Return the words of the part that was read, and their counts."""
        assert self._reader is not None
        return self._reader.counts()

    def encode(self, vocabulary: Vocabulary) -> tuple[int, int, str]:
        """Encode the part that was read; return its tokens, its units, and a digest."""
        assert self._reader is not None
        self._tokens = tokens = self._reader.encode(vocabulary)
        self._reader = None
        return tokens.size, len(tokens), digest(vocabulary, tokens, 0)

    def close(self) -> None:
        """Close the files of a text that was not read to the end."""
        if self._reader is not None:
            self._reader.close()

    def take_part(self, tokens: TokenStore) -> None:
        """Take a part of a corpus."""
        self._tokens = tokens

    def prepare(self, job: Job) -> None:
        """Make an engine for a job, with its tables as the seed has them."""
        assert self._tokens is not None
        self._job, tokens = job, self._tokens
        config, counts, composition = job.config, job.counts, job.composition
        # The tables of the job before go first.
        self._engine = None
        vars(self).pop("_agreement", None)
        self._engine = self._make_engine(config, counts, tokens, STRETCH, job.frozen, composition)
        self._engine.compile()
        sizes = sizes_of(config, len(counts), len(tokens), composition)
        self._words = sizes.words + sizes.ngrams  # rows of the input table that all members have
        rates = expected_changes(config, counts, sizes, composition, _NOISE_WEIGHT)
        tables, operations = self._engine.shared_tables()
        self._agreement = Agreement(tables, rates, self._group.size, operations)
        self._pending = None

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
        return self._job.whole.locate(position, self._group.rank)

    def _train(
        self, epoch: int, start: int, stop: int, step: tuple[float, float]
    ) -> Iterable[tuple[float, int]]:
        """Train positions of this member's part; return loss and pairs of each stretch."""
        assert self._engine is not None
        (lr, slope), whole = step, self._job.whole
        place, threads = whole.places[self._group.rank], self._engine.workers
        own_slope = slope * whole.size / max(place.size, 1)
        length = min(STRETCH, max(1, -(-(stop - start) // threads)))
        cut = stretches(start, stop, length, epoch=epoch, lr=lr, slope=own_slope, first=place.first)
        if threads == 1:
            engine = self._engine
            return [engine.train(0, stretch) for stretch in cut]
        return [(done.loss, done.pairs) for done in train_in_threads(self._engine, cut)]

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
            for name, table in self._views().items()
        }

    def documents(self) -> Floats:
        """Return a copy of the rows of the documents, which are this member's own."""
        return np.array(self._views()[INPUT][self._words :])

    def restore(self, tables: Tables, places: NDArray[np.int64] | None = None) -> None:
        """Write rows into tables that all members have: all rows, or those at some places."""
        assert self._engine is not None
        for name, rows in tables.items():
            self._engine.restore({name: rows}, np.arange(len(rows)) if places is None else places)
        self._agreement.begin()

    def restore_documents(self, rows: Floats) -> None:
        """Write the rows of the documents, which are this member's own."""
        assert self._engine is not None
        self._engine.restore({INPUT: rows}, self._words + np.arange(len(rows)))

    def _views(self) -> Tables:
        assert self._engine is not None
        return self._engine.tables()
