"""Listing whole stretches: for engines that train from lists, and for tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled_bare
from firth.corpus.tokens import UnitDocuments
from firth.training.lists.gathering import BLOCK, Gathered, gather, room_for
from firth.training.lists.units import Units, units_of
from firth.training.lists.windows import (
    Sampling,
    Window,
    WindowList,
    empty_list,
    list_block,
    list_shapes,
    most_inputs,
)


def list_stretch(
    tokens: NDArray[np.int32],
    offsets: NDArray[np.int64],
    start: int,
    stop: int,
    key: np.uint64,
    sampling: Sampling,
    window: Window,
    stride: int = 1,
    documents: UnitDocuments | None = None,
) -> WindowList:
    """Return the windows whose centre stands at a position from `start` up to `stop`.

    Parameters
    ----------
    tokens, offsets : int32 (n,), int64 (units + 1,)
        The whole corpus: token ids, and where each unit starts; the last offset is n. Read-only.
    start, stop : int
        The stretch.
    key : uint64
        The epoch's key, see `draws`.
    sampling, window
        What to draw from, and how to form windows.
    stride : int
        Rows are named by their number times this.
    documents : UnitDocuments, optional
        Which documents each unit belongs to; by default each is one.

    Examples
    --------
    >>> from firth.training.lists.windows import sampling_of, window_of
    >>> from firth.training.config import TrainConfig
    >>> tokens, offsets = np.array([0, 1, 2], np.int32), np.array([0, 3])
    >>> config = TrainConfig(window=1, negative=2, sample=0, shrink_windows=False)
    >>> drawn_from = sampling_of(np.array([1, 1, 1]), config)
    >>> listed = list_stretch(tokens, offsets, 0, 3, np.uint64(5), drawn_from, window_of(config))
    >>> [rows[:m].tolist() for rows, m in zip(listed.inputs, listed.m, strict=True)]
    [[1], [0, 2], [1]]
    """
    unit = int(np.searchsorted(offsets, start, side="right")) - 1
    listed, gathered = empty_list(window, stop - start), room_for(window, stop - start)
    count, moved = _list_all(
        units_of(tokens, offsets, documents), unit, start, stop, key, sampling, window, stride,
        gathered, listed,
    )  # fmt: skip
    arrays = {name: getattr(listed, name)[:count] for name in list_shapes(window, 0)}
    without_slack = arrays["inputs"][:, : most_inputs(window)]
    return listed._replace(**{**arrays, "inputs": without_slack, "moves": listed.moves[:moved]})


@compiled_bare
def _list_all(
    units: Units,
    unit: int,
    start: int,
    stop: int,
    key: np.uint64,
    sampling: Sampling,
    window: Window,
    stride: int,
    gathered: Gathered,
    listed: WindowList,
) -> tuple[int, int]:
    tokens, offsets = units.tokens, units.offsets
    last = gather(tokens, offsets, unit, start, stop, key, sampling.keep, window.reach, gathered)
    unit, count, moved = 0, 0, 0
    for centre in range(window.reach, last, BLOCK):
        end = min(centre + BLOCK, last)
        unit, some, moved = list_block(
            window.cbow, window.subwords, window.longest_path,
            gathered, (centre, end), unit, units, sampling, window, stride, listed, (count, moved),
        )  # fmt: skip
        count += some
    return count, moved
