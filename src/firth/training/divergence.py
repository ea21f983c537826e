"""Stopping a run that has gone wrong: its losses or its tables are beyond all measure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from firth.corpus import Vocabulary
from firth.corpus.vocabulary import Token
from firth.errors import ConfigError, one_line, warn
from firth.training.engines.base import INPUT, Tables, TableShape

# Learning never leads to a mean loss this many times that of guessing, nor to a number this large
# in a vector.
_MOST_OF_GUESSING = 100.0
_MOST_IN_A_VECTOR = 1_000.0
# A run that ends above guessing has learnt little. The paths of a tree are a little longer than
# what is taken for their mean.
_ABOVE_GUESSING = 1.2
_ROWS_AT_ONCE = 4_096


class Diverged(ConfigError):
    """Training diverges: the step size is too large."""


@dataclass(frozen=True, eq=False)
class DivergenceCheck:
    """Raises where a run diverges; the message names the row that is not finite or largest."""

    # These two name the rows of the tables.
    vocabulary: Vocabulary
    shapes: Mapping[str, TableShape]
    targets: float  # how many targets a window has: guessing costs log 2 for each
    # Returns the numbers or tags of the documents, if there are any.
    names_of_documents: Callable[[], Sequence[Token]] | None = None
    # Those that have rows after the words in the input table.
    ngrams: Sequence[str] = ()

    def check_loss(
        self, loss: float, pairs: int, tables: Callable[[], Tables], epoch: int, lr: float
    ) -> None:
        """Raise `Diverged` if a loss is not finite, or far beyond that of guessing.

        Parameters
        ----------
        loss, pairs : float, int
            The sum of some losses, and their number.
        tables : callable
            Returns the tables; called only if the loss is wrong.
        epoch : int
            From 0.
        lr : float
            The step size at the beginning of the run, after all halvings.
        """
        guessing = self._guessing
        # Written so that NaN counts as too large, here and below.
        if not loss <= _MOST_OF_GUESSING * guessing * pairs:
            row, value = self._worst_row(tables())
            raise Diverged(
                f"training diverges: the mean loss is {loss / max(pairs, 1):.4g} in epoch "
                f"{epoch + 1}, where guessing costs {guessing:.4g}, and {row} has grown most, to "
                f"{value:.4g}; lower lr (--lr), got {lr:g}"
            )

    @property
    def _guessing(self) -> float:
        """The mean loss of guessing, with which a run begins."""
        return self.targets * math.log(2.0)

    def warn_of_loss(self, loss: float, lr: float) -> None:
        """Warn if the mean loss of the epoch that is kept is above that of guessing."""
        if loss > _ABOVE_GUESSING * self._guessing:
            warn(
                f"the mean loss is {loss:.4g} at the end, where guessing costs "
                f"{self._guessing:.4g}, so that the vectors have learnt little; lower lr (--lr), "
                f"got {lr:g}"
            )

    def check_tables(self, tables: Tables, epoch: int, lr: float) -> None:
        """Raise `Diverged` if a table holds a number that is not finite, or far too large."""
        row, value = self._worst_row(tables)
        if not value <= _MOST_IN_A_VECTOR:
            raise Diverged(
                f"training diverges: {row} has grown to {value:.4g} in epoch {epoch + 1}; "
                f"lower lr (--lr), got {lr:g}"
            )

    def _worst_row(self, tables: Tables) -> tuple[str, float]:
        """Name the row that holds NaN, or else the largest number; return that number too."""
        worst, name, row = -1.0, "", 0
        for table, rows in tables.items():
            for start in range(0, len(rows), _ROWS_AT_ONCE):
                largest = np.abs(rows[start : start + _ROWS_AT_ONCE]).max(axis=1)
                # Of NaN, the first.
                place = int(np.argmax(largest))
                if not (math.isnan(worst) or largest[place] <= worst):
                    worst, name, row = float(largest[place]), table, start + place
        if row < self.shapes[name].words:
            word = self.vocabulary.words[row]
            return f"the vector of {one_line(repr(word))}", worst
        place = row - self.shapes[name].words
        if name == INPUT and place < len(self.ngrams):
            return f"the vector of the n-gram {one_line(repr(self.ngrams[place]))}", worst
        place = row - self.shapes[name].rows + self.shapes[name].documents
        if place >= 0 and self.names_of_documents is not None:
            document = one_line(repr(self.names_of_documents()[place]))
            return f"the vector of document {document}", worst
        return f"row {row:,} of the table {name!r}", worst
