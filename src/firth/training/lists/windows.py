"""What both kernels do with a window, but for the vector loops: its words, its rows, repetitions.

The lists of several windows may stand one after the other in an array: hence `first`, where those
of this window begin, and `place`, where its scores do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.compilation import inlined, prefetching
from firth.compilation.emitter import WIDTH
from firth.training import draws
from firth.training.simd import primitives
from firth.training.simd import rows as row_loops
from firth.training.simd.primitives import LOSS_VECTORS
from firth.training.simd.rows import Floats

SLOTS = 256


@inlined
def gather(
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


# ---------------------------------------------------------------------------- lists


@inlined
def draw_noise(
    stream: np.uint64,
    negative: int,
    alias: NDArray[np.uint64],
    drawn: NDArray[np.uint64],
    place: int,
) -> None:
    """Draw a window's noise words into `drawn`, and ask for what the alias table says of them.

    That is to be looked up a window later: the table is larger than the near caches.
    """
    for k in range(negative):
        drawn[place + k] = draws.noise_draw(stream, k)
        prefetching.prefetch_item(alias, draws.noise_column(drawn[place + k], len(alias)))


@inlined
def look_up_noise(
    drawn: NDArray[np.uint64],
    place: int,
    negative: int,
    alias: NDArray[np.uint64],
    stride: int | np.int64,
    noise: NDArray[np.int64],
    first: int,
) -> None:
    """List the noise words that were drawn, as offsets of rows `stride` long, from `first` on."""
    for k in range(negative):
        noise[first + k] = draws.noise_of(drawn[place + k], alias) * stride


@inlined
def list_targets(
    centre: int,
    noise: NDArray[np.int64],
    first_noise: int,
    negative: int,
    targets: NDArray[np.int64],
    first: int,
    twins: NDArray[np.int64],
    first_twin: int,
) -> tuple[int, int]:
    """List the target rows: the centre (its offset), the distinct noise words, those drawn again.

    Noise words that are the centre are left out. `twins` tells of which target each of the last
    group is a repetition.
    """
    targets[first] = centre
    t, repeated = 1, 0
    for k in range(first_noise, first_noise + negative):
        found = 0
        while found < t and targets[first + found] != noise[k]:
            found += 1
        if found == t:
            targets[first + t] = noise[k]
            t += 1
        elif found > 0:
            twins[first_twin + repeated] = found
            repeated += 1
    for r in range(repeated):
        targets[first + t + r] = targets[first + twins[first_twin + r]]
    return t, repeated


@inlined
def list_contexts(
    words: NDArray[np.int32],
    i: int,
    low: int,
    high: int,
    stride: int | np.int64,
    rows: NDArray[np.int64],
    first: int,
    repeats: NDArray[np.int64],
    first_repeat: int,
    slots: NDArray[np.int64],
    base: int,
) -> tuple[int, int]:
    """List the rows of the distinct context words, and which of them occur again.

    A slot holds where a word stands in the list, plus a base that grows from window to window, by
    more than a window has words, so that what earlier windows left there reads as empty. Words that
    share a slot are told apart by a search.
    """
    m, repeated = 0, 0
    for j in range(low, high):
        if j == i:
            continue
        row = words[j] * stride
        slot = words[j] & (SLOTS - 1)
        found = slots[slot] - base
        if found < 0:
            found = m
        elif rows[first + found] != row:
            found = 0
            while found < m and rows[first + found] != row:
                found += 1
        if found < m:
            repeats[first_repeat + repeated] = found
            repeated += 1
        else:
            slots[slot] = base + m
            rows[first + m] = row
            m += 1
    return m, repeated


@inlined
def append_repeats(
    rows: NDArray[np.int64],
    first: int,
    m: int,
    repeats: NDArray[np.int64],
    first_repeat: int,
    repeated: int,
) -> int:
    """List the repetitions of context words too, behind the m distinct ones."""
    for r in range(repeated):
        rows[first + m + r] = rows[first + repeats[first_repeat + r]]
    return m + repeated


# ---------------------------------------------------------------------------- scores, gradients


@inlined
def copy_repeats(
    scores: Floats,
    place: int,
    m: int,
    repeats: NDArray[np.int64],
    first_repeat: int,
    repeated: int,
    width: int,
) -> None:
    """Append a copy of its scores for every repetition of a context word."""
    for r in range(repeated):
        origin = place + repeats[first_repeat + r] * width
        for k in range(width):
            scores[place + (m + r) * width + k] = scores[origin + k]


@inlined
def fold_repeats(
    gradients: Floats,
    place: int,
    m: int,
    repeats: NDArray[np.int64],
    first_repeat: int,
    repeated: int,
    width: int,
) -> None:
    """Add the gradients of the repetitions to those of the word, whose row is changed once."""
    for r in range(repeated):
        origin = place + repeats[first_repeat + r] * width
        for k in range(width):
            gradients[origin + k] += gradients[place + (m + r) * width + k]


@inlined
def fold_twins(
    gradients: Floats,
    place: int,
    m: int,
    width: int,
    t: int,
    twins: NDArray[np.int64],
    first_twin: int,
    doubled: int,
) -> None:
    """Add the gradients of noise words that were drawn again to those of their first draw."""
    for r in range(doubled):
        for i in range(place, place + m * width, width):
            gradients[i + twins[first_twin + r]] += gradients[i + t + r]


@inlined
def descend(
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
            taken += flush_loss(running_loss)
            pending = 0
        some = min(count - done, (LOSS_VECTORS - pending) * WIDTH)
        primitives.gradient(scores, signs, done, some, eta, running_loss)
        pending += (some + WIDTH - 1) // WIDTH
        done += some
    return taken, pending


@inlined
def flush_loss(running_loss: Floats) -> float:
    """Take the sum out of the running loss and start it anew."""
    loss = 0.0
    for i in range(WIDTH):
        linear, product = np.float64(running_loss[i]), np.float64(running_loss[WIDTH + i])
        loss += linear + np.log(product)
        running_loss[i], running_loss[WIDTH + i] = 0.0, 1.0
    return loss


# ---------------------------------------------------------------------------- frozen words


@inlined
def restore_frozen(
    table: Floats,
    at: int,
    rows: NDArray[np.int64],
    first: int,
    count: int,
    places: NDArray[np.int32],
    originals: Floats,
    originals_at: int,
) -> None:
    """Write the original rows over those of frozen words, among `count` listed from `first`.

    `places` holds, for each word, where it stands among the originals, -1 for most; it is empty
    where no word is frozen.
    """
    if len(places) > 0:
        stride = np.int64(table.shape[1])
        for k in range(first, first + count):
            place = places[rows[k] // stride]
            if place >= 0:
                row_loops.copy_row(table, at + rows[k], originals, originals_at + place * stride)
