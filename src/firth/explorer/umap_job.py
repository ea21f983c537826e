"""UMAP in the background: a process of its own, which tells how far it is."""

from __future__ import annotations

import logging
import multiprocessing
import multiprocessing.connection
import re
import signal
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, FirthError
from firth.explorer.map_file import KeptMap
from firth.explorer.schemas import UmapProgress
from firth.server.errors import ServiceError, status_and_kind

logger = logging.getLogger(__name__)


class UmapJob:
    """The UMAP of one set: kept, being made, or neither.

    Parameters
    ----------
    path : path
        Where the vectors are.
    rows : int
        How many of the words are on the map.
    kept : KeptMap
        The file that keeps the points.
    """

    def __init__(self, path: Path, rows: int, kept: KeptMap) -> None:
        self.path, self.rows, self.kept = path, rows, kept
        self._lock = threading.Lock()
        self._progress: UmapProgress | None = None
        self._points: NDArray[np.float32] | None = None
        self._process: Any = None

    def progress(self) -> UmapProgress:
        """Return how far it is."""
        with self._lock:
            return self._read()

    def points(self) -> NDArray[np.float32] | None:
        """Return the points (V, 2), or None if there are none yet."""
        self.progress()
        return self._points

    def start(self) -> None:
        """Begin, unless it runs or is done."""
        # The process reads the vectors anew: it must find the same.
        digest = self.kept.digest
        with self._lock:
            # Two pages may ask at the same time.
            if self._read().stage in ("neighbours", "layout", "done"):
                return
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe(duplex=False)
            # If the process cannot be started, the thread reads the end of what it would tell.
            with theirs:
                try:
                    threading.Thread(target=self._listen, args=(ours,), daemon=True).start()
                except RuntimeError:
                    ours.close()
                    raise
                self._progress = UmapProgress(stage="neighbours")
                # A daemon ends with the service.
                self._process = context.Process(
                    target=_work, args=(self.path, self.rows, digest, theirs), daemon=True
                )
                self._process.start()

    def _read(self) -> UmapProgress:
        """Return how far it is; the points that were kept are read once. It needs the lock."""
        if self._progress is None:
            self._points = self.kept.read(self.rows)
            self._progress = UmapProgress(stage="none" if self._points is None else "done")
        return self._progress

    def stop(self) -> None:
        """End it."""
        process = self._process
        if process is not None and process.is_alive():
            process.terminate()

    def _listen(self, answers: multiprocessing.connection.Connection) -> None:
        with answers:
            try:
                while self._take(*answers.recv()):
                    pass
            except EOFError:
                message = "UMAP ended before it was done"
                self._set(UmapProgress(stage="failed", message=message, kind="ended"))

    def _take(self, kind: str, *told: Any) -> bool:  # noqa: ANN401
        """Take what the process tells; return whether more is to come."""
        if kind == "epoch":
            done, total = told
            self._set(UmapProgress(stage="layout", done=done, total=total))
        elif kind == "points":
            self._keep(*told)
        else:
            message, name = told
            self._set(UmapProgress(stage="failed", message=message, kind=name))
        return kind == "epoch"

    def _keep(self, points: NDArray[np.float32], label: str) -> None:
        message = None
        try:
            self.kept.write(points, label)
        except (FirthError, MemoryError) as error:
            message = f"the map could not be kept: {str(error) or 'out of memory'}"
            logger.warning(message)
        with self._lock:
            self._points = points
            self._progress = UmapProgress(
                stage="done", message=message, kind=message and "not_kept"
            )

    def _set(self, progress: UmapProgress) -> None:
        with self._lock:
            self._progress = progress


class EpochWriter:
    """A file for tqdm: it calls a function with each epoch, and writes nothing.

    Examples
    --------
    >>> heard = []
    >>> EpochWriter(lambda done, total: heard.append((done, total))).write("3/200 ")
    >>> heard
    [(3, 200)]
    """

    def __init__(self, on_epoch: Any) -> None:  # noqa: ANN401
        self.on_epoch = on_epoch

    def write(self, text: str) -> None:
        """Call the function, if the text names an epoch."""
        if found := re.search(r"(\d+)/(\d+)", text):
            self.on_epoch(int(found[1]), int(found[2]))

    def flush(self) -> None:
        """Do nothing."""


def _work(
    path: Path, rows: int, digest: str, answers: multiprocessing.connection.Connection
) -> None:
    """Make the layout of the vectors with a digest and send it, in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        from firth.plotting.projection import project
        from firth.vectors import load

        vectors = load(path)
        if KeptMap(path, vectors).digest != digest:
            raise ServiceError(409, "other_vectors", "the vectors have just changed: ask again")
        matrix = vectors.input_vectors[:rows]
        epochs = {"file": EpochWriter(lambda *told: answers.send(("epoch", *told)))}
        bar = {"bar_format": "{n}/{total} ", "mininterval": 0.5, "disable": False, **epochs}
        try:
            found = project(np.asarray(matrix), "umap", progress=bar)
        except ConfigError as error:
            # Nobody asked for what these vectors do not have.
            raise ServiceError(422, "no_map", str(error)) from error
        answers.send(("points", found.points.astype(np.float32), found.x_label))
    except (FirthError, OSError, MemoryError) as error:
        answers.send(("failed", str(error) or "out of memory", status_and_kind(error)[1]))
