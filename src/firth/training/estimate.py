"""What a run will need, before it begins: memory, room for checkpoints, time.

V words · D dimensions · K noise words · "both tables" are the input and the output vectors, (V, D)
float32 each
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

from firth.corpus import Corpus
from firth.errors import ConfigError
from firth.io.resources import available_memory, free_disk
from firth.training import kernel
from firth.training.checkpoints.folder import Checkpoints, list_checkpoints
from firth.training.config import TrainConfig
from firth.training.engines.base import Engine, Stretch
from firth.training.engines.hogwild import window_of
from firth.training.engines.threads import train_in_threads
from firth.training.simd import primitives

_FLOAT = 4
# The alias table, and the thresholds of subsampling.
_SAMPLING_PER_WORD = 8 + 4
# A token of a stretch, its position, and the end of its unit.
_SCRATCH_PER_TOKEN = 4 + 8 + 8
# A word and its count as JSON: in the file, and while it is written.
_JSON_PER_WORD = 20
_JSON_IN_MEMORY_PER_WORD = 120

# A shorter run is over before it is worth telling how long it takes: words times what a word costs,
# with the defaults of D and K as 1.
_WORK_OF_LONG_RUN = 50_000_000
_MEASURED_SECONDS = 0.25
# Short, so that a slow engine too can be stopped in time: words at the defaults, fewer beyond.
_MEASURED_STRETCH = 8_192
_LEAST_STRETCH = 64


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a run will need, beyond what is in use before it begins.

    Parameters
    ----------
    memory : int
        Bytes of memory.
    disk : int
        Bytes in the folder of checkpoints; 0 without one.
    seconds : float, optional
        Time from the beginning to the end of the last epoch; None for a short run, where it is not
        measured.
    """

    memory: int
    disk: int
    seconds: float | None = None


def estimate(
    corpus: Corpus,
    config: TrainConfig,
    *,
    stretch: int,
    frozen: int = 0,
    checkpoints: Checkpoints | None = None,
) -> Estimate:
    """Estimate memory and disk.

    The memory is that of the kernel engines, the most that they hold at the same time. Other
    engines need about as much. What callbacks need is not known.

    Parameters
    ----------
    corpus, config
        What is trained, and how.
    stretch : int
        The most tokens of a stretch.
    frozen : int
        How many words are frozen.
    checkpoints : Checkpoints, optional
        Where checkpoints are kept.
    """
    words = len(corpus.vocabulary)
    tables = tables_bytes(words, config.dim)
    # Copies of both tables: of a checkpoint, and of the best epoch.
    copies = (checkpoints is not None) + (config.patience is not None)
    memory = _table_memory(words, config) + _scratch_memory(stretch, config) + copies * tables
    memory += words * _SAMPLING_PER_WORD
    if frozen:
        memory += tables_bytes(frozen, config.dim) + words * _FLOAT
    disk = 0
    if checkpoints is not None:
        memory += words * _JSON_IN_MEMORY_PER_WORD
        one = tables * (2 if config.patience is not None else 1) + words * _JSON_PER_WORD
        # One more than are kept, while it is written; where a run goes on, some are there.
        there = len(list_checkpoints(checkpoints.folder))
        disk = one * max(1, checkpoints.keep + 1 - there)
    return Estimate(memory=memory, disk=disk)


def check_fits(
    needed: Estimate, corpus: Corpus, config: TrainConfig, checkpoints: Checkpoints | None = None
) -> None:
    """Raise if a run needs more memory or room on the disk than is left.

    Parameters
    ----------
    needed : Estimate
        What it needs.
    corpus, config, checkpoints
        As for `estimate`.

    Raises
    ------
    ConfigError
        If so.
    """
    shape = f"{len(corpus.vocabulary):,} words in {config.dim} dimensions"
    left = available_memory()
    if left is not None and needed.memory > left:
        smaller = "dim (--dim) or max_vocab (--max-vocab)"
        if _scratch_memory(0, config) > _table_memory(len(corpus.vocabulary), config):
            smaller = "window (--window), negative (--negative) or threads (--threads)"
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


def expected_seconds(
    engine: Engine, corpus: Corpus, config: TrainConfig, *, stretch: int, words: int
) -> float | None:
    """Measure how long an engine will take; give None for less than 50 million words.

    So many at D 100 and K 5; accordingly fewer at more.

    It trains some stretches with a step size of 0, which changes nothing.

    Parameters
    ----------
    engine : Engine
        Compiled.
    corpus, config
        What it trains, and how.
    stretch : int
        The most tokens of a stretch.
    words : int
        How many words there are to train and to measure, in all epochs.
    """
    defaults = TrainConfig()
    cost = config.dim * (config.negative + 1) / (defaults.dim * (defaults.negative + 1))
    if words * cost < _WORK_OF_LONG_RUN:
        return None
    short = max(_LEAST_STRETCH, int(_MEASURED_STRETCH / max(cost, 1.0)))
    stretch, size = min(stretch, short), corpus.tokens.size
    began = 0.0

    def stretches() -> Iterator[Stretch]:
        nonlocal began
        for number, start in enumerate(itertools.cycle(range(0, size, stretch))):
            # The first of each worker is slow: it touches most of the memory for the first time.
            if number == engine.workers:
                began = time.perf_counter()
            elif number > engine.workers and time.perf_counter() - began > _MEASURED_SECONDS:
                break
            yield Stretch(epoch=0, start=start, stop=min(start + stretch, size), lr=0.0, slope=0.0)

    lengths = [done.stop - done.start for done, *_ in train_in_threads(engine, stretches())]
    corpus.tokens.release(0, size)
    return words * (time.perf_counter() - began) / sum(lengths[engine.workers :])


def tables_bytes(words: int, dim: int) -> int:
    """Return the bytes of both tables, packed: in a checkpoint, or in vectors with both kept."""
    return 2 * words * dim * _FLOAT


def size_of(number: int) -> str:
    """Return a number of bytes as people write it.

    Examples
    --------
    >>> size_of(1_250_000_000)
    '1.2 GB'
    """
    for power, unit in ((12, "TB"), (9, "GB")):
        if number >= 10**power:
            return f"{number / 10**power:.1f} {unit}"
    return f"{number / 10**6:.1f} MB"


def _table_memory(words: int, config: TrainConfig) -> int:
    """Return the bytes of both tables as the kernels lay them out, with the workers' own rows."""
    row = primitives.stride_of(config.dim) * _FLOAT
    return row * (2 * words + (kernel.own_rows(window_of(config)) + 1) * config.workers)


def _scratch_memory(stretch: int, config: TrainConfig) -> int:
    """Return the bytes of the workers' working memory."""
    scores = 2 * config.window * (config.negative + 1) * _FLOAT
    return config.workers * (stretch * _SCRATCH_PER_TOKEN + 2 * scores)
