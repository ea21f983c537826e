"""gensim's `Doc2Vec` on `firth.train`."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

import firth
from firth.checks import shown
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.options import DOC2VEC, NotSupported, Option
from firth.compat.gensim.word2vec import Word2Vec
from firth.errors import warn
from firth.vectors import Vectors
from firth.vectors.search import cosines


class TaggedDocument(NamedTuple):
    """A document: its words, and its tag in a list."""

    words: Sequence[str]
    tags: Sequence[str | int]


class Doc2Vec(Word2Vec):
    """Documents and words, and their vectors; see `Word2Vec`.

    Parameters
    ----------
    documents : iterable of TaggedDocument, optional
        Each with one tag of its own.
    corpus_file : path, optional
        A text with a document on each line; its tag is the number of the line, from 0.
    *values, **options
        Those of gensim 4, in its order and with its defaults.

    Attributes
    ----------
    wv, dv : KeyedVectors
        Of words, and of documents by their tags.
    """

    _options: ClassVar[Mapping[str, Option]] = DOC2VEC

    def __init__(
        self,
        documents: Iterable[TaggedDocument] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        *values: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> None:
        self._tags: list[str | int] | None = None
        self.dv = KeyedVectors(values[0] if values else options.get("vector_size", 100))
        super().__init__(documents, corpus_file, *values, **options)  # type: ignore[arg-type]

    @property
    def dbow(self) -> bool:
        """Whether documents are trained by skip-gram, dm=0."""
        return not self.options["dm"]

    @property
    def docvecs(self) -> KeyedVectors:
        """`dv`, as gensim 3 calls it."""
        return self.dv

    def _read(self, source: object, *, all_words: bool) -> firth.Corpus:
        if isinstance(source, str | os.PathLike):
            self._tags = None
            return super()._read(source, all_words=all_words)
        documents: Any = source
        found = [(list(document.words), list(document.tags)) for document in documents]
        for _, tags in found:
            if len(tags) != 1:
                raise NotSupported(f"a document has one tag, got {tags}")
        self._tags = [
            int(tags[0]) if isinstance(tags[0], np.integer) else tags[0] for _, tags in found
        ]
        if len(set(self._tags)) < len(self._tags):
            raise NotSupported("two documents with the same tag are not supported")
        return super()._read([words for words, _ in found], all_words=all_words)

    def _finish(self, vectors: Vectors) -> None:
        super()._finish(vectors)
        if self._tags is not None:
            # So that they come back from files.
            vectors.config["document_tags"] = self._tags
        of_gensim: Any = vectors.config.get("gensim") or {}
        tags: Any = vectors.config.get("document_tags") or of_gensim.get("document_tags")
        documents = vectors.documents
        # Lines without a word of the vocabulary have no vector.
        keys = [tags[int(number)] if tags else number for number in documents.words]
        self.dv = KeyedVectors(Vectors(keys, documents.input_vectors))

    def infer_vector(
        self,
        doc_words: Sequence[str],
        alpha: float | None = None,
        min_alpha: float | None = None,
        epochs: int | None = None,
    ) -> NDArray[np.float32]:
        """Return a vector for a new document (D,).

        `alpha` and `min_alpha` are the first step size and the last, by default those of training.
        Without a word that is known it is random, as in gensim, and a warning tells so.
        """
        if isinstance(doc_words, str):
            raise TypeError("doc_words must be a list of words, not one text")
        words = [word for word in doc_words if self.wv.has_index_for(word)]
        if not words:
            warn(f"no word of the document is known, so its vector is random: {shown(doc_words)}")
            draw = np.random.default_rng(zlib.crc32(" ".join(map(str, doc_words)).encode()))
            row = draw.random(self.vector_size, np.float32) - np.float32(0.5)
            return np.asarray(row / self.vector_size)
        lr = alpha or self.options["alpha"]
        # gensim may go below the step at the end, and Firth may not begin below it.
        min_lr = min(min_alpha or self.options["min_alpha"], lr)
        return firth.infer(self.wv.to_firth(), words, epochs=epochs, lr=lr, min_lr=min_lr)

    def similarity_unseen_docs(
        self,
        doc_words1: Sequence[str],
        doc_words2: Sequence[str],
        alpha: float | None = None,
        min_alpha: float | None = None,
        epochs: int | None = None,
    ) -> np.float32:
        """Return the cosine of the vectors of two new documents."""
        how = (alpha, min_alpha, epochs)
        rows = [self.infer_vector(words, *how) for words in (doc_words1, doc_words2)]
        return np.float32(cosines(*rows))

    def save_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        doctag_vec: bool = False,
        word_vec: bool = True,
        prefix: str = "*dt_",
        fvocab: str | os.PathLike[str] | None = None,
        binary: bool = False,
    ) -> None:
        """Write words, documents or both in word2vec's format; `prefix` stands before tags."""
        if word_vec:
            total = len(self.wv) + len(self.dv) if doctag_vec else None
            self.wv.save_word2vec_format(fname, fvocab, binary, total)
        if doctag_vec:
            how: Any = {"append": True, "write_header": False} if word_vec else {}
            self.dv.save_word2vec_format(fname, binary=binary, prefix=prefix, **how)
