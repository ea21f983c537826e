"""Signals between the members of a team, who do their parts of the same work side by side.

A signal is a number that one member raises and the others watch; it has a cache line to itself.
What a member wrote before it raised its signal is seen by whoever saw the signal.
"""

from __future__ import annotations

import os
import time

import numpy as np
from numba import types
from numba.extending import intrinsic, overload
from numpy.typing import NDArray

from firth.compilation import inlined

Signals = NDArray[np.int64]

_APART = 8  # signals of 8 bytes in a cache line
_LOOKS = 2_000  # how often a member looks before it lets another thread have the processor
_INLINED = {"forceinline": True}


def make_signals(count: int) -> Signals:
    """Make so many signals, all 0, and one that tells everybody to give up."""
    spare = np.zeros((count + 2) * _APART, np.int64)
    first = -spare.ctypes.data % (8 * _APART) // 8
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


@overload(raise_signal, jit_options=_INLINED)
def _raise_signal(signals, which, number):
    def implementation(signals, which, number):
        _store(signals, which * _APART, number)

    return implementation


@overload(see_signal, jit_options=_INLINED)
def _see_signal(signals, which):
    def implementation(signals, which):
        return _load(signals, which * _APART)

    return implementation


_yield = types.ExternalFunction(
    "SwitchToThread" if os.name == "nt" else "sched_yield", types.int32()
)


@overload(let_others_run, jit_options=_INLINED)
def _let_others_run():
    def implementation():
        _yield()

    return implementation


@intrinsic
def _store(typingctx, signals, place, number):
    def codegen(context, builder, signature, arguments):
        array, place, number = arguments
        data = context.make_array(signature.args[0])(context, builder, array).data
        builder.store_atomic(number, builder.gep(data, [place]), "release", 8)
        return context.get_dummy_value()

    return types.void(signals, types.int64, types.int64), codegen


@intrinsic
def _load(typingctx, signals, place):
    def codegen(context, builder, signature, arguments):
        array, place = arguments
        data = context.make_array(signature.args[0])(context, builder, array).data
        return builder.load_atomic(builder.gep(data, [place]), "acquire", 8)

    return types.int64(signals, types.int64), codegen
