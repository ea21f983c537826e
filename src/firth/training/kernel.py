"""The one training kernel: it trains the windows of a list, of any model.

    V vocabulary · D dimensions · T targets · m inputs of a window
    input, output (rows, stride) float32; stride: D rounded up to whole vectors

A window is a list of input vectors X (m, D) and of target rows Y (T, D) with labels (T,). With step
size eta,

    S = X Yᵀ      G = eta (label - σ(S))      X += G Y      Y += Gᵀ X      (both with the old X, Y)

G is the negative gradient of the binary cross-entropy, times eta. Skip-gram's inputs are the
context words; CBOW's is their mean, and the mean's change is added to each of them undivided, as in
word2vec.c. One draw of noise words serves the whole window (Ji et al. 2016, arXiv:1604.04661); a
noise word that is the centre is left out. Mikolov et al. 2013, arXiv:1310.4546, equation 4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled_bare, inlined
from firth.compilation.arrays import Shapes, bytes_of, zeros_of
from firth.compilation.emitter import WIDTH
from firth.compilation.prefetching import prefetch_rows
from firth.training.lists.windows import (
    BLOCK,
    Gathered,
    Sampling,
    Window,
    WindowList,
    composed_bags,
    draw_noise,
    empty_list,
    gather,
    gathered_shapes,
    list_block,
    list_shapes,
    most_targets,
    room_for,
)
from firth.training.simd import bags, primitives, rows
from firth.training.simd.rows import Floats

# Rows are fetched this many windows ahead.
AHEAD = 1
# The update goes over the rows so many columns at a time, a multiple of every vector's width.
# Before each part, a share of what a later window needs is fetched: a processor cannot wait for all
# of it at once.
COLUMNS = 64


class Tables(NamedTuple):
    """The vectors that are trained, changed in place. Their heights may differ."""

    input: Floats  # (rows, stride)
    output: Floats  # (rows, stride)


class Frozen(NamedTuple):
    """Rows of a table that never change: where their copies are, and the copies."""

    slots: NDArray[np.int32]  # (rows,) the place of each row among the copies, else -1; or empty
    originals: Floats  # (n, stride)


class Scratch(NamedTuple):
    """What a window needs while it is trained, overwritten by the next."""

    composed: Floats  # row 2b is the vector of bag b, row 2b + 1 its value before the step
    composed_rows: NDArray[np.int64]  # the offsets of the rows 2b
    before: Floats  # the inputs before the step
    scores: Floats  # S, then G
    signs: Floats  # -1 where S holds the score of a target labelled 1, else 1
    loss: Floats  # (2 * WIDTH,) see primitives.gradient


class Worker(NamedTuple):
    """One worker's working memory, overwritten by each call."""

    gathered: Gathered
    listed: WindowList  # two blocks: one is trained, the other listed
    scratch: Scratch


def make_worker(window: Window, stride: int, stretch: int) -> Worker:
    """Allocate the working memory of a worker.

    Parameters
    ----------
    window, stride
        The shape of the windows, and the length of a row.
    stretch : int
        The most tokens that one call trains.
    """
    own = zeros_of(_scratch_shapes(window, stride))
    own["composed_rows"][:] = np.arange(len(own["composed_rows"])) * 2 * stride
    own["signs"][:] = own["loss"][WIDTH:] = 1.0
    return Worker(room_for(window, stretch), empty_list(window, 2 * BLOCK), Scratch(**own))


def worker_bytes(window: Window, stride: int, stretch: int) -> int:
    """Return how many bytes `make_worker` takes."""
    lists = bytes_of(gathered_shapes(window, stretch)) + bytes_of(list_shapes(window, 2 * BLOCK))
    return lists + bytes_of(_scratch_shapes(window, stride))


