"""Reading what a run trains on: by this process, or by the workers, each a part of it."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from firth.corpus import Corpus, Vocabulary, read_corpus
from firth.corpus.first_pass import TextOptions
from firth.corpus.holdout import share_of
from firth.corpus.reading import Source, describe_source
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
    vocabulary: Vocabulary | str | os.PathLike[str] | None
    holdout: float | Source

    @property
    def text(self) -> TextOptions:
        """How text becomes words."""
        return TextOptions(self.tokenizer, self.lowercase, self.encoding_errors, self.normalization)

    @property
    def is_line_by_line(self) -> bool:
        """Whether each line is read alone: several processes can read some each."""
        has_phrases = not isinstance(self.phrases, int) or self.phrases != 0
        return not has_phrases and self.vocabulary is None and share_of(self.holdout) == 0.0


@dataclass(frozen=True)
class RunSource:
    """What a run trains on, before it is read.

    Parameters
    ----------
    source : source of `read_corpus`, or Corpus
        What is read. It may be a corpus already.
    config : TrainConfig
        Which words are kept.
    reading : Reading
        How it is read.
    start : Vectors, optional
        Vectors to start from, whose words are kept.
    leave_out : sequence of Path
        What is not read as part of a folder or pattern, since the run itself writes it.
    """

    source: Source | Corpus
    config: TrainConfig
    reading: Reading
    start: Vectors | None
    leave_out: Sequence[Path]

    def read(
        self, team: Team | None, engine: str, on_progress: Progress
    ) -> tuple[Corpus, type[Engine]]:
        """Return the source as a corpus, and the engine that trains on it.

        Parameters
        ----------
        team : Team, optional
            The workers, if there are several.
        engine : str
            The name of the engine, if there is no team.
        on_progress : callable
            As for `read_corpus`.
        """
        found = None if team is None else self._read_by_members(team)
        if found is None:
            corpus = self._read_here(on_progress)
            found = corpus, self._engine_for(corpus, team, engine)
        corpus = found[0]
        _LOG.info(
            "read %d words in %d units: a vocabulary of %d words, %d tokens to train on, "
            "%d held out",
            corpus.words_read,
            corpus.units_read,
            len(corpus.vocabulary),
            corpus.tokens.size - corpus.held_out,
            corpus.held_out,
        )
        return found

    def describe(self, corpus: Corpus) -> dict[str, object]:
        """Return how the corpus was read and what was found, as far as it is known, for JSON."""
        how: dict[str, object] = {}
        if not isinstance(self.source, Corpus):
            tokenizer = self.reading.tokenizer
            how["tokenizer"] = tokenizer if isinstance(tokenizer, str) else "custom"
            how["lowercase"] = self.reading.lowercase
            how["normalization"] = self.reading.normalization
            if (words := self.reading.vocabulary) is not None:
                how["vocabulary"] = "given" if isinstance(words, Vocabulary) else os.fspath(words)
        if corpus.phrases is not None:
            how["phrases"] = corpus.phrases.facts()
        return {
            "source": describe_source(self.source, is_text=corpus.script is not None),
            **how,
            "units_read": corpus.units_read,
            "words_read": corpus.words_read,
            "words_kept": corpus.tokens.size - corpus.held_out,
            "words_held_out": corpus.held_out,
        }

    def _read_by_members(self, team: Team) -> tuple[Corpus, type[Engine]] | None:
        """Have each member of a team read its part; return None if one process has to read it."""
        are_alone = self.reading.is_line_by_line and self.config.documents == "none"
        if isinstance(self.source, Corpus) or not are_alone:
            return None
        from firth.cluster.sharing import read_by_members

        return read_by_members(
            team, self.source, self.config, self.reading.text, self._known_words(), self.leave_out
        )

    def _read_here(self, on_progress: Progress) -> Corpus:
        """Read the source in this process."""
        if isinstance(self.source, Corpus):
            check_known(self.start, self.source)
            return self.source
        return read_corpus(
            self.source,
            **vars(self.reading),
            min_count=self.config.min_count,
            max_vocab=self.config.max_vocab,
            seed=self.config.seed,
            start=self._known_words(),
            leave_out=self.leave_out,
            on_progress=on_progress,
        )

    def _known_words(self) -> Vocabulary | None:
        return None if self.start is None else known_words(self.start)

    def _engine_for(self, corpus: Corpus, team: Team | None, name: str) -> type[Engine]:
        """Return the engine of a name, or that of a team whose members get their parts."""
        if team is None:
            return engine_named(name)
        from firth.cluster.sharing import cut_for_members

        return cut_for_members(team, corpus, self.config)
