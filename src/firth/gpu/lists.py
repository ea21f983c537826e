"""Lists made on the device, with the draws of `training.draws`: only ids travel there.

    n tokens of a stretch, with its neighbours · V vocabulary · T targets of a window

They hold the windows that `training.lists.stretch.list_stretch` lists, in another layout, see
`kernel.Windows`: a window without inputs stays in the list, and the place of a noise word that is
the centre stays empty.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
import triton
import triton.language as tl
from numpy.typing import NDArray
from torch import Tensor

from firth.corpus import TokenStore
from firth.gpu.kernel import Windows
from firth.training import draws
from firth.training.engines.base import Stretch
from firth.training.lists.windows import Sampling, Window

_GAMMA = tl.constexpr(draws.GAMMA)
_MIX_1 = tl.constexpr(draws.MIXING[0][1])
_MIX_2 = tl.constexpr(draws.MIXING[1][1])
_BLOCK = 1024
# Neighbours of a stretch are looked for so many tokens at a time.
_NEIGHBOURS = 256


class Drawn(NamedTuple):
    """What is drawn from, on the device, by token id."""

    keep: Any  # int64 (V,) see `lists.windows.Sampling`
    alias: Any  # int64 (V,) the bits of its entries


class Piece(NamedTuple):
    """A stretch on the device, with the neighbours that its windows reach."""

    tokens: Any  # int32 (n,)
    offsets: Any  # int64 where units start in it, and the last one ends
    # int64 (6,): the epoch's key, the position of the first token, n, where in `tokens` the stretch
    # starts and stops, and V
    numbers: Any


class Form(NamedTuple):
    """How windows are formed; what the kernels are compiled for."""

    reach: int
    shrink: bool
    negative: int
    block: int


def drawn_from(sampling: Sampling, device: torch.device) -> Drawn:
    """Return what is drawn from, on a device."""
    keep = torch.from_numpy(sampling.keep.astype(np.int64))
    return Drawn(keep.to(device), torch.from_numpy(sampling.alias.view(np.int64)).to(device))


def form_of(window: Window) -> Form:
    """Return how windows are formed."""
    return Form(window.reach, window.shrink, window.negative, _BLOCK)


# ---------------------------------------------------------------------------- draws


@triton.jit
def mix(value):
    """Return `draws.mix`."""
    value = (value ^ (value >> 30)) * tl.full([1], _MIX_1, tl.uint64)
    value = (value ^ (value >> 27)) * tl.full([1], _MIX_2, tl.uint64)
    return value ^ (value >> 31)


@triton.jit
def draw(stream, number):
    """Return a draw of a stream, from 0; with an epoch's key, the stream of a position."""
    return mix(stream + (number + 1).to(tl.uint64) * tl.full([1], _GAMMA, tl.uint64))


@triton.jit
def stream_of(piece, place):
    """Return the streams of tokens of a piece."""
    key = tl.load(piece.numbers).to(tl.uint64, bitcast=True)
    return draw(key, tl.load(piece.numbers + 1) + place)


@triton.jit
def subsample_kernel(piece, drawn, kept, FORM: tl.constexpr):
    """Write, for each token of a piece, 1 if subsampling keeps it, else 0."""
    place = tl.program_id(0) * FORM.block + tl.arange(0, FORM.block)
    is_inside = place < tl.load(piece.numbers + 2)
    token = tl.load(piece.tokens + place, mask=is_inside, other=0)
    threshold = tl.load(drawn.keep + token).to(tl.uint64)
    is_kept = (stream_of(piece, place) >> 32) <= threshold
    tl.store(kept + place, is_kept.to(tl.int32), mask=is_inside)


