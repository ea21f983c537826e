"""gensim's `Phrases`: neighbouring words that occur together more often than by chance.

Firth's own phrases (`firth.learn_phrases`) are found in compiled code, and scored by the number of
all words. gensim's default score multiplies by the number of different words and pairs instead, so
the two need different thresholds; here the counts are gensim's, in a dictionary of Python.
"""

from __future__ import annotations

import abc
import inspect
import itertools
import math
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from firth.compat.gensim.faults import told_as_value_errors
from firth.compat.gensim.lifecycle import Lifecycle
from firth.compat.gensim.options import NotSupported
from firth.compat.gensim.phrase_files import load_phrases, save_phrases

_CONNECTORS = "a an the for of with without at from to in on by and or"
ENGLISH_CONNECTOR_WORDS = frozenset(_CONNECTORS.split())
Scorer = Callable[..., float]
Scored = tuple[str, float | None]


def original_scorer(
    worda_count: float,
    wordb_count: float,
    bigram_count: float,
    len_vocab: float,
    min_count: float,
    corpus_word_count: float,
) -> float:
    """Return the score of Mikolov et al. (2013), arXiv:1310.4546, equation 6, times `len_vocab`.

    Examples
    --------
    >>> original_scorer(10, 20, 8, 1000, 5, 50_000)
    15.0
    """
    return (bigram_count - min_count) / (worda_count * wordb_count) * len_vocab


def npmi_scorer(
    worda_count: float,
    wordb_count: float,
    bigram_count: float,
    len_vocab: float,
    min_count: float,
    corpus_word_count: float,
) -> float:
    """Return the normalised pointwise mutual information (Bouma 2009), from -1 to 1.

    Pairs that occur less often than `min_count` have minus infinity.

    Examples
    --------
    >>> npmi_scorer(10, 10, 10, 1000, 5, 50_000)
    1.0
    """
    if bigram_count < min_count:
        return -math.inf
    a, b, both = (n / corpus_word_count for n in (worda_count, wordb_count, bigram_count))
    # One pair, and nothing else, is as sure as can be.
    return math.log(both / (a * b)) / -math.log(both) if both < 1 else 1.0


SCORERS: Mapping[str, Scorer] = {"default": original_scorer, "npmi": npmi_scorer}


class _Transformed:
    """Sentences with joined phrases, found anew each time that they are iterated over."""

    def __init__(self, phrases: _Joiner, corpus: Iterable[Iterable[str]]) -> None:
        self.obj, self.corpus = phrases, corpus

    def __iter__(self) -> Iterator[list[str]]:
        return (self.obj.join(sentence) for sentence in self.corpus)

    def __len__(self) -> int:
        return len(self.corpus)  # type: ignore[arg-type]


class _Joiner(Lifecycle, abc.ABC):
    """What joins the phrases of sentences: `score_candidate` says which."""

    connector_words: frozenset[str]
    delimiter: str
    min_count: float
    threshold: float
    scoring: Scorer

    @abc.abstractmethod
    def _own_fields(self) -> dict[str, Any]:
        """Return what a file keeps of this class alone."""

    def save(self, fname: str | os.PathLike[str], *_: object, **__: object) -> None:
        """Write JSON; how gensim would pickle is ignored."""
        scoring = next((name for name, scorer in SCORERS.items() if scorer is self.scoring), None)
        if scoring is None:
            raise NotSupported(
                "a model with a function as scoring cannot be saved: no code is kept in files; "
                "keep what export_phrases returns"
            )
        told = {name: getattr(self, name) for name in ("min_count", "threshold", "delimiter")}
        words = sorted(self.connector_words)
        told |= {"scoring": scoring, "connector_words": words, **self._own_fields()}
        save_phrases({"kind": type(self).__name__, **told}, fname)

    @classmethod
    @told_as_value_errors()
    def load(
        cls, fname: str | os.PathLike[str], *_: object, **__: object
    ) -> Phrases | FrozenPhrases:
        """Read what `save` wrote, or what gensim did, which may be of the other class."""
        told = load_phrases(fname)
        kind = Phrases if told.pop("kind") == Phrases.__name__ else FrozenPhrases
        return kind._of(told)

    @abc.abstractmethod
    def score_candidate(
        self, word_a: str, word_b: str, in_between: list[str]
    ) -> tuple[str | None, float | None]:
        """Return a phrase and its score, or None for both."""

    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[Scored]:
        """Iterate over the phrases of a sentence with their scores, and its other words."""
        # The word with which a phrase may begin, and the connector words since.
        begun: list[str] = []
        for word in sentence:
            if word in self.connector_words:
                if begun:
                    begun.append(word)
                else:
                    yield word, None
                continue
            if begun:
                phrase, score = self.score_candidate(begun[0], word, begun[1:])
                if phrase is not None:
                    yield phrase, score
                    begun = []
                    continue
                yield from ((each, None) for each in begun)
            begun = [word]
        yield from ((each, None) for each in begun)

    def join(self, sentence: Iterable[str]) -> list[str]:
        """Return a sentence with joined phrases."""
        return [word for word, _ in self.analyze_sentence(sentence)]

    def __getitem__(self, sentence: Iterable[Any]) -> list[str] | _Transformed:
        """Return a sentence, or an iterable of sentences, with joined phrases."""
        given = iter(sentence)
        first = list(itertools.islice(given, 1))
        whole = itertools.chain(first, given) if given is sentence else sentence
        if not first or isinstance(first[0], str):
            return self.join(whole)
        return _Transformed(self, whole)

    def find_phrases(self, sentences: Iterable[Iterable[str]]) -> dict[str, float]:
        """Return the phrases of some sentences, with their scores."""
        return {
            phrase: score
            for sentence in sentences
            for phrase, score in self.analyze_sentence(sentence)
            if score is not None
        }


