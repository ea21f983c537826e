"""The list: windows as arrays, which every engine trains from.

    n windows · I the most input rows of a window · T the most targets of a window

A stretch of tokens is subsampled, windows are formed over the words that are left, and noise words
are drawn. All draws belong to the seed, the epoch and the position (see `draws`), so whoever lists
a stretch gets the same windows.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation import called, inlined
from firth.compilation.arrays import Shapes, zeros_of
from firth.compilation.emitter import WIDTH
from firth.training import draws
from firth.training.config import TrainConfig
from firth.training.huffman import huffman_tree
from firth.training.lists import bags, targets
from firth.training.sampling import alias_table, keep_thresholds, noise_distribution

# The centres of a block are listed together. A power of 2.
BLOCK = 64


class Sampling(NamedTuple):
    """What is drawn from, by token id, and the tree of hierarchical softmax."""

    keep: NDArray[np.uint32]  # (V,) probability of being kept by subsampling, in 2**-32
    alias: NDArray[np.uint64]  # (V,) the noise distribution, see draws.noise_of; or empty
    tree: NDArray[np.int32]  # (2 V - 1,) see huffman.huffman_tree; or empty


class Window(NamedTuple):
    """How windows are formed and used."""

    # None and True are two types to Numba, so each model has its compiled code; True and False are
    # one type.
    cbow: Literal[True] | None
    reach: int  # maximum distance of a context word
    shrink: bool  # whether each window's reach is drawn from 1 .. reach
    negative: int  # K; 0 without noise words
    # The nodes of the longest path in the tree; None for negative sampling, a type of its own too.
    longest_path: int | None = None


class WindowList(NamedTuple):
    """Windows to be trained, in order: row w of each array is window w.

    Rows of tables are named by their offset: the number of the row times the stride of the table,
    which is 1 for those who want numbers. Repetitions of a row are counted and scored, but the row
    is changed once, by the sum of their gradients.
    """

    positions: NDArray[np.int64]  # (n,) where the centre stands: the step size follows from it
    m: NDArray[np.int64]  # (n,) distinct bags: those of CBOW hold all context words
    inputs: NDArray[np.int64]  # (n, I) the rows of the bags, one row each; or see `bag_ends`
    repeated_contexts: NDArray[np.int64]  # (n,) how many bags are repetitions
    context_duplicates: NDArray[np.int64]  # (n, I) which bag each repetition repeats
    # None, where each bag is one row, used as it is.
    composed: Literal[True] | None
    bag_ends: NDArray[np.int64]  # (n, bags) where the rows of each bag end in `inputs`
    weights: NDArray[np.float32]  # (n, bags) a bag is this times the sum of its rows
    gains: NDArray[np.float32]  # (n, bags) each row of a bag changes by this times its change
    t: NDArray[np.int64]  # (n,) distinct targets
    targets: NDArray[np.int64]  # (n, T) their rows, then those of the repetitions
    labels: NDArray[np.float32]  # (n, T + a vector) of each: 1 for a true target, else 0
    # (n,) whether the labels are not those of the window before; True for the first of a block
    is_relabelled: NDArray[np.bool_]
    repeated_noise: NDArray[np.int64]  # (n,) how many targets are repetitions
    noise_duplicates: NDArray[np.int64]  # (n, T) which target each repetition repeats
    arrivals: NDArray[np.int64]  # (n,) a hint: the input row that comes into reach, or any other


class Gathered(NamedTuple):
    """The words of a stretch that subsampling keeps, with the neighbours that windows reach."""

    words: NDArray[np.int32]
    positions: NDArray[np.int64]  # where each stands in the corpus
    ends: NDArray[np.int64]  # for each unit, the index in `words` where it ends
    slots: NDArray[np.int64]  # finds context words that occur again
    noise_bits: NDArray[np.uint64]  # (BLOCK, K) drawn for the centres of the next block


def window_of(config: TrainConfig, longest_path: int = 0) -> Window:
    """Return the shape of the windows; only hierarchical softmax needs the longest path."""
    cbow: Literal[True] | None = True if config.model == "cbow" else None
    path = longest_path if config.loss == "hs" else None
    return Window(cbow, config.window, config.shrink_windows, config.negative or 0, path)


def sampling_of(counts: NDArray[np.int64], config: TrainConfig) -> Sampling:
    """Return what is drawn from, or the tree."""
    keep = keep_thresholds(counts, config.sample)
    if config.noise_exponent is None:
        return Sampling(keep, np.empty(0, np.uint64), huffman_tree(counts))
    noise = noise_distribution(counts, config.noise_exponent)
    return Sampling(keep, alias_table(noise), np.empty(0, np.int32))


def composed_bags(window: Window) -> int:
    """Return the most bags of several rows that a window has: 0 where each bag is one row."""
    return 0 if window.cbow is None else 1


def most_targets(window: Window) -> int:
    """Return T, the most targets that a window has."""
    return window.negative + 1 if window.longest_path is None else window.longest_path


def list_shapes(window: Window, size: int) -> Shapes:
    """Return the shapes of a list with room for `size` windows."""
    contexts, most, composed = 2 * window.reach, most_targets(window), composed_bags(window)
    return {
        "positions": ((size,), np.int64),
        "m": ((size,), np.int64),
        "inputs": ((size, contexts), np.int64),
        "repeated_contexts": ((size,), np.int64),
        "context_duplicates": ((size, contexts), np.int64),
        "bag_ends": ((size, composed), np.int64),
        "weights": ((size, composed), np.float32),
        "gains": ((size, composed), np.float32),
        "t": ((size,), np.int64),
        "targets": ((size, most), np.int64),
        "labels": ((size, most + WIDTH), np.float32),
        "is_relabelled": ((size,), np.bool_),
        "repeated_noise": ((size,), np.int64),
        "noise_duplicates": ((size, most), np.int64),
        "arrivals": ((size,), np.int64),
    }


def empty_list(window: Window, size: int) -> WindowList:
    """Return a list with room for `size` windows."""
    return WindowList(composed=window.cbow, **zeros_of(list_shapes(window, size)))


def gathered_shapes(window: Window, stretch: int) -> Shapes:
    """Return the shapes of the words of stretches of at most so many tokens."""
    size = stretch + 2 * window.reach + 1
    return {
        "words": ((size,), np.int32),
        "positions": ((size,), np.int64),
        "ends": ((stretch + 2,), np.int64),
        "slots": ((bags.SLOTS,), np.int64),
        "noise_bits": ((BLOCK, window.negative), np.uint64),
    }


def room_for(window: Window, stretch: int) -> Gathered:
    """Return working memory for the words of stretches of at most so many tokens."""
    return Gathered(**zeros_of(gathered_shapes(window, stretch)))


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
    words, positions, ends, slots, _ = gathered
    slots[:] = 0
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
def draw_noise(
    gathered: Gathered, i: int, key: np.uint64, alias: NDArray[np.uint64], negative: int
) -> None:
    """Draw noise for the centre at index `i`, to be listed with its block."""
    stream = draws.stream_at(key, gathered.positions[i])
    targets.draw_noise(stream, negative, alias, gathered.noise_bits[i & (BLOCK - 1)])


@called
def list_block(
    gathered: Gathered,
    start: int,
    stop: int,
    unit: int,
    key: np.uint64,
    sampling: Sampling,
    window: Window,
    stride: int,
    listed: WindowList,
    first: int,
) -> tuple[int, int]:
    """List the windows whose centres stand from index `start` up to `stop` of the gathered words.

    They are listed from row `first` on. A centre without context words has no window.

    Returns
    -------
    unit, count : int, int
        The unit of the last centre, and how many windows were listed.
    """
    words, positions, ends, slots, noise_bits = gathered
    cbow, reach, shrink, negative, longest_path = window
    inputs, contexts, count, width_before = listed.inputs, 2 * reach, 0, 0
    for i in range(start, stop):
        while i >= ends[unit + 1]:
            unit += 1
        drawn = draws.reach_at(draws.stream_at(key, positions[i]), reach, shrink)
        low, high = max(ends[unit], i - drawn), min(ends[unit + 1], i + drawn + 1)
        if high - low < 2:
            continue
        w = first + count
        count += 1
        listed.positions[w] = positions[i]
        listed.arrivals[w] = words[i + reach] * stride
        if longest_path is not None:
            listed.t[w], listed.repeated_noise[w] = targets.list_path(
                words[i], sampling.tree, stride, listed.targets[w], listed.labels[w]
            )
            listed.is_relabelled[w] = True
        else:
            t, repeated_noise = targets.list_targets(
                words[i], noise_bits[i & (BLOCK - 1)], negative, sampling.alias, stride,
                listed.targets[w], listed.labels[w], listed.noise_duplicates[w],
            )  # fmt: skip
            listed.t[w], listed.repeated_noise[w] = t, repeated_noise
            # The centre first, labelled 1, then noise words: labels differ by their number only.
            width = t + repeated_noise
            listed.is_relabelled[w], width_before = width != width_before, width
        if cbow is not None:
            listed.m[w], listed.repeated_contexts[w] = bags.list_mean(
                words, i, low, high, stride,
                inputs[w], listed.bag_ends[w], listed.weights[w], listed.gains[w],
            )  # fmt: skip
        else:
            listed.m[w], listed.repeated_contexts[w] = bags.list_contexts(
                words, i, low, high, stride, inputs[w], listed.context_duplicates[w],
                slots, (i + 1) * contexts,
            )  # fmt: skip
    return unit, count
