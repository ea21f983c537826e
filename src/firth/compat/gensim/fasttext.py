"""gensim's `FastText` on `firth.train`, and fastText's own files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from firth.compat.gensim.encodings import KEPT, check_utf8, escaped
from firth.compat.gensim.faults import told_as_value_errors
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.ngram_vectors import FastTextKeyedVectors
from firth.compat.gensim.options import FASTTEXT, NotSupported, Option
from firth.compat.gensim.replacing import check_model_destination
from firth.compat.gensim.word2vec import Word2Vec
from firth.io.paths import to_path
from firth.vectors import Vectors
from firth.vectors.formats.registry import read_table
from firth.vectors.formats.selection import Selection
from firth.vectors.loading import vectors_of

_FORMAT = "fasttext"


class FastText(Word2Vec):
    """Words composed of n-grams, so that unknown words have vectors too; see `Word2Vec`."""

    _options: ClassVar[Mapping[str, Option]] = FASTTEXT
    _keyed: ClassVar[type[KeyedVectors]] = FastTextKeyedVectors

    def _words_of(self, vectors: int | Vectors) -> KeyedVectors:
        words = super()._words_of(vectors)
        assert isinstance(words, FastTextKeyedVectors)
        least = max(1, self.min_n)
        if self.bucket and least <= self.max_n:
            words._planned = (least, self.max_n, self.bucket)
        return words

    @classmethod
    def load_fasttext_format(
        cls, model_file: str | os.PathLike[str], encoding: str = "utf8"
    ) -> FastText:
        """Do what `load_facebook_model` does, as gensim 3 calls it."""
        return load_facebook_model(model_file, encoding)


@told_as_value_errors()
def load_facebook_model(path: str | os.PathLike[str], encoding: str = "utf-8") -> FastText:
    """Read a model of fastText (`.bin`), which may be trained further."""
    check_utf8(encoding)
    return FastText._of(_facebook_vectors(path))


@told_as_value_errors()
def load_facebook_vectors(
    path: str | os.PathLike[str], encoding: str = "utf-8"
) -> FastTextKeyedVectors:
    """Read the words and n-grams of a model of fastText (`.bin`)."""
    check_utf8(encoding)
    return FastTextKeyedVectors(_facebook_vectors(path))


def _facebook_vectors(path: str | os.PathLike[str]) -> Vectors:
    table = read_table(path, Selection(KEPT), _FORMAT)
    return vectors_of(replace(table, words=escaped(table.words, path)), path)


def save_facebook_model(
    model: FastText,
    path: str | os.PathLike[str],
    encoding: str = "utf-8",
    lr_update_rate: int = 100,
    word_ngrams: int = 1,
) -> None:
    """Write a model of fastText (`.bin`)."""
    check_utf8(encoding)
    if (lr_update_rate, word_ngrams) != (100, 1):
        raise NotSupported("lr_update_rate and word_ngrams are 100 and 1: Firth has no others")
    check_model_destination(to_path("path", path))
    model.wv.to_firth().save(path, format=_FORMAT)
