"""The deterministic kernel: the same bytes for any number of threads.

    V vocabulary · D dimensions · K noise words · T <= K + 1 targets · m inputs of a window
    inputs (slices * (V + own), stride), outputs (slices * V, stride) float32

It learns what `kernel` learns, from the same windows, but so that the members of a team can share
the work of every window without racing. The dimensions are cut into slices, and each member owns
some; a slice of a table is a table of its own. The positions of a stretch are cut into blocks. With
S(n) the scores of block n, and X, Y the rows as they stand,

    for each block n:  S(n) = Σ over slices of X Yᵀ          from the tables after block n - 2
                       for each window of block n - 1, in order:
                           G = eta (label - σ(S)),  X += G Y,  Y += Gᵀ X

A member computes its slices' part of S(n), publishes it, and changes its slices by block n - 1,
whose scores the others have long since published: nobody waits for long. Parts are added up in the
order of the slices. So nothing depends on who does what or when: the number of slices follows from
D alone, blocks from the counts of the words and from positions, step sizes from positions. The
first block of a stretch is scored from the tables after the last block of the stretch before.

Words are drawn and listed by one member for all: block n by member n modulo their number, three
blocks ahead, so that all can fetch the rows one block ahead.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled_bare, inlined, prefetching
from firth.compilation.emitter import WIDTH
from firth.training import draws, lockstep, means, row_loops, simd, windows
from firth.training.kernel import Frozen, Sampling, Tables, Window
from firth.training.simd import stride_of

Floats = NDArray[np.float32]

# A block has at most so many positions of the corpus, and fewer where words that come often, or in
# many windows, would be changed many times by scores that do not know of each other.
LONGEST = 8
_OFTEN = 1.0  # how often a word may be expected among the targets of a block
_CONTEXTS = 96  # how many context words the windows of a block may hold
_AHEAD = 3  # blocks between listing and scoring
# A member may be in the step after the next one of another, who has yet to change the tables by
# block n - 1 when it lists block n + 5 and writes the scores of block n + 2: so 7 and 4 blocks must
# have their places at the same time.
_LISTED = 8
SCORED = 4

# What the list of a window holds, by place: m, how many of its context words are repetitions, T,
# how many noise words were drawn again, the offset of an input row that is needed soon, and then
# four lists: targets, contexts, twins, repeats.
_FIELDS = 6
# Before the lists of a block's windows stand how many those are, how many scores they have, how
# many positive pairs, and how long the lists are.
_HEADER = 4


class Team(NamedTuple):
    """A member of a team, and what it shares with the others."""

    member: int
    members: int
    first: int  # its slices: from `first`
    last: int  # up to `last`
    signals: NDArray[np.int64]  # of each member: how many steps it has taken
    lists: NDArray[np.int64]  # the windows of the last blocks, then offsets of own rows
    parts: Floats  # the scores of the last blocks, slice by slice


class Scratch(NamedTuple):
    """A member's own working memory."""

    words: NDArray[np.int32]  # kept tokens of a stretch and their neighbours on both sides
    positions: NDArray[np.int64]  # where each stands in the corpus
    ends: NDArray[np.int64]  # for each unit, the place in `words` where it ends
    slots: NDArray[np.int64]  # finds repeated context words
    streams: NDArray[np.uint64]  # the streams of a block's positions
    drawn: NDArray[np.uint64]  # random bits of the noise words of a block
    noise: NDArray[np.int64]  # offsets of a window's noise rows
    twins: NDArray[np.int64]  # its repetitions, before they are listed
    repeats: NDArray[np.int64]
    scores: Floats  # S of a block, then G
    signs: Floats  # -1 where S holds a score of the centre, else 1
    loss: Floats  # (2 * WIDTH,) see simd.gradient


class Layout(NamedTuple):
    """Where things stand, in elements; it follows from the window, D, V and the block."""

    positions: int  # of a block, at most
    slices: int
    stride: int  # length of a row of a slice
    inputs: int  # from slice to slice of the input table
    outputs: int  # and of the output table
    scores: int  # room for the scores of a block
    list: int  # length of the list of a window
    block: int  # and of those of a block
    zero: int  # in the lists, the place of the own row that stays zero; the others follow it:
    means: int  # those of the means of two blocks' contexts, for CBOW
    sums: int  # those for partial sums of inputs


