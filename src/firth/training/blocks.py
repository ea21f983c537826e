"""The deterministic kernel: the same bytes for any number of threads.

    V vocabulary · D dimensions · K noise words · T <= K + 1 targets · m inputs of a window
    inputs (slices * (V + own), stride), outputs (slices * V, stride) float32

It learns what `kernel` learns, from the same windows, but so that the members of a team can share
the work of every window without racing. The dimensions are cut into slices, and each member owns
some; a slice of a table is a table of its own. The positions of a stretch are cut into blocks of
`BLOCK`. With S(n) the scores of block n, and X, Y the rows as they stand,

    for each block n:  S(n) = Σ over slices of X Yᵀ          from the tables after block n - 2
                       for each window of block n - 1, in order:
                           G = eta (label - σ(S)),  X += G Y,  Y += Gᵀ X

A member computes its slices' part of S(n), publishes it, and changes its slices by block n - 1,
whose scores the others have long since published: nobody waits for long. Parts are added up in the
order of the slices. So nothing depends on who does what or when: the number of slices follows from
D alone, blocks and step sizes from positions. The first block of a stretch is scored from the
tables after the last block of the stretch before.

Words are drawn and listed by one member for all: block n by member n modulo their number, two
blocks ahead, so that all can fetch the rows one block ahead.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled, inlined
from firth.training import draws, lockstep, row_loops, simd, windows
from firth.training.emitter import WIDTH
from firth.training.kernel import Frozen, Sampling, Tables, Window
from firth.training.simd import stride_of

Floats = NDArray[np.float32]

BLOCK = 16  # positions of the corpus
_AHEAD = 2  # blocks between listing and scoring
# Lists are written two blocks ahead of scoring by a member that may be two blocks ahead of another,
# who still changes rows by the block before; scores, by a member two blocks ahead of one who reads
# those of the block before. So 6 and 4 blocks must have their places at the same time.
_LISTED = 8
_SCORED = 4

# What the list of a window holds, by place: m, how many of its context words are repetitions, T,
# how many noise words were drawn again, the offset of an input row that is needed soon, and then
# four lists: targets, contexts, twins, repeats.
_FIELDS = 5


class Team(NamedTuple):
    """A member of a team, and what it shares with the others."""

    member: int
    members: int
    first: int  # its slices: from `first`
    last: int  # up to `last`
    signals: NDArray[np.int64]  # of each member: how many blocks it has scored, and listed
    lists: NDArray[np.int64]  # the windows of the last blocks, then offsets of own rows
    parts: Floats  # the scores of the last blocks, slice by slice


class Scratch(NamedTuple):
    """A member's own working memory."""

    words: NDArray[np.int32]  # kept tokens of a stretch and their neighbours on both sides
    positions: NDArray[np.int64]  # where each stands in the corpus
    ends: NDArray[np.int64]  # for each unit, the place in `words` where it ends
    slots: NDArray[np.int64]  # finds repeated context words
    noise: NDArray[np.int64]  # offsets of a window's noise rows
    scores: Floats  # S of a block, then G
    signs: Floats  # -1 where S holds a score of the centre, else 1
    loss: Floats  # (2 * WIDTH,) see simd.gradient


