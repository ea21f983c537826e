"""Vectors of new documents, inferred from the words that they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firth.checks import is_finite, shown
from firth.corpus import Corpus, TokenStore, Vocabulary
from firth.errors import ConfigError, VocabularyError
from firth.other_names import explain_keywords
from firth.training.config import TrainConfig
from firth.training.engines.base import INPUT, OUTPUT
from firth.training.inference import train_documents
from firth.vectors import Vectors
from firth.vectors.vectors import check_vectors

if TYPE_CHECKING:
    from firth.corpus.vocabulary import Token

_NOT_TRAINED = (
    "vectors must be of training with documents='joint' or 'alone', in the folder that it saved or "
    "as it returned them"
)


@explain_keywords
def infer(
    vectors: Vectors,
    documents: Sequence[Token] | Sequence[Sequence[Token]],
    *,
    epochs: int | None = None,
    lr: float | None = None,
    min_lr: float | None = None,
    seed: int = 1,
) -> NDArray[np.float32]:
    """Infer the vectors of new documents; the vectors of the words do not change.

    A new row for each document is trained as those of the documents were, with the same options.
    The same list of documents gives the same vectors each time. The vector of a document also
    depends on which others come before it, as its random numbers do.

    Parameters
    ----------
    vectors : Vectors
        Trained with `documents`; `vectors.documents.similar(...)` takes what is inferred.
    documents : list of tokens, or list of such lists
        One document or several, cut into words as the text was that was trained on. Phrases of
        the vectors are joined. Words without a vector are left out.
    epochs : int, optional
        Passes over the documents, by default as many as there were in training. Short documents
        need more.
    lr, min_lr : float, optional
        The step sizes at the beginning and at the end, by default those of training.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    float32, (D,) or (n, D)
        The vector of the document, or a row for each of several.

    Raises
    ------
    VocabularyError
        If a document holds no word that has a vector.
    ConfigError
        If no documents were trained with the vectors, or an option is out of range.

    Examples
    --------
    >>> import firth
    >>> units = [["tea", "milk", "sugar"] * 9, ["bread", "salt"] * 9, ["milk", "tea"] * 9]
    >>> options = {"dim": 8, "epochs": 40, "sample": 0, "threads": 1}
    >>> vectors = firth.train(units, documents="joint", **options)
    >>> vectors.documents.similar(infer(vectors, ["salt", "bread", "salt"]))[0].word
    1
    """
    check_vectors("vectors", vectors)
    config = _config_of(vectors, {"epochs": epochs, "lr": lr, "min_lr": min_lr, "seed": seed})
    assert vectors.output_vectors is not None
    assert vectors.counts is not None
    units, is_one = _units(documents)
    rows = vectors if vectors.raw is None else vectors.read_out("plain")
    inferred = train_documents(
        _encode(units, vectors, vectors.counts),
        config,
        {INPUT: rows.input_vectors, OUTPUT: vectors.output_vectors},
    )
    return inferred[0] if is_one else inferred


def _config_of(vectors: Vectors, asked: Mapping[str, object]) -> TrainConfig:
    """Return how documents are trained: as the vectors were, or as asked for, in one thread."""
    options: Any = vectors.config.get("options")
    if not isinstance(options, Mapping) or options.get("documents", "none") == "none":
        raise ConfigError(_NOT_TRAINED)
    if options.get("loss", "ns") != "ns":
        raise ConfigError(
            f"documents cannot be inferred with loss={options['loss']!r}, whose output table holds "
            "no words and is not kept; train with loss='ns' (--loss ns)"
        )
    scale: Any = vectors.config.get("lr_scale", 1.0)
    given = dict(options)
    for name in ("lr", "min_lr"):
        if not (is_finite(given.get(name)) and is_finite(scale)):
            raise ConfigError(f"{_NOT_TRAINED}; got {name} {shown(given.get(name))}")
        given[name] *= scale
    if vectors.output_vectors is None or vectors.counts is None:
        raise ConfigError(_NOT_TRAINED)
    given |= {"threads": 1, "deterministic": True}
    given |= {name: value for name, value in asked.items() if value is not None}
    return TrainConfig(**{**given, "patience": None, "on_divergence": "stop"})


def _units(documents: object) -> tuple[list[list[Token]], bool]:
    """Return documents as lists of tokens, and whether a single document was given."""
    if isinstance(documents, np.ndarray):
        documents = documents.tolist()
    if not isinstance(documents, list | tuple) or not documents:
        raise ConfigError(
            f"documents must be a list of words, or a list of such lists, got {shown(documents)}"
        )
    is_one = all(isinstance(each, str | int | np.integer) for each in documents)
    units = [documents] if is_one else documents
    for unit in units:
        if not isinstance(unit, list | tuple | np.ndarray):
            raise ConfigError(f"a document must be a list of words, got {shown(unit)}")
    return [list(unit) for unit in units], is_one


def _joined(unit: list[Token], vectors: Vectors) -> list[Token]:
    """Return a document with phrases joined, as they were in the text that was trained on."""
    words = [word for word in unit if isinstance(word, str)]
    if vectors.phrases is None or len(words) < len(unit):
        return unit
    return list(vectors.phrases.join(words, among=vectors))


def _encode(units: list[list[Token]], vectors: Vectors, counts: NDArray[np.int64]) -> Corpus:
    """Return documents as a corpus with the vocabulary of the vectors."""
    places = vectors.index
    joined = [_joined(unit, vectors) for unit in units]
    ids = [[places[word] for word in unit if word in places] for unit in joined]
    for number, (unit, known) in enumerate(zip(units, ids, strict=True)):
        if not known:
            are_texts = any(isinstance(word, str) and len(word.split()) > 1 for word in unit)
            raise VocabularyError(
                f"document {number} holds no word that has a vector: {shown(unit)}; "
                + ("cut its texts into words" if are_texts else "leave it out")
            )
    lengths = [len(known) for known in ids]
    store = TokenStore(
        np.array([row for known in ids for row in known], np.int32),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
    )
    vocabulary = Vocabulary(vectors.words, counts)
    return Corpus(vocabulary, store, sum(map(len, units)), len(units))
