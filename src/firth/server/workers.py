"""Several processes that answer on one socket, and the process that looks after them."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from firth.errors import FirthError, reraise_lack_of_threads
from firth.server.metrics import SHARED_FOLDER
from firth.server.options import ServerOptions
from firth.server.running import handling_signals, run_here, set_up_log
from firth.server.sets import VectorSets

logger = logging.getLogger(__name__)

# Each worker has its share of the processors for the products of matrices.
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
# Between the death of a worker and the start of the next.
RESTART_SECONDS = 1.0
# Beyond the time for requests to finish.
MORE_SECONDS = 5.0
_READY, _FAILED = "ready", "failed"


class Workers:
    """The processes that answer. Each reads the vectors itself, and maps the same files.

    uvicorn has a supervisor too, which replaces workers on SIGHUP, and does not tell why one fails.
    """

    def __init__(
        self, paths: Mapping[str, Path], options: ServerOptions, listener: socket.socket
    ) -> None:
        self.paths, self.options, self.listener = dict(paths), options, listener
        self._context = multiprocessing.get_context("spawn")
        self._processes: list[Any] = []
        self._ends: float | None = None

    def run(self, on_ready: Callable[[list[str]], None]) -> None:
        """Start the workers, start those again that die, and end them all on SIGTERM or SIGINT.

        Raises
        ------
        FirthError
            If the first worker cannot read the vectors.
        """
        set_up_log()
        with handling_signals(self._request_end, self._request_reload), self._environment():
            try:
                # The others would fail like the first.
                first = self._start()
                kind, told = self._answer_of(first)
                if self._ends is None and kind == _FAILED:
                    raise FirthError(told)
                if self._ends is None:
                    for _ in range(self.options.workers - 1):
                        self._start()
                    on_ready(told)
                self._watch()
            finally:
                self._end_all()

    def _start(self) -> multiprocessing.connection.Connection:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=_work, args=(self.paths, self.options, self.listener, theirs), daemon=False
        )
        process.start()
        theirs.close()
        self._processes.append(process)
        return ours

    def _answer_of(self, worker: multiprocessing.connection.Connection) -> tuple[str, Any]:
        """Return whether a worker is ready, and what it tells."""
        try:
            answer: tuple[str, Any] = worker.recv()
        except EOFError:
            return _FAILED, "a worker ended before it was ready"
        return answer

    def _watch(self) -> None:
        """Start workers again that die, until all are to end."""
        while self._ends is None:
            # A signal wakes it too: all workers then end.
            ended = multiprocessing.connection.wait(
                [process.sentinel for process in self._processes], timeout=1.0
            )
            dead = [process for process in self._processes if process.sentinel in ended]
            for process in dead:
                process.join()
                self._forget(process)
                if self._ends is None:
                    logger.warning("a worker ended with %s; another begins", process.exitcode)
            if dead and self._ends is None:
                time.sleep(RESTART_SECONDS)
            while self._ends is None and len(self._processes) < self.options.workers:
                self._start()

    def _forget(self, process: Any) -> None:  # noqa: ANN401
        self._processes.remove(process)
        mark_process_dead(process.pid)  # type: ignore[no-untyped-call]

    def _end_all(self) -> None:
        self._signal_all(signal.SIGTERM)
        latest = time.monotonic() + self.options.drain_seconds + MORE_SECONDS
        for process in list(self._processes):
            process.join(max(0.0, latest - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
            self._forget(process)

    def _signal_all(self, number: int) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)

    def _request_end(self) -> None:
        """Tell the workers to end."""
        self._ends = time.monotonic()
        # While anybody has it open, clients wait on it for an answer that nobody gives.
        self.listener.close()
        self._signal_all(signal.SIGTERM)

    def _request_reload(self) -> None:
        """Tell the workers to read the vectors anew; only where there is such a signal."""
        self._signal_all(signal.SIGHUP)

    @contextlib.contextmanager
    def _environment(self) -> Iterator[None]:
        """Set what workers find in their environment while they are started."""
        share = str(max(1, (os.cpu_count() or 1) // self.options.workers))
        with tempfile.TemporaryDirectory(prefix="firth-serve-") as folder:
            wanted = {SHARED_FOLDER: folder, **dict.fromkeys(THREAD_VARIABLES, share)}
            before = {name: os.environ.get(name) for name in wanted}
            for name, value in wanted.items():
                if name == SHARED_FOLDER or before[name] is None:
                    os.environ[name] = value
            try:
                yield
            finally:
                for name, old in before.items():
                    os.environ.pop(name, None)
                    if old is not None:
                        os.environ[name] = old


def _work(
    paths: Mapping[str, Path],
    options: ServerOptions,
    listener: socket.socket,
    told: multiprocessing.connection.Connection,
) -> None:
    """Answer requests in a process of its own, as long as the one that started it lives."""
    # What Ctrl-C sends to all processes of a terminal, the parent passes on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        # What is read now is new.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def on_ready(sets: VectorSets) -> None:
        # Only the answer of the first worker is waited for.
        with contextlib.suppress(OSError):
            told.send((_READY, [each.describe() for each in sets]))

    try:
        with reraise_lack_of_threads(", or give fewer --workers"):
            threading.Thread(target=_end_with_parent, daemon=True).start()
            run_here(paths, options, listener, on_ready)
    except (FirthError, OSError, MemoryError) as error:
        with contextlib.suppress(OSError):
            told.send((_FAILED, str(error) or "out of memory"))
        raise SystemExit(1) from None


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
