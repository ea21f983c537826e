"""The training kernel in Triton: each program trains runs of windows of a list, one after another.

    D dimensions · T targets of a window · R windows of a run · C words that a run can reach

The windows of a run are neighbours in the text, so they share most of their context words: each row
is gathered for the whole run, some columns at a time, for the scores and again for the update. With
X (C, D), the rows of the words in reach, Y (R T, D), those of the targets with labels l, and step
sizes eta,

    S = X Yᵀ      G = eta (l - σ(S)), 0 where a word is no input of the target's window
    X += G Y      Y += Gᵀ X                                        (both with the old X and Y)

With CBOW, the inputs are the means of each window, H = A X (R, D), in the place of X; the words get
Aᵀ times the change of H. So the windows of a run take one step together. Changes are added to the
tables by atomic additions, so none is lost, whatever other programs do at the same time. Each
change is damped by how often its row is expected to be changed at the same time, see `flight`.

Rows are read past the first cache, which would keep what others have changed since.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import triton
import triton.language as tl


class Tables(NamedTuple):
    """Tensors on the device: the vectors that are trained, changed in place, and what each row is.

    The last three are those of `Composition` where words are composed of several rows.
    """

    input: Any  # float32 (rows, D)
    output: Any  # float32 (V, D)
    input_rates: Any  # float32 (rows,) see `flight.rates`; below 0, the row never changes
    output_rates: Any  # float32 (V,)
    part_starts: Any  # int64 (V + 1,)
    part_rows: Any  # int32
    part_scales: Any  # float32 (V,)


class Windows(NamedTuple):
    """A list of windows on the device: tensors with room for n windows, of which some are there.

    The inputs of window w are the words from `lows[w]` up to `highs[w]`, without the centre. A
    window without inputs has equal bounds.
    """

    words: Any  # int32: what subsampling keeps of the stretch, with the neighbours in reach
    # int64 (3,): how many words there are, the index of the first centre, how many windows
    extent: Any
    positions: Any  # int64 (n,) where the centre stands in the corpus
    steps: Any  # float32 (n,) the step size
    lows: Any  # int32 (n,)
    highs: Any  # int32 (n,)
    targets: Any  # int32 (n, T) the centre, then noise words: -1 for one that is the centre


class Shape(NamedTuple):
    """What the kernel is compiled for."""

    dim: int  # D
    columns: int  # of a row at a time: a power of 2
    chunks: int  # how often
    run: int  # R, a power of 2
    reach: int
    contexts: int  # C, a power of 2, at least 16 for `tl.dot`
    bags: int  # R, at least 16: rows of A
    negative: int  # T - 1
    places: int  # for the targets of a window: a power of 2
    cbow: bool
    divided: bool  # whether each word of a mean gets a share of its change, or all of it
    subwords: bool
    trains: bool  # else only losses are computed
    precision: str  # of the products
    warps: int


@triton.jit
def train_kernel(tables, listed, losses, pairs, SHAPE: tl.constexpr):
    """Train the windows of a list, each program an equal part of them from first to last.

    `losses`, float64, and `pairs`, int64, have a place for each program, which is written.
    """
    program = tl.program_id(0)
    count = tl.load(listed.extent + 2)
    runs = tl.cdiv(count, SHAPE.run)
    share = tl.cdiv(runs, tl.num_programs(0)) * SHAPE.run
    start = program * share
    loss = tl.zeros([1], tl.float64)
    found = tl.zeros([1], tl.int64)
    for begin in range(start, tl.minimum(start + share, count), SHAPE.run):
        some_loss, some_pairs = train_run(tables, listed, begin, SHAPE)
        loss += some_loss
        found += some_pairs
    place = program + tl.arange(0, 1)
    tl.store(losses + place, loss)
    tl.store(pairs + place, found)


@triton.jit
def train_run(tables, listed, begin, SHAPE: tl.constexpr):
    """Take one step on the windows of a run; return their loss before it and their pairs."""
    count, first = tl.load(listed.extent + 2), tl.load(listed.extent + 1)
    TARGETS: tl.constexpr = SHAPE.run * SHAPE.places
    # Of each target: its window, and which one it is there.
    j = tl.arange(0, TARGETS)
    w, k = begin + j // SHAPE.places, j % SHAPE.places
    is_target = (w < count) & (k <= SHAPE.negative)
    y_rows = tl.load(listed.targets + w * (SHAPE.negative + 1) + k, mask=is_target, other=-1)
    low = tl.load(listed.lows + w, mask=is_target, other=0)
    high = tl.load(listed.highs + w, mask=is_target, other=0)
    eta = tl.load(listed.steps + w, mask=is_target, other=0.0)
    is_target = (y_rows >= 0) & (high > low)
    y_rows = tl.where(is_target, y_rows, 0)
    context = first + begin - SHAPE.reach + tl.arange(0, SHAPE.contexts)
    nearest = tl.min(tl.where(high > low, low, 2147483647))
    is_near = (context >= nearest) & (context < tl.max(high))
    words = tl.load(listed.words + context, mask=is_near, other=0)

    if SHAPE.cbow:
        bag = tl.arange(0, SHAPE.bags)
        is_window = (bag < SHAPE.run) & (begin + bag < count)
        inputs_of_bag = members(listed, begin + bag, is_window, context, first, SHAPE)
        sizes = tl.sum(inputs_of_bag, axis=1)
        weights = 1.0 / tl.maximum(sizes, 1.0)
        mean = inputs_of_bag * weights[:, None]
        back = tl.trans(mean if SHAPE.divided else inputs_of_bag)
        is_pair = (bag[:, None] == (j // SHAPE.places)[None, :]) & is_target[None, :]
    else:
        is_pair = is_input(context, low, high, first + w) & is_target[None, :]

    scores = tl.zeros([is_pair.shape[0], TARGETS], tl.float32)
    for chunk in range(0, SHAPE.chunks):
        columns = chunk * SHAPE.columns + tl.arange(0, SHAPE.columns)
        inputs = compose(tables, words, is_near, columns, SHAPE)
        y = rows_of(tables.output, y_rows, is_target, columns, SHAPE)
        if SHAPE.cbow:
            inputs = tl.dot(mean, inputs, input_precision=SHAPE.precision)
        scores += tl.dot(inputs, tl.trans(y), input_precision=SHAPE.precision)

    is_centre = (k == 0)[None, :]
    each, signed = losses_and_signs(scores, is_centre)
    if SHAPE.trains:
        g = tl.where(is_pair, signed * eta[None, :], 0.0)
        step = tl.max(eta)
        y_damping = damping(tables.output_rates, y_rows, is_target, step)
        for chunk in range(0, SHAPE.chunks):
            columns = chunk * SHAPE.columns + tl.arange(0, SHAPE.columns)
            inputs = compose(tables, words, is_near, columns, SHAPE)
            y = rows_of(tables.output, y_rows, is_target, columns, SHAPE)
            if SHAPE.cbow:
                inputs = tl.dot(mean, inputs, input_precision=SHAPE.precision)
            x_change = tl.dot(g, y, input_precision=SHAPE.precision)
            if SHAPE.cbow:
                x_change = tl.dot(back, x_change, input_precision=SHAPE.precision)
            y_change = tl.dot(tl.trans(g), inputs, input_precision=SHAPE.precision)
            share_change(tables, words, is_near, columns, x_change, step, SHAPE)
            add_rows(tables.output, y_rows, y_damping, columns, y_change, SHAPE)
    loss = tl.sum(tl.where(is_pair, each, 0.0)).to(tl.float64)
    return loss, tl.sum((is_pair & is_centre).to(tl.int32)).to(tl.int64)


@triton.jit
def is_input(context, low, high, centre):
    """Return whether words are inputs of windows with these bounds: (C, windows)."""
    is_inside = (context[:, None] >= low[None, :]) & (context[:, None] < high[None, :])
    return is_inside & (context[:, None] != centre[None, :])


@triton.jit
def losses_and_signs(scores, is_centre):
    """Return the cross-entropy of each score, and label - σ(score)."""
    wrong = tl.where(is_centre, -scores, scores)
    # log(1 + exp(wrong)) and σ(wrong), which no score overflows.
    bounded = tl.exp(-tl.abs(scores))
    losses = tl.maximum(wrong, 0.0) + tl.log(1.0 + bounded)
    of_wrong = tl.where(wrong >= 0.0, 1.0, bounded) / (1.0 + bounded)
    return losses, tl.where(is_centre, of_wrong, -of_wrong)


@triton.jit
def members(listed, w, is_window, context, first, SHAPE: tl.constexpr):
    """Return 1 where a word is an input of a window, else 0: (windows, C)."""
    low = tl.load(listed.lows + w, mask=is_window, other=0)
    high = tl.load(listed.highs + w, mask=is_window, other=0)
    return tl.trans(is_input(context, low, high, first + w).to(tl.float32))


# ---------------------------------------------------------------------------- rows


@triton.jit
def rows_of(table, rows, is_row, columns, SHAPE: tl.constexpr):
    """Return some columns of rows of a table, 0 where there is no row."""
    places = table + rows.to(tl.int64)[:, None] * SHAPE.dim + columns[None, :]
    is_there = is_row[:, None] & (columns < SHAPE.dim)[None, :]
    return tl.load(places, mask=is_there, other=0.0, cache_modifier=".cg")


@triton.jit
def add_rows(table, rows, factors, columns, changes, SHAPE: tl.constexpr):
    """Add changes, times the factor of each row, to some columns of rows; not where it is 0."""
    places = table + rows.to(tl.int64)[:, None] * SHAPE.dim + columns[None, :]
    is_there = (factors > 0.0)[:, None] & (columns < SHAPE.dim)[None, :]
    tl.atomic_add(places, changes * factors[:, None], mask=is_there, sem="relaxed")


@triton.jit
def compose(tables, words, is_word, columns, SHAPE: tl.constexpr):
    """Return some columns of the input vectors of words."""
    if SHAPE.subwords:
        ROWS: tl.constexpr = SHAPE.contexts
        COLUMNS: tl.constexpr = SHAPE.columns
        first = tl.load(tables.part_starts + words, mask=is_word, other=0)
        number = tl.load(tables.part_starts + words + 1, mask=is_word, other=0) - first
        total = tl.zeros([ROWS, COLUMNS], tl.float32)
        for part in range(0, tl.max(number)):
            is_part = part < number
            rows = tl.load(tables.part_rows + first + part, mask=is_part, other=0)
            total += rows_of(tables.input, rows, is_part, columns, SHAPE)
        scales = tl.load(tables.part_scales + words, mask=is_word, other=0.0)
        vectors = total * scales[:, None]
    else:
        vectors = rows_of(tables.input, words, is_word, columns, SHAPE)
    return vectors


@triton.jit
def share_change(tables, words, is_word, columns, changes, step, SHAPE: tl.constexpr):
    """Add some columns of the changes of words to the rows of which they are composed."""
    if SHAPE.subwords:
        first = tl.load(tables.part_starts + words, mask=is_word, other=0)
        number = tl.load(tables.part_starts + words + 1, mask=is_word, other=0) - first
        scales = tl.load(tables.part_scales + words, mask=is_word, other=0.0)
        for part in range(0, tl.max(number)):
            is_part = part < number
            rows = tl.load(tables.part_rows + first + part, mask=is_part, other=0)
            factors = scales * damping(tables.input_rates, rows, is_part, step)
            add_rows(tables.input, rows, factors, columns, changes, SHAPE)
    else:
        factors = damping(tables.input_rates, words, is_word, step)
        add_rows(tables.input, words, factors, columns, changes, SHAPE)


@triton.jit
def damping(rates, rows, is_row, step):
    """Return by what the changes of rows are multiplied: 0 where there is no row, or it is frozen.

    See `flight.rates`.
    """
    rate = tl.load(rates + rows, mask=is_row, other=-1.0)
    z = rate * step
    # The difference cancels for small z.
    factors = tl.where(z > 0.01, (1.0 - tl.exp(-z)) / tl.maximum(z, 0.01), 1.0 - 0.5 * z)
    return tl.where(rate >= 0.0, factors, 0.0)
