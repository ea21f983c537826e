"""Words and their rows: checks, lookup, copies; `Vectors` adds queries and files.

V words · D dimensions · n words of a query
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from firth.checks import shown
from firth.errors import ConfigError, counted
from firth.html import html_table
from firth.normalization import Places, find_word
from firth.other_names import VECTORS, unknown_attribute
from firth.phrases import Phrases
from firth.subwords.options import GIVE_CUT, Cut
from firth.vectors.approximate import ApproximateIndex
from firth.vectors.checks import (
    checked_counts,
    checked_matrix,
    number_words,
    read_only,
    words_repeat,
)
from firth.vectors.composition import RawTables, checked_raw
from firth.vectors.documents import DocumentTable, checked_documents
from firth.vectors.lazy_words import LazyRows, LazyWords
from firth.vectors.lengths import row_lengths
from firth.vectors.phrase_rows import spelled
from firth.vectors.queries import Found, find_row, find_vectors, token_list, warn_of_composed
from firth.vectors.search import ExactIndex
from firth.vectors.table import Token

# Computed from the other attributes, so neither copied nor pickled.
_DERIVED = ("_words", "_rows", "_lengths", "_exact", "_approximate", "documents")
# The attributes that these are computed from.
_FIXED = (
    "words", "dim", "input_vectors", "output_vectors", "counts", "raw", "phrases",
    "document_table",
)  # fmt: skip

_NO_CUT = f"its parts are not known: the function that cuts words is missing, and {GIVE_CUT}"

# Words of the table in a notebook.
_SHOWN = 10

Default = TypeVar("Default")


class WordRows:
    """The part of `Vectors` that looks words up; it describes the parameters."""

    # What has vectors.
    noun = "word"
    # Whether the vectors were read from a file, which does not tell how they were read out.
    _is_from_file = False
    # The index that was built or opened, if one was.
    _approximate: ApproximateIndex | None = None

    def __init__(
        self,
        words: Sequence[Token],
        matrix: NDArray[np.float32],
        *,
        counts: NDArray[np.int64] | None = None,
        output_vectors: NDArray[np.float32] | None = None,
        config: Mapping[str, object] | None = None,
        raw: RawTables | None = None,
        phrases: Phrases | None = None,
        documents: DocumentTable | None = None,
    ) -> None:
        is_lazy = isinstance(words, LazyWords) and raw is None and phrases is None
        self._words = words if is_lazy else _as_tuple(words)
        self.phrases = phrases
        self._rows = self._number_words()
        self.input_vectors, self._lengths = checked_matrix(
            matrix, self._words, "the matrix of vectors"
        )
        self.dim = self.input_vectors.shape[1]
        if output_vectors is not None:
            output_vectors = checked_matrix(output_vectors, self._words, "output_vectors").matrix
            if output_vectors.shape[1] != self.dim:
                raise ConfigError(
                    f"output_vectors has {counted(output_vectors.shape[1], 'dimension')}, the "
                    f"input vectors have {self.dim:,}; they must be the same"
                )
        self.output_vectors = output_vectors
        self.counts = None if counts is None else checked_counts(counts, len(self._words))
        self.config = _as_dict(config)
        self.raw = None if raw is None else checked_raw(raw, self._words, self.dim)
        self.document_table = None if documents is None else checked_documents(documents, self.dim)

    def __getitem__(self, words: Token | Sequence[Token]) -> NDArray[np.float32]:
        """Copy the vector of a word (D,), or of several (n, D).

        An integer is a word (an item's id), not a row number. If there are n-grams, a word that
        is not in the vocabulary has a vector too: it is composed of those that it has.

        Raises
        ------
        VocabularyError
            If a word has no vector; the message suggests words with a similar spelling.

        Examples
        --------
        >>> from firth import Vectors
        >>> vectors = Vectors(["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.float32))
        >>> vectors["b"].tolist(), vectors[["b", "a"]].shape
        ([3.0, 4.0], (2, 2))
        """
        tokens, is_one = token_list(words)
        vectors = self._find(tokens).vectors
        return vectors[0] if is_one else vectors

    @overload
    def get(self, word: Token) -> NDArray[np.float32] | None: ...
    @overload
    def get(self, word: Token, default: Default) -> NDArray[np.float32] | Default: ...
    def get(self, word: Token, default: object = None) -> object:
        """Copy the vector of a word (D,), as `vectors[word]`, or return `default` if it has none.

        Examples
        --------
        >>> from firth import Vectors
        >>> vectors = Vectors(["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.float32))
        >>> vectors.get("b").tolist(), vectors.get("c")
        ([3.0, 4.0], None)
        """
        row = find_row(word, self._rows)
        if row is not None:
            return self.input_vectors[row].copy()
        composed = self._compose(word)
        return default if composed is None else composed

    @property
    def index(self) -> Mapping[Token, int]:
        """Map each word to its row, read-only, with the same lookup as `vectors[word]`.

        Examples
        --------
        >>> from firth import Vectors
        >>> Vectors(["a", "b"], np.eye(2)).index["b"]
        1
        """
        return Places(self._rows)

    @property
    def shape(self) -> tuple[int, int]:
        """Return (V, D), which scikit-learn asks for."""
        return len(self._words), self.dim

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return `input_vectors` for `np.asarray(vectors)`, read-only unless copied."""
        matrix = self.input_vectors
        if dtype is None or np.dtype(dtype) == matrix.dtype:
            return matrix.copy() if copy else matrix
        if copy is False:
            raise ValueError(f"{np.dtype(dtype)} needs a copy of {matrix.dtype}; got copy=False")
        return matrix.astype(dtype)

    def with_cut(self, cut: Cut) -> Self:
        """Return the same vectors with the function that cuts words, for unknown words.

        Vectors that were trained with `subwords=function` are saved without it. Known words and
        other read-outs do not need it.

        Raises
        ------
        ConfigError
            If no function cuts the words of these vectors, or another one did.

        Examples
        --------
        >>> import pickle, firth
        >>> units = [["tea", "team", "tear"] * 9] * 9
        >>> cut = lambda word: list(word)
        >>> vectors = firth.train(units, subwords=cut, dim=8, threads=1, progress=False)
        >>> loaded = pickle.loads(pickle.dumps(vectors))  # A lambda is not pickled.
        >>> loaded.get("tame") is None, loaded.with_cut(cut).get("tame").shape
        (True, (8,))
        """
        if self.raw is None or self.raw.subwords is None:
            raise ConfigError("these vectors have no subwords, so no function cuts their words")
        raw = dataclasses.replace(self.raw, subwords=self.raw.subwords.with_cut(cut))
        same = copy.copy(self)
        vars(same)["raw"] = raw
        return same

    def __contains__(self, word: object) -> bool:
        """Return whether a word is in the vocabulary; `vectors[word]` may compose others."""
        return find_word(word, self._rows) is not None

    def __len__(self) -> int:
        """Return V, the number of words."""
        return len(self._words)

    def __iter__(self) -> Iterator[Token]:
        """Iterate over the words, in the order of their rows."""
        return iter(self._words)

    def __repr__(self) -> str:
        """Return the numbers of words and dimensions."""
        return f"{type(self).__name__}({counted(len(self), self.noun)}, dim={self.dim})"

    def _repr_html_(self) -> str:
        """Return a table of the most frequent words, for a notebook."""
        first = [str(word) for word in self._words[:_SHOWN]]
        if self.counts is None:
            return html_table([self.noun], [(word,) for word in first], repr(self))
        counts = self.counts[:_SHOWN].tolist()
        return html_table([self.noun, "count"], zip(first, counts, strict=True), repr(self))

    def __getstate__(self) -> dict[str, object]:
        """Return the attributes for a copy or a pickle."""
        kept = {name: value for name, value in vars(self).items() if name not in _DERIVED}
        return {"words": self.words, **kept}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Restore a copy or a pickle, with read-only arrays."""
        vars(self).update(state)
        if self.raw is not None:
            vars(self)["raw"] = self.raw.read_only()
        if self.document_table is not None:
            vars(self)["document_table"] = self.document_table.read_only()
        for name in ("input_vectors", "output_vectors", "counts"):
            if state[name] is not None:
                vars(self)[name] = read_only(state[name])
        self.config = dict(self.config)
        self._words = self.words
        self._rows = self._number_words()

    def _number_words(self) -> Mapping[Token, int]:
        """Return the row of each word."""
        if isinstance(self._words, LazyWords):
            if (found := self._words.repetition()) is not None:
                raise words_repeat(self._words[found[0]], *found)
            return LazyRows(self._words)
        return number_words(self._words, self.phrases)

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute, unless other attributes were computed from it."""
        if name in _FIXED and (name in vars(self) or name == "words"):
            raise AttributeError(
                f"{name} of Vectors cannot be changed; make new ones: firth.Vectors(words, matrix)"
            )
        super().__setattr__(name, value)

    if not TYPE_CHECKING:  # Type checkers would accept every name as an attribute.

        def __getattr__(self, name: str) -> NoReturn:
            """Raise, with Firth's name for an attribute of other libraries."""
            message = unknown_attribute(f"{type(self).__name__!r} object", name, VECTORS)
            raise AttributeError(message, name=name, obj=self)

    @cached_property
    def words(self) -> tuple[Token, ...]:
        """The words, in the order of their rows."""
        return _as_tuple(self._words)

    @cached_property
    def _lengths(self) -> NDArray[np.float64]:
        return row_lengths(self.input_vectors)

    @cached_property
    def _exact(self) -> ExactIndex:
        return ExactIndex(self.input_vectors, self._lengths)

    def _find(self, words: Sequence[Token]) -> Found:
        """Return the vectors of words, which are composed of n-grams if there are no others."""
        if self.raw is None:
            return find_vectors(words, self._rows, self.input_vectors)
        advice = _NO_CUT if self.raw.lacks_cut else ""
        return find_vectors(words, self._rows, self.input_vectors, self._compose, advice)

    def _compose(self, word: Token) -> NDArray[np.float32] | None:
        """Return the vector of a word of its n-grams (D,), or None if it has none."""
        return None if self.raw is None else self.raw.compose(spelled(word, self.phrases))

    def _find_and_warn(self, words: Sequence[Token]) -> Found:
        """Return the vectors of the words of a question; a warning tells of composed ones."""
        found = self._find(words)
        warn_of_composed(words, self._rows)
        return found


def _as_dict(config: Mapping[str, object] | None) -> dict[str, object]:
    if config is not None and not isinstance(config, Mapping):
        raise ConfigError(f"config must be a mapping, got {shown(config)}")
    return dict(config or {})


def _as_tuple(words: Sequence[Token]) -> tuple[Token, ...]:
    if isinstance(words, str | bytes) or not isinstance(words, Iterable):
        raise ConfigError(f"words must be a list of words, got {shown(words)}")
    return tuple(words.tolist() if isinstance(words, np.ndarray) else words)
