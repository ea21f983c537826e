"""The stretches of a run shared out among threads, and work done in a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

from firth.training.engines.base import Engine, Stretch


class Trained(NamedTuple):
    """A stretch that was trained, with the sum of its losses and its positive pairs."""

    stretch: Stretch
    loss: float
    pairs: int
    more: bool  # whether a result, or the end of a worker, is waiting to be handled


def run_in_thread(work: Callable[[], None]) -> None:
    """Call `work` in a thread of its own and wait for it; raise what it raises.

    LLVM calls back into Python while it compiles, and an interrupt that arrives in such a call is
    lost. The main thread, which only waits, receives it.
    """
    failures: list[BaseException] = []

    def note_failure() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=note_failure)
    thread.start()
    thread.join()
    if failures:
        # Not kept in the list: its traceback would hold this frame, and so itself.
        raise failures.pop()


def train_in_threads(engine: Engine, stretches: Iterator[Stretch]) -> Iterator[Trained]:
    """Train stretches on as many threads as the engine has workers, and yield each result.

    Workers take the stretches in order, and the result of each that was taken is yielded. When the
    caller stops listening, the workers finish their stretches and end.
    """
    results: queue.SimpleQueue[tuple[Stretch, float, int] | BaseException | None]
    results = queue.SimpleQueue()
    stop, lock = threading.Event(), threading.Lock()

    def work(worker: int) -> None:
        try:
            while not stop.is_set():
                with lock:
                    stretch = next(stretches, None)
                if stretch is None:
                    break
                results.put((stretch, *engine.train(worker, stretch)))
            results.put(None)
        except BaseException as error:
            results.put(error)

    threads: list[threading.Thread] = []
    working = engine.workers
    try:
        for worker in range(working):
            threads.append(threading.Thread(target=work, args=(worker,)))
            threads[-1].start()
        while working > 0:
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            if result is None:
                working -= 1
            else:
                yield Trained(*result, more=not results.empty())
    finally:
        stop.set()
        _join(threads)
        # The traceback of what was raised holds this frame.
        result = None


def _join(threads: list[threading.Thread]) -> None:
    """Wait for threads; the system may have refused to start the last one."""
    for thread in threads:
        if thread.ident is not None:
            thread.join()
