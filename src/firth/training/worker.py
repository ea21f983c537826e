"""One worker of the compiled engine: it lists a stretch of the corpus, and trains the list."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firth.compilation import compiled_bare
from firth.compilation.arrays import bytes_of, zeros_of
from firth.compilation.emitter import WIDTH
from firth.training.kernel import (
    Frozen,
    Scratch,
    Tables,
    flush_loss,
    move_words,
    scratch_shapes,
    train_window,
)
from firth.training.lists.gathering import BLOCK, Gathered, gather, gathered_bytes, room_for
from firth.training.lists.units import Units
from firth.training.lists.windows import (
    Sampling,
    Window,
    WindowList,
    empty_list,
    list_block,
    list_shapes,
)


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
    own = zeros_of(scratch_shapes(window, stride))
    own["loss"][WIDTH:] = 1.0
    return Worker(room_for(window, stretch), empty_list(window, 2 * BLOCK), Scratch(**own))


def worker_bytes(window: Window, stride: int, stretch: int) -> int:
    """Return how many bytes `make_worker` takes."""
    lists = gathered_bytes(window, stretch) + bytes_of(list_shapes(window, 2 * BLOCK))
    return lists + bytes_of(scratch_shapes(window, stride))


@compiled_bare
def train_stretch(
    units: Units,
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
    units : Units
        The whole corpus.
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
    positions, m = listed.positions, listed.m
    stride, (lr, slope) = tables.input.shape[1], step
    are_used = tables.parts.are_used
    tokens, offsets = units.tokens, units.offsets
    last = gather(tokens, offsets, unit, start, stop, key, sampling.keep, window.reach, gathered)
    loss, pairs, pending = 0.0, 0, 0
    # While one block is trained, the next is already listed, so that its rows can be fetched.
    # Numba would compile what is called with a literal 0, and once more for any integer.
    zero: int = np.int64(0)  # type: ignore[assignment]
    centre, gathered_unit, first, now, following = window.reach, zero, zero, zero, zero
    # Moves of the trained block: how many are done, and where they end; and of the next.
    done, moves_end, next_moves, next_moves_end = zero, zero, zero, zero
    while centre < last or now + following > 0 or done < moves_end or next_moves < next_moves_end:
        for w in range(first, first + now):
            move_words(are_used, tables, listed.moves, done, listed.move_ends[w], scratch.slots)
            done = listed.move_ends[w]
            eta = np.float32(lr + slope * positions[w])
            taken, pending = train_window(
                tables, listed, w, eta, frozen, scratch, pending, window.portable, window.bfloat16
            )
            loss += taken
            pairs += m[w] if listed.is_mean is None else 1
        move_words(are_used, tables, listed.moves, done, moves_end, scratch.slots)
        end = min(centre + BLOCK, last)
        begin = zero if first == 0 else len(listed.moves) // 2
        gathered_unit, count, end_of_moves = list_block(
            window.cbow, window.subwords, window.longest_path,
            gathered, (centre, end), gathered_unit, units, sampling, window, stride,
            listed, (first, begin),
        )  # fmt: skip
        now, following = following, count
        done, moves_end, next_moves, next_moves_end = (
            next_moves, next_moves_end, begin, end_of_moves,
        )  # fmt: skip
        first, centre = BLOCK - first, centre + BLOCK
    return loss + flush_loss(scratch.loss), pairs
