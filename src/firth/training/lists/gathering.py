"""The words of a stretch that subsampling keeps, with the neighbours that windows reach.

Their positions and streams (see `draws`) are kept too, and working memory for the noise words of a
block of centres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import called, inlined
from firth.compilation.arrays import Shapes, bytes_of, zeros_of
from firth.training import draws
from firth.training.lists.reach import InReach, free_all, reach_shapes
from firth.training.simd import listing
from firth.training.simd.listing import SLACK

if TYPE_CHECKING:
    from firth.training.lists.windows import Window

# The centres of a block are listed together. A power of 2.
BLOCK = 32
# Words of equal remainders may be repetitions.
PLACES = 1024


class Gathered(NamedTuple):
    """The words of a stretch that subsampling keeps, with the neighbours that windows reach."""

    words: NDArray[np.int32]
    positions: NDArray[np.int64]  # where each stands in the corpus
    streams: NDArray[np.uint64]  # the stream of each position
    # By index, the last of the words up to there that occur again up to there, or -1. Words of
    # equal remainders are taken for the same.
    repeated: NDArray[np.int64]
    ends: NDArray[np.int64]  # for each unit, the index in `words` where it ends
    seen: NDArray[np.int64]  # (PLACES,) by remainder, the last word, plus 1
    noise_bits: NDArray[np.uint64]  # (K * BLOCK,) drawn for the centres of a block
    noise: NDArray[np.int64]  # (K * BLOCK,) their noise words: the k-th of all, then the next
    is_repeated: NDArray[np.bool_]  # (BLOCK,) whether targets of a centre are the same
    # (3,) where the words of the stretch end, where all words end, and the corpus's number of the
    # first unit
    extent: NDArray[np.int64]
    in_reach: InReach


def _gathered_shapes(window: Window, stretch: int) -> Shapes:
    """Return the shapes of the words of stretches of at most so many tokens."""
    size = stretch + 2 * window.reach + SLACK
    return {
        "words": ((size,), np.int32),
        "positions": ((size,), np.int64),
        "streams": ((size,), np.uint64),
        "repeated": ((size,), np.int64),
        "ends": ((stretch + 2,), np.int64),
        "seen": ((PLACES,), np.int64),
        "noise_bits": ((window.negative * BLOCK,), np.uint64),
        "noise": ((window.negative * BLOCK,), np.int64),
        "is_repeated": ((BLOCK,), np.bool_),
        "extent": ((3,), np.int64),
    }


def _reach_shapes(window: Window, stretch: int) -> Shapes:
    size = stretch + 2 * window.reach + SLACK
    return reach_shapes(window.reach, size, is_used=window.subwords is not None)


def gathered_bytes(window: Window, stretch: int) -> int:
    """Return how many bytes `room_for` takes."""
    return bytes_of(_gathered_shapes(window, stretch)) + bytes_of(_reach_shapes(window, stretch))


def room_for(window: Window, stretch: int) -> Gathered:
    """Return working memory for the words of stretches of at most so many tokens."""
    in_reach = InReach(**zeros_of(_reach_shapes(window, stretch)))
    return Gathered(**zeros_of(_gathered_shapes(window, stretch)), in_reach=in_reach)


@called
def gather(
    tokens: NDArray[np.int32],
    offsets: NDArray[np.int64],
    unit: int,
    start: int,
    stop: int,
    key: np.uint64,
    keep: NDArray[np.uint32],
    reach: int,
    gathered: Gathered,
) -> int:
    """Subsample a stretch into `gathered`, with the neighbours that its windows reach.

    All arrays of `gathered` but the noise are overwritten. The words before the stretch begin at
    `ends[0]`; the first unit ends at `ends[1]`, the second at `ends[2]`, and so on.

    Returns
    -------
    int
        Where the words of the stretch end; they begin at index `reach`.
    """
    words, ends, extent = gathered.words, gathered.ends, gathered.extent
    positions, streams = gathered.positions, gathered.streams
    free_all(gathered.in_reach)
    first, position = reach, start
    while position > offsets[unit] and first > 0:
        position -= 1
        if draws.is_kept(draws.stream_at(key, position), keep[tokens[position]]):
            first -= 1
            words[first] = tokens[position]
    ends[0] = first
    count, last, units, position = reach, reach, 0, start
    while position < stop:
        unit_end = offsets[unit + units + 1]
        units += 1
        inside = min(unit_end, stop)
        count = last = listing.subsample(
            tokens, position, inside, key, keep, words, positions, streams, count
        )
        position = inside
        while position < unit_end and count < last + reach:
            # Written always and counted only if kept: no branch to mispredict.
            words[count] = tokens[position]
            count += int(draws.is_kept(draws.stream_at(key, position), keep[tokens[position]]))
            position += 1
        ends[units] = count
    extent[0], extent[1], extent[2] = last, count, unit
    find_repeated(words, first, count, gathered.seen, gathered.repeated)
    return last


@inlined
def find_repeated(
    words: NDArray[np.int32],
    first: int,
    end: int,
    seen: NDArray[np.int64],
    repeated: NDArray[np.int64],
) -> None:
    """Write, for each word from index `first` to `end`, see `Gathered.repeated`."""
    seen[:] = 0
    latest = -1
    for i in range(first, end):
        place = words[i] & (PLACES - 1)
        latest = max(latest, seen[place] - 1)
        seen[place] = i + 1
        repeated[i] = latest


@inlined
def draw_noise(
    gathered: Gathered, start: int, stop: int, negative: int, alias: NDArray[np.uint64]
) -> None:
    """Draw the noise words of the centres from one index up to another, at most BLOCK."""
    listing.draw_noise(
        gathered.words, gathered.streams, start, stop, negative, alias,
        gathered.noise_bits, gathered.noise, gathered.is_repeated,
    )  # fmt: skip
