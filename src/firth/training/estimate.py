"""What a run will need, before it begins: memory, room for checkpoints, time."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

from firth.errors import ConfigError, counted, size_of
from firth.io.resources import available_memory, free_disk
from firth.training.checkpoints.folder import Checkpoints, list_checkpoints
from firth.training.engines.base import Engine, Sizes, Stretch
from firth.training.engines.threads import train_in_threads
from firth.training.schedule import stretches
from firth.training.task import Task

# A word and its count as JSON: in the file, and while it is written.
_JSON_PER_WORD = 20
_JSON_IN_MEMORY_PER_WORD = 120

# An n-gram as text: in a file, and with its place in a dictionary.
_JSON_PER_NGRAM = 12
_NGRAM_IN_MEMORY = 150

# The time of a shorter run is not measured: words times the cost of a word, which is D and the
# targets of a window, relative to the defaults.
_COST_OF_DEFAULTS = 100 * (5 + 1)
_WORK_OF_LONG_RUN = 50_000_000
_MEASURED_SECONDS = 0.25
# Words at the default cost; fewer at a higher one, so that a slow engine can be stopped in time.
_MEASURED_STRETCH = 8_192
_LEAST_STRETCH = 64


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a run will need, beyond what is in use before it begins."""

    memory: int  # bytes
    disk: int  # bytes in the folder of checkpoints; 0 without one
    vectors: int  # bytes of the folder of the vectors, if one is saved
    # From the beginning to the end of the last epoch; None for a short run: it is not measured.
    seconds: float | None = None


def estimate(task: Task, checkpoints: Checkpoints | None = None) -> Estimate:
    """Estimate memory and disk; what callbacks need is not counted."""
    words, keeps_best = task.words, task.keeps_best
    tables = sum(shape.bytes for shape in task.shapes.values())
    memory = task.engine.memory(task.config, task.sizes, task.schedule.length, len(task.frozen))
    # Which rows words are composed of, and the texts of the n-grams.
    memory += 4 * task.sizes.parts + _texts(task) * _NGRAM_IN_MEMORY
    # Copies of all tables: of a checkpoint, and of the best epoch.
    memory += ((checkpoints is not None) + keeps_best) * tables
    disk = 0
    if checkpoints is not None:
        memory += words * _JSON_IN_MEMORY_PER_WORD
        one = tables * (1 + keeps_best) + words * _JSON_PER_WORD
        # One more than are kept, while it is written; where a run goes on, some are there.
        there = len(list_checkpoints(checkpoints.folder))
        disk = one * max(1, checkpoints.keep + 1 - there)
    return Estimate(memory=memory, disk=disk, vectors=_vectors_bytes(task))


def _texts(task: Task) -> int:
    """Return the number of n-grams that are kept as text: none, if they are hashed."""
    return 0 if task.subwords is None else len(task.subwords.ngrams)


def _vectors_bytes(task: Task) -> int:
    """Return the bytes of the trained vectors in a folder, with all that is kept beside them."""
    # The rows of a tree are not kept.
    kept = sum(shape.bytes for shape in task.shapes.values() if shape.words)
    if task.subwords is not None:
        # What was read out, beside the rows it was composed of.
        kept += 4 * task.words * task.config.dim
    texts = task.words * _JSON_PER_WORD + _texts(task) * _JSON_PER_NGRAM
    return kept + texts + 8 * task.sizes.documents


def check_fits(needed: Estimate, task: Task, checkpoints: Checkpoints | None = None) -> None:
    """Raise ConfigError if a run needs more memory or room on the disk than is left."""
    documents = task.sizes.documents
    things = f"{task.words:,} words"
    if documents:
        things += f" and {counted(documents, 'document')}"
    shape = f"{things} in {counted(task.config.dim, 'dimension')}"
    left = available_memory()
    if left is not None and needed.memory > left:
        smaller = "dim (--dim) or max_vocab (--max-vocab)"
        if task.sizes.ngrams > task.words:
            smaller += ", or leave n-grams out with subwords='none' (--subwords none)"
            if task.config.buckets is not None:
                smaller = "buckets (--buckets) or dim (--dim)"
        if task.engine.memory(task.config, Sizes(0), 0, 0) > needed.memory / 2:
            negative = ", negative (--negative)" if task.config.loss == "ns" else ""
            smaller = f"window (--window){negative} or threads (--threads)"
        raise ConfigError(
            f"training needs about {size_of(needed.memory)} of memory for {shape}, and "
            f"{size_of(left)} are left; lower {smaller}"
        )
    if checkpoints is None:
        return
    room = free_disk(checkpoints.folder)
    if room is not None and needed.disk > room:
        raise ConfigError(
            f"checkpoints need about {size_of(needed.disk)} in {checkpoints.folder} for {shape}, "
            f"and {size_of(room)} are left there; give another folder (--checkpoint), keep fewer "
            "(--keep-checkpoints), or lower dim (--dim) or max_vocab (--max-vocab)"
        )


def expected_seconds(task: Task, engine: Engine, words: int) -> float | None:
    """Measure how long an engine will take; return None for a short run.

    A run is short with less than 50 million words at D 100 and K 5, or fewer at more. Measuring
    trains some stretches with a step size of 0, which changes nothing.

    Parameters
    ----------
    engine : Engine
        Compiled.
    words : int
        How many words there are to train and to measure, in all epochs.
    """
    tokens, cost = task.corpus.tokens, task.config.dim * task.targets / _COST_OF_DEFAULTS
    if words * cost < _WORK_OF_LONG_RUN:
        return None
    short = max(_LEAST_STRETCH, int(_MEASURED_STRETCH / max(cost, 1.0)))
    whole = stretches(0, tokens.size, min(task.schedule.length, short))
    began = 0.0

    def until_measured() -> Iterator[Stretch]:
        nonlocal began
        for number, stretch in enumerate(itertools.cycle(whole)):
            # The first of each worker is slow: it touches most of the memory for the first time.
            if number == engine.workers:
                began = time.perf_counter()
            elif number > engine.workers and time.perf_counter() - began > _MEASURED_SECONDS:
                break
            yield stretch

    trained = [done.stretch for done in train_in_threads(engine, until_measured())]
    tokens.release(0, tokens.size)
    measured = sum(stretch.stop - stretch.start for stretch in trained[engine.workers :])
    return words * (time.perf_counter() - began) / measured
