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

from firth.compilation import inlined, optional
from firth.compilation.arrays import Shapes, zeros_of
from firth.compilation.emitter import WIDTH
from firth.training import draws
from firth.training.arithmetic import rounds_to_bfloat16
from firth.training.config import TrainConfig
from firth.training.huffman import huffman_tree
from firth.training.lists import targets
from firth.training.lists.contexts import list_contexts, list_documents
from firth.training.lists.gathering import BLOCK, Gathered, draw_noise
from firth.training.lists.reach import LONGEST_STAY, enter, leave, most_moves, refresh
from firth.training.lists.units import Units
from firth.training.sampling import alias_table, keep_thresholds, noise_distribution
from firth.training.simd.listing import SLACK
from firth.training.simd.tiles import LANES


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
    # Whether words are composed of several rows: then windows name the slots of the words in reach.
    subwords: Literal[True] | None
    reach: int  # maximum distance of a context word
    shrink: bool  # whether each window's reach is drawn from 1 .. reach
    negative: int  # K; 0 without noise words
    # The nodes of the longest path in the tree; None for negative sampling, a type of its own too.
    longest_path: int | None = None
    divided: bool = False  # whether each word of a mean gets a share of its change, or all of it
    # The documents that hold the centre, those of its unit, are more inputs: at most so many. The
    # rows of documents follow those of the words. 0 where documents are no inputs.
    documents: int = 0
    # Whether scores are summed in an order that does not depend on the width of vectors.
    portable: Literal[True] | None = None
    # Whether numbers are rounded to bfloat16 when they are multiplied.
    bfloat16: Literal[True] | None = None


class WindowList(NamedTuple):
    """Windows to be trained, in order: row w of each array is window w.

    Rows of tables are named by their offset: the number of the row times the stride of the table,
    which is 1 for those who want numbers. A row may be listed several times among the inputs of a
    window, or among its targets.
    """

    positions: NDArray[np.int64]  # (n,) where the centre stands: the step size follows from it
    m: NDArray[np.int64]  # (n,) inputs
    # (n, I + slack) their rows: of the input table, or of the slots where words are composed
    inputs: NDArray[np.int64]
    # (n,) whether an input that is trained as it is, or a target, may be listed twice; surely not
    # where False
    has_repetitions: NDArray[np.bool_]
    # None, where inputs are trained as they are; True, where their mean is (CBOW).
    is_mean: Literal[True] | None
    gains: NDArray[np.float32]  # (n,) each input changes by this times the change of the mean
    t: NDArray[np.int64]  # (n,) targets
    targets: NDArray[np.int64]  # (n, T) their rows
    labels: NDArray[np.float32]  # (n, T) of each: 1 for a true target, else 0
    # (n,) whether the labels are not those of the window before; True for the first of a block
    is_relabelled: NDArray[np.bool_]
    # (n,) a hint: the input row that comes into reach, or any other; with slots, the word
    arrivals: NDArray[np.int64]
    # (n,) where the moves end that come before each window, and (moves, 2) the moves: a slot, and
    # the word that moves in, or the complement of the word that moves out.
    move_ends: NDArray[np.int64]
    moves: NDArray[np.int64]


def window_of(config: TrainConfig, longest_path: int = 0, most_documents: int = 1) -> Window:
    """Return the shape of the windows; only hierarchical softmax needs the longest path.

    A unit belongs to so many documents at most; this counts only where documents are trained.
    """
    cbow: Literal[True] | None = True if config.model == "cbow" else None
    subwords: Literal[True] | None = None if config.subwords == "none" else True
    # Vectors of LANES numbers have that order anyway.
    portable: Literal[True] | None = True if config.deterministic and WIDTH != LANES else None
    # Only documents alone have no context words.
    is_alone = config.documents == "alone"
    return Window(
        cbow=cbow,
        subwords=subwords,
        reach=0 if is_alone else config.window,
        shrink=config.shrink_windows and not is_alone,
        negative=config.negative or 0,
        longest_path=longest_path if config.loss == "hs" else None,
        divided=config.cbow_gradient == "mean",
        documents=0 if config.documents == "none" else most_documents,
        portable=portable,
        bfloat16=True if rounds_to_bfloat16(config) else None,
    )


def sampling_of(counts: NDArray[np.int64], config: TrainConfig) -> Sampling:
    """Return what is drawn from, or the tree."""
    keep = keep_thresholds(counts, config.sample)
    if config.noise_exponent is None:
        return Sampling(keep, np.empty(0, np.uint64), huffman_tree(counts))
    noise = noise_distribution(counts, config.noise_exponent)
    return Sampling(keep, alias_table(noise), np.empty(0, np.int32))


def most_inputs(window: Window) -> int:
    """Return I, the most input rows of a window."""
    return 2 * window.reach + window.documents


def most_targets(window: Window) -> int:
    """Return T, the most targets that a window has."""
    return window.negative + 1 if window.longest_path is None else window.longest_path


def list_shapes(window: Window, size: int) -> Shapes:
    """Return the shapes of a list with room for `size` windows."""
    inputs, most = most_inputs(window), most_targets(window)
    return {
        "positions": ((size,), np.int64),
        "m": ((size,), np.int64),
        "inputs": ((size, inputs + SLACK), np.int64),
        "has_repetitions": ((size,), np.bool_),
        "gains": ((0 if window.cbow is None else size,), np.float32),
        "t": ((size,), np.int64),
        "targets": ((size, most), np.int64),
        "labels": ((size, most), np.float32),
        "is_relabelled": ((size,), np.bool_),
        "arrivals": ((size,), np.int64),
        "move_ends": ((size,), np.int64),
        "moves": ((_moves_of(window, size), 2), np.int64),
    }


