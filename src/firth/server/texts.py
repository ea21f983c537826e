"""Texts cut into words as the vectors' own text was, and the mean of the vectors of words.

D dimensions
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.checks import one_of
from firth.corpus.tokenizers import TOKENIZERS, get_tokenizer
from firth.normalization import normalize
from firth.server.schemas import LONGEST_WORD
from firth.vectors import Vectors
from firth.vectors.queries import spelled_token


def split_function(vectors: Vectors, tokenizer: str) -> Callable[[str], list[str]]:
    """Return what cuts a text into words: as the vectors say, or else by a tokenizer of that name.

    Raises
    ------
    ConfigError
        If there is no tokenizer of that name.
    MissingExtraError
        If a tokenizer needs a package that is not installed.

    Examples
    --------
    >>> vectors = Vectors(["new_york"], np.eye(1), config={"corpus": {"tokenizer": "words"}})
    >>> split_function(vectors, "whitespace")("Tea, please")
    ['tea', ',', 'please']
    """
    one_of("tokenizer", tokenizer, choices=TOKENIZERS)
    read: Any = vectors.config.get("corpus")
    read = read if isinstance(read, Mapping) and read.get("tokenizer") in TOKENIZERS else {}
    form = read.get("normalization", "NFC")
    split = get_tokenizer(
        read.get("tokenizer", tokenizer),
        lowercase=bool(read.get("lowercase", False)),
        normalization=form,
    ).split
    phrases = vectors.phrases

    def cut(text: str) -> list[str]:
        words = split(normalize(text, form))
        return words if phrases is None else phrases.join(words, among=vectors)

    return cut


def mean_vector(vectors: Vectors, words: Iterable[str | int]) -> NDArray[np.float32]:
    """Return the mean of the vectors of words (D,); zeros if none of them has one.

    Examples
    --------
    >>> vectors = Vectors(["tea", 7], np.array([[2, 0], [0, 4]], dtype=np.float32))
    >>> mean_vector(vectors, ["tea", "7", "milk"]).tolist()
    [1.0, 2.0]
    """
    total, known = np.zeros(vectors.dim), 0
    for word in words:
        # Longer words are not composed of their n-grams, which are many.
        if isinstance(word, str) and len(word) > LONGEST_WORD:
            continue
        row = vectors.get(spelled_token(vectors, word))
        if row is not None:
            total += row
            known += 1
    return np.asarray(total / max(known, 1), dtype=np.float32)
