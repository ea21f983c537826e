"""Threads: the stretches of a run shared out among workers, and work done apart."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from firth.training.engines.base import Engine, Stretch


def run_in_thread(work: Callable[[], None]) -> None:
    """Do something in a thread of its own and wait for it; what it raises, this raises.

    LLVM calls back into Python while it compiles, and an interrupt that meets such a call is lost.
    In the main thread, which only waits, none is.
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
        # Not kept here too: its traceback would hold this frame, and so itself.
        raise failures.pop()


def train_in_threads(
    engine: Engine, stretches: Iterator[Stretch]
) -> Iterator[tuple[Stretch, tuple[float, int], bool]]:
    """Train stretches on as many threads as the engine has workers.

    Each is given with its result, and whether something else that has happened meanwhile is
    waiting to be given.

    The kernel runs without the GIL. Workers change the same tables without locks (Niu et al. 2011).
    The stretches are handed out in order, and each that was handed out is given back. When the
    caller stops listening, the workers finish the stretch at hand and end.
    """
    results: queue.SimpleQueue[tuple[Stretch, tuple[float, int]] | BaseException | None]
    results = queue.SimpleQueue()
    stop, lock = threading.Event(), threading.Lock()

    def work(worker: int) -> None:
        try:
            while not stop.is_set():
                with lock:
                    stretch = next(stretches, None)
                if stretch is None:
                    break
                results.put((stretch, engine.train(worker, stretch)))
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
                yield *result, not results.empty()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        # What was raised has this frame in its traceback.
        result = None
