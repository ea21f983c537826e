"""Members of a team that go from block to block together, each waiting for the slowest.

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


def make_signals(members: int) -> Signals:
    """Make the signals of a team: one for each member, and one that tells all to give up."""
    return np.zeros((members + 1) * _APART, np.int64)


def give_up(signals: Signals) -> None:
    """Let no member wait any longer, now or later."""
    raise_signal(signals, len(signals) - _APART, 1)


@inlined
def count_of(signals: Signals, member: int) -> int:
    """Give the number to which a member has raised its signal."""
    return see_signal(signals, member * _APART)


@inlined
def meet(signals: Signals, member: int, number: int) -> bool:
    """Raise a member's signal to `number` and wait until all have; False where they gave up."""
    raise_signal(signals, member * _APART, number)
    end = len(signals) - _APART
    waiting, looks = 0, 0
    while waiting < end:
        if see_signal(signals, waiting) >= number:
            waiting += _APART
            continue
        looks += 1
        if looks > _LOOKS:
            if see_signal(signals, end) != 0:
                return False
            let_others_run()
    return True


def raise_signal(signals: Signals, place: int, number: int) -> None:
    """Write a signal, after all that was written before."""
    signals[place] = number


def see_signal(signals: Signals, place: int) -> int:
    """Read a signal, before all that is read after."""
    return int(signals[place])


def let_others_run() -> None:
    """Offer the processor to another thread."""
    time.sleep(0)


@overload(raise_signal, jit_options=_INLINED)
def _raise_signal(signals, place, number):
    def implementation(signals, place, number):
        _store(signals, place, number)

    return implementation


@overload(see_signal, jit_options=_INLINED)
def _see_signal(signals, place):
    def implementation(signals, place):
        return _load(signals, place)

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
