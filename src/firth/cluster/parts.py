"""The parts of a corpus, one for each worker.

A position of the whole corpus belongs to the same place, in proportion, of every part: when the
run is at position p of n, a worker whose part has k tokens is at position p k / n of it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firth.cluster.team import Team
from firth.corpus import Corpus, TokenStore

# How far from where it should be a part may end for the sake of whole units.
_SLACK = 0.02

# Where positions of a corpus start and stop.
_Range = tuple[int, int]


@dataclass(frozen=True)
class Place:
    """Where a part lies in the whole corpus.

    Parameters
    ----------
    first : int
        Tokens of the whole corpus before it, by which its random draws are chosen.
    size, held_out : int
        How many tokens it has to train on; and how many are held out, at its end.
    units : int
        How many units it has.
    """

    first: int
    size: int
    held_out: int
    units: int


@dataclass(frozen=True)
class Whole:
    """Where all parts lie in the whole corpus."""

    places: tuple[Place, ...]

    @cached_property
    def size(self) -> int:
        """The tokens to train on."""
        return sum(place.size for place in self.places)

    @cached_property
    def held_out(self) -> int:
        """The tokens that are held out."""
        return sum(place.held_out for place in self.places)

    def locate(self, position: int, rank: int) -> int:
        """Return the position in a part that belongs to one of the whole corpus."""
        place = self.places[rank]
        if position <= self.size:
            return position * place.size // self.size
        return place.size + (position - self.size) * place.held_out // self.held_out


@dataclass(frozen=True, eq=False)
class CutCorpus:
    """A corpus in this process, cut for a team into parts of about the same number of tokens.

    A part ends where a unit ends, if one does within a small share (`_SLACK`) of its length beyond
    an even cut. Else a unit is cut: the windows at the cut lack the words on the other side.

    Parameters
    ----------
    corpus : Corpus
        What to cut.
    workers : int
        How many parts there are.
    whole_units : bool
        Whether no unit is cut, and some parts may be empty: a unit that is a document has one row,
        of one worker.
    """

    corpus: Corpus
    workers: int
    whole_units: bool = False

    @cached_property
    def _ranges(self) -> list[tuple[_Range, _Range]]:
        """The positions of each part: those to train on, and those that are held out."""
        tokens, size = self.corpus.tokens, self.corpus.tokens.size - self.corpus.held_out
        choose = _unit_cuts if self.whole_units else _cuts
        trained = choose(tokens.offsets, 0, size, self.workers)
        held_out = choose(tokens.offsets, size, tokens.size, self.workers)
        return list(zip(itertools.pairwise(trained), itertools.pairwise(held_out), strict=True))

    @cached_property
    def whole(self) -> Whole:
        """Where the parts lie."""
        offsets = self.corpus.tokens.offsets
        places = []
        for trained, held_out in self._ranges:
            units = sum(len(_unit_ends(offsets, *each)) for each in (trained, held_out))
            (first, end), (held, held_end) = trained, held_out
            places.append(Place(first, end - first, held_end - held, units))
        return Whole(tuple(places))

    def parts(self) -> list[TokenStore]:
        """Return the tokens of each part: views of the corpus's, unless some are held out."""
        return [_part(self.corpus.tokens, ranges) for ranges in self._ranges]

    def deliver(self, team: Team) -> None:
        """Give each member its part."""
        team.call_each("take_part", [[store] for store in self.parts()])


class SharedCorpus(Protocol):
    """A corpus of which each member of a team has a part."""

    @property
    def whole(self) -> Whole:
        """Where the parts lie."""

    def deliver(self, team: Team) -> None:
        """Have each member take its part."""


def _part(tokens: TokenStore, ranges: tuple[_Range, ...]) -> TokenStore:
    offsets, before, pieces = [np.zeros(1, np.int64)], 0, []
    for start, stop in ranges:
        offsets.append(_unit_ends(tokens.offsets, start, stop) - start + before)
        before += stop - start
        if start < stop:
            pieces.append(tokens.ids[start:stop])
    # One piece is not copied: it may be as large as a text.
    ids = pieces[0] if len(pieces) == 1 else np.concatenate([tokens.ids[:0], *pieces])
    return TokenStore(ids, np.concatenate(offsets))


def _cuts(offsets: NDArray[np.int64], start: int, stop: int, workers: int) -> list[int]:
    """Return where the parts of the positions from `start` up to `stop` begin and end."""
    slack = int(_SLACK * (stop - start) / workers)
    cuts = [start]
    for worker in range(1, workers):
        wanted = start + (stop - start) * worker // workers
        unit = int(np.searchsorted(offsets, wanted))
        end = min(int(offsets[unit]), stop)
        cuts.append(end if end - wanted <= slack else wanted)
    return [*cuts, stop]


def _unit_cuts(offsets: NDArray[np.int64], start: int, stop: int, workers: int) -> list[int]:
    """Return where parts of whole units begin and end: at the unit's end next to an even cut."""
    first, last = np.searchsorted(offsets, [start, stop])
    ends = offsets[first : last + 1]
    wanted = start + (stop - start) * np.arange(1, workers) // workers
    after = np.searchsorted(ends, wanted)
    before = np.maximum(after - 1, 0)
    is_before = wanted - ends[before] < ends[after] - wanted
    return [start, *ends[np.where(is_before, before, after)].tolist(), stop]


def _unit_ends(offsets: NDArray[np.int64], start: int, stop: int) -> NDArray[np.int64]:
    """Return where the units, or pieces of units, from `start` up to `stop` end."""
    first, last = np.searchsorted(offsets, [start, stop], side="right")
    ends = offsets[first:last]
    if start < stop and (len(ends) == 0 or ends[-1] < stop):
        ends = np.append(ends, stop)
    return ends