def _scratch_shapes(window: Window, stride: int) -> Shapes:
    composed = composed_bags(window)
    scores = 2 * window.reach * most_targets(window) + WIDTH
    return {
        "composed": ((2 * composed, stride), np.float32),
        "composed_rows": ((composed,), np.int64),
        "before": ((composed or 2 * window.reach, stride), np.float32),
        "scores": ((scores,), np.float32),
        "signs": ((scores,), np.float32),
        "loss": ((2 * WIDTH,), np.float32),
    }


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
    frozen: tuple[Frozen, Frozen],
    window: Window,
    step: tuple[float, float],
    worker: Worker,
) -> tuple[float, int]:
    """List and train the windows whose centre stands at a position from `start` up to `stop`.

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
    frozen : pair of Frozen
        Rows of the input and of the output table that are restored after each window.
    step : pair of float
        (lr, slope): the step size at position p is lr + slope * p.
    worker : Worker
        Working memory of this worker alone.

    Returns
    -------
    loss, pairs : float, int
        The sum of the binary cross-entropies of all targets, in nats, before each update, and the
        number of positive pairs: (context, centre) for skip-gram, windows for CBOW.
    """
    gathered, listed, scratch = worker
    positions, m, repeated_contexts = listed.positions, listed.m, listed.repeated_contexts
    stride, alias, (lr, slope) = tables.input.shape[1], sampling.alias, step
    last = gather(tokens, offsets, unit, start, stop, key, sampling.keep, window.reach, gathered)
    loss, pairs, pending = 0.0, 0, 0
    # While one block is trained, the next is already listed, so that its rows can be fetched.
    # Noise is drawn for the block after that, which then takes the place of the trained one.
    centre, gathered_unit, first, now, following = window.reach, 0, 0, 0, 0
    while centre < last or now > 0 or following > 0:
        for k in range(BLOCK):
            if centre + k < last:
                draw_noise(gathered, centre + k, key, alias, window.negative)
            if k < now:
                w = first + k
                eta = np.float32(lr + slope * positions[w])
                taken, pending = train_window(tables, listed, w, eta, frozen, scratch, pending)
                loss += taken
                pairs += m[w] + repeated_contexts[w]
        end = min(centre + BLOCK, last)
        gathered_unit, count = list_block(
            gathered, centre, end, gathered_unit, key, sampling, window, stride, listed, first
        )
        now, following = following, count
        first, centre = BLOCK - first, centre + BLOCK
    return loss + flush_loss(scratch.loss), pairs


