"""Words and their vectors: look them up, compare them, find the nearest.

V words · D dimensions · n queries
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from firth.checks import whole_number
from firth.errors import ConfigError
from firth.normalization import Places, find_word
from firth.other_names import VECTORS, explain_keywords, unknown_attribute
from firth.phrases import Phrases
from firth.vectors.checks import checked_counts, checked_matrix, number_words, read_only
from firth.vectors.formats.registry import write_table
from firth.vectors.queries import find_row, find_rows, query_vectors, token_list, unit_queries
from firth.vectors.search import ExactIndex, cosines, unit_rows
from firth.vectors.table import Table, Token

# Computed from the other attributes, so neither copied nor pickled.
_DERIVED = ("_rows", "_exact")
# The attributes that these are computed from.
_FIXED = ("words", "dim", "input_vectors", "output_vectors", "counts", "phrases")

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
        Text or integers, each once, as a sequence or an array. If the words were counted, the
        most frequent come first.
    matrix : (V, D) float32
        The input vectors, a row for each word. They are not copied: do not change them afterwards.
    counts : (V,) int64, optional
        How often each word occurred in training.
    output_vectors : (V, D) float32, optional
        The vectors of the target side, if training kept them.
    config : mapping, optional
        How the vectors were trained.
    phrases : Phrases, optional
        What was joined in the text: `new york` is then looked up as `new_york`.

    Attributes
    ----------
    words : tuple of V tokens
    input_vectors, output_vectors, counts : arrays
        Read-only views of the arguments, in copies and pickles too; the last two may be None.
    config : dict
    dim : int
        D, the number of dimensions.

    Notes
    -----
    `np.asarray(vectors)` is `input_vectors`, so functions that take arrays take vectors too.

    Raises
    ------
    ConfigError
        If shapes do not match, a word occurs twice or is neither text nor an integer, or a
        vector is not finite.

    Examples
    --------
    >>> vectors = Vectors(["king", "queen", "tea"], np.eye(3, dtype=np.float32) + 1)
    >>> vectors
    Vectors(3 words, dim=3)
    >>> vectors["king"], "coffee" in vectors
    (array([2., 1., 1.], dtype=float32), False)
    """

    def __init__(
        self,
        words: Sequence[Token],
        matrix: NDArray[np.float32],
        *,
        counts: NDArray[np.int64] | None = None,
        output_vectors: NDArray[np.float32] | None = None,
        config: Mapping[str, object] | None = None,
        phrases: Phrases | None = None,
    ) -> None:
        self.words = tuple(words.tolist() if isinstance(words, np.ndarray) else words)
        self.phrases = phrases
        self._rows = number_words(self.words, phrases)
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
        """Write the vectors to `path`, in the format of its suffix.

        Vectors that are already there are replaced at the end, in one step.

        Parameters
        ----------
        path : path
            Without suffix, or with a slash at the end: a folder that keeps everything. With
            `.bin`: word2vec's binary format. With `.txt` or `.vec`: its text format. These two
            keep the words and input vectors only, and integers are read back as text.
        overwrite : bool
            Whether to replace a file that does not hold vectors. A folder with other files in it
            is never replaced.

        Raises
        ------
        FormatError
            If the suffix is unknown, or the format cannot hold one of the words.
        FirthError
            If the path cannot be written, or holds something other than vectors.
        """
        table = Table(**{part.name: getattr(self, part.name) for part in fields(Table)})
        write_table(table, path, overwrite=overwrite)

    def __getitem__(self, words: Token | Sequence[Token]) -> NDArray[np.float32]:
        """Copy the vector of a word (D,), or of several (n, D).

        An integer is a word (an item's id), not a row number.

        Raises
        ------
        VocabularyError
            If a word has no vector; the message suggests words with a similar spelling.

        Examples
        --------
        >>> vectors = Vectors(["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.float32))
        >>> vectors["b"].tolist(), vectors[["b", "a"]].shape
        ([3.0, 4.0], (2, 2))
        """
        tokens, is_one = token_list(words)
        vectors = self.input_vectors[find_rows(tokens, self._rows)]
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
        row = find_row(word, self._rows)
        return default if row is None else self.input_vectors[row].copy()

    @property
    def index(self) -> Mapping[Token, int]:
        """Map each word to its row, read-only, with the same lookup as `vectors[word]`.

        Examples
        --------
        >>> Vectors(["a", "b"], np.eye(2)).index["b"]
        1
        """
        return Places(self._rows)

    @property
    def shape(self) -> tuple[int, int]:
        """Return (V, D), which scikit-learn asks for."""
        return len(self.words), self.dim

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return `input_vectors` for `np.asarray(vectors)`, read-only unless copied."""
        matrix = self.input_vectors
        if dtype is None or np.dtype(dtype) == matrix.dtype:
            return matrix.copy() if copy else matrix
        if copy is False:
            raise ValueError(f"{np.dtype(dtype)} needs a copy of {matrix.dtype}; got copy=False")
        return matrix.astype(dtype)

    def __contains__(self, word: object) -> bool:
        """Return whether `vectors[word]` finds a vector."""
        return find_word(word, self._rows) is not None

    def __len__(self) -> int:
        """Return V, the number of words."""
        return len(self.words)

    def __iter__(self) -> Iterator[Token]:
        """Iterate over the words, in the order of their rows."""
        return iter(self.words)

    def __repr__(self) -> str:
        """Return the numbers of words and dimensions."""
        return f"{type(self).__name__}({len(self):,} words, dim={self.dim})"

    def __getstate__(self) -> dict[str, object]:
        """Return the attributes for a copy or a pickle."""
        return {name: value for name, value in vars(self).items() if name not in _DERIVED}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Restore a copy or a pickle, with read-only arrays."""
        vars(self).update(state)
        for name in ("input_vectors", "output_vectors", "counts"):
            if state[name] is not None:
                vars(self)[name] = read_only(state[name])
        self.config = dict(self.config)
        self._rows = number_words(self.words, self.phrases)

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute, unless other attributes were computed from it."""
        if name in _FIXED and name in vars(self):
            raise AttributeError(
                f"{name} of Vectors cannot be changed; make new ones: firth.Vectors(words, matrix)"
            )
        super().__setattr__(name, value)

    if not TYPE_CHECKING:  # Type checkers would accept every name as an attribute.

        def __getattr__(self, name: str) -> NoReturn:
            """Raise, with Firth's name for an attribute of other libraries."""
            message = unknown_attribute(f"{type(self).__name__!r} object", name, VECTORS)
            raise AttributeError(message, name=name, obj=self)

    @overload  # A str is also a sequence of str; this first overload is for it.
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

        A vector of zeros has no direction: it has no neighbours, and is no word's neighbour.

        Parameters
        ----------
        query : token, sequence of n tokens, or vectors (D,) or (n, D)
            One query, or many at once. A word is not its own neighbour. In lists and arrays, text
            and integers are words, floats are vectors.
        top : int
            The number of neighbours; all other words if there are fewer.

        Returns
        -------
        list of Neighbour
            Best first, equal scores in the order of the rows; for many queries, a list of these.

        Raises
        ------
        VocabularyError
            If a word has no vector.
        ConfigError
            If `top` is below 1, or vectors are not finite or have the wrong shape.

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
        rows = find_rows(tokens, self._rows)
        answers = self._nearest(self._exact.unit_vectors[rows], top, rows[:, np.newaxis])
        return answers[0] if is_one else answers

    @explain_keywords
    def analogy(
        self,
        positive: Token | Sequence[Token],
        negative: Token | Sequence[Token] = (),
        top: int = 10,
    ) -> list[Neighbour]:
        """Find the words nearest to the sum of some words minus others (3CosAdd).

        Answers are the words w with the largest cos(w, Σ p̂ - Σ n̂), with p in `positive` and n in
        `negative`; û is the vector of u scaled to length one. Words of the question and vectors
        of zeros are no answers; if the sum is zero, there are no answers. For example, *king* plus
        *woman* minus *man* asks: man is to king as woman is to what?
        From Mikolov, Yih and Zweig (2013), named by Levy and Goldberg (2014), equation 1.

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
        added, taken = (
            find_rows(token_list(words)[0], self._rows) for words in (positive, negative)
        )
        rows = np.concatenate([added, taken])
        if len(rows) == 0:
            raise ConfigError("an analogy needs at least one word")
        unit = self._exact.unit_vectors
        # In float64, a word that is both added and subtracted cancels exactly.
        target = np.subtract(*(unit[some].sum(axis=0, dtype=np.float64) for some in (added, taken)))
        return self._nearest(unit_queries(target), top, rows[np.newaxis])[0]

    def similarity(self, a: Token, b: Token) -> float:
        """Return the cosine of two words, a·b / (‖a‖ ‖b‖), from -1 to 1; 0 if a vector is zero.

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
        """Find the word with the smallest cosine to the mean of all the unit vectors.

        If several words have the smallest cosine, the first is returned.

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
            raise ConfigError(f"odd_one_out needs at least three words, got {words!r}")
        unit = unit_rows(self[tokens])
        mean = unit.mean(axis=0, dtype=np.float64, keepdims=True)
        return tokens[int(np.argmin(cosines(unit, np.broadcast_to(mean, unit.shape))))]

    @cached_property
    def _exact(self) -> ExactIndex:
        return ExactIndex(self.input_vectors)

    def _nearest(
        self, queries: NDArray[np.float32], top: int, exclude: NDArray[np.int64] | None
    ) -> list[list[Neighbour]]:
        """Name the neighbours of unit queries (n, D)."""
        indices, scores = self._exact.nearest(queries, top, exclude)
        return [
            [Neighbour(self.words[i], score) for i, score in zip(*answer, strict=True) if i >= 0]
            for answer in zip(indices.tolist(), scores.tolist(), strict=True)
        ]
