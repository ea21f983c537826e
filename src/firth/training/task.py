"""What a run is asked to do, and what it leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Corpus
from firth.subwords import Subwords, word_bags
from firth.training.config import TrainConfig
from firth.training.divergence import DivergenceCheck
from firth.training.engines.base import (
    INPUT,
    NO_WORDS,
    OUTPUT,
    Composition,
    Engine,
    Floats,
    FrozenRows,
    Initial,
    Sizes,
    Tables,
    TableShape,
    sizes_of,
)
from firth.training.engines.tables import composed
from firth.training.schedule import Schedule
from firth.vectors.documents import DocumentTable

# Sums of the same rows may differ by so much of the largest component.
_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class Task:
    """What a run is asked to do."""

    corpus: Corpus
    config: TrainConfig
    engine: type[Engine]
    initial: Initial | None = None  # vectors to start from
    frozen: NDArray[np.int64] = field(default_factory=lambda: NO_WORDS)  # ids of frozen words
    subwords: Subwords | None = None  # how words are cut into n-grams that have rows too

    @property
    def size(self) -> int:
        """The positions of an epoch."""
        return self.corpus.tokens.size - self.corpus.held_out

    @property
    def words(self) -> int:
        """V, the size of the vocabulary."""
        return len(self.corpus.vocabulary)

    @cached_property
    def composition(self) -> Composition | None:
        """Of which rows of the input table words are composed; None if each is one row."""
        if self.subwords is None:
            return None
        starts, rows = word_bags(self.subwords, self.corpus.vocabulary.words)
        return Composition(starts, rows, len(self.subwords))

    @property
    def sizes(self) -> Sizes:
        """What there are rows for."""
        tokens = self.corpus.tokens
        return sizes_of(self.config, self.words, len(tokens), self.composition, tokens.documents)

    def initial_rows(self) -> dict[str, tuple[NDArray[np.int64], Floats]]:
        """Return the rows from which the run starts, with their places, by table."""
        if self.initial is None:
            return {}
        found = {}
        for name, rows in self.initial.tables.items():
            places = self.initial.ids
            if len(rows) > len(places):
                assert self.subwords is not None
                assert self.initial.subwords is not None
                ngrams = self.subwords.rows_from(self.initial.subwords)
                is_known = np.concatenate([places, ngrams]) >= 0
                places = np.concatenate([places, self.words + ngrams])[is_known]
                rows = rows[is_known]
            found[name] = places, rows
        return found

    def kept_rows(self, inputs: Floats) -> tuple[NDArray[np.int64], Floats]:
        """Return rows of words by which these have the vectors from which they start: `composed`.

        A word may have other n-grams than before, such as those that it shares with a new word.
        Its own row takes the difference.

        Parameters
        ----------
        inputs : float32, (rows, D)
            The input table as the run would start.

        Returns
        -------
        places, rows : int64 (n,), float32 (n, D)
            Of the words whose vectors would be others.
        """
        assert self.initial is not None
        assert self.initial.composed is not None
        assert self.composition is not None
        vectors, bags = self.initial.composed, self.composition.of(self.initial.ids)
        missing = vectors - composed(inputs, bags)
        largest = np.abs(vectors).max(axis=1, initial=0.0)
        others = np.abs(missing).max(axis=1, initial=0.0) > _ROUNDING * largest
        places = self.initial.ids[others]
        return places, inputs[places] + missing[others] / bags.scales[others, np.newaxis]

    def frozen_rows(self) -> FrozenRows:
        """Return the rows of frozen words by table.

        Output vectors that the run does not start from are trained: at 0, where they would stay,
        other words learn nothing from them.
        """
        given = {} if self.initial is None else self.initial.tables
        return {
            name: self.frozen[self.frozen < shape.words]
            for name, shape in self.shapes.items()
            if name == self.words_table or name in given
        }

    @property
    def keeps_best(self) -> bool:
        """Whether the tables of the best epoch are kept."""
        return self.config.patience is not None

    @property
    def words_table(self) -> str:
        """The table whose rows are the words' vectors: beside documents alone, not the input."""
        return OUTPUT if self.config.documents == "alone" else INPUT

    @property
    def shapes(self) -> Mapping[str, TableShape]:
        """The tables that the engine declares."""
        return self.engine.shapes(self.config, self.sizes)

    @property
    def targets(self) -> float:
        """How many targets a window has at most; about how many, where they are paths in a tree."""
        negative = self.config.negative
        return math.log2(self.words) if negative is None else negative + 1

    @property
    def check(self) -> DivergenceCheck:
        """What notices that the run diverges."""
        corpus = self.corpus
        ngrams = () if self.subwords is None else self.subwords.ngrams
        return DivergenceCheck(
            corpus.vocabulary, self.shapes, self.targets, corpus.names_of_documents, ngrams
        )

    @property
    def schedule(self) -> Schedule:
        """The course of the run, if it does not diverge."""
        config = self.config
        length = self.engine.stretch_length(config, self.size)
        return Schedule(config.lr, config.min_lr, config.epochs, self.size, length)

    def make_engine(self) -> Engine:
        """Make the engine, with its tables as the seed has them."""
        counts, tokens = self.corpus.vocabulary.counts, self.corpus.tokens
        frozen, length = self.frozen_rows(), self.schedule.length
        return self.engine(self.config, counts, tokens, length, frozen, self.composition)


@dataclass(frozen=True, eq=False)
class TrainResult:
    """What a run leaves.

    Parameters
    ----------
    tables : mapping
        The trained tables by name, (rows, D) each; those of the best epoch, if the run had
        `patience`.
    shapes : mapping
        What the engine declared of each.
    words_table : str
        The table whose rows are the words' vectors.
    subwords : Subwords, optional
        How words are cut into n-grams, whose rows follow those of the words in the input table.
    composition : Composition, optional
        Of which rows words are composed.
    losses : tuple of float
        The mean loss of each epoch, in nats per positive pair.
    held_out_losses : tuple of float
        The mean loss on the held-out text after each epoch; empty if there is none.
    epoch : int
        The epoch after which the tables were these, from 1.
    lr_scale : float
        What the step size was multiplied by in the end: less than 1 where training diverged and
        went back.
    """

    tables: Tables
    shapes: Mapping[str, TableShape]
    losses: tuple[float, ...]
    held_out_losses: tuple[float, ...]
    epoch: int
    lr_scale: float
    subwords: Subwords | None = None
    composition: Composition | None = None
    words_table: str = INPUT

    @property
    def input_vectors(self) -> Floats:
        """The vectors of the words, (V, D)."""
        table = self.tables[self.words_table]
        if self.composition is None:
            return table[: self.shapes[self.words_table].words]
        return composed(table, self.composition)

    def documents_of(self, corpus: Corpus) -> DocumentTable | None:
        """Return the documents of the corpus; None if they were not trained."""
        count = self.shapes[INPUT].documents
        if count == 0:
            return None
        rows, tags = self.tables[INPUT][-count:], corpus.document_tags
        numbers = corpus.numbers_of_units() if tags is None else np.arange(count)
        return DocumentTable(numbers, rows, tags)

    @property
    def output_vectors(self) -> Floats | None:
        """The words' rows of the output table, (V, D); None if its rows are no words."""
        shape = self.shapes.get(OUTPUT)
        return self.tables[OUTPUT][: shape.words] if shape is not None and shape.words else None