class Phrases(_Joiner):
    """Counts words and pairs, and joins pairs whose score is above `threshold`.

    Parameters
    ----------
    sentences : iterable of token lists, optional
    min_count : float
        Pairs that occur less often are no phrases.
    threshold : float
        Of the score: above 0 with scoring "default", from -1 to 1 with "npmi".
    max_vocab_size : int
        When there are more words and pairs, those that are rare are forgotten.
    delimiter : str
        Between the words of a phrase.
    progress_per : int
        Is ignored: nothing is logged.
    scoring : {"default", "npmi"} or callable
        A callable has the parameters of `original_scorer`.
    connector_words : set of str
        Words that may stand within a phrase, and neither begin nor end it.
    """

    def __init__(
        self,
        sentences: Iterable[Iterable[str]] | None = None,
        min_count: float = 5,
        threshold: float = 10.0,
        max_vocab_size: int = 40_000_000,
        delimiter: str = "_",
        progress_per: int = 10_000,
        scoring: str | Scorer = "default",
        connector_words: Iterable[str] = frozenset(),
    ) -> None:
        if min_count <= 0:
            raise ValueError(f"min_count must be above 0, got {min_count}")
        if threshold <= 0 and scoring == "default":
            raise ValueError(f"threshold must be above 0 with scoring='default', got {threshold}")
        if scoring == "npmi" and not -1 <= threshold <= 1:
            raise ValueError(f"threshold must be from -1 to 1 with scoring='npmi', got {threshold}")
        self.scoring = _scorer(scoring)
        self.min_count, self.threshold, self.max_vocab_size = min_count, threshold, max_vocab_size
        self.delimiter, self.progress_per = delimiter, progress_per
        self.connector_words = frozenset(connector_words)
        self.vocab: dict[str, int] = {}
        self.corpus_word_count = 0
        self.min_reduce = 1
        if sentences is not None:
            self.add_vocab(sentences)

    def add_vocab(self, sentences: Iterable[Iterable[str]]) -> None:
        """Count the words and pairs of more sentences."""
        counts: defaultdict[str, int] = defaultdict(int)
        least = 1
        for sentence in sentences:
            begun: list[str] = []
            for word in sentence:
                self.corpus_word_count += 1
                if word not in self.connector_words:
                    counts[word] += 1
                    if begun:
                        counts[self.delimiter.join([*begun, word])] += 1
                    begun = [word]
                elif begun:
                    begun.append(word)
            if len(counts) > self.max_vocab_size:
                counts = _without_rare(counts, least)
                least += 1
        if not self.vocab:
            self.vocab = dict(counts)
            return
        self.min_reduce = max(self.min_reduce, least)
        for word, count in counts.items():
            self.vocab[word] = self.vocab.get(word, 0) + count
        if len(self.vocab) > self.max_vocab_size:
            self.vocab = dict(_without_rare(self.vocab, self.min_reduce))
            self.min_reduce += 1

    def score_candidate(
        self, word_a: str, word_b: str, in_between: list[str]
    ) -> tuple[str | None, float | None]:
        """Return a phrase and its score if that is above the threshold, or None for both."""
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        a, b, both = (self.vocab.get(word, 0) for word in (word_a, word_b, phrase))
        if not (a and b and both):
            return None, None
        score = self.scoring(
            worda_count=a,
            wordb_count=b,
            bigram_count=both,
            len_vocab=float(len(self.vocab)),
            min_count=float(self.min_count),
            corpus_word_count=float(self.corpus_word_count),
        )
        return (phrase, score) if score > self.threshold else (None, None)

    def export_phrases(self) -> dict[str, float]:
        """Return all phrases with their scores."""
        found: dict[str, float] = {}
        for token in self.vocab:
            first, *between = token.split(self.delimiter)
            if between:
                phrase, score = self.score_candidate(first, between[-1], between[:-1])
                if phrase is not None and score is not None:
                    found[phrase] = score
        return found

    def freeze(self) -> FrozenPhrases:
        """Return the phrases alone, which need little memory and learn no more."""
        return FrozenPhrases(self)

    def __str__(self) -> str:
        """Show how much it has counted, and what it joins."""
        return (
            f"{type(self).__name__}<{len(self.vocab)} vocab, min_count={self.min_count}, "
            f"threshold={self.threshold}, max_vocab_size={self.max_vocab_size}>"
        )

    def _own_fields(self) -> dict[str, Any]:
        names = ("vocab", "corpus_word_count", "min_reduce", "max_vocab_size", "progress_per")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def _of(cls, told: dict[str, Any]) -> Phrases:
        counted = {name: told.pop(name) for name in ("vocab", "corpus_word_count", "min_reduce")}
        phrases = Phrases(None, **told)
        vars(phrases).update(counted)
        return phrases


