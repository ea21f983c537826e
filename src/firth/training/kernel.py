"""The one training kernel: skip-gram and CBOW with negative sampling, over a stretch of tokens.

    V vocabulary · D dimensions · K noise words · T <= K + 1 targets · m inputs of a window
    inputs (V, stride), outputs (V, stride) float32; stride: D rounded up to whole vectors

A window is a list of input rows X (m, D) and of target rows Y (T, D): the centre, labelled 1, and
noise words, labelled 0. With step size eta,

    S = X Yᵀ      G = eta (label - σ(S))      X += G Y      Y += Gᵀ X      (both with the old X, Y)

Skip-gram's inputs are the context words; CBOW's is their mean, and the mean's change is added to
each of them undivided, as in word2vec.c. One draw of noise words serves the whole window (Ji et
al. 2016, arXiv:1604.04661); a noise word that is the centre is left out. Mikolov et al. 2013,
arXiv:1310.4546, equation 4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled, inlined
from firth.training import draws, simd
from firth.training.emitter import WIDTH
from firth.training.simd import LOSS_VECTORS

Floats = NDArray[np.float32]
SLOTS = 1024


class Sampling(NamedTuple):
    """What is drawn from, by token id: all arrays have V elements."""

    keep: NDArray[np.uint32]  # probability of being kept by subsampling, in 2**-32
    alias: NDArray[np.uint64]  # the noise distribution, see draws.noise_word


class Tables(NamedTuple):
    """The vectors that are trained, changed in place."""

    inputs: Floats  # (V, stride)
    outputs: Floats  # (V, stride)


class Window(NamedTuple):
    """The shape of a window and how it is used."""

    cbow: bool
    reach: int  # maximum distance of a context word
    shrink: bool  # whether each window's reach is drawn from 1 .. reach
    negative: int  # K


class Scratch(NamedTuple):
    """One worker's working memory, overwritten by each call."""

    words: NDArray[np.int32]  # kept tokens of a stretch and their neighbours on both sides
    positions: NDArray[np.int64]  # where each stands in the corpus
    ends: NDArray[np.int64]  # for each unit, the place in `words` where it ends
    slots: NDArray[np.int64]  # finds repeated context words
    rows: NDArray[np.int64]  # offsets: the context words, then the worker's own rows
    repeats: NDArray[np.int64]  # which context words occur again, once per repetition
    targets: NDArray[np.int64]  # offsets of a window's target rows
    twins: NDArray[np.int64]  # which of them were drawn again, once per repetition
    noise: NDArray[np.int64]  # offsets of the next window's noise rows
    scores: Floats  # S, then G
    signs: Floats  # -1 where S holds a score of the centre, else 1
    loss: Floats  # (2 * WIDTH,) see simd.gradient


def own_rows(window: Window) -> int:
    """Give how many rows of the input table each worker needs of its own, beyond the V words.

    They are a row that stays zero, the mean of the contexts, and partial sums of the inputs.
    """
    return 2 + (1 if window.cbow else 2 * window.reach)


