"""Documents as vectors in scikit-learn: the mean of the vectors of their words.

Needs scikit-learn, which the extra `sklearn` installs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from firth.checks import one_of, shown
from firth.corpus.tokenizers import Tokenizer, get_tokenizer
from firth.corpus.units import is_table
from firth.errors import ConfigError, MissingExtraError
from firth.normalization import normalize
from firth.pipeline import train
from firth.vectors import Vectors
from firth.vectors.vectors import check_vectors

try:
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.utils.validation import check_is_fitted
except ImportError as error:
    raise MissingExtraError("scikit-learn", "sklearn") from error

WEIGHTS = ("mean", "tfidf")
# The parameters of training, which would change nothing of given vectors. A seed may stay.
_OF_TRAINING = ("dim", "window", "epochs", "min_count", "options")


class Word2VecTransformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn documents into vectors: the mean of the vectors of their words.

    Parameters
    ----------
    vectors : Vectors, optional
        Trained vectors. Without them, vectors are trained on the documents of `fit`.
    weights : {"mean", "tfidf"}
        Each word counts alike, or by its inverse document frequency: log((1 + n) / (1 + n of the
        word)) + 1, as in scikit-learn's TfidfTransformer.
    tokenizer : str or callable
        How a document that is text becomes words, see `firth.train`. Documents may be token lists.
    dim, window, epochs, min_count, seed
        Of training, see `firth.TrainConfig`; None fits the text. `fit` refuses other values than
        the defaults if there are `vectors`.
    options : mapping, optional
        Further options of `firth.train`.

    Attributes
    ----------
    vectors_ : Vectors
        The given or the trained vectors.
    idf_ : dict of str to float
        With `weights="tfidf"`, the weight of each word of the documents of `fit`.

    Examples
    --------
    >>> documents = ["tea with milk", "tea with sugar", "bread with butter"] * 100
    >>> transformer = Word2VecTransformer(dim=10, options={"threads": 1, "sample": 0})
    >>> transformer.fit_transform(documents).shape
    (300, 10)
    """

    def __init__(
        self,
        vectors: Vectors | None = None,
        *,
        weights: Literal["mean", "tfidf"] = "mean",
        tokenizer: str | Tokenizer = "whitespace",
        dim: int = 100,
        window: int = 5,
        epochs: int | None = None,
        min_count: int = 5,
        seed: int = 1,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.vectors = vectors
        self.weights = weights
        self.tokenizer = tokenizer
        self.dim = dim
        self.window = window
        self.epochs = epochs
        self.min_count = min_count
        self.seed = seed
        self.options = options

    def fit(self, X: Iterable[str | Sequence[str]], y: object = None) -> Self:
        """Train vectors on documents, unless they are given, and count the words of documents.

        Parameters
        ----------
        X : iterable of str, or of sequences of str
            Documents as text or as tokens.
        y : object
            Ignored.

        Raises
        ------
        ConfigError
            If an option is out of range or of training where vectors are given, or a document is
            neither text nor tokens.
        CorpusError
            If there is nothing to train on.
        """
        one_of("weights", self.weights, choices=WEIGHTS)
        if self.vectors is not None:
            check_vectors("vectors", self.vectors)
            self._check_untrained()
        documents = self._tokens(X)
        self.vectors_ = self._train(documents) if self.vectors is None else self.vectors
        is_weighted = self.weights == "tfidf"
        self.idf_ = inverse_frequencies(self._joined(documents)) if is_weighted else {}
        return self

    def _check_untrained(self) -> None:
        """Raise if an option of training is given beside vectors, which are not trained."""
        parameters = inspect.signature(type(self)).parameters
        given = [
            f"{name}={shown(getattr(self, name))}"
            for name in _OF_TRAINING
            if getattr(self, name) != parameters[name].default and getattr(self, name) != {}
        ]
        if given:
            raise ConfigError(
                f"{', '.join(given)}: for training, but vectors are given, and are not trained; "
                "leave out one of the two"
            )

    def _train(self, documents: list[list[str]]) -> Vectors:
        options: dict[str, Any] = {
            "dim": self.dim,
            "window": self.window,
            "min_count": self.min_count,
        }
        options |= {"seed": self.seed, **(self.options or {})}
        if self.epochs is not None:
            options["epochs"] = self.epochs
        return train(documents, **options)

    def fit_transform(
        self,
        X: Iterable[str | Sequence[str]],
        y: object = None,
        **parameters: Any,  # noqa: ANN401
    ) -> NDArray[np.float32]:
        """Fit, and return the vectors of the documents (n, D). A generator is read once."""
        documents = list(X) if isinstance(X, Iterator) else X
        found: NDArray[np.float32] = super().fit_transform(documents, y, **parameters)
        return found

    def transform(self, X: Iterable[str | Sequence[str]]) -> NDArray[np.float32]:
        """Return the vectors of documents (n, D); zeros for a document without known words.

        With n-grams, unknown words have vectors too. Phrases of the vectors are joined.
        """
        check_is_fitted(self)
        found: dict[str, NDArray[np.float32] | None] = {}
        rows = [self._mean(words, found) for words in self._joined(self._tokens(X))]
        return np.array(rows, np.float32).reshape(-1, self.vectors_.dim)

    def _mean(
        self, words: list[str], found: dict[str, NDArray[np.float32] | None]
    ) -> NDArray[np.float64]:
        """Return the weighted mean of the vectors of words; `found` keeps those looked up."""
        total, weight = np.zeros(self.vectors_.dim), 0.0
        for word in words:
            if word not in found:
                found[word] = self.vectors_.get(word)
            vector = found[word]
            if vector is not None:
                own = self.idf_.get(word, 1.0) if self.idf_ else 1.0
                total += own * vector
                weight += own
        return total / weight if weight else total

    def _tokens(self, documents: Iterable[str | Sequence[str]]) -> list[list[str]]:
        if isinstance(documents, str):
            raise ConfigError("documents must be a list of texts or of token lists, got one text")
        if is_table(documents) or getattr(documents, "shape", ())[1:] == (1,):
            raise ConfigError(
                "documents must be a column of texts, got a table: give one of its columns, such "
                "as table['text'] or array[:, 0]"
            )
        split = get_tokenizer(self.tokenizer, lowercase=False).split
        return [_words_of(document, split) for document in documents]

    def _joined(self, documents: list[list[str]]) -> list[list[str]]:
        """Return documents with phrases joined, as they were in the text that was trained on."""
        phrases = self.vectors_.phrases
        if phrases is None:
            return documents
        return [phrases.join(words, among=self.vectors_) for words in documents]

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns that `transform` returns."""
        check_is_fitted(self)
        names = [f"word2vec{number}" for number in range(self.vectors_.dim)]
        return np.array(names, dtype=object)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        """Return what scikit-learn may expect: documents are text, and no matrix of numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags


def inverse_frequencies(documents: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return the inverse document frequency of each word.

    Examples
    --------
    >>> found = inverse_frequencies([["tea", "milk"], ["tea", "tea"], []])
    >>> round(found["tea"], 4), round(found["milk"], 4)
    (1.2877, 1.6931)
    """
    numbers: dict[str, int] = {}
    for words in documents:
        for word in set(words):
            numbers[word] = numbers.get(word, 0) + 1
    size = len(documents)
    return {word: float(np.log((1 + size) / (1 + number)) + 1) for word, number in numbers.items()}


def _words_of(document: object, split: Callable[[str], list[str]]) -> list[str]:
    if isinstance(document, str):
        return split(normalize(str(document), "NFC"))
    if isinstance(document, bytes) or not isinstance(document, Iterable):
        raise ConfigError(f"a document must be text or a list of tokens, got {shown(document)}")
    return [str(word) for word in document]
