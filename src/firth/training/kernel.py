"""The one training kernel: it trains the windows of a list, of any model.

    V vocabulary · D dimensions · T targets · m inputs of a window
    input, output (rows, stride) float32; stride: D rounded up to whole vectors

A window is a list of input vectors X (m, D) and of target rows Y (T, D) with labels (T,). With step
size eta,

    S = X Yᵀ      G = eta (label - σ(S))      X += G Y      Y += Gᵀ X      (both with the old X, Y)

G is the negative gradient of the binary cross-entropy, times eta. Skip-gram's inputs are the
context words; CBOW's is their mean, and each of them gets the mean's change, undivided as in
word2vec.c, or divided by their number (Irsoy et al. 2020, arXiv:2012.15332). One draw of noise
words serves the whole window (Ji et al. 2016, arXiv:1604.04661); a noise word that is the centre is
left out. Mikolov et al. 2013, arXiv:1310.4546, equation 4.

With subwords, the vector of a word is composed of several rows when it comes into reach, into a
slot that windows train; its change goes to the rows when it leaves, or has stayed for long. With
trees, the targets are the inner nodes on the way to a word, and no noise is drawn. The vector of a
document is one more input of the windows of its unit, or the only one.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import inlined, optional
from firth.compilation.arrays import Shapes
from firth.compilation.emitter import WIDTH
from firth.compilation.prefetching import prefetch_rows
from firth.training.lists.reach import slot_count
from firth.training.lists.windows import (
    BLOCK,
    Window,
    WindowList,
    composed_bags,
    most_inputs,
    most_targets,
)
from firth.training.simd import bags, primitives, rows
from firth.training.simd.rows import Floats

# Rows are fetched this many windows ahead.
AHEAD = 1
# The update goes over the rows so many columns at a time, a multiple of every vector's width.
# Before each part, a share of what a later window needs is fetched: a processor cannot wait for all
# of it at once.
COLUMNS = 64


class Parts(NamedTuple):
    """Of which rows of the input table the vector of each word is composed.

    It is their sum divided by the square root of their number, and each of them changes by the
    vector's change divided by the same. So composing neither lengthens vectors nor steps.
    """

    # None, where each word is one row of the input table; then the arrays are empty.
    are_used: Literal[True] | None
    starts: NDArray[np.int64]  # (V + 1,) where those of each word start in `rows`
    rows: NDArray[np.int64]  # their offsets
    scales: NDArray[np.float32]  # (V,) 1 / sqrt(number)


class Tables(NamedTuple):
    """The vectors that are trained, changed in place. Their heights may differ."""

    input: Floats  # (rows, stride)
    output: Floats  # (rows, stride)
    parts: Parts


class Frozen(NamedTuple):
    """Rows of a table that never change: where their copies are, and the copies."""

    slots: NDArray[np.int32]  # (rows,) the place of each row among the copies, else -1; or empty
    originals: Floats  # (n, stride)


class Scratch(NamedTuple):
    """What a window needs while it is trained, overwritten by the next."""

    # Row 2s is the vector of the word in slot s, row 2s + 1 its value when it moved in.
    slots: Floats
    composed: Floats  # row 2b is the vector of bag b, row 2b + 1 its value before the step
    composed_rows: NDArray[np.int64]  # the offsets of the rows 2b
    before: Floats  # the inputs before the step
    scores: Floats  # S, then G
    signs: Floats  # -1 where S holds the score of a target labelled 1, else 1
    loss: Floats  # (2 * WIDTH,) see primitives.gradient


def scratch_shapes(window: Window, stride: int) -> Shapes:
    """Return the shapes of a `Scratch`."""
    composed = composed_bags(window)
    scores = most_inputs(window) * most_targets(window) + WIDTH
    slots = 0 if window.subwords is None else slot_count(window.reach)
    return {
        "slots": ((2 * slots, stride), np.float32),
        "composed": ((2 * composed, stride), np.float32),
        "composed_rows": ((composed,), np.int64),
        "before": ((composed or most_inputs(window), stride), np.float32),
        "scores": ((scores,), np.float32),
        "signs": ((scores,), np.float32),
        "loss": ((2 * WIDTH,), np.float32),
    }


@optional
def move_words(
    are_used: Literal[True] | None,
    tables: Tables,
    moves: NDArray[np.int64],
    first: int,
    end: int,
    slots: Floats,
) -> None:
    """Compose the words that move into slots, and share the changes of those that move out.

    `are_used` is that of the parts of words.
    """
    if are_used is not None:
        inputs, stride = tables.input, slots.shape[1]
        _, starts, rows, scales = tables.parts
        for k in range(first, end):
            slot, moved = moves[k, 0], moves[k, 1]
            word = max(moved, ~moved)
            low, high, scale = starts[word], starts[word + 1], scales[word]
            if word == moved:
                bags.compose(inputs, rows, low, high, scale, slots, slot)
            else:
                bags.share_change(inputs, rows, low, high, scale, slots, slot, 0, stride)


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
    slots, composed, composed_rows, before, scores, signs, running_loss = scratch
    # Near the end of a short block these are rows of older windows: then nothing is gained.
    later = (w + AHEAD) & (2 * BLOCK - 1)
    later_rows, later_t, arrivals = listed.targets[later], listed.t[later], listed.arrivals
    outputs, are_used = tables.output, tables.parts.are_used
    inputs = tables.input if are_used is None else slots

    fetch(are_used, tables, later_rows, later_t, arrivals, later, 0, COLUMNS // 2)
    if listed.composed is not None:
        x, trained, listed_rows = composed, composed_rows, ends[m - 1]
    else:
        x, trained, listed_rows = inputs, x_rows, m
    compose_bags(listed.composed, inputs, x_rows, ends, weights, m, composed)
    if listed.is_relabelled[w]:
        # For as many inputs as any window has: the next windows may have more.
        primitives.signs_of(listed.labels[w], width, len(trained), signs)
    primitives.scores(x, trained, m, outputs, y_rows, width, scores)
    fetch(are_used, tables, later_rows, later_t, arrivals, later, COLUMNS // 2, COLUMNS // 2)
    copy_duplicates(scores, m, x_again, repeated_contexts, width)
    taken, pending = loss_and_gradient(
        scores, signs, (m + repeated_contexts) * width, eta, running_loss, pending
    )
    fold_contexts(scores, m, x_again, repeated_contexts, width)
    fold_noise(scores, m, width, t, y_again, repeated_noise)
    for column in range(0, x.shape[1], COLUMNS):
        columns = min(COLUMNS, x.shape[1] - column)
        fetch(are_used, tables, later_rows, later_t, arrivals, later, column + COLUMNS, COLUMNS)
        primitives.update(x, trained, m, outputs, y_rows, t, scores, width, before, column, columns)
        share_changes(listed.composed, inputs, x_rows, ends, gains, m, composed, column, columns)
    restore_frozen(inputs, x_rows, listed_rows, frozen[0])
    restore_frozen(outputs, y_rows, t, frozen[1])
    return taken, pending


@optional
def fetch(
    are_used: Literal[True] | None,
    tables: Tables,
    targets: NDArray[np.int64],
    t: int,
    arrivals: NDArray[np.int64],
    w: int,
    column: int,
    columns: int,
) -> None:
    """Fetch some columns of the rows that window w needs and those before it do not.

    `are_used` is that of the parts of words.
    """
    prefetch_rows(tables.output, targets, 0, t, column, columns)
    if are_used is not None:
        _, starts, rows, _ = tables.parts
        word = arrivals[w]
        first = starts[word]
        prefetch_rows(tables.input, rows, first, starts[word + 1] - first, column, columns)
    else:
        prefetch_rows(tables.input, arrivals, w, 1, column, columns)


# ---------------------------------------------------------------------------- bags


@inlined
def compose_bags(
    is_composed: Literal[True] | None,
    table: Floats,
    rows: NDArray[np.int64],
    ends: NDArray[np.int64],
    weights: NDArray[np.float32],
    m: int,
    composed: Floats,
) -> None:
    """Compose the vectors of a window's bags, if they have several rows."""
    if is_composed is not None:
        first = 0
        for bag in range(m):
            bags.compose(table, rows, first, ends[bag], weights[bag], composed, bag)
            first = ends[bag]


@inlined
def share_changes(
    is_composed: Literal[True] | None,
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
    if is_composed is not None:
        first = 0
        for bag in range(m):
            end, gain = ends[bag], gains[bag]
            bags.share_change(table, rows, first, end, gain, composed, bag, column, columns)
            first = end


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