def make_scratch(window: Window, stride: int, stretch: int, own: int) -> Scratch:
    """Allocate the working memory of a worker.

    Parameters
    ----------
    window, stride
        The window's shape, and the length of a row.
    stretch : int
        The most tokens that one call trains.
    own : int
        The first of the worker's own rows in the input table.
    """
    contexts, targets = 2 * window.reach, window.negative + 1
    rows = np.zeros(contexts + own_rows(window), np.int64)
    rows[contexts:] = (own + np.arange(own_rows(window))) * stride
    return Scratch(
        words=np.empty(stretch + contexts + 1, np.int32),
        positions=np.empty(stretch + contexts + 1, np.int64),
        ends=np.empty(stretch + 2, np.int64),
        slots=np.zeros(SLOTS, np.int64),
        rows=rows,
        repeats=np.zeros(contexts, np.int64),
        targets=np.zeros(targets, np.int64),
        twins=np.zeros(targets, np.int64),
        noise=np.zeros(targets, np.int64),
        scores=np.zeros(contexts * targets + WIDTH, np.float32),
        signs=np.ones(contexts * targets + WIDTH, np.float32),
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
    window: Window,
    lr: float,
    slope: float,
    scratch: Scratch,
) -> tuple[float, int]:
    """Train on the windows whose centre stands at a position from `start` up to `stop`.

    Parameters
    ----------
    tokens, offsets : int32 (n,), int64 (units + 1,)
        The whole corpus: token ids, and where each unit starts; the last offset is n.
    unit : int
        The unit that holds position `start`.
    start, stop : int
        The stretch. Windows reach beyond it: where a corpus is cut changes nothing but the order.
    key : uint64
        The epoch's key, see `draws`.
    sampling, window
        What to draw from, and how to form windows.
    tables : Tables
        Changed in place, without locks where several workers train (Niu et al. 2011, Hogwild).
    lr, slope : float
        The step size at position p is lr + slope * p.
    scratch : Scratch
        Working memory of this worker alone.

    Returns
    -------
    loss, pairs : float, int
        The sum of the binary cross-entropies of all targets, in nats, before each update, and the
        number of positive pairs: (context, centre) for skip-gram, windows for CBOW.
    """
    keep, alias = sampling
    inputs, outputs = tables
    cbow, reach, shrink, negative = window
    (
        words, positions, ends, slots, rows, repeats, targets, twins, noise,
        scores, signs, running_loss,
    ) = scratch  # fmt: skip
    zero, mean, sums = 2 * reach, 2 * reach + 1, 2 * reach + 2
    last = _gather(tokens, offsets, unit, start, stop, key, keep, reach, words, positions, ends)
    slots[:] = 0
    signs[:] = 1.0
    third = negative // 3
    loss, pairs, pending, marked = 0.0, 0, 0, 0
    unit, left, right = 0, ends[0], ends[1]
    stream = draws.stream_at(key, positions[reach])
    if last > reach:
        _draw_noise(stream, negative, alias, outputs, noise)
    for i in range(reach, last):
        while i >= right:
            unit += 1
            left, right = right, ends[unit + 1]
        drawn = draws.window_at(stream, reach, shrink)
        low, high = max(left, i - drawn), min(right, i + drawn + 1)
        t, doubled = _list_targets(words[i], noise, negative, outputs, targets, twins)
        if i + 1 < last:
            stream = draws.stream_at(key, positions[i + 1])
            _draw_noise(stream, negative, alias, outputs, noise)
        # What the next window needs is fetched in three goes, between the steps of this one: all
        # of it at once is more than a processor can wait for, and would make it stall.
        _prefetch_rows(outputs, noise, 0, third)
        if high - low < 2:
            continue
        eta = np.float32(lr + slope * positions[i])
        m, repeated = _list_contexts(words, i, low, high, inputs, rows, repeats, slots)
        first, before, after = 0, 0, 0
        if cbow:
            contexts = _append_repeats(rows, m, repeats, repeated)
            simd.mean_rows(inputs, rows, contexts, rows[mean])
            first, before, after, m, repeated = mean, zero, sums, 1, 0
        width = t + doubled
        simd.scores(inputs, rows, first, m, outputs, targets, width, scores)
        _prefetch_rows(outputs, noise, third, negative - third)
        _copy_repeats(scores, m, repeats, repeated, width)
        marked = _mark_centres(signs, 2 * reach, marked, width)
        count = (m + repeated) * width
        taken, pending = _descend(scores, signs, count, eta, running_loss, pending)
        _prefetch_rows(outputs, noise, negative - third, negative)
        _prefetch_word(outputs, words[min(i + 1, last - 1)])
        _prefetch_word(inputs, words[min(i + 1 + reach, last - 1)])
        _fold_repeats(scores, m, repeats, repeated, width)
        _fold_twins(scores, m, width, t, twins, doubled)
        simd.update(inputs, rows, first, before, after, m, outputs, targets, t, scores, width, sums)
        if cbow:
            simd.add_to_rows(inputs, rows, contexts, rows[sums])
        loss += taken
        pairs += m + repeated
    return loss + _take_loss(running_loss), pairs


# ---------------------------------------------------------------------------- gathering


