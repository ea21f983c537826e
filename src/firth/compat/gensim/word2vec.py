"""gensim's `Word2Vec` on `firth.train`."""

from __future__ import annotations

import math
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

import firth
from firth.compat.gensim.callbacks import CallbackAny2Vec, Reports
from firth.compat.gensim.faults import told_as_value_errors
from firth.compat.gensim.key_table import Key
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.locks import frozen_words, locks_of
from firth.compat.gensim.model_vocabulary import ModelVocabulary
from firth.compat.gensim.options import (
    ABSENT,
    SAVED,
    WORD2VEC,
    NotSupportedAttribute,
    Option,
    complete,
    named_values,
    told_under,
    translate,
    usable,
)
from firth.compat.gensim.runs import estimated_memory, predicted, stays, trained
from firth.compat.gensim.sentences import (  # noqa: F401 - gensim has them in this module.
    MAX_WORDS_IN_BATCH,
    LineSentence,
    NoCorpusFile,
    PathLineSentences,
    Text8Corpus,
    one_of,
)
from firth.compat.gensim.vocabularies import encode, merge
from firth.corpus import Corpus, Vocabulary
from firth.errors import MissingTextError, NothingToTrainError, NoWordsError
from firth.training.initial import known_words
from firth.vectors import Vectors

_OF_READING = ("min_count", "max_vocab")
# What a model knows of its training beside its options, and with which value it begins.
_STATE: Mapping[str, Any] = {
    "corpus_count": 0,
    "corpus_total_words": 0,
    "effective_min_count": 0,
    "running_training_loss": 0.0,
    "train_count": 0,
    "total_train_time": 0.0,
    "min_alpha_yet_reached": math.inf,
}


