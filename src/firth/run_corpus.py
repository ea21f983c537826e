"""Reading what a run trains on: by this process, or by the workers, each a part of it."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from firth.corpus import Corpus, read_corpus
from firth.corpus.first_pass import TextOptions
from firth.corpus.reading import Source
from firth.corpus.sources import EncodingErrors, Progress
from firth.corpus.tokenizers import Tokenizer
from firth.normalization import Normalization
from firth.phrases import Phrases
from firth.training.config import TrainConfig
from firth.training.engines.base import Engine
from firth.training.engines.registry import engine_named
from firth.training.initial import check_known, known_words
from firth.vectors import Vectors

if TYPE_CHECKING:
    from firth.cluster.team import Team

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """How a source is read: the options of `read_corpus` that are not in `TrainConfig`."""

    tokenizer: str | Tokenizer
    lowercase: bool
    encoding_errors: EncodingErrors
    normalization: Normalization
    phrases: int | Phrases | str | os.PathLike[str]
    holdout: float | Source

    @property
    def text(self) -> TextOptions:
        """How text becomes words."""
        return TextOptions(self.tokenizer, self.lowercase, self.encoding_errors, self.normalization)

    @property
    def is_line_by_line(self) -> bool:
        """Whether each line is read alone: several processes can read some each."""
        return isinstance(self.phrases, int) and self.phrases == 0 and self.holdout == 0.0


def read_for_run(
    source: Source | Corpus,
    config: TrainConfig,
    reading: Reading,
    start: Vectors | None,
    leave_out: Sequence[Path],
    team: Team | None,
    engine: str,
    on_progress: Progress,
) -> tuple[Corpus, type[Engine]]:
    """Return a source as a corpus, and the engine that trains on it.

    Parameters
    ----------
    source, start, leave_out, on_progress
        What is read, and how; see `read_corpus`. The source may be a corpus already.
    config, engine
        How it will be trained, and the name of the engine, if there is no team.
    team : Team, optional
        The workers, if there are several.
    """
    found = None
    if team is not None and reading.is_line_by_line and config.documents == "none":
        found = _read_by_members(source, config, reading, start, leave_out, team)
    if found is None:
        corpus = _read(source, config, reading, start, leave_out, on_progress)
        found = corpus, _engine_for(corpus, team, engine)
    corpus = found[0]
    _LOG.info(
        "read %d words in %d units: a vocabulary of %d words, %d tokens to train on, %d held out",
        corpus.words_read,
        corpus.units_read,
        len(corpus.vocabulary),
        corpus.tokens.size - corpus.held_out,
        corpus.held_out,
    )
    return found


def _read_by_members(
    source: Source | Corpus,
    config: TrainConfig,
    reading: Reading,
    start: Vectors | None,
    leave_out: Sequence[Path],
    team: Team,
) -> tuple[Corpus, type[Engine]] | None:
    """Have each member of a team read its part; return None if one process has to read it."""
    if isinstance(source, Corpus):
        return None
    from firth.cluster.sharing import read_by_members

    words = None if start is None else known_words(start)
    return read_by_members(team, source, config, reading.text, words, leave_out)


def _engine_for(corpus: Corpus, team: Team | None, name: str) -> type[Engine]:
    """Return the engine of a name, or that of a team whose members get their parts."""
    if team is None:
        return engine_named(name)
    from firth.cluster.sharing import cut_for_members

    return cut_for_members(team, corpus)


def _read(
    source: Source | Corpus,
    config: TrainConfig,
    reading: Reading,
    start: Vectors | None,
    leave_out: Sequence[Path],
    on_progress: Progress,
) -> Corpus:
    """Return the source as a corpus, which it may be already."""
    if isinstance(source, Corpus):
        check_known(start, source)
        return source
    return read_corpus(
        source,
        **vars(reading),
        min_count=config.min_count,
        max_vocab=config.max_vocab,
        seed=config.seed,
        start=None if start is None else known_words(start),
        leave_out=leave_out,
        on_progress=on_progress,
    )
