"""Words and their vectors: look them up, compare them, find the nearest.

V words · D dimensions · n queries
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from firth.checks import shown, whole_number
from firth.errors import ConfigError
from firth.normalization import Places, find_word
from firth.other_names import VECTORS, explain_keywords, unknown_attribute
from firth.vectors.checks import (
    checked_counts,
    checked_matrix,
    number_words,
    read_only,
)
from firth.vectors.formats.registry import write_table
from firth.vectors.queries import query_vectors, token_list, unit_queries
from firth.vectors.search import cosines, top_k, unit_rows, zero_rows
from firth.vectors.spelling import unknown_word
from firth.vectors.table import Table, Token

# What follows from the rest, and so is neither copied nor pickled.
_DERIVED = ("_rows", "_unit_vectors", "_zero_rows")
# What these follow from.
_FIXED = ("words", "dim", "input_vectors", "output_vectors", "counts")

Default = TypeVar("Default")


class Neighbour(NamedTuple):
    """A word and its score: the cosine of the angle between its vector and the query's."""

    word: Token
    score: float


class Vectors:
    """Words, and a vector for each.

    Parameters
    ----------
    words : sequence of V tokens
        Text or integers, each once; the most frequent first, if they were counted. An array of
        them will do.
    matrix : (V, D) float32
        The input vectors, a row for each word. It is not copied: do not change it afterwards.
    counts : (V,) int64, optional
        How often each word occurred in training.
    output_vectors : (V, D) float32, optional
        The vectors of the target side, if training kept them.
    config : mapping, optional
        How the vectors were trained.

    Attributes
    ----------
    words : tuple of V tokens
    input_vectors, output_vectors, counts : arrays
        As given, but read-only, in copies and pickles too; the last two may be None.
    config : dict
    dim : int
        D, the number of dimensions.

    Notes
    -----
    `np.asarray(vectors)` is `input_vectors`. What takes arrays takes vectors, as scikit-learn does.

    Raises
    ------
    ConfigError
        If shapes do not fit each other, a word comes twice or is neither text nor an integer, or
        a vector is not finite.

    Examples
    --------
    >>> vectors = Vectors(["king", "queen", "tea"], np.eye(3, dtype=np.float32) + 1)
    >>> vectors
    Vectors(3 words, dim=3)
    >>> vectors["king"]
    array([2., 1., 1.], dtype=float32)
    >>> "coffee" in vectors
    False
    """

    def __init__(
        self,
        words: Sequence[Token],
        matrix: NDArray[np.float32],
        *,
        counts: NDArray[np.int64] | None = None,
        output_vectors: NDArray[np.float32] | None = None,
        config: Mapping[str, object] | None = None,
    ) -> None:
        self.words = tuple(words.tolist() if isinstance(words, np.ndarray) else words)
        self._rows = number_words(self.words)
        self.input_vectors = checked_matrix(matrix, self.words, "the matrix of vectors")
        self.dim = self.input_vectors.shape[1]
        if output_vectors is not None:
            output_vectors = checked_matrix(output_vectors, self.words, "output_vectors")
            if output_vectors.shape[1] != self.dim:
                raise ConfigError(
                    f"output_vectors has {output_vectors.shape[1]:,} dimensions, the input "
                    f"vectors have {self.dim:,}; they must be the same"
                )
        self.output_vectors = output_vectors
        self.counts = None if counts is None else checked_counts(counts, len(self.words))
        self.config = dict(config or {})

    @explain_keywords
    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the vectors to `path`, in the format that its suffix tells.

        Vectors that stand there already are replaced, at the end and in one step.

        Parameters
        ----------
        path : path
            Without suffix, or with a slash at the end: a folder that keeps everything. With
            `.bin`: word2vec's binary format, with `.txt` or `.vec` its text format; these keep
            the words and input vectors only, and read integers back as text.
        overwrite : bool
            Whether a file that holds anything but vectors is replaced too. A folder with other
            files in it never is.

        Raises
        ------
        FormatError
            If the suffix is unknown, or the format cannot hold one of the words.
        FirthError
            If the path cannot be written, or something else than vectors stands there.
        """
        table = Table(
            words=self.words,
            input_vectors=self.input_vectors,
            counts=self.counts,
            output_vectors=self.output_vectors,
            config=self.config,
        )
        write_table(table, path, overwrite=overwrite)

    def __getitem__(self, words: Token | Sequence[Token]) -> NDArray[np.float32]:
        """Copy the vector of a word (D,), or of several (n, D).

        An integer is a word too, an item's id: it is not the number of a row.

        Raises
        ------
        VocabularyError
            If a word has no vector; the message names words spelled nearly so.

        Examples
        --------
        >>> vectors = Vectors(["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.float32))
        >>> vectors["b"].tolist()
        [3.0, 4.0]
        >>> vectors[["b", "a"]].shape
        (2, 2)
        """
        tokens, is_one = token_list(words)
        vectors = self.input_vectors[self._find_all(tokens)]
        return vectors[0] if is_one else vectors

    @overload
    def get(self, word: Token) -> NDArray[np.float32] | None: ...
    @overload
    def get(self, word: Token, default: Default) -> NDArray[np.float32] | Default: ...
    def get(self, word: Token, default: object = None) -> object:
        """Copy the vector of a word (D,), or return `default` if it has none.

        Examples
        --------
        >>> vectors = Vectors(["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.float32))
        >>> vectors.get("b").tolist(), vectors.get("c")
        ([3.0, 4.0], None)
        """
        row = self._row(word)
        return default if row is None else self.input_vectors[row].copy()

    @property
    def index(self) -> Mapping[Token, int]:
        """The row of each word, read-only; words are found as `vectors[word]` finds them.

        Examples
        --------
        >>> Vectors(["a", "b"], np.eye(2)).index["b"]
        1
        """
        return Places(self._rows)

    @property
    def shape(self) -> tuple[int, int]:
        """Return (V, D), as `np.asarray(vectors)` has it; scikit-learn asks for it."""
        return len(self.words), self.dim

    def __array__(
        self,
        dtype: DTypeLike | None = None,
        copy: bool | None = None,
    ) -> NDArray[Any]:
        """Return `input_vectors` for `np.asarray(vectors)`, read-only unless it is a copy."""
        matrix = self.input_vectors
        if dtype is None or np.dtype(dtype) == matrix.dtype:
            return matrix.copy() if copy else matrix
        if copy is False:
            raise ValueError(f"a matrix of {matrix.dtype} cannot be {np.dtype(dtype)} uncopied")
        return matrix.astype(dtype)

    def __contains__(self, word: object) -> bool:
        """Tell whether a word has a vector, as `vectors[word]` finds it."""
        return find_word(word, self._rows) is not None

    def __len__(self) -> int:
        """Return V, the number of words."""
        return len(self.words)

    def __iter__(self) -> Iterator[Token]:
        """Go through the words, in the order of their rows."""
        return iter(self.words)

    def __repr__(self) -> str:
        """Return the numbers of words and dimensions."""
        return f"{type(self).__name__}({len(self):,} words, dim={self.dim})"

    def __getstate__(self) -> dict[str, object]:
        """Return what a copy or a pickle needs."""
        return {name: value for name, value in vars(self).items() if name not in _DERIVED}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Become a copy, whose arrays are read-only too."""
        vars(self).update({name: state[name] for name in state if name not in _DERIVED})
        for name in ("input_vectors", "output_vectors", "counts"):
            if state[name] is not None:
                vars(self)[name] = read_only(state[name])
        self.config = dict(self.config)
        self._rows = number_words(self.words)

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute, unless it is one that others were computed from."""
        if name in _FIXED and name in vars(self):
            raise AttributeError(
                f"{name} of Vectors cannot be changed; make others: firth.Vectors(words, matrix)"
            )
        super().__setattr__(name, value)

    if not TYPE_CHECKING:  # Or type checkers would take every name for an attribute.

        def __getattr__(self, name: str) -> NoReturn:
            """Tell Firth's name for what other libraries call otherwise."""
            message = unknown_attribute(f"{type(self).__name__!r} object", name, VECTORS)
            raise AttributeError(message, name=name, obj=self)

    @overload  # A str is itself a sequence of str; this overload, the first, is meant for it.
    def similar(self, query: Token, top: int = 10) -> list[Neighbour]: ...  # type: ignore[overload-overlap]
    @overload
    def similar(self, query: Sequence[Token], top: int = 10) -> list[list[Neighbour]]: ...
    @overload
    def similar(
        self, query: NDArray[Any] | Sequence[float] | Sequence[Sequence[float]], top: int = 10
    ) -> list[Neighbour] | list[list[Neighbour]]: ...
    @explain_keywords
    def similar(self, query: object, top: int = 10) -> list[Neighbour] | list[list[Neighbour]]:
        """Find the words nearest to each query by cosine, x·y / (‖x‖ ‖y‖).

        A vector of zeros has no direction: it has no neighbours, and is no one's.

        Parameters
        ----------
        query : token, sequence of n tokens, or vectors (D,) or (n, D)
            One query, or many at once. A word is left out of its own answers. In lists and arrays
            alike, text and integers are words, floats are vectors.
        top : int
            How many neighbours; all others if there are fewer.

        Returns
        -------
        list of Neighbour
            Best first, equal scores in the order of the rows; for many queries, a list of these.

        Raises
        ------
        VocabularyError
            If a word has no vector.
        ConfigError
            If `top` is below 1, or vectors are not finite or of another shape.

        Examples
        --------
        >>> matrix = np.array([[1, 0], [4, 3], [0, 1]], dtype=np.float32)
        >>> vectors = Vectors(["tea", "coffee", "king"], matrix)
        >>> [word for word, score in vectors.similar("tea")]
        ['coffee', 'king']
        >>> vectors.similar(np.array([0.0, 2.0]), top=1)
        [Neighbour(word='king', score=1.0)]
        """
        whole_number("top", top, least=1, most=None)
        vectors = query_vectors(query, self.dim)
        if vectors is not None:
            answers = self._nearest(unit_queries(vectors), top, None)
            return answers if vectors.ndim == 2 else answers[0]
        tokens, is_one = token_list(query)
        rows = self._find_all(tokens)
        answers = self._nearest(self._unit_vectors[rows], top, rows[:, np.newaxis])
        return answers[0] if is_one else answers

    @explain_keywords
    def analogy(
        self,
        positive: Token | Sequence[Token],
        negative: Token | Sequence[Token] = (),
        top: int = 10,
    ) -> list[Neighbour]:
        """Find the words nearest to a sum of words less others (3CosAdd).

        With û the vector of u at length one, the words w that maximise
        cos(w, Σ p̂ - Σ n̂) over p in `positive`, n in `negative`; these are no answers themselves.
        *King* and *woman* less *man*: man is to king as woman is to what? A word whose vector is
        zeros is no answer, and where the sum is zero there is none.
        After Mikolov, Yih and Zweig (2013), named by Levy and Goldberg (2014), equation 1.

        Raises
        ------
        VocabularyError
            If a word has no vector.
        ConfigError
            If `top` is below 1, or there are no words.

        Examples
        --------
        >>> matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1]], dtype=np.float32)
        >>> vectors = Vectors(["man", "king", "woman", "queen"], matrix)
        >>> vectors.analogy(positive=["king", "woman"], negative=["man"])[0].word
        'queen'
        """
        whole_number("top", top, least=1, most=None)
        added, taken = (self._find_all(token_list(words)[0]) for words in (positive, negative))
        rows = np.concatenate([added, taken])
        if len(rows) == 0:
            raise ConfigError("an analogy needs at least one word")
        unit = self._unit_vectors
        # In float64, where a word that is both added and taken away leaves nothing behind.
        target = np.subtract(*(unit[some].sum(axis=0, dtype=np.float64) for some in (added, taken)))
        return self._nearest(unit_queries(target), top, rows[np.newaxis])[0]

    def similarity(self, a: Token, b: Token) -> float:
        """Return the cosine of two words, a·b / (‖a‖ ‖b‖), from -1 to 1; 0 if a vector is zero.

        Of a word and itself it is exactly 1.

        Raises
        ------
        VocabularyError
            If a word has no vector.

        Examples
        --------
        >>> matrix = np.array([[2, 0], [4, 3]], dtype=np.float32)
        >>> round(Vectors(["tea", "coffee"], matrix).similarity("tea", "coffee"), 6)
        0.8
        """
        vectors = self[[a, b]]
        return float(cosines(vectors[:1], vectors[1:])[0])

    def odd_one_out(self, words: Sequence[Token]) -> Token:
        """Find the word with the smallest cosine to the mean of them all, at length one each.

        Parameters
        ----------
        words : sequence of tokens
            At least three; of equal ones, the first is given.

        Raises
        ------
        VocabularyError
            If a word has no vector.
        ConfigError
            If there are fewer than three words.

        Examples
        --------
        >>> matrix = np.array([[1, 0], [4, 3], [0, 1], [3, 1]], dtype=np.float32)
        >>> vectors = Vectors(["tea", "coffee", "king", "milk"], matrix)
        >>> vectors.odd_one_out(["tea", "coffee", "king", "milk"])
        'king'
        """
        tokens, is_one = token_list(words)
        if is_one or len(tokens) < 3:
            raise ConfigError(f"to find the odd one out takes three words or more, got {words!r}")
        unit = unit_rows(self[tokens])
        mean = unit.mean(axis=0, dtype=np.float64, keepdims=True)
        return tokens[int(np.argmin(cosines(unit, np.broadcast_to(mean, unit.shape))))]

    @cached_property
    def _unit_vectors(self) -> NDArray[np.float32]:
        return unit_rows(self.input_vectors)

    @cached_property
    def _zero_rows(self) -> NDArray[np.bool_] | None:
        zeros = zero_rows(self._unit_vectors)
        return zeros if zeros.any() else None

    def _nearest(
        self, queries: NDArray[np.float32], top: int, exclude: NDArray[np.int64] | None
    ) -> list[list[Neighbour]]:
        """Answer queries (n, D) of length one, or zeros."""
        indices, scores = top_k(
            queries, self._unit_vectors, top, exclude=exclude, omit=self._zero_rows
        )
        indices[zero_rows(queries)] = -1
        # Rounding can take a product of two rows beyond 1.
        scores = scores.clip(-1.0, 1.0)
        return [
            [Neighbour(self.words[i], score) for i, score in zip(*answer, strict=True) if i >= 0]
            for answer in zip(indices.tolist(), scores.tolist(), strict=True)
        ]

    def _row(self, word: Token) -> int | None:
        row = find_word(word, self._rows)
        if row is None and not isinstance(word, str | int | np.integer):
            kind = type(word).__name__
            raise ConfigError(f"a word is text or an integer, got {kind} {shown(word)}")
        return row

    def _find(self, word: Token) -> int:
        row = self._row(word)
        if row is None:
            raise unknown_word(word if isinstance(word, str) else int(word), self._rows)
        return row

    def _find_all(self, words: Iterable[Token]) -> NDArray[np.int64]:
        return np.array([self._find(word) for word in words], dtype=np.int64)