class Word2Vec(ModelVocabulary):
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
    running_training_loss : float
        See `get_latest_training_loss`.
    train_count, total_train_time : int, float
        How often `train` was called, and how many seconds that took.
    min_alpha_yet_reached : float
        The smallest step size so far.
    """

    _options: ClassVar[Mapping[str, Option]] = WORD2VEC
    _keyed: ClassVar[type[KeyedVectors]] = KeyedVectors
    min_alpha_yet_reached: float

    def __init__(
        self,
        sentences: Iterable[Sequence[str]] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        *values: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> None:
        named = named_values(values, options, self._options, type(self).__name__)
        self.options = complete(named, self._options, type(self).__name__)
        translate(self.options, self._options)
        self.wv = self._words_of(self.vector_size)
        vars(self).update(_STATE, min_alpha_yet_reached=float(self.alpha))
        self.raw_vocab = defaultdict(int)
        self.effective_min_count = self.min_count or 0
        self._random: np.random.RandomState | None = None
        self._vocabulary: Vocabulary | None = None
        self._corpus: Corpus | None = None
        self._given: object = None
        self._untrained: Vectors | None = None
        self._is_trained = False
        if sentences is not None or corpus_file is not None:
            self.build_vocab(sentences, corpus_file, trim_rule=self.options["trim_rule"])
            told = {name: self.options[name] for name in ("compute_loss", "callbacks")}
            self.train(sentences, corpus_file, **told)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Return an option by its name."""
        options = self.__dict__.get("options", {})
        if name in options:
            return options[name]
        if name in ABSENT:
            raise NotSupportedAttribute(f"{type(self).__name__}.{name} is not supported")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: object) -> None:
        """Set an option by its name: the next training takes it."""
        if name in vars(self) or name not in vars(self).get("options", ()):
            super().__setattr__(name, value)
            return
        complete({name: value}, self._options, type(self).__name__)
        self.options = {**self.options, name: value}

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
        ignored. As in gensim, `epochs`, `start_alpha` and `end_alpha` become the options `epochs`,
        `alpha` and `min_alpha` of the model. Returns words trained and words read.
        """
        source = one_of(corpus_iterable, corpus_file)
        if epochs is not None and epochs <= 0:
            raise ValueError(f"epochs must be at least 1, got {epochs}")
        given = {"epochs": epochs, "alpha": start_alpha, "min_alpha": end_alpha}
        for name, value in {**given, "compute_loss": compute_loss}.items():
            if value is not None:
                setattr(self, name, value)
        options = translate(self.options, self._options)
        options = {name: value for name, value in options.items() if name not in _OF_READING}
        reports = Reports(self, tuple(callbacks or ()))
        begun = time.perf_counter()
        try:
            corpus = self._encoded(source)
            known = self.wv.to_firth()  # Put in the place of random ones, it is trained further.
            options["frozen"], options["seed"] = frozen_words(self.wv), self._next_seed()
            if self._is_trained or known is not self._untrained or options["frozen"]:
                options["start"] = known
            self._finish(trained(corpus, {**options, "callbacks": [reports]}))
        except (NothingToTrainError, NoWordsError) as error:
            return stays(self, source, error)
        self._take_state(reports)
        self.train_count += 1
        self.total_train_time += time.perf_counter() - begun
        reports.finish()
        return options["epochs"] * corpus.tokens.size, options["epochs"] * corpus.words_read

    def _encoded(self, source: object) -> Corpus:
        """Return a text with the words of the model."""
        if self._vocabulary is None:
            raise RuntimeError("call build_vocab before train")
        # The text of `build_vocab` has been read already, and a generator is empty by now.
        corpus = self._corpus
        if corpus is None or source is not self._given:
            corpus = self._take_text(source, all_words=True)
        added = [key for key in self.wv.index_to_key if key not in self._vocabulary]
        if added:
            by_hand = Vocabulary(added, np.ones(len(added), np.int64))
            self._vocabulary = merge(self._vocabulary, by_hand)
        if corpus.vocabulary is self._vocabulary:
            return corpus
        return encode(corpus, self._vocabulary)

    def _finish(self, vectors: Vectors) -> None:
        self._show(vectors)
        self._is_trained = True

    def _show(self, vectors: Vectors, has_same_locks: bool = True) -> None:
        """Make vectors those of the words."""
        # Vectors that a program has put in the place of the model's may have none.
        locks, self.wv = vars(self.wv).get("vectors_lockf"), self._words_of(vectors)
        if has_same_locks and locks is not None:
            self.wv.vectors_lockf = locks

    def _words_of(self, vectors: int | Vectors) -> KeyedVectors:
        """Return vectors, or none of a number of dimensions, as those of a model's words."""
        words = self._keyed(vectors)
        words.vectors_lockf = np.ones(1, np.float32)
        return words

    def _take_state(self, reports: Reports, vectors: Callable[[], Vectors] | None = None) -> None:
        """Take what a run has reached; while it goes on, its vectors too."""
        self.running_training_loss = reports.loss
        self.min_alpha_yet_reached = min(self.min_alpha_yet_reached, reports.lr)
        if vectors is not None:
            self._show(vectors())

    def _read(self, source: object, *, all_words: bool) -> Corpus:
        """Read a text, with all of its words or those that the options keep."""
        given: Any = source
        training = translate(self.options, self._options)
        options = {name: training[name] for name in _OF_READING if name in training}
        if all_words:
            # Words that the model has may be the only ones.
            options = {"min_count": 1, "start": self._vocabulary}
        if isinstance(source, str | os.PathLike):
            options["normalization"] = "none"
        try:
            return firth.read_corpus(given, **options)
        except MissingTextError as error:
            raise NoCorpusFile(str(error)) from error

    def predict_output_word(
        self, context_words_list: Sequence[Key], topn: int = 10
    ) -> list[tuple[Key, np.float32]] | None:
        """Return words that stand among some words, with their probabilities, or None.

        The output vectors are compared with the mean of the vectors of the words, by a softmax. It
        is None if no word is known.
        """
        if isinstance(context_words_list, str):
            raise TypeError("context_words_list must be a list of words, not one text")
        output = getattr(self, "syn1neg", None)
        if output is None:
            raise RuntimeError(
                "predict_output_word needs a model that was trained with negative sampling: give "
                "negative=5"
            )
        return predicted(self.wv, output, context_words_list, topn)

    @property
    def random(self) -> np.random.RandomState:
        """Random numbers of NumPy.

        As soon as a program asks for them, `train` and `infer_vector` draw their seeds from them.
        Before that, the seed is the option `seed`, each time.
        """
        if self._random is None:
            self._random = np.random.RandomState(self.seed)
        return self._random

    @random.setter
    def random(self, numbers: np.random.RandomState) -> None:
        self._random = numbers

    def _next_seed(self) -> int:
        return int(self.seed if self._random is None else self._random.randint(2**31))

    @property
    def layer1_size(self) -> int:
        """D, as gensim calls the inputs of its network."""
        return int(self.vector_size)

    @property
    def syn1neg(self) -> Any:  # noqa: ANN401
        """The output vectors (V, D), of a model that was trained with noise words."""
        is_new = self._vocabulary is not None and not self._is_trained
        if len(self.wv) and is_new and self.options["negative"]:
            return np.zeros((len(self.wv), self.vector_size), np.float32)
        found = self.wv.to_firth().output_vectors if len(self.wv) else None
        if found is None:
            raise AttributeError("there are no output vectors: train with negative=5")
        return found

    def init_sims(self, replace: bool = False) -> None:
        """Do nothing, or with `replace` scale the vectors to length one, for good."""
        self.wv.init_sims(replace)

    def get_latest_training_loss(self) -> float:
        """Return the losses of all pairs of the last training, or of this one so far, added up.

        In nats. They are always measured, of all pairs.
        """
        return self.running_training_loss

    def save(self, fname: str | os.PathLike[str], *_: object, **__: object) -> None:
        """Write Firth's folder, from which `load` goes on; how gensim would pickle is ignored."""
        known = {**self.options, **{name: getattr(self, name) for name in _STATE}}
        told = {
            name: value for name, value in known.items() if isinstance(value, str | int | float)
        }
        if frozen_words(self.wv):
            told["vectors_lockf"] = locks_of(self.wv).tolist()
        self.wv.to_firth().config[SAVED] = told
        self.wv.save(fname)

    @classmethod
    @told_as_value_errors()
    def load(cls, fname: str | os.PathLike[str], mmap: str | None = None) -> Self:
        """Read what `save` wrote, or a model of gensim.

        Options are those of its training. Those that are not told, or that Firth has not, are
        gensim's defaults.
        """
        return cls._of(firth.load(fname))

    @classmethod
    def _of(cls, vectors: Vectors) -> Self:
        """Return a model that has vectors, with the options by which they were trained."""
        model = cls(**{**usable(vectors.config, cls._options), "vector_size": vectors.dim})
        model._finish(vectors)
        model._vocabulary = known_words(vectors)
        told = told_under(vectors.config, SAVED) or told_under(vectors.config, "gensim")
        vars(model).update({name: told[name] for name in _STATE if name in told})
        model.wv.vectors_lockf = np.array(told.get("vectors_lockf", [1.0]), np.float32)
        return model

    def estimate_memory(
        self, vocab_size: int | None = None, report: dict[str, int] | None = None
    ) -> dict[str, int]:
        """Return about how many bytes the parts of the model need, added to a report."""
        return estimated_memory(self, vocab_size, report)

    def __repr__(self) -> str:
        """Show the numbers of words and of dimensions, and the step size."""
        return (
            f"{type(self).__name__}<vocab={len(self.wv)}, vector_size={self.vector_size}, "
            f"alpha={self.options['alpha']}>"
        )