@triton.jit
def list_kernel(piece, drawn, ends, units, course, listed, FORM: tl.constexpr):
    """Write a list of the windows of a piece.

    Parameters
    ----------
    ends : int64, (n + 1,)
        How many tokens are kept before each.
    units : int64, (n,)
        The number of each token's unit, plus 1.
    course : float64, (2,)
        The step size at position p is the first plus p times the second.
    listed : Windows
        Written.
    """
    place = tl.program_id(0) * FORM.block + tl.arange(0, FORM.block)
    is_inside = place < tl.load(piece.numbers + 2)
    index = tl.load(ends + place, mask=is_inside, other=0)
    is_kept = is_inside & (tl.load(ends + place + 1, mask=is_inside, other=0) > index)
    token = tl.load(piece.tokens + place, mask=is_kept, other=0)
    tl.store(listed.words + index, token, mask=is_kept)

    start, stop = tl.load(piece.numbers + 3), tl.load(piece.numbers + 4)
    first, last = tl.load(ends + start), tl.load(ends + stop)
    total = tl.load(ends + tl.load(piece.numbers + 2))
    which = tl.arange(0, 4)
    extent = tl.where(which == 0, total, tl.where(which == 1, first, last - first))
    tl.store(listed.extent + which, extent, mask=which < 3)

    is_centre = is_kept & (place >= start) & (place < stop)
    w = index - first
    stream = stream_of(piece, place)
    reach = tl.full([FORM.block], FORM.reach, tl.int64)
    if FORM.shrink:
        low_bits = stream & tl.full([1], 0xFFFFFFFF, tl.uint64)
        reach = 1 + ((low_bits * FORM.reach) >> 32).to(tl.int64)
    unit = tl.load(units + place, mask=is_centre, other=1)
    unit_start = tl.load(piece.offsets + unit - 1, mask=is_centre, other=0)
    unit_stop = tl.load(piece.offsets + unit, mask=is_centre, other=0)
    low = tl.maximum(tl.load(ends + unit_start, mask=is_centre, other=0), index - reach)
    high = tl.minimum(tl.load(ends + unit_stop, mask=is_centre, other=0), index + reach + 1)
    # The centre alone is no window.
    high = tl.where(high - low < 2, low, high)
    tl.store(listed.lows + w, low.to(tl.int32), mask=is_centre)
    tl.store(listed.highs + w, high.to(tl.int32), mask=is_centre)
    position = tl.load(piece.numbers + 1) + place
    tl.store(listed.positions + w, position, mask=is_centre)
    eta = tl.load(course) + tl.load(course + 1) * position.to(tl.float64)
    tl.store(listed.steps + w, eta.to(tl.float32), mask=is_centre)

    words = tl.load(piece.numbers + 5).to(tl.uint64)
    targets = listed.targets + w * (FORM.negative + 1)
    tl.store(targets, token, mask=is_centre)
    for k in range(0, FORM.negative):
        bits = draw(stream, tl.full([1], 0, tl.int64) + k)
        word = noise_of(bits, drawn.alias, words, is_centre)
        tl.store(targets + 1 + k, tl.where(word == token, -1, word), mask=is_centre)


@triton.jit
def noise_of(bits, alias, words, is_drawn):
    """Return `draws.noise_of`, as int32."""
    low_half = tl.full([1], 0xFFFFFFFF, tl.uint64)
    column = ((bits >> 32) * words) >> 32
    place = alias + column.to(tl.int64)
    entry = tl.load(place, mask=is_drawn, other=0).to(tl.uint64, bitcast=True)
    is_own = (bits & low_half) <= (entry >> 32)
    return tl.where(is_own, column, entry & low_half).to(tl.int32)


# ---------------------------------------------------------------------------- stretches