@inlined
def _gather(
    tokens: NDArray[np.int32],
    offsets: NDArray[np.int64],
    unit: int,
    start: int,
    stop: int,
    key: np.uint64,
    keep: NDArray[np.uint32],
    reach: int,
    words: NDArray[np.int32],
    positions: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> int:
    """Subsample a stretch into `words`, with the neighbours that its windows reach.

    The words of the stretch stand from index `reach` up to the index that is returned. Those before
    start at `ends[0]`; the first unit ends at `ends[1]`, the second at `ends[2]`, and so on.
    """
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
        while position < unit_end and (position < stop or count < last + reach):
            word = tokens[position]
            # Written always and counted only if kept: no branch to mispredict.
            words[count] = word
            positions[count] = position
            count += int(draws.is_kept(draws.stream_at(key, position), keep[word]))
            position += 1
            if position <= stop:
                last = count
        ends[units] = count
    return last


@inlined
def _draw_noise(
    stream: np.uint64,
    negative: int,
    alias: NDArray[np.uint64],
    outputs: Floats,
    noise: NDArray[np.int64],
) -> None:
    """Draw a window's noise words."""
    for k in range(negative):
        word = draws.noise_word(stream, k, alias)
        noise[k] = word * outputs.shape[1]


@inlined
def _prefetch_rows(table: Floats, rows: NDArray[np.int64], start: int, stop: int) -> None:
    for k in range(start, stop):
        simd.prefetch(table, rows[k])


@inlined
def _prefetch_word(table: Floats, word: int) -> None:
    simd.prefetch(table, word * np.int64(table.shape[1]))


@inlined
def _list_targets(
    centre: int,
    noise: NDArray[np.int64],
    negative: int,
    outputs: Floats,
    targets: NDArray[np.int64],
    twins: NDArray[np.int64],
) -> tuple[int, int]:
    """List the target rows: the centre, the distinct noise words, those drawn again.

    Noise words that are the centre are left out. `twins` tells of which target each of the last
    group is a repetition.
    """
    targets[0] = centre * np.int64(outputs.shape[1])
    t, repeated = 1, 0
    for k in range(negative):
        found = 0
        while found < t and targets[found] != noise[k]:
            found += 1
        if found == t:
            targets[t] = noise[k]
            t += 1
        elif found > 0:
            twins[repeated] = found
            repeated += 1
    for r in range(repeated):
        targets[t + r] = targets[twins[r]]
    return t, repeated


@inlined
def _list_contexts(
    words: NDArray[np.int32],
    i: int,
    low: int,
    high: int,
    inputs: Floats,
    rows: NDArray[np.int64],
    repeats: NDArray[np.int64],
    slots: NDArray[np.int64],
) -> tuple[int, int]:
    """List the rows of the distinct context words, and which of them occur again.

    A slot holds where a word stands in the list, plus a base that grows from window to window, so
    that what earlier windows left there reads as empty. Words that share a slot are told apart by a
    search.
    """
    m, repeated = 0, 0
    base = (i + 1) * np.int64(len(rows))
    for j in range(low, high):
        if j == i:
            continue
        row = words[j] * np.int64(inputs.shape[1])
        slot = words[j] & (SLOTS - 1)
        found = slots[slot] - base
        if found < 0:
            found = m
        elif rows[found] != row:
            found = 0
            while found < m and rows[found] != row:
                found += 1
        if found < m:
            repeats[repeated] = found
            repeated += 1
        else:
            slots[slot] = base + m
            rows[m] = row
            m += 1
    return m, repeated


@inlined
def _append_repeats(
    rows: NDArray[np.int64], m: int, repeats: NDArray[np.int64], repeated: int
) -> int:
    """List the repetitions of context words too, behind the m distinct ones."""
    for r in range(repeated):
        rows[m + r] = rows[repeats[r]]
    return m + repeated


# ---------------------------------------------------------------------------- learning


@inlined
def _copy_repeats(
    scores: Floats, m: int, repeats: NDArray[np.int64], repeated: int, t: int
) -> None:
    """Append a copy of its scores for every repetition of a context word."""
    for r in range(repeated):
        for k in range(t):
            scores[(m + r) * t + k] = scores[repeats[r] * t + k]


@inlined
def _fold_repeats(
    gradients: Floats, m: int, repeats: NDArray[np.int64], repeated: int, t: int
) -> None:
    """Add the gradients of the repetitions to those of the word, whose row is changed once."""
    for r in range(repeated):
        for k in range(t):
            gradients[repeats[r] * t + k] += gradients[(m + r) * t + k]


@inlined
def _fold_twins(
    gradients: Floats, m: int, width: int, t: int, twins: NDArray[np.int64], doubled: int
) -> None:
    """Add the gradients of noise words that were drawn again to those of their first draw."""
    for r in range(doubled):
        for i in range(m):
            gradients[i * width + twins[r]] += gradients[i * width + t + r]


@inlined
def _descend(
    scores: Floats, signs: Floats, count: int, eta: np.float32, running_loss: Floats, pending: int
) -> tuple[float, int]:
    """Turn the scores into eta (label - σ(score)), and their losses into the running loss.

    Returns
    -------
    taken, pending : float, int
        What had to be taken out of the running loss, and the vectors that it holds now.
    """
    taken, done = 0.0, 0
    while done < count:
        if pending == LOSS_VECTORS:
            taken += _take_loss(running_loss)
            pending = 0
        some = min(count - done, (LOSS_VECTORS - pending) * WIDTH)
        simd.gradient(scores, signs, done, some, eta, running_loss)
        pending += (some + WIDTH - 1) // WIDTH
        done += some
    return taken, pending


@inlined
def _mark_centres(signs: Floats, contexts: int, before: int, width: int) -> int:
    """Let `signs` be -1 at the scores of the centre, where they were for rows `before` long."""
    if before != width:
        for i in range(contexts):
            signs[i * before] = 1.0
        for i in range(contexts):
            signs[i * width] = -1.0
    return width


@inlined
def _take_loss(running_loss: Floats) -> float:
    """Take the sum out of the running loss and start it anew."""
    loss = 0.0
    for i in range(WIDTH):
        linear, product = np.float64(running_loss[i]), np.float64(running_loss[WIDTH + i])
        loss += linear + np.log(product)
        running_loss[i], running_loss[WIDTH + i] = 0.0, 1.0
    return loss
