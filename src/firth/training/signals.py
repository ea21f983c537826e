"""Ctrl-C and signals to terminate, held back until a run can stop without loss."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
# Not every platform has all of them.
_HELD_BACK = tuple(signal.Signals[name] for name in _NAMES if hasattr(signal, name))
# A wrapper may send a signal both to its child and to the whole group.
_SECONDS_APART = 0.5


class Interrupts:
    """While entered, a first SIGINT, SIGTERM or SIGHUP is noted in `received`, a second one raises.

    Signals within half a second of the first count as the same. Signals reach the main thread only;
    entered in another thread, this changes nothing. A signal that is ignored (by `nohup`, or in a
    background job) stays ignored, and a handler that is not written in Python stays in place.

    Parameters
    ----------
    clock : callable, default time.monotonic
        Returns the time in seconds.

    Examples
    --------
    >>> with Interrupts() as interrupts:
    ...     signal.raise_signal(signal.SIGINT)
    ...     interrupts.received
    <Signals.SIGINT: 2>
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.received: signal.Signals | None = None
        self._clock, self._first = clock, 0.0
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], Any] | int] = {}

    def __enter__(self) -> Self:
        """Take the signals over."""
        if threading.current_thread() is threading.main_thread():
            for number in _HELD_BACK:
                before = signal.getsignal(number)
                # None stands for a handler outside Python, which could not be restored.
                if before is None or before is signal.SIG_IGN:
                    continue
                self._before[number] = before
                signal.signal(number, self._receive)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Restore the handlers."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        now = self._clock()
        if self.received is None:
            self._first = now
            self.received = signal.Signals(number)
        elif now - self._first >= _SECONDS_APART:
            raise KeyboardInterrupt
