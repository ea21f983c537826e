"""gensim's `Word2Vec` and `FastText` on `firth.train`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

import firth
from firth.compat.gensim.callbacks import CallbackAny2Vec, Reports
from firth.compat.gensim.key_table import Key
from firth.compat.gensim.keyed_vectors import FastTextKeyedVectors, KeyedVectors
from firth.compat.gensim.options import (
    ABSENT,
    FASTTEXT,
    WORD2VEC,
    NotSupported,
    NotSupportedAttribute,
    Option,
    complete,
    named_values,
    recovered,
    translate,
)
from firth.compat.gensim.vocabularies import (
    Counts,
    TrimRule,
    choose,
    counts_in_text,
    encode,
    merge,
    words_of_frequencies,
)
from firth.corpus import Corpus, Vocabulary
from firth.errors import CorpusError, warn
from firth.training.initial import known_words
from firth.training.run import NothingSampled
from firth.vectors import Vectors

_OF_READING = ("min_count", "max_vocab")


class Word2Vec:
    """Words and the vectors that are trained for them.

    Parameters
    ----------
    sentences : iterable of token lists, optional
        The text; without one, call `build_vocab` and `train`.
    corpus_file : path, optional
        A text with a sentence on each line, which is read much faster.
    *values, **options
        Those of gensim 4, in its order and with its defaults.

    Attributes
    ----------
    wv : KeyedVectors
    """

    _options: ClassVar[Mapping[str, Option]] = WORD2VEC
    _keyed: ClassVar[type[KeyedVectors]] = KeyedVectors

    def __init__(
        self,
        sentences: Iterable[Sequence[str]] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        *values: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> None:
        named = named_values(values, options, self._options, type(self).__name__)
        self.options = complete(named, self._options, type(self).__name__)
        self._training = translate(self.options, self._options)
        self.epochs, self.vector_size = self.options["epochs"], self.options["vector_size"]
        self.wv = self._keyed(self.vector_size)
        self.corpus_count = self.corpus_total_words = 0
        self.running_training_loss = 0.0
        self._vocabulary: Vocabulary | None = None
        self._corpus: Corpus | None = None
        self._given: object = None
        self._untrained: Vectors | None = None
        self._is_trained = False
        if sentences is not None or corpus_file is not None:
            self.build_vocab(sentences, corpus_file, trim_rule=self.options["trim_rule"])
            callbacks = self.options["callbacks"]
            self.train(sentences, corpus_file, epochs=self.epochs, callbacks=callbacks)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Return an option by its name."""
        options = self.__dict__.get("options", {})
        if name in options:
            return options[name]
        if name in ABSENT:
            raise NotSupportedAttribute(f"{type(self).__name__}.{name} is not supported")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def build_vocab(
        self,
        corpus_iterable: Iterable[Sequence[str]] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        update: bool = False,
        progress_per: int = 10_000,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
    ) -> None:
        """Read a text and find its words.

        With `update`, its words are added to those that the model has; without, the model begins
        anew. A model that was trained has vectors of new words once `train` is called.
        `progress_per` and `keep_raw_vocab` are ignored.
        """
        source = _one_of(corpus_iterable, corpus_file)
        self._check_update(update)
        has_all_words = update or trim_rule is not None
        corpus = self._read(source, all_words=has_all_words)
        found = corpus.vocabulary
        if has_all_words:
            found = self._chosen(counts_in_text(found, self._vocabulary), trim_rule)
        self._take_words(found, update)
        self._corpus, self._given = corpus, source
        self.corpus_count, self.corpus_total_words = corpus.units_read, corpus.words_read

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
        self._take_words(self._chosen(words_of_frequencies(word_freq), trim_rule), update)
        self._corpus = self._given = None
        self.corpus_count = corpus_count or 0

    def _check_update(self, update: bool) -> None:
        if update and self._vocabulary is None:
            raise RuntimeError(
                "update=True adds words to those of a model, and this one has none: call "
                "build_vocab without it first"
            )

    def _chosen(self, counts: Counts, rule: TrimRule | None) -> Vocabulary:
        """Return the words that the options keep."""
        most = self.options["max_final_vocab"]
        found = choose(counts, self.options["min_count"], most, rule)
        if not len(found) and self._vocabulary is None:
            raise CorpusError(
                f"no word is kept with min_count={self.options['min_count']}"
                + (" and trim_rule" if rule is not None else "")
            )
        return found

    def _take_words(self, found: Vocabulary, update: bool) -> None:
        """Make them the words of the model, or with `update` add them."""
        known = self._vocabulary if update else None
        self._vocabulary = found if known is None else merge(known, found)
        if update and self._is_trained:
            return
        draw = np.random.default_rng(self.options["seed"])
        shape = (len(self._vocabulary), self.vector_size)
        rows = (draw.random(shape, np.float32) - np.float32(0.5)) / self.vector_size
        has_own_rows = update and self.wv.to_firth() is not self._untrained
        if has_own_rows:
            rows[: len(self.wv)] = self.wv.vectors
        new = Vectors(self._vocabulary.words, rows, counts=self._vocabulary.counts)
        self.wv = self._keyed(new)
        self._untrained, self._is_trained = None if has_own_rows else new, False

    def train(
        self,
        corpus_iterable: Iterable[Sequence[str]] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
    ) -> tuple[int, int]:
        """Train on a text; further calls go on from the vectors that are there.

        `total_examples` and `total_words` are not needed, and how gensim reports and works is
        ignored. Returns words trained and words read.
        """
        source = _one_of(corpus_iterable, corpus_file)
        options = {**self._training, "epochs": epochs or self.epochs}
        # Those are of reading.
        options = {name: value for name, value in options.items() if name not in _OF_READING}
        if start_alpha is not None:
            options["lr"] = start_alpha
        if end_alpha is not None or start_alpha is not None:
            options["min_lr"] = min(end_alpha or options["min_lr"], options["lr"])
        reports = Reports(self, tuple(callbacks or ()))
        corpus = self._encoded(source)
        # Vectors that were put in the place of the random ones are trained further.
        known = self.wv.to_firth()
        if self._is_trained or known is not self._untrained:
            options["start"] = known
        self._finish(_trained(corpus, {**options, "callbacks": [reports]}))
        self.running_training_loss = reports.loss
        reports.finish()
        trained = options["epochs"] * corpus.tokens.size
        return trained, options["epochs"] * corpus.words_read

    def _encoded(self, source: object) -> Corpus:
        """Return a text with the words of the model."""
        if self._vocabulary is None:
            raise RuntimeError("call build_vocab before train")
        # The text of `build_vocab` has been read already, and a generator is empty by now.
        if self._corpus is None or source is not self._given:
            self._corpus, self._given = self._read(source, all_words=True), source
        added = [key for key in self.wv.index_to_key if key not in self._vocabulary]
        if added:
            by_hand = Vocabulary(added, np.ones(len(added), np.int64))
            self._vocabulary = merge(self._vocabulary, by_hand)
        if self._corpus.vocabulary is self._vocabulary:
            return self._corpus
        return encode(self._corpus, self._vocabulary)

    def _finish(self, vectors: Vectors) -> None:
        self.wv, self._is_trained = self._keyed(vectors), True

    def _is_told(self, loss: float, vectors: Callable[[], Vectors]) -> None:
        """Take what a run that goes on has reached, for callbacks to look at."""
        self.running_training_loss = loss
        self.wv = self._keyed(vectors())

    def _read(self, source: object, *, all_words: bool) -> Corpus:
        """Read a text, with all of its words or those that the options keep."""
        given: Any = source
        options = {name: self._training[name] for name in _OF_READING if name in self._training}
        if all_words:
            # Words that the model has may be the only ones.
            options = {"min_count": 1, "start": self._vocabulary}
        if isinstance(source, str | os.PathLike):
            options["normalization"] = "none"
        return firth.read_corpus(given, **options)

    def predict_output_word(
        self, context_words_list: Sequence[Key], topn: int = 10
    ) -> list[tuple[Key, np.float32]] | None:
        """Return words that stand among some words, with their probabilities, or None.

        The output vectors are compared with the mean of the vectors of the words, by a softmax. It
        is None if no word is known.
        """
        if isinstance(context_words_list, str):
            raise TypeError("context_words_list must be a list of words, not one text")
        if self.syn1neg is None:
            raise RuntimeError("predict_output_word needs negative sampling: give negative=5")
        rows = [self.wv.get_index(word, -1) for word in context_words_list]
        known = [row for row in rows if row >= 0]
        if not known:
            return None
        scores = self.syn1neg @ self.wv.vectors[known].mean(axis=0)
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        best = np.argsort(-shares, kind="stable")[:topn]
        return [(self.wv.index_to_key[row], shares[row]) for row in best.tolist()]

    @property
    def layer1_size(self) -> int:
        """D, as gensim calls the inputs of its network."""
        return int(self.vector_size)

    @property
    def syn1neg(self) -> Any:  # noqa: ANN401
        """The output vectors (V, D)."""
        return self.wv.to_firth().output_vectors

    def get_latest_training_loss(self) -> float:
        """Return the losses of all pairs of the last training, or of this one so far, added up.

        In nats. They are always measured, of all pairs; a model that was loaded has 0.
        """
        return self.running_training_loss

    def save(self, fname: str | os.PathLike[str], *_: object, **__: object) -> None:
        """Write Firth's folder, from which `load` goes on; how gensim would pickle is ignored."""
        self.wv.save(fname)

    @classmethod
    def load(cls, fname: str | os.PathLike[str], mmap: str | None = None) -> Self:
        """Read what `save` wrote, or a model of gensim.

        Options are those of its training. Those that are not told, or that Firth has not, are
        gensim's defaults.
        """
        vectors = firth.load(fname)
        model = cls(**{**_usable(cls, vectors), "vector_size": vectors.dim})
        model._finish(vectors)
        model._vocabulary = known_words(vectors)
        return model

    def reset_from(self, other_model: Word2Vec) -> None:
        """Take the words of another model, and begin anew."""
        if other_model._vocabulary is None:
            raise RuntimeError("the other model has no words: call its build_vocab first")
        self._take_words(other_model._vocabulary, update=False)
        self._corpus = self._given = None
        self.corpus_count = other_model.corpus_count

    def score(self, sentences: object, *_: object, **__: object) -> None:
        """Refuse: Firth does not score sentences."""
        raise NotSupported("score is not supported")

    def __repr__(self) -> str:
        """Show the numbers of words and of dimensions, and the step size."""
        return (
            f"{type(self).__name__}<vocab={len(self.wv)}, vector_size={self.vector_size}, "
            f"alpha={self.options['alpha']}>"
        )


