"""gensim's `Word2Vec` and `FastText` on `firth.train`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

import firth
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
from firth.corpus import Corpus, Vocabulary
from firth.errors import warn
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
        self._corpus: Corpus | None = None
        self._given: object = None
        self._untrained: Vectors | None = None
        self._is_trained = False
        if sentences is not None or corpus_file is not None:
            self.build_vocab(sentences, corpus_file)
            self.train(sentences, corpus_file, epochs=self.epochs)

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
        **others: Any,  # noqa: ANN401
    ) -> None:
        """Read a text and find its words. With `update`, `train` adds those that are new."""
        source = _one_of(corpus_iterable, corpus_file)
        self._refuse(others)
        self._corpus = self._read(source)
        self._given = source
        self.corpus_count = self._corpus.units_read
        self.corpus_total_words = self._corpus.words_read
        if not self._is_trained:
            vocabulary = self._corpus.vocabulary
            draw = np.random.default_rng(self.options["seed"])
            shape = (len(vocabulary.words), self.vector_size)
            rows = (draw.random(shape, np.float32) - np.float32(0.5)) / self.vector_size
            self._untrained = Vectors(vocabulary.words, rows, counts=vocabulary.counts)
            self.wv = self._keyed(self._untrained)

    def train(
        self,
        corpus_iterable: Iterable[Sequence[str]] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        **others: Any,  # noqa: ANN401
    ) -> tuple[int, int]:
        """Train on a text; further calls go on from the vectors that are there.

        `total_examples` and `total_words` are not needed. Returns words trained and words read.
        """
        source = _one_of(corpus_iterable, corpus_file)
        self._refuse(others)
        if self._corpus is None:
            raise RuntimeError("call build_vocab before train")
        # The text of `build_vocab` has been read already, and a generator is empty by now.
        if source is not self._given:
            self._corpus, self._given = self._read(source), source
        options = {**self._training, "epochs": epochs or self.epochs}
        # Those are of reading, which is done.
        options = {name: value for name, value in options.items() if name not in _OF_READING}
        if start_alpha is not None:
            options["lr"] = start_alpha
        if end_alpha is not None or start_alpha is not None:
            options["min_lr"] = min(end_alpha or options["min_lr"], options["lr"])
        known = self.wv.to_firth()
        # Vectors that were put in the place of the random ones are trained further.
        if self._is_trained or known is not self._untrained:
            options["start"] = known
        vectors = firth.train(self._corpus, progress=False, **options)
        self._finish(vectors)
        trained = options["epochs"] * self._corpus.tokens.size
        return trained, options["epochs"] * self._corpus.words_read

    def _finish(self, vectors: Vectors) -> None:
        self.wv, self._is_trained = self._keyed(vectors), True

    def _read(self, source: object) -> Corpus:
        """Read a text, with the words that the options keep."""
        given: Any = source
        options = {name: self._training[name] for name in _OF_READING if name in self._training}
        vectors = self.wv.to_firth() if self._is_trained else None
        start = None
        if vectors is not None:
            counts = np.ones(len(vectors)) if vectors.counts is None else vectors.counts
            start = Vocabulary(vectors.words, counts)
        return firth.read_corpus(given, start=start, **options)

    def _refuse(self, others: Mapping[str, Any]) -> None:
        allowed = {"progress_per", "keep_raw_vocab", "queue_factor", "report_delay", "compute_loss",
                   "word_count"}  # fmt: skip
        for name, value in others.items():
            if name not in allowed and value not in (None, (), []):
                raise NotSupported(f"{name} is not supported")

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
        """Return the loss of the last epoch: the mean of a positive pair, in nats.

        gensim's number is a sum, of some of the pairs only.
        """
        config: Any = self.wv.to_firth().config
        return float(config["losses"][-1]) if config else 0.0

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
        return model

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


def _one_of(sentences: object, corpus_file: str | os.PathLike[str] | None) -> object:
    if (sentences is None) == (corpus_file is None):
        raise TypeError("give one of corpus_iterable (sentences) and corpus_file")
    if isinstance(sentences, str):
        raise TypeError("sentences must be token lists, not one text; see LineSentence")
    return corpus_file if sentences is None else sentences
