"""The words of gensim's models: they are found, counted, chosen, and then have rows.

V words · D dimensions
"""

from __future__ import annotations

import abc
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from firth.compat.gensim.key_table import Key
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.lifecycle import Lifecycle
from firth.compat.gensim.sentences import one_of
from firth.compat.gensim.vocabularies import (
    Counts,
    TrimRule,
    choose,
    counts_in_text,
    least_count,
    merge,
    random_rows,
    reported,
    words_of_frequencies,
)
from firth.corpus import Corpus, Vocabulary
from firth.errors import NoWordsError
from firth.frequencies import noise_distribution
from firth.vectors import Vectors

# gensim draws noise words by integers below it.
_DOMAIN = 2**31 - 1


class ModelVocabulary(Lifecycle, abc.ABC):
    """The part of a model that has words, and how often they occur.

    Attributes
    ----------
    raw_vocab : defaultdict
        All words of the text with their counts: between `scan_vocab` and `prepare_vocab`, and
        after it with `keep_raw_vocab`.
    effective_min_count : int
        `min_count`, or as much as leaves `max_final_vocab` words.
    corpus_count, corpus_total_words : int
        Sentences and words of the text that `build_vocab` has read.
    """

    wv: KeyedVectors
    options: dict[str, Any]
    raw_vocab: defaultdict[Key, int]
    effective_min_count: int
    corpus_count: int
    corpus_total_words: int
    _vocabulary: Vocabulary | None
    _corpus: Corpus | None
    _given: object
    _untrained: Vectors | None
    _is_trained: bool

    @abc.abstractmethod
    def _read(self, source: object, *, all_words: bool) -> Corpus: ...

    @abc.abstractmethod
    def _show(self, vectors: Vectors, has_same_locks: bool = True) -> None: ...

    def build_vocab(
        self,
        corpus_iterable: Iterable[Sequence[str]] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        update: bool = False,
        progress_per: int = 10_000,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """Read a text and find its words.

        With `update`, its words are added to those that the model has; without, the model begins
        anew. A trained model with n-grams or documents has vectors of new words after `train`.
        `progress_per` is ignored. `**options` are those of `prepare_vocab`.
        """
        self._check_update(update)
        most = self.options["max_final_vocab"]
        if update or keep_raw_vocab or options or trim_rule is not None or most is not None:
            words, units = self.scan_vocab(corpus_iterable, corpus_file)
            self.prepare_vocab(update, keep_raw_vocab, trim_rule, **options)
        else:  # Rare words of a large text are not kept.
            corpus = self._take_text(one_of(corpus_iterable, corpus_file), all_words=False)
            self.effective_min_count = self.options["min_count"] or 0
            self._take_words(corpus.vocabulary, update)
            words, units = corpus.words_read, corpus.units_read
        self.corpus_count, self.corpus_total_words = units, words

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[Key, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """Take words and their counts, instead of a text; see `build_vocab`."""
        self._check_update(update)
        self.raw_vocab = defaultdict(int, words_of_frequencies(word_freq))
        self._corpus = self._given = None
        self.prepare_vocab(update, keep_raw_vocab, trim_rule)
        self.corpus_count = corpus_count or 0

    def scan_vocab(
        self,
        corpus_iterable: Iterable[Sequence[str]] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        progress_per: int = 10_000,
        workers: int | None = None,
        trim_rule: TrimRule | None = None,
    ) -> tuple[int, int]:
        """Count all words of a text in `raw_vocab`; return how many words and sentences it has.

        The other options are ignored: a `trim_rule` is for `prepare_vocab`.
        """
        source = one_of(corpus_iterable, corpus_file)
        corpus = self._take_text(source, all_words=True)
        counts = counts_in_text(corpus.vocabulary, self._vocabulary)
        self.raw_vocab = defaultdict(int, ((word, n) for word, n in counts if n > 0))
        return corpus.words_read, corpus.units_read

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, int]:
        """Choose the words of `raw_vocab` that the model has; tell how many words that leaves.

        `min_count` and `sample` become options of the model. With `dry_run`, only
        `effective_min_count` changes, as in gensim, and what is told is how it would be.
        """
        self._check_update(update)
        asked = {"min_count": min_count, "sample": sample}
        given = {name: value for name, value in asked.items() if value}
        options = {**self.options, **given}
        counts: Counts = self.raw_vocab.items()
        least = least_count(counts, options["min_count"], options["max_final_vocab"])
        found = choose(counts, least, trim_rule)
        self.effective_min_count = least
        report = reported(self.raw_vocab, found, options["sample"])
        if dry_run:
            return report
        if not len(found) and not update:
            raise NoWordsError(
                f"no word is kept with min_count={least}"
                + (" and trim_rule" if trim_rule is not None else "")
            )
        for name, value in given.items():
            setattr(self, name, value)
        self._take_words(found, update)
        if not keep_raw_vocab:
            self.raw_vocab = defaultdict(int)
        return report

    def prepare_weights(self, update: bool = False) -> None:
        """Do what `init_weights` does, or with `update` what `update_weights` does."""
        if update:
            self.update_weights()
        else:
            self.init_weights()

    def init_weights(self) -> None:
        """Begin anew: the words stay, and their vectors are random again."""
        if self._vocabulary is None:
            raise RuntimeError("call build_vocab before init_weights")
        self._take_words(self._vocabulary, update=False)

    def update_weights(self) -> None:
        """Do nothing: `prepare_vocab(update=True)` or `train` gives new words their rows."""
        self._check_update(True)

    def reset_from(self, other_model: ModelVocabulary) -> None:
        """Take the words of another model, and begin anew."""
        if other_model._vocabulary is None:
            raise RuntimeError("the other model has no words: call its build_vocab first")
        self._corpus = self._given = None
        self._take_words(other_model._vocabulary, update=False)
        self.corpus_count = other_model.corpus_count

    @property
    def cum_table(self) -> NDArray[np.uint32] | None:
        """How likely each word and those before it are as noise words, in 2**31 - 1 parts (V,).

        It is computed from the counts and `ns_exponent` and cannot be set; None without noise
        or words.
        """
        if self._vocabulary is None or not self.options["negative"]:
            return None
        shares = noise_distribution(self._vocabulary.counts, self.options["ns_exponent"])
        table = np.rint(shares.cumsum() * _DOMAIN).astype(np.uint32)
        table[-1:] = _DOMAIN
        return cast("NDArray[np.uint32]", table)

    def seeded_vector(self, seed_string: str, vector_size: int) -> NDArray[np.float32]:
        """Return a random vector (D,) of the size of an untrained one, by the hash of a text."""
        seed = self.options["hashfxn"](seed_string) & 0xFFFFFFFF
        return np.asarray(random_rows(seed, 1, vector_size)[0])

    def _take_text(self, source: object, *, all_words: bool) -> Corpus:
        corpus = self._read(source, all_words=all_words)
        self._corpus, self._given = corpus, source
        return corpus

    def _check_update(self, update: bool) -> None:
        if update and self._vocabulary is None:
            raise RuntimeError(
                "update=True adds words to those of a model, and this one has none: call "
                "build_vocab without it first"
            )

    def _add_rows(self, vocabulary: Vocabulary) -> None:
        """Give the new words of a trained model random vectors, if it has no n-grams and documents.

        Those have tables of more rows than words, which only training makes.
        """
        known = self.wv.to_firth()
        has_others = known.raw is not None and known.raw.subwords is not None
        new = len(vocabulary) - len(known)
        if has_others or known.document_table is not None or new < 1:
            return
        if vocabulary.words[: len(known)] != tuple(known.words):
            # A program has put other words in the place of the model's.
            return
        dim: int = self.options["vector_size"]
        rows = random_rows(self.options["seed"], len(vocabulary), dim)[len(known) :]
        output = known.output_vectors
        grown = Vectors(
            vocabulary.words,
            np.concatenate([known.input_vectors, rows]),
            counts=vocabulary.counts,
            output_vectors=None if output is None else np.pad(output, ((0, new), (0, 0))),
            config=known.config,
        )
        self._show(grown)

    def _take_words(self, found: Vocabulary, update: bool) -> None:
        """Make them the words of the model, or with `update` add them."""
        known = self._vocabulary if update else None
        self._vocabulary = found if known is None else merge(known, found)
        if update and self._is_trained:
            self._add_rows(self._vocabulary)
            return
        dim: int = self.options["vector_size"]
        rows = random_rows(self.options["seed"], len(self._vocabulary), dim)
        has_own_rows = update and self.wv.to_firth() is not self._untrained
        if has_own_rows:
            rows[: len(self.wv)] = self.wv.vectors
        new = Vectors(self._vocabulary.words, rows, counts=self._vocabulary.counts)
        self._show(new, has_same_locks=update)
        self._untrained, self._is_trained = None if has_own_rows else new, False
