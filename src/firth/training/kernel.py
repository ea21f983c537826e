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
trees, the targets are the inner nodes on the way to a word, and no noise is drawn. The vectors of
documents are more inputs of the windows of their units, or the only ones.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import called, inlined, optional
from firth.compilation.arrays import Shapes
from firth.compilation.emitter import WIDTH
from firth.compilation.prefetching import row_addresses
from firth.training.lists.gathering import BLOCK
from firth.training.lists.reach import slot_count
from firth.training.lists.windows import (
    Window,
    WindowList,
    most_inputs,
    most_targets,
)
from firth.training.simd import rows
from firth.training.simd.gradients import (
    INPUTS_OF_VECTOR,
    LOG2,
    LOSS_VECTORS,
    NO_SCORE,
    VECTORS_OF_INPUT,
    gradients,
)
from firth.training.simd.means import mean_gradients, mean_update
from firth.training.simd.rows import Floats
from firth.training.simd.slots import compose, share_change
from firth.training.simd.tiles import LANES, TILE, tiles_of
from firth.training.simd.update import update

# What a window needs is fetched while this many windows before it are trained, a line at a time.
AHEAD = 4
# Of the rows of which a word is composed, so many are fetched.
MOST_PARTS_AHEAD = 64
# Gradients are computed for so many inputs at a time: then the running loss has room for them.
INPUTS_AT_ONCE = 32


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
    mean: Floats  # (2, stride) of CBOW: the mean of the contexts, and its change so far
    first_row: NDArray[np.int64]  # (1,) the offset 0
    before: Floats  # the inputs before the step
    gradients: Floats  # (tiles, inputs * LANES) see `gradients`
    labelling: Floats  # (tiles, 4 * LANES) see `write_labelling`
    loss: Floats  # (2 * WIDTH,) see `gradients`
    soon: NDArray[np.int64]  # how many rows a later window needs, and their addresses
    paired: NDArray[np.int32]  # gradients as pairs of bfloat16; empty where there are none