@inlined
def train_window(
    tables: Tables,
    listed: WindowList,
    w: int,
    eta: np.float32,
    frozen: tuple[Frozen, Frozen],
    scratch: Scratch,
    pending: int,
) -> tuple[float, int]:
    """Take one step of gradient descent on a window of a list.

    Returns
    -------
    taken, pending : float, int
        What was taken out of the running loss, and how many vectors of scores it holds now.
    """
    # Each array of the list is named once: to Numba, naming one costs time.
    m, repeated_contexts = listed.m[w], listed.repeated_contexts[w]
    t, repeated_noise = listed.t[w], listed.repeated_noise[w]
    x_again, y_again = listed.context_duplicates[w], listed.noise_duplicates[w]
    x_rows, y_rows, width = listed.inputs[w], listed.targets[w], t + repeated_noise
    ends, weights, gains = listed.bag_ends[w], listed.weights[w], listed.gains[w]
    composed, composed_rows, before, scores, signs, running_loss = scratch
    # Near the end of a short block these are rows of older windows: then nothing is gained.
    later = (w + AHEAD) & (2 * BLOCK - 1)
    later_rows, later_t, arrivals = listed.targets[later], listed.t[later], listed.arrivals
    inputs, outputs = tables

    fetch(tables, later_rows, later_t, arrivals, later, 0, COLUMNS // 2)
    if listed.composed is not None:
        x, trained, listed_rows = composed, composed_rows, ends[m - 1]
        compose_bags(inputs, x_rows, ends, weights, m, composed)
    else:
        x, trained, listed_rows = inputs, x_rows, m
    if listed.is_relabelled[w]:
        # For as many inputs as any window has: the next windows may have more.
        primitives.signs_of(listed.labels[w], width, len(trained), signs)
    primitives.scores(x, trained, m, outputs, y_rows, width, scores)
    fetch(tables, later_rows, later_t, arrivals, later, COLUMNS // 2, COLUMNS // 2)
    copy_duplicates(scores, m, x_again, repeated_contexts, width)
    taken, pending = loss_and_gradient(
        scores, signs, (m + repeated_contexts) * width, eta, running_loss, pending
    )
    fold_contexts(scores, m, x_again, repeated_contexts, width)
    fold_noise(scores, m, width, t, y_again, repeated_noise)
    for column in range(0, x.shape[1], COLUMNS):
        columns = min(COLUMNS, x.shape[1] - column)
        fetch(tables, later_rows, later_t, arrivals, later, column + COLUMNS, COLUMNS)
        primitives.update(x, trained, m, outputs, y_rows, t, scores, width, before, column, columns)
        if listed.composed is not None:
            share_changes(inputs, x_rows, ends, gains, m, composed, column, columns)
    restore_frozen(inputs, x_rows, listed_rows, frozen[0])
    restore_frozen(outputs, y_rows, t, frozen[1])
    return taken, pending


@inlined
def fetch(
    tables: Tables,
    targets: NDArray[np.int64],
    t: int,
    arrivals: NDArray[np.int64],
    w: int,
    column: int,
    columns: int,
) -> None:
    """Fetch some columns of the rows that window w needs and those before it do not."""
    inputs, outputs = tables
    prefetch_rows(outputs, targets, 0, t, column, columns)
    prefetch_rows(inputs, arrivals, w, 1, column, columns)


# ---------------------------------------------------------------------------- bags


@inlined
def compose_bags(
    table: Floats,
    rows: NDArray[np.int64],
    ends: NDArray[np.int64],
    weights: NDArray[np.float32],
    m: int,
    composed: Floats,
) -> None:
    """Compose the vectors of a window's bags."""
    first = 0
    for bag in range(m):
        bags.compose(table, rows, first, ends[bag], weights[bag], composed, bag)
        first = ends[bag]


@inlined
def share_changes(
    table: Floats,
    rows: NDArray[np.int64],
    ends: NDArray[np.int64],
    gains: NDArray[np.float32],
    m: int,
    composed: Floats,
    column: int,
    columns: int,
) -> None:
    """Add some columns of the changes of the composed vectors to the rows of their bags."""
    first = 0
    for bag in range(m):
        bags.share_change(table, rows, first, ends[bag], gains[bag], composed, bag, column, columns)
        first = ends[bag]


# ---------------------------------------------------------------------------- repetitions


@inlined
def copy_duplicates(
    scores: Floats, m: int, duplicates: NDArray[np.int64], count: int, width: int
) -> None:
    """Append a copy of its scores for every repetition of an input."""
    for r in range(count):
        for k in range(width):
            scores[(m + r) * width + k] = scores[duplicates[r] * width + k]


@inlined
def fold_contexts(
    gradients: Floats, m: int, duplicates: NDArray[np.int64], count: int, width: int
) -> None:
    """Add the gradients of the repetitions to those of the input, whose row is changed once."""
    for r in range(count):
        for k in range(width):
            gradients[duplicates[r] * width + k] += gradients[(m + r) * width + k]


@inlined
def fold_noise(
    gradients: Floats,
    m: int,
    width: int,
    t: int,
    duplicates: NDArray[np.int64],
    count: int,
) -> None:
    """Add the gradients of targets that are repetitions to those of the first."""
    for r in range(count):
        for i in range(0, m * width, width):
            gradients[i + duplicates[r]] += gradients[i + t + r]


# ---------------------------------------------------------------------------- loss, gradient


@inlined
def loss_and_gradient(
    scores: Floats, signs: Floats, count: int, eta: np.float32, running_loss: Floats, pending: int
) -> tuple[float, int]:
    """Turn the scores into eta (label - σ(score)), and add their losses to the running loss.

    Returns
    -------
    taken, pending : float, int
        What was taken out of the running loss, and how many vectors of scores it holds now.
    """
    taken, done = 0.0, 0
    while done < count:
        if pending == primitives.LOSS_VECTORS:
            taken += flush_loss(running_loss)
            pending = 0
        some = min(count - done, (primitives.LOSS_VECTORS - pending) * WIDTH)
        primitives.gradient(scores, signs, done, some, eta, running_loss)
        pending += (some + WIDTH - 1) // WIDTH
        done += some
    return taken, pending


@inlined
def flush_loss(running_loss: Floats) -> float:
    """Return the sum of the running loss, and start it anew."""
    loss = 0.0
    for i in range(WIDTH):
        linear, product = np.float64(running_loss[i]), np.float64(running_loss[WIDTH + i])
        loss += linear + np.log(product)
        running_loss[i], running_loss[WIDTH + i] = 0.0, 1.0
    return loss


# ---------------------------------------------------------------------------- frozen rows


@inlined
def restore_frozen(table: Floats, offsets: NDArray[np.int64], count: int, frozen: Frozen) -> None:
    """Write the originals over the frozen rows among the first `count` listed."""
    slots, originals = frozen
    if len(slots) > 0:
        stride = np.int64(table.shape[1])
        for k in range(count):
            slot = slots[offsets[k] // stride]
            if slot >= 0:
                rows.copy_row(table, offsets[k], originals, slot * stride)
