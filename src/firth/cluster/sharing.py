"""What the members of a team train on: each reads its part of a text, or gets part of a corpus."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from firth.cluster.engine import cluster_engine
from firth.cluster.parts import CutCorpus
from firth.cluster.reading import check_small, read_text
from firth.cluster.team import Team
from firth.corpus import Corpus, Vocabulary
from firth.corpus.changes import Watch
from firth.corpus.finding import find_text
from firth.corpus.first_pass import OpenedSource, TextOptions
from firth.corpus.selection import check_words
from firth.corpus.shares import share_out
from firth.training.config import TrainConfig
from firth.training.engines.base import Engine
from firth.training.engines.recovery import Result, begin_until_done


def read_by_members(
    team: Team,
    source: object,
    config: TrainConfig,
    options: TextOptions,
    start: Vocabulary | None,
    leave_out: Sequence[Path],
) -> tuple[Corpus, type[Engine]] | None:
    """Have each member of a team read its part of a text; return corpus and engine.

    Parameters
    ----------
    source, options, start, leave_out
        What is read, and how; see `read_corpus`.

    Returns
    -------
    corpus, engine
        None if one process has to read it: token lists, texts in memory, or standard input.
    """
    found = find_text(source, leave_out)
    if found is None:
        return None
    # Both check the options.
    OpenedSource(source, options, files=found)
    words: Any = {"min_count": config.min_count, "max_vocab": config.max_vocab, "start": start}
    check_words(None, **words, phrases=0)
    # Members may run in other folders than this process.
    files = [file.absolute() for file in found]
    watch = Watch((file.name, file.path) for file in files)
    shares = share_out(files, team.size)
    if shares is None:
        return None
    if not team.is_running:
        # Workers take seconds to start.
        check_small(files, options, **words)
    read = functools.partial(read_text, team, shares, options, watch=watch, **words)
    corpus, shared = _with_workers(team, read)
    return corpus, cluster_engine(team, shared)


def cut_for_members(team: Team, corpus: Corpus, config: TrainConfig) -> type[Engine]:
    """Give each member of a team its part of a corpus; return the engine."""
    shared = CutCorpus(corpus, team.size, whole_units=config.documents != "none")
    _with_workers(team, lambda: shared.deliver(team))
    return cluster_engine(team, shared)


def _with_workers(team: Team, work: Callable[[], Result]) -> Result:
    """Do something with a team, whose members are started if need be."""

    def begin() -> Result:
        if not team.is_running:
            team.start()
        return work()

    return begin_until_done(begin)