def scratch_shapes(window: Window, stride: int) -> Shapes:
    """Return the shapes of a `Scratch`."""
    most, tiles = most_targets(window), tiles_of(most_targets(window))
    inputs = most_inputs(window) if window.cbow is None else 1
    slots = 0 if window.subwords is None else slot_count(window.reach)
    return {
        "slots": ((2 * slots, stride), np.float32),
        "mean": ((0 if window.cbow is None else 2, stride), np.float32),
        "first_row": ((1,), np.int64),
        "before": ((inputs, stride), np.float32),
        "gradients": ((tiles, (inputs + INPUTS_OF_VECTOR) * LANES), np.float32),
        "labelling": ((tiles, 4 * LANES), np.float32),
        "loss": ((2 * WIDTH,), np.float32),
        "soon": ((1 + most + MOST_PARTS_AHEAD,), np.int64),
        "paired": ((0 if window.bfloat16 is None else (inputs + 1) * LANES,), np.int32),
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
        inputs = tables.input
        _, starts, rows, scales = tables.parts
        for k in range(first, end):
            slot, moved = moves[k, 0], moves[k, 1]
            word = max(moved, ~moved)
            low, high, scale = starts[word], starts[word + 1], scales[word]
            if word == moved:
                compose(inputs, rows, low, high, scale, slots, slot)
            else:
                share_change(inputs, rows, low, high, scale, slots, slot)


@inlined
def train_window(
    tables: Tables,
    listed: WindowList,
    w: int,
    eta: np.float32,
    frozen: tuple[Frozen, Frozen],
    scratch: Scratch,
    pending: int,
    portable: Literal[True] | None,
    bfloat16: Literal[True] | None,
) -> tuple[float, int]:
    """Take one step of gradient descent on a window of a list.

    Returns
    -------
    taken, pending : float, int
        What was taken out of the running loss, and how many vectors of scores it holds now.
    """
    # Each array of the list is named once: to Numba, naming one costs time. Unsigned places cost
    # less, as they cannot count from the end.
    here = np.uint64(w)
    m, t = listed.m[here], listed.t[here]
    x_rows, y_rows = listed.inputs[here], listed.targets[here]
    slots, _, _, before, g, labelling, _, soon, paired = scratch
    # Near the end of a short block these are rows of older windows: then nothing is gained.
    later = np.uint64((w + AHEAD) & (2 * BLOCK - 1))
    outputs, are_used = tables.output, tables.parts.are_used
    inputs = tables.input if are_used is None else slots
    rows_of_gradients = m if listed.is_mean is None else 1

    write_soon(
        are_used, tables, listed.targets[later], listed.t[later], listed.arrivals, later, soon
    )
    if listed.is_relabelled[here]:
        write_labelling(listed.labels[here], t, labelling)
    if listed.is_mean is not None:
        taken, pending = mean_loss_and_gradients(
            inputs, x_rows, listed, here, outputs, eta, scratch, pending, portable
        )
        if listed.has_repetitions[here]:
            fold_targets(g, y_rows, t, rows_of_gradients)
        update_mean(inputs, x_rows, listed, here, outputs, scratch)
    else:
        taken, pending = loss_and_gradients(
            inputs, x_rows, m, outputs, y_rows, t, eta, scratch, pending, portable, bfloat16
        )
        if listed.has_repetitions[here]:
            fold_inputs(g, x_rows, m)
            fold_targets(g, y_rows, t, rows_of_gradients)
        update(inputs, x_rows, outputs, y_rows, (m, t), g, before, soon, paired, bfloat16)
    restore_frozen(inputs, x_rows, m, frozen[0])
    restore_frozen(outputs, y_rows, t, frozen[1])
    return taken, pending


@optional
def write_soon(
    are_used: Literal[True] | None,
    tables: Tables,
    targets: NDArray[np.int64],
    t: int,
    arrivals: NDArray[np.int64],
    w: np.uint64,
    soon: NDArray[np.int64],
) -> None:
    """Write which rows window w needs and those before it do not: their number and addresses.

    `are_used` is that of the parts of words.
    """
    row_addresses(tables.output, targets, 0, t, soon, 1)
    if are_used is not None:
        _, starts, rows, _ = tables.parts
        word = arrivals[w]
        first = starts[word]
        count = min(int(starts[word + 1] - first), MOST_PARTS_AHEAD)
        row_addresses(tables.input, rows, first, count, soon, 1 + t)
    else:
        count = 1
        row_addresses(tables.input, arrivals, w, count, soon, 1 + t)
    soon[0] = t + count


# ---------------------------------------------------------------------------- CBOW


@inlined
def mean_loss_and_gradients(
    table: Floats,
    rows: NDArray[np.int64],
    listed: WindowList,
    w: np.uint64,
    outputs: Floats,
    eta: np.float32,
    scratch: Scratch,
    pending: int,
    portable: Literal[True] | None,
) -> tuple[float, int]:
    """Do for a window of CBOW what `loss_and_gradients` does; `rows` are those of its mean."""
    t, y_rows, mean, taken = listed.t[w], listed.targets[w], scratch.mean, 0.0
    some, named, m = table, rows, listed.m[w]
    for tile in range((t + TILE - 1) // TILE):
        pending += VECTORS_OF_INPUT
        if pending > LOSS_VECTORS:
            taken += flush_loss(scratch.loss)
            pending = VECTORS_OF_INPUT
        mean_gradients(
            some, named, mean, outputs, y_rows, (m, t, tile), scratch.labelling, eta,
            scratch.gradients, scratch.loss, portable,
        )  # fmt: skip
        # The next tiles read the mean itself, as one row.
        some, named, m = mean, scratch.first_row, np.int64(1)
    return taken, pending


@inlined
def update_mean(
    table: Floats,
    rows: NDArray[np.int64],
    listed: WindowList,
    w: np.uint64,
    outputs: Floats,
    scratch: Scratch,
) -> None:
    """Update the targets of a window of CBOW, and the rows of its mean, by the gradients."""
    m, t, y_rows, gain = listed.m[w], listed.t[w], listed.targets[w], listed.gains[w]
    mean, g, soon = scratch.mean, scratch.gradients, scratch.soon
    for tile in range((t + TILE - 1) // TILE):
        mean_update(table, rows, gain, mean, outputs, y_rows, (m, t, tile), g, soon)


# ---------------------------------------------------------------------------- repetitions


@called
def fold_inputs(g: Floats, rows: NDArray[np.int64], m: int) -> None:
    """Add the gradients of rows that are listed again to those of the last time; leave 0 there."""
    for last in range(1, m):
        for i in range(last):
            if rows[i] == rows[last]:
                for tile in range(len(g)):
                    for k in range(LANES):
                        g[tile, last * LANES + k] += g[tile, i * LANES + k]
                        g[tile, i * LANES + k] = 0.0


@called
def fold_targets(g: Floats, rows: NDArray[np.int64], t: int, m: int) -> None:
    """Add the gradients of targets that are listed again to those of the last time, as above."""
    for last in range(1, t):
        for j in range(last):
            if rows[j] == rows[last]:
                to, at = last // TILE, j // TILE
                for i in range(0, m * LANES, LANES):
                    place = i + j % TILE
                    g[to, i + last % TILE] += g[at, place]
                    g[at, place] = 0.0


# ---------------------------------------------------------------------------- loss, gradients


@inlined
def loss_and_gradients(
    x: Floats,
    x_rows: NDArray[np.int64],
    m: int,
    y: Floats,
    y_rows: NDArray[np.int64],
    t: int,
    eta: np.float32,
    scratch: Scratch,
    pending: int,
    portable: Literal[True] | None,
    bfloat16: Literal[True] | None,
) -> tuple[float, int]:
    """Compute the gradients of m inputs and t targets, and add their losses to the running loss.

    Returns
    -------
    taken, pending : float, int
        What was taken out of the running loss, and how many vectors of scores it holds now.
    """
    g, labelling, running_loss = scratch.gradients, scratch.labelling, scratch.loss
    taken = 0.0
    for tile in range((t + TILE - 1) // TILE):
        for first in range(0, m, INPUTS_AT_ONCE):
            end = min(m, first + INPUTS_AT_ONCE)
            vectors = (end - first + INPUTS_OF_VECTOR - 1) // INPUTS_OF_VECTOR * VECTORS_OF_INPUT
            pending += vectors
            if pending > LOSS_VECTORS:
                taken += flush_loss(running_loss)
                pending = vectors
            gradients(
                x, x_rows, y, y_rows, (first, end, t, tile), labelling, eta, g, running_loss,
                portable, bfloat16,
            )  # fmt: skip
    return taken, pending


@called
def write_labelling(labels: Floats, t: int, labelling: Floats) -> None:
    """Write what turns the scores of t labelled targets into arguments of the loss, to base 2.

    The argument is sign * score + bias, with a sign of -1 / log 2 for a target labelled 1, and of
    1 / log 2 for one labelled 0. Lanes without a target have a sign of 0 and a bias of NO_SCORE.
    All signs and then all biases of a tile are written twice, for two inputs.
    """
    for tile in range((t + TILE - 1) // TILE):
        for lane in range(LANES):
            target = tile * TILE + lane
            sign, bias = np.float32(0.0), np.float32(NO_SCORE)
            if lane < TILE and target < t:
                sign = (np.float32(1.0) - np.float32(2.0) * labels[target]) / np.float32(LOG2)
                bias = np.float32(0.0)
            labelling[tile, lane] = labelling[tile, LANES + lane] = sign
            labelling[tile, 2 * LANES + lane] = labelling[tile, 3 * LANES + lane] = bias


@called
def flush_loss(running_loss: Floats) -> float:
    """Return the sum of the running loss, and start it anew."""
    loss = 0.0
    # In float64 the products of a few lanes can be multiplied before one logarithm is taken.
    for start in range(0, WIDTH, 4):
        product = np.float64(1.0)
        for i in range(start, start + 4):
            loss += LOG2 * np.float64(running_loss[i])
            product *= np.float64(running_loss[WIDTH + i])
            running_loss[i], running_loss[WIDTH + i] = 0.0, 1.0
        loss += np.log(product)
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