class Lister:
    """Lists stretches of a corpus on a device.

    Parameters
    ----------
    tokens : TokenStore
        The whole corpus.
    sampling, window
        What to draw from, and how to form windows.
    device : torch.device
        Where to.
    """

    def __init__(
        self,
        tokens: TokenStore,
        sampling: Sampling,
        window: Window,
        device: torch.device,
    ) -> None:
        self._tokens, self._keep = tokens, sampling.keep
        self._form, self._device = form_of(window), device
        self._drawn = drawn_from(sampling, device)

    def list(self, stretch: Stretch, key: np.uint64) -> Windows:
        """Return the windows whose centres are in a stretch; `key` is the epoch's."""
        piece, size = self._upload(stretch, key), stretch.stop - stretch.start
        count, device = len(piece.tokens), self._device
        grid = (triton.cdiv(max(count, 1), self._form.block),)
        kept = torch.empty(count, dtype=torch.int32, device=device)
        subsample_kernel[grid](piece, self._drawn, kept, FORM=self._form, enable_fp_fusion=True)
        ends = torch.zeros(count + 1, dtype=torch.int64, device=device)
        torch.cumsum(kept, 0, out=ends[1:])
        places = torch.arange(count, device=device)
        units = torch.searchsorted(piece.offsets, places, right=True)
        listed = Windows(
            words=torch.empty(count, dtype=torch.int32, device=device),
            extent=torch.zeros(3, dtype=torch.int64, device=device),
            positions=torch.empty(size, dtype=torch.int64, device=device),
            steps=torch.empty(size, dtype=torch.float32, device=device),
            lows=torch.empty(size, dtype=torch.int32, device=device),
            highs=torch.empty(size, dtype=torch.int32, device=device),
            targets=torch.empty((size, self._form.negative + 1), dtype=torch.int32, device=device),
        )
        course = torch.tensor([stretch.lr, stretch.slope], dtype=torch.float64).to(device)
        list_kernel[grid](
            piece, self._drawn, ends, units, course, listed, FORM=self._form, enable_fp_fusion=False
        )
        return listed

    def _upload(self, stretch: Stretch, key: np.uint64) -> Piece:
        """Return a stretch on the device, with the neighbours that its windows reach."""
        start, stop, offsets = stretch.start, stretch.stop, self._tokens.offsets
        unit = int(np.searchsorted(offsets, start, side="right")) - 1
        last = int(np.searchsorted(offsets, max(stop - 1, start), side="right")) - 1
        low, high = start, stop
        if start < stop:
            low = self._reached(key, start, int(offsets[unit]), -1)
            high = self._reached(key, stop, int(offsets[last + 1]), 1)
        bounds = np.clip(offsets[unit : last + 2], low, high) - low
        numbers = [
            int(key.astype(np.int64)),
            low,
            high - low,
            start - low,
            stop - low,
            len(self._keep),
        ]
        return Piece(
            self._to_device(self._tokens.ids[low:high].astype(np.int32)),
            self._to_device(bounds.astype(np.int64)),
            torch.tensor(numbers, dtype=torch.int64).to(self._device),
        )

    def _reached(self, key: np.uint64, place: int, end: int, way: int) -> int:
        """Return how far to go from a place to pass as many kept words as a window reaches.

        The end is that of the unit, to the right (`way` 1) or to the left (-1).
        """
        left = self._form.reach
        while place != end:
            far = min(place + _NEIGHBOURS, end) if way > 0 else max(place - _NEIGHBOURS, end)
            low, high = min(place, far), max(place, far)
            positions = np.arange(low, high, dtype=np.uint64)
            streams = _streams(key, positions)
            is_kept = (streams >> np.uint64(32)) <= self._keep[self._tokens.ids[low:high]]
            passed = np.cumsum(is_kept[::way])
            if passed[-1] >= left:
                return place + way * (int(np.searchsorted(passed, left)) + 1)
            left -= int(passed[-1])
            place = far
        return place

    def _to_device(self, array: NDArray[Any]) -> Tensor:
        return torch.from_numpy(array).to(self._device)


def _streams(key: np.uint64, positions: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `draws.stream_at` of positions."""
    value = np.array([key]) + (positions + np.uint64(1)) * np.uint64(draws.GAMMA)
    for shift, factor in draws.MIXING:
        value ^= value >> np.uint64(shift)
        if factor is not None:
            value *= np.uint64(factor)
    return value