def _moves_of(window: Window, size: int) -> int:
    """Return the most moves of `size` windows that are listed in one or two parts."""
    return 0 if window.subwords is None else 2 * most_moves(window.reach, size // 2 + 1)


def empty_list(window: Window, size: int) -> WindowList:
    """Return a list with room for `size` windows."""
    return WindowList(is_mean=window.cbow, **zeros_of(list_shapes(window, size)))


@optional
def list_block(
    cbow: Literal[True] | None,
    subwords: Literal[True] | None,
    longest_path: int | None,
    gathered: Gathered,
    centres: tuple[int, int],
    unit: int,
    units: Units,
    sampling: Sampling,
    window: Window,
    stride: int,
    listed: WindowList,
    places: tuple[int, int],
) -> tuple[int, int, int]:
    """List the windows whose centres stand from one index up to another of the gathered words.

    They are listed from the first of the places on, and moves from the second on. A centre without
    inputs has no window. The first three arguments are those of `window`.

    Returns
    -------
    unit, count, moved : int, int, int
        The unit of the last centre, how many windows were listed, and where the moves end. Those
        that come after the last window are to be done too.
    """
    words, positions, streams, repeated, ends, _, _, _, _, extent, in_reach = gathered
    _, _, reach, shrink, negative, _, divided, documents, _, _ = window
    (start, stop), (first, moved), count, width_before = centres, places, 0, 0
    # What windows name: words, or their slots, whose rows are two apart.
    named, named_stride, arrival_stride = words, stride, stride
    if subwords is not None:
        named, named_stride, arrival_stride = in_reach.slots, 2 * stride, 1
    if longest_path is None:
        draw_noise(gathered, start, stop, negative, sampling.alias)
    for i in range(start, stop):
        if subwords is not None:
            moved = list_moves(gathered, i, reach, listed.moves, moved)
        while i >= ends[unit + 1]:
            unit += 1
        low, high = _bounds(i, draws.reach_at(streams[i], reach, shrink), unit, ends)
        w = np.uint64(first + count)
        x_rows, y_rows, labels = listed.inputs[w], listed.targets[w], listed.labels[w]
        m = list_contexts(named, i, low, high, named_stride, x_rows)
        m = list_documents(
            documents, units, extent[2] + unit, len(sampling.keep), stride, x_rows, m
        )
        if m == 0:
            continue
        listed.m[w], count = m, count + 1
        listed.positions[w], listed.move_ends[w] = positions[i], moved
        listed.arrivals[w] = words[i + reach] * arrival_stride
        if longest_path is not None:
            listed.t[w] = targets.list_path(words[i], sampling.tree, stride, y_rows, labels)
            listed.is_relabelled[w], repeats = True, False
        else:
            repeats = gathered.is_repeated[i - start]
            listed.t[w] = targets.list_targets(
                words[i], gathered.noise, i - start, BLOCK, negative, repeats, stride,
                y_rows, labels,
            )  # fmt: skip
            # The centre first, labelled 1, then noise words: labels differ by their number only.
            listed.is_relabelled[w], width_before = listed.t[w] != width_before, listed.t[w]
        if cbow is not None:
            # The true gradient is divided; word2vec.c's is not.
            listed.gains[w] = np.float32(1.0) / np.float32(m) if divided else np.float32(1.0)
            listed.has_repetitions[w] = repeats
        else:
            listed.has_repetitions[w] = repeats or repeated[high - 1] >= low
    if subwords is not None and start < stop and stop == extent[0]:
        moved = list_last_moves(gathered, stop - 1, reach, listed.moves, moved)
    return unit, count, moved


@inlined
def _bounds(i: int, reach: int | np.int64, unit: int, ends: NDArray[np.int64]) -> tuple[int, int]:
    """Return where the window of the centre at index i begins and ends, within its unit."""
    return max(ends[unit], i - reach), min(ends[unit + 1], i + reach + 1)


@inlined
def list_moves(gathered: Gathered, i: int, reach: int, moves: NDArray[np.int64], moved: int) -> int:
    """Let the token before the reach of the centre at index i leave, and those within it enter."""
    # The first centre stands at index `reach`.
    first, last = gathered.ends[0], min(i + reach + 1, gathered.extent[1])
    if i - reach > first:
        moved = leave(gathered.in_reach, i - reach - 1, moves, moved)
    for j in range(first if i == reach else i + reach, last):
        moved = enter(gathered.in_reach, j, gathered.words[j], moves, moved)
    # All others once in so many tokens.
    for j in range(i + reach - LONGEST_STAY, max(first, i - reach) - 1, -LONGEST_STAY):
        if j < last:
            moved = refresh(gathered.in_reach, gathered.in_reach.slots[j], i + reach, moves, moved)
    return moved


@inlined
def list_last_moves(
    gathered: Gathered, i: int, reach: int, moves: NDArray[np.int64], moved: int
) -> int:
    """Let all tokens within reach of the centre at index i leave."""
    first, last = gathered.ends[0], min(i + reach + 1, gathered.extent[1])
    for j in range(max(first, i - reach), last):
        moved = leave(gathered.in_reach, j, moves, moved)
    return moved
