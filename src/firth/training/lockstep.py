"""Signals between the members of a team, who do their parts of the same work side by side.

A signal is a number that one member raises and the others watch; it has a cache line to itself.
What a member wrote before it raised its signal is seen by whoever saw the signal.
"""

from __future__ import annotations

import os
import time

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from firth.compilation import inlined
from firth.compilation.emitter import LINE, emitted_for

Signals = NDArray[np.int64]

_APART = LINE // 8  # signals in a cache line
_LOOKS = 2_000  # how often a member looks before it lets another thread have the processor


def make_signals(count: int) -> Signals:
    """Make so many signals, all 0, and one that tells everybody to give up."""
    spare = np.zeros((count + 2) * _APART, np.int64)
    first = -spare.ctypes.data % LINE // 8
    return spare[first : first + (count + 1) * _APART]


def give_up(signals: Signals) -> None:
    """Let nobody wait any longer, now or later."""
    raise_signal(signals, len(signals) // _APART - 1, 1)


@inlined
def wait_for(signals: Signals, count: int, number: int) -> bool:
    """Wait until the first `count` signals have come to `number`.

    Returns
    -------
    bool
        False where somebody gave up.
    """
    waiting, looks = 0, 0
    while waiting < count:
        if see_signal(signals, waiting) >= number:
            waiting += 1
            continue
        looks += 1
        if looks > _LOOKS:
            if see_signal(signals, len(signals) // _APART - 1) != 0:
                return False
            let_others_run()
    return True


def raise_signal(signals: Signals, which: int, number: int) -> None:
    """Write a signal, after all that was written before."""
    signals[which * _APART] = number


def see_signal(signals: Signals, which: int) -> int:
    """Read a signal, before all that is read after."""
    return int(signals[which * _APART])


def let_others_run() -> None:
    """Offer the processor to another thread."""
    time.sleep(0)


@emitted_for(raise_signal)
def _emit_raise(e, signals, which, number):
    place = e.at(signals.data, e.builder.mul(which, e.integer(_APART)))
    e.builder.store_atomic(number, place, "release", 8)


@emitted_for(see_signal, returns=types.int64)
def _emit_see(e, signals, which):
    place = e.at(signals.data, e.builder.mul(which, e.integer(_APART)))
    return e.builder.load_atomic(place, "acquire", 8)


_yield = types.ExternalFunction(
    "SwitchToThread" if os.name == "nt" else "sched_yield", types.int32()
)


@overload(let_others_run, jit_options={"forceinline": True})
def _let_others_run():
    def implementation():
        _yield()

    return implementation
