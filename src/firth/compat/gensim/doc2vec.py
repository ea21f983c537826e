"""gensim's `Doc2Vec` on `firth.train`."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

import firth
from firth.checks import shown
from firth.compat.gensim.keyed_vectors import KeyedVectors
from firth.compat.gensim.options import DOC2VEC, NotSupported, Option
from firth.compat.gensim.runs import estimated_memory
from firth.compat.gensim.sentences import LineSentence
from firth.compat.gensim.vocabularies import random_rows
from firth.compat.gensim.word2vec import Word2Vec
from firth.corpus import Vocabulary
from firth.errors import warn
from firth.vectors import Vectors
from firth.vectors.search import cosines

Tag = str | int


class TaggedDocument(NamedTuple):
    """A document: its words, and its tags in a list."""

    words: Sequence[str]
    tags: Sequence[Tag]

    def __str__(self) -> str:
        """Show the words and the tags."""
        return f"{type(self).__name__}<{self.words}, {self.tags}>"


class TaggedLineDocument:
    """The lines of a text as documents, whose tags are their numbers from 0; see `LineSentence`."""

    def __init__(self, source: str | os.PathLike[str] | IO[Any]) -> None:
        self.source = LineSentence(source)

    def __iter__(self) -> Iterator[TaggedDocument]:
        """Iterate over the documents."""
        for number, words in enumerate(self.source.lines()):
            yield TaggedDocument(words, [number])


class Doc2Vec(Word2Vec):
    """Documents and words, and their vectors; see `Word2Vec`.

    Parameters
    ----------
    documents : iterable of TaggedDocument, optional
        A document may have several tags, and several documents the same one: a name of its own
        beside its class, say. Each tag is trained with each window of its documents. Without tags,
        only words are trained there.
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
        # The tags of each document of the text; those of a file are the numbers of its lines.
        self._tags: list[list[Tag]] | None = None
        self.dv = KeyedVectors(values[0] if values else options.get("vector_size", 100))
        super().__init__(documents, corpus_file, *values, **options)  # type: ignore[arg-type]

    @property
    def dbow(self) -> bool:
        """Whether documents are trained by skip-gram, dm=0."""
        return not self.dm

    def __getitem__(self, key: Any) -> NDArray[np.float32]:  # noqa: ANN401
        """Return the vector of a word or of a tag (D,), or those of several (n, D)."""
        if not isinstance(key, str | int | np.integer):
            return np.vstack([self[each] for each in key])
        vectors: Any = self.wv if key in self.wv else self.dv
        return np.asarray(vectors[key])

    @property
    def docvecs(self) -> KeyedVectors:
        """`dv`, as gensim 3 calls it."""
        return self.dv

    @property
    def sg(self) -> int:
        """Whether documents are trained by skip-gram, dm=0, as a number."""
        return int(self.dbow)

    @property
    def cbow_mean(self) -> int:
        """Whether the mean of the inputs is taken: always."""
        return 1

    def estimated_lookup_memory(self) -> int:
        """Return about how many bytes the tags need."""
        return estimated_memory(self, None, None)["doctag_lookup"]

    def _take_words(self, found: Vocabulary, update: bool) -> None:
        super()._take_words(found, update)
        if self._corpus is not None:
            tags = self._with_tags(self._corpus).names_of_documents()
            self.dv = _tagged(tags, random_rows(self.seed, len(tags), self.vector_size))

    def _read(self, source: object, *, all_words: bool) -> firth.Corpus:
        self._tags = None
        if isinstance(source, str | os.PathLike):
            return super()._read(source, all_words=all_words)
        given: Any = source
        found = [_checked(document) for document in given]
        self._tags = [tags for _, tags in found]
        return super()._read([words for words, _ in found], all_words=all_words)

    def _encoded(self, source: object) -> firth.Corpus:
        return self._with_tags(super()._encoded(source))

    def _with_tags(self, corpus: firth.Corpus) -> firth.Corpus:
        return corpus if self._tags is None else corpus.with_documents(self._tags)

    def _finish(self, vectors: Vectors) -> None:
        super()._finish(vectors)
        self.dv = _tagged(vectors.documents.words, vectors.documents.input_vectors)

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
        self._check_inference()
        words = [word for word in doc_words if self.wv.has_index_for(word)]
        if not words:
            warn(f"no word of the document is known, so its vector is random: {shown(doc_words)}")
            seed = zlib.crc32(" ".join(map(str, doc_words)).encode())
            return np.asarray(random_rows(seed, 1, self.vector_size)[0])
        lr = alpha or self.options["alpha"]
        # gensim may go below the step at the end, and Firth may not begin below it.
        min_lr = min(min_alpha or self.options["min_alpha"], lr)
        seed, vectors = self._next_seed(), self.wv.to_firth()
        return firth.infer(vectors, words, epochs=epochs, lr=lr, min_lr=min_lr, seed=seed)

    def _check_inference(self) -> None:
        """Raise if a model of documents cannot give a new one its vector."""
        if not self._is_trained:
            raise RuntimeError("call build_vocab and train before infer_vector")
        if self.options["hs"]:
            raise NotSupported(
                "infer_vector with hs=1 is not supported: the tree is not kept; give negative=5"
            )

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

    def __str__(self) -> str:
        """Show how documents are trained, and with which options, in gensim's short form."""
        kind = "dm/m" if self.dm else "dbow+w" if self.dbow_words else "dbow"
        has_window = self.dm or self.dbow_words
        parts = {
            kind: True,
            f"d{self.vector_size}": True,
            f"n{self.negative}": self.negative,
            "hs": self.hs,
            f"w{self.window}": has_window,
            f"mc{self.min_count}": self.min_count > 1,
            f"s{self.sample:g}": self.sample > 0,
            f"t{self.workers}": self.workers > 1,
        }
        told = [json.dumps(self.comment)] if self.comment else []
        return (
            f"{type(self).__name__}<{','.join([*told, *(n for n, is_ in parts.items() if is_)])}>"
        )


def _tagged(tags: Sequence[Tag], rows: NDArray[np.float32]) -> KeyedVectors:
    """Return vectors by tags: integers in their order, then other tags as they came.

    Tags of documents without a word of the vocabulary have none.
    """
    order = sorted(range(len(tags)), key=lambda place: _rank(tags[place]))
    return KeyedVectors(Vectors([tags[place] for place in order], rows[order]))


def _rank(tag: Tag) -> tuple[bool, int]:
    return (True, 0) if isinstance(tag, str) else (False, tag)


def _checked(document: TaggedDocument) -> tuple[list[str], list[Tag]]:
    """Return the words and the tags of a document."""
    for name in ("words", "tags"):
        if isinstance(getattr(document, name), str):
            raise TypeError(f"{name} of a document must be a list, got {shown(document)}")
    tags = list(document.tags)
    for tag in tags:
        if isinstance(tag, bool) or not isinstance(tag, str | int | np.integer):
            raise TypeError(f"a tag must be a text or an integer, got {shown(tag)}")
    return list(document.words), tags