def slices_of(dim: int) -> int:
    """Give the number of slices: a power of 2, at most 8, for slices of 6 vectors and more.

    There are two where there are two vectors, so that two threads always help.
    """
    vectors = stride_of(dim) // WIDTH
    return max(min(2, vectors), min(8, 1 << (vectors // 6).bit_length() >> 1))


def block_of(window: Window, kept: NDArray[np.float64], noise: NDArray[np.float64]) -> int:
    """Give how many positions make a block.

    Parameters
    ----------
    window : Window
        The window's shape.
    kept, noise : float64, (V,)
        The share of each word in the tokens that subsampling keeps, and as a noise word.
    """
    often = float((kept + window.negative * noise).max())
    contexts = window.reach + 1 if window.shrink else 2 * window.reach
    return max(1, min(LONGEST, int(_OFTEN / often), _CONTEXTS // contexts))


def own_rows(window: Window, positions: int) -> int:
    """Give how many rows of a slice of the input table are needed beyond the V words."""
    return 1 + (2 * positions + 1 if window.cbow is not None else 2 * window.reach)


def layout_of(window: Window, dim: int, size: int, positions: int) -> Layout:
    """Lay out tables and lists for `dim` dimensions, `size` words and blocks of `positions`."""
    own = own_rows(window, positions)
    slices = slices_of(dim)
    stride = stride_of(-(-stride_of(dim) // slices))
    targets, contexts = window.negative + 1, 2 * window.reach
    most = positions * targets * (1 if window.cbow is not None else contexts)
    length = _FIELDS + 2 * targets + 2 * contexts
    block = _HEADER + positions * length
    return Layout(
        positions=positions,
        slices=slices,
        stride=stride,
        inputs=(size + own) * stride,
        outputs=size * stride,
        # Whole cache lines, and one more: the last vector of scores may be written whole.
        scores=-(-most // 16) * 16 + 16,
        list=length,
        block=block,
        zero=_LISTED * block,
        means=_LISTED * block + 1,
        sums=_LISTED * block + 1 + (2 * positions if window.cbow is not None else 0),
    )


def make_team(window: Window, layout: Layout, members: int) -> list[Team]:
    """Allocate what the members of a team share; they are at most as many as slices."""
    own = own_rows(window, layout.positions)
    lists = np.zeros(layout.zero + own, np.int64)
    lists[layout.zero :] = layout.inputs + np.arange(-own, 0) * layout.stride
    parts = np.zeros(SCORED * layout.slices * layout.scores, np.float32)
    signals = lockstep.make_signals(members)
    bounds = [layout.slices * member // members for member in range(members + 1)]
    return [
        Team(member, members, bounds[member], bounds[member + 1], signals, lists, parts)
        for member in range(members)
    ]


def make_scratch(window: Window, layout: Layout, stretch: int) -> Scratch:
    """Allocate the working memory of a member, for stretches of at most so many tokens."""
    contexts = 2 * window.reach
    return Scratch(
        words=np.empty(stretch + contexts + 1, np.int32),
        positions=np.empty(stretch + contexts + 1, np.int64),
        ends=np.empty(stretch + 2, np.int64),
        slots=np.zeros(windows.SLOTS, np.int64),
        streams=np.zeros(layout.positions, np.uint64),
        drawn=np.zeros(layout.positions * window.negative, np.uint64),
        noise=np.zeros(window.negative, np.int64),
        twins=np.zeros(window.negative, np.int64),
        repeats=np.zeros(contexts, np.int64),
        scores=np.zeros(layout.scores, np.float32),
        signs=np.ones(layout.scores, np.float32),
        loss=np.repeat(np.array([0.0, 1.0], np.float32), WIDTH),
    )


@compiled_bare
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
    layout: Layout,
    scratch: Scratch,
    team: Team,
) -> tuple[float, int]:
    """Do a member's part of the windows whose centre stands at a position from `start` to `stop`.

    All members call this at the same time, with all signals at 0. Parameters and results are those
    of `kernel.train_stretch`; every member gives the same loss and pairs. The step size is that of
    the first position of a block.
    """
    (
        words, positions, ends, slots, streams, drawn, noise, twins, repeats, scores, signs,
        running_loss,
    ) = scratch  # fmt: skip
    member, members, signals, lists = team.member, team.members, team.signals, team.lists
    last = windows.gather(
        tokens, offsets, unit, start, stop, key, sampling.keep, window.reach, words, positions,
        ends,
    )  # fmt: skip
    slots[:] = 0
    signs[:] = 1.0
    loss, pairs, pending = 0.0, 0, 0
    block, unit = layout.positions, 0
    blocks = (stop - start + block - 1) // block
    begin = start + member * block
    first, after = _draw_block(
        positions, window.reach, last, begin, min(begin + block, stop), key, window,
        sampling.alias, streams, drawn,
    )  # fmt: skip
    # A member who is given nothing, to have this compiled, waits for nobody.
    steps = blocks + 1 if blocks > 0 else -_AHEAD
    for n in range(-_AHEAD, steps):
        listed, scored, changed, ahead = n + _AHEAD, n, n - 1, min(n + 1, blocks - 1)
        if listed < blocks and listed % members == member:
            unit = _list_block(
                words, ends, first, after, last, unit, window, sampling.alias, streams, drawn,
                noise, twins, repeats, slots, layout, lists, listed,
            )  # fmt: skip
            begin = start + (listed + members) * block
            first, after = _draw_block(
                positions, after, last, begin, min(begin + block, stop), key, window,
                sampling.alias, streams, drawn,
            )  # fmt: skip
        if 0 <= scored < blocks:
            _score_block(tables, window, layout, team, scored, ahead)
        # Step by step: what others did in the step before has been seen by the end of this one.
        lockstep.raise_signal(signals, member, n + _AHEAD + 1)
        if not lockstep.wait_for(signals, members, n + _AHEAD):
            break
        if changed >= 0:
            total = lists[changed % _LISTED * layout.block + 1]
            _add_scores(window, layout, team, changed, total, scores, signs)
            eta = np.float32(lr + slope * (start + changed * block))
            taken, pending = windows.descend(scores, signs, total, eta, running_loss, pending)
            loss += taken
            pairs += lists[changed % _LISTED * layout.block + 2]
            _change_tables(tables, frozen, window, layout, team, changed, ahead, scores, signs)
        if members > 1 and n >= 0:
            _take_lines(layout, team, n + 1, ahead)
    return loss + windows.take_loss(running_loss), pairs


# ---------------------------------------------------------------------------- listing


@inlined
def _draw_block(
    positions: NDArray[np.int64],
    i: int,
    last: int,
    begin: int,
    end: int,
    key: np.uint64,
    window: Window,
    alias: NDArray[np.uint64],
    streams: NDArray[np.uint64],
    drawn: NDArray[np.uint64],
) -> tuple[int, int]:
    """Draw for the windows of the positions from `begin` to `end`, from word i on.

    Returns
    -------
    first, after : int
        The first of these words, and the one after the last.
    """
    while i < last and positions[i] < begin:
        i += 1
    first, place = i, 0
    while i < last and positions[i] < end:
        stream = draws.stream_at(key, positions[i])
        streams[i - first] = stream
        windows.draw_noise(stream, window.negative, alias, drawn, place)
        place += window.negative
        i += 1
    return first, i


@inlined
def _list_block(
    words: NDArray[np.int32],
    ends: NDArray[np.int64],
    begin: int,
    end: int,
    last: int,
    unit: int,
    window: Window,
    alias: NDArray[np.uint64],
    streams: NDArray[np.uint64],
    drawn: NDArray[np.uint64],
    noise: NDArray[np.int64],
    twins: NDArray[np.int64],
    repeats: NDArray[np.int64],
    slots: NDArray[np.int64],
    layout: Layout,
    lists: NDArray[np.int64],
    number: int,
) -> int:
    """List the windows of the words from `begin` to `end`; give the unit of the last one."""
    _, reach, shrink, negative = window
    stride, block = np.int64(layout.stride), number % _LISTED * layout.block
    count, row, total, pairs = 0, block + _HEADER, 0, 0
    for i in range(begin, end):
        while i >= ends[unit + 1]:
            unit += 1
        drawn_reach = draws.window_at(streams[i - begin], reach, shrink)
        low, high = max(ends[unit], i - drawn_reach), min(ends[unit + 1], i + drawn_reach + 1)
        if high - low >= 2:
            windows.look_up_noise(drawn, (i - begin) * negative, negative, alias, stride, noise, 0)
            target = row + _FIELDS
            t, doubled = windows.list_targets(
                words[i] * stride, noise, 0, negative, lists, target, twins, 0
            )
            context = target + t + doubled
            m, repeated = windows.list_contexts(
                words, i, low, high, stride, lists, context, repeats, 0, slots, (i + 1) * 2 * reach
            )
            if window.cbow is not None:
                windows.append_repeats(lists, context, m, repeats, 0, repeated)
            end_of_list = context + m + repeated
            for k in range(doubled):
                lists[end_of_list + k] = twins[k]
            end_of_list += doubled
            for k in range(repeated):
                lists[end_of_list + k] = repeats[k]
            end_of_list += repeated
            lists[row], lists[row + 1], lists[row + 2], lists[row + 3] = m, repeated, t, doubled
            lists[row + 4] = words[min(i + reach, last - 1)] * stride
            lists[row + 5] = end_of_list - row
            inputs = 1 if window.cbow is not None else m + repeated
            count += 1
            total += inputs * (t + doubled)
            pairs += inputs
            row = end_of_list
    lists[block], lists[block + 1], lists[block + 2] = count, total, pairs
    lists[block + 3] = row - block
    return unit


# ---------------------------------------------------------------------------- scores


@inlined
def _score_block(
    tables: Tables, window: Window, layout: Layout, team: Team, number: int, ahead: int
) -> None:
    """Compute a member's part of a block's scores, and fetch the rows of block `ahead`."""
    inputs, outputs = tables
    lists, parts = team.lists, team.parts
    block = number % _LISTED * layout.block
    next_block = ahead % _LISTED * layout.block
    count, next_count = lists[block], lists[next_block]
    some = _share(window)
    mean = layout.means + number % 2 * layout.positions
    for s in range(team.first, team.last):
        x_at, y_at = s * layout.inputs, s * layout.outputs
        place = (number % SCORED * layout.slices + s) * layout.scores
        row, next_row = block + _HEADER, next_block + _HEADER
        for j in range(max(count, next_count)):
            if j < count:
                m, repeated = lists[row], lists[row + 1]
                width = lists[row + 2] + lists[row + 3]
                target = row + _FIELDS
                context = target + width
                if window.cbow is not None:
                    means.scores(
                        inputs, x_at, lists, context, m + repeated, mean + j,
                        outputs, y_at, lists, target, width, parts, place,
                    )  # fmt: skip
                    m, repeated = 1, 0
                else:
                    simd.scores(
                        inputs, x_at, lists, context, m, outputs, y_at, lists, target, width, parts,
                        place,
                    )  # fmt: skip
                place += (m + repeated) * width
                row += lists[row + 5]
            if j < next_count:
                _fetch(outputs, y_at, lists, next_row, 0, some)
                prefetching.prefetch_rows(inputs, x_at, lists, next_row + 4, 1, layout.stride)
                next_row += lists[next_row + 5]


@inlined
def _share(window: Window) -> int:
    """Give how many target rows of the next block's windows are fetched while a block is scored.

    The others are fetched while the tables are changed, which takes longer: so many at once as a
    window has are more than a processor can wait for, and would make it stall.
    """
    return (window.negative + 1) // 3


@inlined
def _fetch(
    outputs: Floats, y_at: int, lists: NDArray[np.int64], row: int, start: int, stop: int
) -> None:
    """Ask for some target rows of a window."""
    count = min(stop, lists[row + 2]) - start
    prefetching.prefetch_rows(outputs, y_at, lists, row + _FIELDS + start, count, outputs.shape[1])


@inlined
def _take_lines(layout: Layout, team: Team, step: int, ahead: int) -> None:
    """Fetch the places that a member writes in the next step, which others have read meanwhile."""
    lists = team.lists
    listed = (step + _AHEAD) % _LISTED * layout.block
    if (step + _AHEAD) % team.members == team.member:
        prefetching.prefetch_items(lists, listed, lists[listed + 3])
    total = lists[ahead % _LISTED * layout.block + 1]
    for s in range(team.first, team.last):
        place = (step % SCORED * layout.slices + s) * layout.scores
        prefetching.prefetch_items(team.parts, place, total)


@inlined
def _add_scores(
    window: Window,
    layout: Layout,
    team: Team,
    number: int,
    total: int,
    scores: Floats,
    signs: Floats,
) -> None:
    """Add up the parts of a block's scores, copy those of repetitions, mark those of centres."""
    lists, block = team.lists, number % _LISTED * layout.block
    first = number % SCORED * layout.slices * layout.scores
    row_loops.add_parts(team.parts, first, layout.scores, layout.slices, scores, total)
    row, place = block + _HEADER, 0
    for _ in range(lists[block]):
        m, repeated, width = lists[row], lists[row + 1], lists[row + 2] + lists[row + 3]
        repeat = row + lists[row + 5] - repeated
        if window.cbow is not None:
            m, repeated = 1, 0
        windows.copy_repeats(scores, place, m, lists, repeat, repeated, width)
        for _ in range(m + repeated):
            signs[place] = np.float32(-1.0)
            place += width
        row += lists[row + 5]


# ---------------------------------------------------------------------------- changes


@inlined
def _change_tables(
    tables: Tables,
    frozen: Frozen,
    window: Window,
    layout: Layout,
    team: Team,
    number: int,
    ahead: int,
    gradients: Floats,
    signs: Floats,
) -> None:
    """Change a member's slices by the windows of a block, and fetch the rest of block `ahead`.

    On the way gradients of repetitions are folded, and marks of centres taken away.
    """
    inputs, outputs = tables
    places, input_originals, output_originals = frozen
    copy = len(input_originals) // layout.slices * layout.stride
    lists, block = team.lists, number % _LISTED * layout.block
    mean = layout.means + number % 2 * layout.positions
    next_block = ahead % _LISTED * layout.block
    some = _share(window)
    for s in range(team.first, team.last):
        x_at, y_at = s * layout.inputs, s * layout.outputs
        row, place, next_row = block + _HEADER, 0, next_block + _HEADER
        for j in range(max(lists[block], lists[next_block])):
            if j < lists[next_block]:
                _fetch(outputs, y_at, lists, next_row, some, window.negative + 1)
                next_row += lists[next_row + 5]
            if j >= lists[block]:
                continue
            m, repeated, t = lists[row], lists[row + 1], lists[row + 2]
            width = t + lists[row + 3]
            target = row + _FIELDS
            context = target + width
            listed, repeat = m, row + lists[row + 5] - repeated
            if window.cbow is not None:
                listed, m, repeated = m + repeated, 1, 0
            if s == team.first:
                twin = repeat - lists[row + 3]
                windows.fold_repeats(gradients, place, m, lists, repeat, repeated, width)
                windows.fold_twins(gradients, place, m, width, t, lists, twin, width - t)
                for k in range(place, place + (m + repeated) * width, width):
                    signs[k] = np.float32(1.0)
            if window.cbow is not None:
                means.update(
                    inputs, x_at, lists, context, listed, mean + j, outputs, y_at, lists, target, t,
                    gradients, place, layout.zero, layout.sums, layout.stride,
                )  # fmt: skip
            else:
                simd.update(
                    inputs, x_at, lists, context, m, outputs, y_at, lists, target, t,
                    gradients, place, width, layout.sums, layout.stride,
                )  # fmt: skip
            windows.put_back(
                inputs, x_at, lists, context, listed, places, input_originals, s * copy
            )
            windows.put_back(outputs, y_at, lists, target, t, places, output_originals, s * copy)
            place += (m + repeated) * width
            row += lists[row + 5]
