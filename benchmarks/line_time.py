"""How long a cache line takes from one processor to another.

Threads that train on the same tables write to the same rows, whose cache lines then travel between
their processors. Two processors that share a cache take some 30 ns for it. Those of two sockets, or
two that a virtual machine was given far apart, may take 20 times as long: so the same program with
the same two threads has two speeds, which a virtual machine may change from minute to minute.

Two threads, each held on a processor of its own, answer each other through one number. The fastest
of several series counts.

    python benchmarks/line_time.py [--processors 2]
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

_ANSWERS, _SERIES = 5_000, 5
_ALIGNMENT = 8


def main() -> None:
    """Print the time for each pair of the first processors that this process may use."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processors", type=int, default=2)
    for pair, time_ in line_times(parser.parse_args().processors).items():
        print(f"processors {pair}: {time_:.0f} ns")


def line_times(processors: int) -> dict[str, float]:
    """Return the nanoseconds for each pair of the first processors that this process may use."""
    # Outside Linux, a thread cannot be held on a processor.
    mine = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    pairs = itertools.combinations(mine[:processors], 2)
    return {f"{one} and {other}": line_time((one, other)) for one, other in pairs}


def line_time(pair: tuple[int, int]) -> float:
    """Return the nanoseconds from one processor to another."""
    number = np.zeros(1, np.int64)
    _answer(number, 0, 0)  # compiled before it is timed

    def answer(side: int, processor: int) -> float:
        # Of this thread alone.
        os.sched_setaffinity(0, {processor})
        _answer(number, side, 1)
        begin = time.perf_counter()
        _answer(number, side, _ANSWERS)
        return time.perf_counter() - begin

    with ThreadPoolExecutor(2) as pool:
        seconds = []
        for _ in range(_SERIES):
            number[0] = 0
            seconds.append(max(pool.map(answer, (0, 1), pair)))
    return min(seconds) / (2 * _ANSWERS) * 1e9


def _atomic(read: bool) -> Callable[..., Any]:
    """Return a function for compiled code that reads, or writes, the number of an array at once."""

    @intrinsic
    def function(context: Any, array: Any, value: Any) -> Any:  # noqa: ANN401
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> Any:  # noqa: ANN401
            place = cgutils.create_struct_proxy(array)(context, builder, given[0]).data
            if read:
                return builder.load_atomic(place, "seq_cst", _ALIGNMENT)
            builder.store_atomic(given[1], place, "seq_cst", _ALIGNMENT)
            return given[1]

        return types.int64(array, types.int64), generate

    return function


_load, _store = _atomic(read=True), _atomic(read=False)


@numba.njit(nogil=True)
def _answer(number: NDArray[np.int64], side: int, answers: int) -> None:
    """Wait until the number is this side's, and count it up; so many times."""
    for _ in range(answers):
        while _load(number, 0) % 2 != side:
            pass
        _store(number, _load(number, 0) + 1)


if __name__ == "__main__":
    main()