class FrozenPhrases(_Joiner):
    """The phrases of a `Phrases`, with their scores.

    Parameters
    ----------
    phrases_model : Phrases or FrozenPhrases
    """

    def __init__(self, phrases_model: Phrases | FrozenPhrases) -> None:
        model = phrases_model
        self.connector_words = model.connector_words
        self.delimiter = model.delimiter
        self.threshold, self.min_count = model.threshold, model.min_count
        self.scoring = model.scoring
        self.phrasegrams: dict[str, float] = model.export_phrases()

    def score_candidate(
        self, word_a: str, word_b: str, in_between: list[str]
    ) -> tuple[str | None, float | None]:
        """Return a phrase and its score, or None for both."""
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        score = self.phrasegrams.get(phrase)
        return (None, None) if score is None else (phrase, score)

    def export_phrases(self) -> dict[str, float]:
        """Return all phrases with their scores."""
        return dict(self.phrasegrams)

    def __str__(self) -> str:
        """Show how many phrases it has."""
        return (
            f"{type(self).__name__}<{len(self.phrasegrams)} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    def _own_fields(self) -> dict[str, Any]:
        return {"phrasegrams": self.phrasegrams}

    @classmethod
    def _of(cls, told: dict[str, Any]) -> FrozenPhrases:
        found = told.pop("phrasegrams")
        phrases = FrozenPhrases(Phrases(None, **told))
        phrases.phrasegrams = found
        return phrases


Phraser = FrozenPhrases


def _scorer(scoring: str | Scorer) -> Scorer:
    """Return the function that scores, checked."""
    if isinstance(scoring, str) and scoring in SCORERS:
        return SCORERS[scoring]
    if isinstance(scoring, str) or not callable(scoring):
        raise ValueError(f"scoring must be default, npmi or a function, got {scoring!r}")
    expected = list(inspect.signature(original_scorer).parameters)
    missing = [name for name in expected if name not in inspect.signature(scoring).parameters]
    if missing:
        raise ValueError(f"the function scoring lacks parameters: {', '.join(missing)}")
    return scoring


def _without_rare(counts: Mapping[str, int], least: int) -> defaultdict[str, int]:
    """Return the counts that are at least `least`."""
    return defaultdict(int, {word: count for word, count in counts.items() if count >= least})
