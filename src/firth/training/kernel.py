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

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled_bare, inlined, prefetching
from firth.compilation.emitter import WIDTH
from firth.training import draws
from firth.training.lists import windows
from firth.training.simd import bags, primitives

Floats = NDArray[np.float32]

# The update goes over the rows so many columns at a time, a multiple of every vector's width;
# before each part, as many columns of the rows of the next windows are fetched, the first of them
# in two halves between earlier steps. Where windows have many noise words, half as many columns.
COLUMNS = 64
MANY_NOISE_WORDS = 10


class Sampling(NamedTuple):
    """What is drawn from, by token id: all arrays have V elements."""

    keep: NDArray[np.uint32]  # probability of being kept by subsampling, in 2**-32
    alias: NDArray[np.uint64]  # the noise distribution, see draws.noise_of


class Tables(NamedTuple):
    """The vectors that are trained, changed in place."""

    inputs: Floats  # (V, stride)
    outputs: Floats  # (V, stride)


class Frozen(NamedTuple):
    """Words whose rows never change, and what those rows are."""

    places: NDArray[np.int32]  # (V,) of each word, where its rows stand, else -1; or empty
    inputs: Floats  # (n, stride)
    outputs: Floats  # (n, stride)


class Window(NamedTuple):
    """The shape of a window and how it is used."""

    # None, for skip-gram, has a type of its own, which False has not: a kernel is compiled for one
    # model only.
    cbow: Literal[True] | None
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
    coming: NDArray[np.int64]  # offsets of noise rows, a centre's and a context's, for two windows
    drawn: NDArray[np.uint64]  # the draws of noise words for the window after these
    scores: Floats  # S, then G
    signs: Floats  # -1 where S holds a score of the centre, else 1
    loss: Floats  # (2 * WIDTH,) see primitives.gradient


def own_rows(window: Window) -> int:
    """Return how many rows of the input table each worker needs of its own, beyond the V words.

    They are a row that stays zero, the mean of the contexts, and partial sums of the inputs.
    """
    return 2 + (1 if window.cbow is not None else 2 * window.reach)


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
        slots=np.zeros(windows.SLOTS, np.int64),
        rows=rows,
        repeats=np.zeros(contexts, np.int64),
        targets=np.zeros(targets, np.int64),
        twins=np.zeros(targets, np.int64),
        coming=np.zeros(2 * (targets + 1), np.int64),
        drawn=np.zeros(targets, np.uint64),
        scores=np.zeros(contexts * targets + WIDTH, np.float32),
        signs=np.ones(contexts * targets + WIDTH, np.float32),
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
    frozen : Frozen
        Rows to be put back after each window, in case it changed them.
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
        words, positions, ends, slots, rows, repeats, targets, twins, coming, drawn,
        scores, signs, running_loss,
    ) = scratch  # fmt: skip
    zero, mean, sums = 2 * reach, 2 * reach + 1, 2 * reach + 2
    changed = COLUMNS if negative < MANY_NOISE_WORDS else COLUMNS // 2
    fetched = changed // 2
    stride, contexts = np.int64(inputs.shape[1]), 2 * reach
    last = windows.gather(
        tokens, offsets, unit, start, stop, key, keep, reach, words, positions, ends
    )
    slots[:] = 0
    signs[:] = 1.0
    loss, pairs, pending, marked = 0.0, 0, 0, 0
    if last == reach:
        return loss, pairs
    unit, left, right = 0, ends[0], ends[1]
    stream = following = second = key
    # Noise is drawn two windows ahead and looked up one window ahead, so that the processor waits
    # neither for the alias table nor for the rows: the first two turns do nothing else.
    for i in range(reach - 2, last):
        own, next_one = i % 2 * (negative + 2), (i + 1) % 2 * (negative + 2)
        windows.look_up_noise(drawn, 0, negative, alias, stride, coming, next_one)
        stream, following = following, second
        second = draws.stream_at(key, positions[min(i + 2, last - 1)])
        windows.draw_noise(second, negative, alias, drawn, 0)
        if i < reach:
            continue
        while i >= right:
            unit += 1
            left, right = right, ends[unit + 1]
        drawn_reach = draws.reach_at(stream, reach, shrink)
        low, high = max(left, i - drawn_reach), min(right, i + drawn_reach + 1)
        t, doubled = windows.list_targets(
            words[i] * stride, coming, own, negative, targets, 0, twins, 0
        )
        # What the next windows need is fetched some columns at a time, between the steps of this
        # one: all of it at once is more than a processor can wait for, and would make it stall.
        coming[next_one + negative] = words[min(i + 3, last - 1)] * stride
        coming[next_one + negative + 1] = words[min(i + 1 + reach, last - 1)] * stride
        _fetch(tables, coming, next_one, negative, 0, fetched)
        if high - low < 2:
            continue
        eta = np.float32(lr + slope * positions[i])
        m, repeated = windows.list_contexts(
            words, i, low, high, stride, rows, 0, repeats, 0, slots, (i + 1) * contexts
        )
        listed, width = m, t + doubled
        if cbow is not None:
            listed = windows.append_repeats(rows, 0, m, repeats, 0, repeated)
            bags.scores(inputs, 0, rows, 0, listed, mean, outputs, 0, targets, 0, width, scores, 0)
            m, repeated = 1, 0
        else:
            primitives.scores(inputs, 0, rows, 0, m, outputs, 0, targets, 0, width, scores, 0)
        _fetch(tables, coming, next_one, negative, fetched, fetched)
        windows.copy_repeats(scores, 0, m, repeats, 0, repeated, width)
        marked = _mark_centres(signs, contexts, marked, width)
        count = (m + repeated) * width
        taken, pending = windows.descend(scores, signs, count, eta, running_loss, pending)
        windows.fold_repeats(scores, 0, m, repeats, 0, repeated, width)
        windows.fold_twins(scores, 0, m, width, t, twins, 0, doubled)
        for column in range(0, stride, changed):
            columns = min(changed, inputs.shape[1] - column)
            _fetch(tables, coming, next_one, negative, column + changed, changed)
            if cbow is not None:
                bags.update(
                    inputs, column, rows, 0, listed, mean, outputs, column, targets, 0, t,
                    scores, 0, zero, sums, columns,
                )  # fmt: skip
            else:
                primitives.update(
                    inputs, column, rows, 0, m, outputs, column, targets, 0, t,
                    scores, 0, width, sums, columns,
                )  # fmt: skip
        windows.restore_frozen(inputs, 0, rows, 0, listed, frozen.places, frozen.inputs, 0)
        windows.restore_frozen(outputs, 0, targets, 0, t, frozen.places, frozen.outputs, 0)
        loss += taken
        pairs += m + repeated
    return loss + windows.flush_loss(running_loss), pairs


@inlined
def _fetch(
    tables: Tables, rows: NDArray[np.int64], first: int, negative: int, column: int, columns: int
) -> None:
    """Ask for some columns of the rows listed from `first`: noise, a centre and a context."""
    inputs, outputs = tables
    some = min(columns, inputs.shape[1] - column)
    prefetching.prefetch_rows(outputs, column, rows, first, negative + 1, some)
    prefetching.prefetch_rows(inputs, column, rows, first + negative + 1, 1, some)


@inlined
def _mark_centres(signs: Floats, contexts: int, before: int, width: int) -> int:
    """Let `signs` be -1 at the scores of the centre, where they were for rows `before` long."""
    if before != width:
        for i in range(contexts):
            signs[i * before] = 1.0
        for i in range(contexts):
            signs[i * width] = -1.0
    return width