class FastText(Word2Vec):
    """Words composed of n-grams, so that unknown words have vectors too; see `Word2Vec`."""

    _options: ClassVar[Mapping[str, Option]] = FASTTEXT
    _keyed: ClassVar[type[KeyedVectors]] = FastTextKeyedVectors


def _usable(kind: type[Word2Vec], vectors: Vectors) -> dict[str, Any]:
    """Return the options by which vectors were trained, without those that Firth has not."""
    found = recovered(vectors.config, kind._options)
    for name in list(found):
        try:
            complete({name: found[name]}, kind._options, kind.__name__)
        except NotSupported:
            del found[name]
    try:
        translate(complete(found, kind._options, kind.__name__), kind._options)
    except NotSupported as error:
        warn(f"options of training are taken to be gensim's defaults: {error}")
        return {}
    return found


def _trained(corpus: Corpus, options: dict[str, Any]) -> Vectors:
    """Train on a corpus; on a small one without subsampling, if that leaves nothing of it."""
    try:
        return firth.train(corpus, progress=False, **options)
    except NothingSampled:
        if not options["sample"]:
            raise
        warn(
            f"the text is too small for sample={options['sample']:g}, which left no two words in "
            "an epoch: it is trained with sample=0"
        )
    return firth.train(corpus, progress=False, **{**options, "sample": 0})


def _one_of(sentences: object, corpus_file: str | os.PathLike[str] | None) -> object:
    if (sentences is None) == (corpus_file is None):
        raise TypeError("give one of corpus_iterable (sentences) and corpus_file")
    if isinstance(sentences, str):
        raise TypeError("sentences must be token lists, not one text; see LineSentence")
    return corpus_file if sentences is None else sentences