def slices_of(dim: int) -> int:
    """Give the number of slices: a power of 2, at most 8, for slices of 6 vectors and more.

    There are two where there are two vectors, so that two threads always help.
    """
    vectors = stride_of(dim) // WIDTH
    return max(min(2, vectors), min(8, 1 << (vectors // 6).bit_length() >> 1))


def slice_stride(dim: int) -> int:
    """Give the length of a row of a slice."""
    return stride_of(-(-stride_of(dim) // slices_of(dim)))


def own_rows(window: Window) -> int:
    """Give how many rows of the input table are needed beyond the V words.

    They are a row that stays zero, the means of two blocks' contexts, and partial sums of inputs.
    """
    return 1 + (2 * BLOCK + 1 if window.cbow else 2 * window.reach)


def _list_length(window: Window) -> int:
    return _FIELDS + 2 * (window.negative + 1) + 4 * window.reach


def _block_length(window: Window) -> int:
    """Give the length of a block's lists: the number of windows, then their lists."""
    return 1 + BLOCK * _list_length(window)


def _most_scores(window: Window) -> int:
    """Give the most scores that a block has, in whole cache lines, and one vector more."""
    inputs = 1 if window.cbow else 2 * window.reach
    return -(-BLOCK * inputs * (window.negative + 1) // 16) * 16 + 16


def make_team(window: Window, slices: int, stride: int, size: int, members: int) -> list[Team]:
    """Allocate what the members of a team share.

    Parameters
    ----------
    window, slices, stride
        The window's shape, the number of slices, and the length of a row of one.
    size : int
        V, where the own rows of a slice begin.
    members : int
        At most as many as slices.
    """
    lists = np.zeros(_LISTED * _block_length(window) + own_rows(window), np.int64)
    lists[_LISTED * _block_length(window) :] = (size + np.arange(own_rows(window))) * stride
    parts = np.zeros(_SCORED * slices * _most_scores(window), np.float32)
    signals = lockstep.make_signals(2 * members)
    bounds = [slices * member // members for member in range(members + 1)]
    return [
        Team(member, members, bounds[member], bounds[member + 1], signals, lists, parts)
        for member in range(members)
    ]


def make_scratch(window: Window, stretch: int) -> Scratch:
    """Allocate the working memory of a member, for stretches of at most so many tokens."""
    contexts, scores = 2 * window.reach, _most_scores(window)
    return Scratch(
        words=np.empty(stretch + contexts + 1, np.int32),
        positions=np.empty(stretch + contexts + 1, np.int64),
        ends=np.empty(stretch + 2, np.int64),
        slots=np.zeros(windows.SLOTS, np.int64),
        noise=np.zeros(window.negative, np.int64),
        scores=np.zeros(scores, np.float32),
        signs=np.ones(scores, np.float32),
        loss=np.repeat(np.array([0.0, 1.0], np.float32), WIDTH),
    )


@compiled
def train_stretch(
    tokens: NDArray[np.int32],
    offsets: NDArray[np.int64],
    unit: int,
    start: int,
    stop: int,
    key: np.uint64,
    sampling: Sampling,
    tables: Tables,
    frozen: Frozen,
    window: Window,
    lr: float,
    slope: float,
    slices: int,
    scratch: Scratch,
    team: Team,
) -> tuple[float, int]:
    """Do a member's part of the windows whose centre stands at a position from `start` to `stop`.

    All members call this at the same time, with all signals at 0. Parameters and results are those
    of `kernel.train_stretch`, and `slices` the number of slices; every member gives the same loss
    and pairs. The step size is that of the first position of a block.
    """
    keep, alias = sampling
    inputs, outputs = tables
    places, input_originals, output_originals = frozen
    cbow, reach, shrink, negative = window
    words, positions, ends, slots, noise, scores, signs, running_loss = scratch
    member, members, first_slice, last_slice, signals, lists, parts = team
    stride, contexts, targets = np.int64(inputs.shape[1]), 2 * reach, negative + 1
    length = _FIELDS + 2 * targets + 2 * contexts
    block_length, most = 1 + BLOCK * length, len(scores)
    input_slice = len(inputs) // slices * stride
    output_slice = len(outputs) // slices * stride
    input_copy = len(input_originals) // slices * stride
    output_copy = len(output_originals) // slices * stride
    zero = _LISTED * block_length
    means, sums = zero + 1, zero + 1
    if cbow:
        sums = means + 2 * BLOCK
    last = windows.gather(
        tokens, offsets, unit, start, stop, key, keep, reach, words, positions, ends
    )
    slots[:] = 0
    signs[:] = 1.0
    loss, pairs, pending = 0.0, 0, 0
    i, unit = reach, 0
    blocks = (stop - start + BLOCK - 1) // BLOCK
    for n in range(-_AHEAD, blocks + 1):
        # List a block for all.
        if n + _AHEAD < blocks and (n + _AHEAD) % members == member:
            begin = start + (n + _AHEAD) * BLOCK
            at = (n + _AHEAD) % _LISTED * block_length
            count, i, unit = _list_block(
                words, positions, ends, i, unit, last, begin, min(begin + BLOCK, stop), key,
                reach, shrink, negative, cbow, alias, stride, noise, slots, lists, at,
            )  # fmt: skip
            lists[at] = count
            lockstep.raise_signal(signals, members + member, n + _AHEAD + 1)
        # Rows of the next block are fetched between the windows of this one and the one before.
        next_list, fetched, to_fetch = 0, 0, 0
        if 0 <= n + 1 < blocks:
            if not lockstep.wait_for(signals, members + (n + 1) % members, 0, 1, n + 2):
                break
            next_list = (n + 1) % _LISTED * block_length + 1
            to_fetch = lists[next_list - 1]
        # Score a block.
        if 0 <= n < blocks:
            at = n % _LISTED * block_length
            count = lists[at]
            mean = means + (n & 1) * BLOCK
            for s in range(first_slice, last_slice):
                place = (n % _SCORED * slices + s) * most
                x_at, y_at = s * input_slice, s * output_slice
                row = at + 1
                for j in range(count):
                    m, repeated = lists[row], lists[row + 1]
                    width = lists[row + 2] + lists[row + 3]
                    target = row + _FIELDS
                    first = target + targets
                    if cbow:
                        row_loops.mean_rows(
                            inputs, x_at, lists, first, m + repeated, lists[mean + j]
                        )
                        first, m, repeated = mean + j, 1, 0
                    simd.scores(
                        inputs, x_at, lists, first, m, outputs, y_at, lists, target, width,
                        parts, place,
                    )  # fmt: skip
                    place += (m + repeated) * width
                    row += length
                    if j < to_fetch:
                        _fetch_targets(outputs, y_at, lists, next_list + j * length, negative)
                for j in range(count, to_fetch):
                    _fetch_targets(outputs, y_at, lists, next_list + j * length, negative)
                for j in range(to_fetch):
                    row_loops.prefetch(inputs, x_at + lists[next_list + j * length + 4])
            lockstep.raise_signal(signals, member, n + 1)
        # Change the tables by the block before.
        if n < 1:
            continue
        if not lockstep.wait_for(signals, 0, 1, members, n):
            break
        at = (n - 1) % _LISTED * block_length + 1
        count = lists[at - 1]
        eta = np.float32(lr + slope * (start + (n - 1) * BLOCK))
        total = _mark_centres(lists, at, count, length, cbow, signs, np.float32(-1.0))
        row_loops.add_parts(parts, (n - 1) % _SCORED * slices * most, most, slices, scores, total)
        if not cbow:
            _copy_repeats(lists, at, count, length, contexts, scores)
        taken, pending = windows.descend(scores, signs, total, eta, running_loss, pending)
        loss += taken
        _mark_centres(lists, at, count, length, cbow, signs, np.float32(1.0))
        pairs += _fold(lists, at, count, length, contexts, targets, cbow, scores)
        mean = means + ((n - 1) & 1) * BLOCK
        for s in range(first_slice, last_slice):
            x_at, y_at = s * input_slice, s * output_slice
            row, place = at, 0
            for j in range(count):
                m, repeated, t = lists[row], lists[row + 1], lists[row + 2]
                width = t + lists[row + 3]
                target = row + _FIELDS
                context = target + targets
                first, before, after, distinct = context, context, context, m
                if cbow:
                    distinct = m + repeated
                    first, before, after, m, repeated = mean + j, zero, sums, 1, 0
                simd.update(
                    inputs, x_at, lists, first, before, after, m, outputs, y_at, lists, target, t,
                    scores, place, width, sums,
                )  # fmt: skip
                if cbow:
                    row_loops.add_to_rows(inputs, x_at, lists, context, distinct, lists[sums])
                windows.put_back(
                    inputs, x_at, lists, context, distinct, places, input_originals,
                    s * input_copy,
                )  # fmt: skip
                windows.put_back(
                    outputs, y_at, lists, target, t, places, output_originals, s * output_copy
                )
                place += (m + repeated) * width
                row += length
    return loss + windows.take_loss(running_loss), pairs


@inlined
def _list_block(
    words: NDArray[np.int32],
    positions: NDArray[np.int64],
    ends: NDArray[np.int64],
    i: int,
    unit: int,
    last: int,
    begin: int,
    end: int,
    key: np.uint64,
    reach: int,
    shrink: bool,
    negative: int,
    cbow: bool,
    alias: NDArray[np.uint64],
    stride: int,
    noise: NDArray[np.int64],
    slots: NDArray[np.int64],
    lists: NDArray[np.int64],
    at: int,
) -> tuple[int, int, int]:
    """Draw and list the windows of the positions from `begin` to `end`, behind place `at`.

    Returns
    -------
    count, i, unit : int
        How many windows there are, and the word and the unit at which to go on.
    """
    count, row = 0, at + 1
    while i < last and positions[i] < begin:
        i += 1
    while i < last and positions[i] < end:
        while i >= ends[unit + 1]:
            unit += 1
        stream = draws.stream_at(key, positions[i])
        drawn = draws.window_at(stream, reach, shrink)
        low, high = max(ends[unit], i - drawn), min(ends[unit + 1], i + drawn + 1)
        if high - low >= 2:
            windows.draw_noise(stream, negative, alias, stride, noise)
            target = row + _FIELDS
            context = target + negative + 1
            twin = context + 2 * reach
            repeat = twin + negative + 1
            t, doubled = windows.list_targets(
                words[i] * stride, noise, negative, lists, target, lists, twin
            )
            m, repeated = windows.list_contexts(
                words, i, low, high, stride, lists, context, lists, repeat, slots,
                (i + 1) * 2 * reach,
            )  # fmt: skip
            if cbow:
                windows.append_repeats(lists, context, m, lists, repeat, repeated)
            lists[row], lists[row + 1], lists[row + 2], lists[row + 3] = m, repeated, t, doubled
            lists[row + 4] = words[min(i + reach, last - 1)] * stride
            count += 1
            row = repeat + 2 * reach
        i += 1
    return count, i, unit


@inlined
def _fetch_targets(
    outputs: Floats, y_at: int, lists: NDArray[np.int64], row: int, negative: int
) -> None:
    """Ask for the target rows of a window."""
    for k in range(lists[row + 2]):
        row_loops.prefetch(outputs, y_at + lists[row + _FIELDS + k])


@inlined
def _mark_centres(
    lists: NDArray[np.int64],
    row: int,
    count: int,
    length: int,
    cbow: bool,
    signs: Floats,
    sign: np.float32,
) -> int:
    """Write the signs of a block's scores of centres; give the number of all scores."""
    place = 0
    for _ in range(count):
        m, width = lists[row] + lists[row + 1], lists[row + 2] + lists[row + 3]
        if cbow:
            m = 1
        for _ in range(m):
            signs[place] = sign
            place += width
        row += length
    return place


@inlined
def _copy_repeats(
    lists: NDArray[np.int64], row: int, count: int, length: int, contexts: int, scores: Floats
) -> None:
    """Append copies of the scores of context words that occur again."""
    place = 0
    for _ in range(count):
        m, repeated, width = lists[row], lists[row + 1], lists[row + 2] + lists[row + 3]
        repeat = row + length - contexts
        windows.copy_repeats(scores, place, m, lists, repeat, repeated, width)
        place += (m + repeated) * width
        row += length


@inlined
def _fold(
    lists: NDArray[np.int64],
    row: int,
    count: int,
    length: int,
    contexts: int,
    targets: int,
    cbow: bool,
    gradients: Floats,
) -> int:
    """Fold the gradients of repetitions; give the number of positive pairs."""
    place, pairs = 0, 0
    for _ in range(count):
        m, repeated, t, doubled = lists[row], lists[row + 1], lists[row + 2], lists[row + 3]
        if cbow:
            m, repeated = 1, 0
        repeat = row + length - contexts
        twin = repeat - targets
        windows.fold_repeats(gradients, place, m, lists, repeat, repeated, t + doubled)
        windows.fold_twins(gradients, place, m, t + doubled, t, lists, twin, doubled)
        place += (m + repeated) * (t + doubled)
        pairs += m + repeated
        row += length
    return pairs
