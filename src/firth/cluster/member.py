"""One worker of a team: it reads its part of a corpus, and trains it."""

from __future__ import annotations

import platform
import socket

import numpy as np
from numpy.typing import NDArray

from firth._version import __version__
from firth.cluster.group import Group
from firth.cluster.part_trainer import Job, PartTrainer
from firth.cluster.reading import Counts, PartReader
from firth.cluster.samples import Samples
from firth.corpus import TokenStore, Vocabulary
from firth.corpus.digest import digest
from firth.corpus.first_pass import TextOptions
from firth.corpus.sources import TextFile
from firth.training.engines.base import Floats, Tables
from firth.training.engines.registry import team_engine_named
from firth.training.engines.team import TeamEngine


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
        self._make_engine: type[TeamEngine] | None = None
        self._trainer: PartTrainer | None = None

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

    def read(self, files: list[TextFile], expected: list[Samples], options: TextOptions) -> None:
        """Read a part of a text: ranges of files, of which the leading machine has these."""
        self._reader = PartReader(files, expected, options)

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
        assert self._make_engine is not None
        assert self._tokens is not None
        # The tables of the job before go first.
        self._trainer = None
        self._trainer = PartTrainer(self._group, self._make_engine, job, self._tokens)

    def train(
        self, epoch: int, bounds: tuple[int, int], step: tuple[float, float], steps: int
    ) -> tuple[float, int]:
        """Train this member's share of some positions; see `PartTrainer`."""
        return self._prepared.train(epoch, bounds, step, steps)

    def tables(self) -> Tables:
        """Return copies of the rows that all members have."""
        return self._prepared.tables()

    def documents(self) -> Floats:
        """Return a copy of the rows of the documents, which are this member's own."""
        return self._prepared.documents()

    def restore(self, tables: Tables, places: NDArray[np.int64] | None = None) -> None:
        """Write rows into tables that all members have: all rows, or those at some places."""
        self._prepared.restore(tables, places)

    def restore_documents(self, rows: Floats) -> None:
        """Write the rows of the documents, which are this member's own."""
        self._prepared.restore_documents(rows)

    @property
    def _prepared(self) -> PartTrainer:
        assert self._trainer is not None
        return self._trainer
