"""Sets of vectors by name, which are read anew when their files change."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from firth._version import __version__
from firth.errors import ConfigError, FirthError, counted, reraise_lack_of_threads
from firth.io.paths import to_path
from firth.server.batching import Batcher
from firth.server.errors import ServiceError
from firth.server.texts import split_function
from firth.vectors import Vectors, load
from firth.vectors.questions.nearest import Choice, neighbours_of
from firth.vectors.sidecars import index_path

logger = logging.getLogger(__name__)

# Of each file: its name, the time of its last change, its size and its number on the disk.
Stamp = tuple[tuple[str, int, int, int], ...]
OnReload = Callable[[str, bool], None]


@dataclass(frozen=True)
class VectorSet:
    """Vectors under a name, as they were read. A request keeps the set that it began with.

    Parameters
    ----------
    name : str
    vectors : Vectors
    split : callable
        Cuts a text into words, as the text was cut that the vectors were trained on.
    fingerprint : str
        Differs for other vectors.
    loaded : float
        When they were read, in seconds since 1970.
    """

    name: str
    vectors: Vectors
    split: Callable[[str], list[str]]
    fingerprint: str
    loaded: float = field(default_factory=time.time)

    @cached_property
    def batcher(self) -> Batcher:
        """What answers questions that wait together."""
        return Batcher(self.vectors)

    def describe(self) -> str:
        """Return the set in a few words."""
        words = counted(len(self.vectors), "word")
        index = ", with an index" if self.vectors.has_index else ""
        return f"{self.name} ({words}, {counted(self.vectors.dim, 'dimension')}{index})"


@dataclass
class _Source:
    """Where a set comes from, and what is known of its files."""

    path: Path
    set: VectorSet
    stamp: Stamp
    seen: Stamp | None = None
    failed: Stamp | None = None
    problem: str | None = None


class VectorSets:
    """Sets of vectors by name.

    Parameters
    ----------
    paths : mapping of str to path
        The folder or file of each set. The first is the default.
    tokenizer : str
        How texts are cut for vectors that do not say it.

    Raises
    ------
    ConfigError
        If there is no set.
    FirthError
        If vectors cannot be read.
    """

    def __init__(
        self,
        paths: Mapping[str, str | os.PathLike[str]],
        *,
        tokenizer: str = "whitespace",
    ) -> None:
        if not paths:
            raise ConfigError("a service needs at least one set of vectors, got none")
        self.tokenizer = tokenizer
        self._on_reload: list[OnReload] = []
        self._sources = {
            name: self._first(name, to_path(f"the path of {name!r}", path))
            for name, path in paths.items()
        }
        self._refreshing = threading.Lock()

    def __iter__(self) -> Iterator[VectorSet]:
        """Iterate over the sets, the default first."""
        return iter([source.set for source in self._sources.values()])

    def get(self, name: str | None = None) -> VectorSet:
        """Return a set, or the default.

        Raises
        ------
        ServiceError
            If there is no set of that name.
        """
        source = next(iter(self._sources.values())) if name is None else self._sources.get(name)
        if source is None:
            names = ", ".join(self._sources)
            raise ServiceError(404, "unknown_set", f"there is no set {name!r}; there are: {names}")
        return source.set

    def problems(self) -> dict[str, str | None]:
        """Return what is wrong with the files of each set, or None."""
        return {name: source.problem for name, source in self._sources.items()}

    def call_on_reload(self, listener: OnReload) -> None:
        """Register a function to call when a set was read anew: with its name, and True.

        If the files of a set have changed and cannot be read, it is called with the name and False.
        """
        self._on_reload.append(listener)

    def refresh(self, *, at_once: bool = False) -> None:
        """Look at the files of all sets, and read those anew that have changed.

        What cannot be read, or is gone, leaves the set as it was, and is read again when it
        changes, or `at_once`. Files that have just changed may still be being written, so they are
        read when they are the same twice, or `at_once`.
        """
        with self._refreshing:
            for name, source in self._sources.items():
                self._refresh(name, source, at_once)

    def _first(self, name: str, path: Path) -> _Source:
        stamp = stamp_of(path) or ()
        return _Source(path, self._read(name, path, stamp), stamp)

    def _read(self, name: str, path: Path, stamp: Stamp) -> VectorSet:
        vectors = load(path)
        # The first search of all rows prepares the others.
        if len(vectors):
            neighbours_of(vectors, [next(iter(vectors))], Choice(1, exact=True))
        _open_index(vectors, name, index_path(path))
        digest = hashlib.sha256(repr((__version__, name, stamp)).encode()).hexdigest()
        return VectorSet(name, vectors, split_function(vectors, self.tokenizer), digest[:32])

    def _refresh(self, name: str, source: _Source, at_once: bool) -> None:
        stamp = stamp_of(source.path)
        if stamp is None:
            self._tell(source, "its files are gone; the vectors that were read before are served")
        elif stamp == source.stamp:
            source.problem = None
        elif stamp == source.failed and not at_once:
            pass
        elif stamp == source.seen or at_once:
            self._replace(name, source, stamp)
        else:
            source.seen = stamp

    def _replace(self, name: str, source: _Source, stamp: Stamp) -> None:
        try:
            with reraise_lack_of_threads():
                found = self._read(name, source.path, stamp)
        except (FirthError, OSError, MemoryError) as error:
            source.failed = stamp
            logger.warning("%s cannot be read anew: %s", name, str(error) or "out of memory")
            self._tell(source, "its files have changed and cannot be read; those before are served")
            self._tell_of_reload(name, done=False)
            return
        if stamp_of(source.path) != stamp:
            # They changed while they were read.
            return
        source.set, source.stamp, source.problem = found, stamp, None
        logger.warning("%s was read anew: %s", name, found.vectors)
        self._tell_of_reload(name, done=True)

    def _tell_of_reload(self, name: str, *, done: bool) -> None:
        for listener in self._on_reload:
            listener(name, done)

    def _tell(self, source: _Source, problem: str) -> None:
        if source.problem != problem:
            logger.warning("%s: %s", source.set.name, problem)
        source.problem = problem


class Watcher:
    """A thread that refreshes sets every few seconds, and when it is asked."""

    def __init__(self, sets: VectorSets, seconds: float) -> None:
        self.sets, self.seconds = sets, seconds
        self._asked = threading.Event()
        # Of the thread that watches, if there is one: it ends when this is set.
        self._over: threading.Event | None = None

    def start(self) -> None:
        """Begin to watch, unless it has begun; after `stop` it begins anew."""
        if self._over is not None:
            return
        over = threading.Event()
        threading.Thread(
            target=self._watch, args=(over,), name="firth-watcher", daemon=True
        ).start()
        self._over = over

    def ask(self) -> None:
        """Have the sets refreshed now; this returns at once, and may be called by a signal."""
        self._asked.set()

    def stop(self) -> None:
        """End the thread; a set that is being read is not waited for."""
        if self._over is not None:
            self._over.set()
            self._over = None
        self._asked.set()

    def _watch(self, over: threading.Event) -> None:
        while True:
            at_once = self._asked.wait(self.seconds)
            self._asked.clear()
            if over.is_set():
                return
            try:
                self.sets.refresh(at_once=at_once)
            except Exception:
                logger.exception("looking at the files of the vectors failed")


def _open_index(vectors: Vectors, name: str, place: Path) -> None:
    """Open the index of a set, if there is one; without it, all rows are looked at."""
    if not place.exists():
        return
    try:
        vectors.open_index(place)
    except FirthError as error:
        logger.warning("%s is served without its index: %s", name, error)


def stamp_of(path: Path) -> Stamp | None:
    """Return what tells whether vectors or their index have changed; None if they are gone."""
    vectors = _files_of(path)
    return None if vectors is None else vectors + (_files_of(index_path(path)) or ())


def _files_of(path: Path) -> Stamp | None:
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        found = [(file.name, file.stat()) for file in files]
    except OSError:
        return None
    return tuple((name, s.st_mtime_ns, s.st_size, s.st_ino) for name, s in found) or None
