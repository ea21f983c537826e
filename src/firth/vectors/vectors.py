"""Words and their vectors: look them up, compare them, find the nearest.

V words · D dimensions · n queries
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, cast, overload

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, FormatError, one_line
from firth.vectors.formats.registry import read_table, write_table
from firth.vectors.search import row_blocks, top_k, unit_rows
from firth.vectors.spelling import unknown_word
from firth.vectors.table import Table, Token


class Neighbour(NamedTuple):
    """A word and its score: the cosine of the angle between its vector and the query's."""

    word: Token
    score: float


class Vectors:
    """Words, and a vector for each.

    Parameters
    ----------
    words : sequence of V tokens
        Text or integers, each once; the most frequent first, if they were counted.
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
        As given, but read-only; the last two may be None.
    config : dict
    dim : int
        D, the number of dimensions.

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
        self.words = tuple(words)
        self._rows = _number_words(self.words)
        self.input_vectors = _checked_matrix(matrix, self.words, "the matrix of vectors")
        self.dim = self.input_vectors.shape[1]
        self.output_vectors: NDArray[np.float32] | None = None
        if output_vectors is not None:
            self.output_vectors = _checked_matrix(output_vectors, self.words, "output_vectors")
            if self.output_vectors.shape[1] != self.dim:
                raise ConfigError(
                    f"output_vectors has {self.output_vectors.shape[1]:,} dimensions, the input "
                    f"vectors have {self.dim:,}; they must be the same"
                )
        self.counts = None if counts is None else _checked_counts(counts, len(self.words))
        self.config = dict(config or {})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the vectors to `path`, in the format that its suffix tells.

        Parameters
        ----------
        path : path
            Without suffix, or with a slash at the end: a folder that keeps everything. With
            `.bin`: word2vec's binary format, with `.txt` or `.vec` its text format; these keep
            the words and input vectors only, and read integers back as text.

        Raises
        ------
        FormatError
            If the suffix is unknown, or the format cannot hold one of the words.
        FirthError
            If the path cannot be written.
        """
        table = Table(
            words=self.words,
            input_vectors=self.input_vectors,
            counts=self.counts,
            output_vectors=self.output_vectors,
            config=self.config,
        )
        write_table(table, path)

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
        vectors = self.input_vectors[self._find_all(words)]
        return vectors[0] if _is_one(words) else vectors

    def __contains__(self, word: object) -> bool:
        """Tell whether a word has a vector."""
        return word in self._rows

    def __len__(self) -> int:
        """Give V, the number of words."""
        return len(self.words)

    def __iter__(self) -> Iterator[Token]:
        """Go through the words, in the order of their rows."""
        return iter(self.words)

    def __repr__(self) -> str:
        """Give the numbers of words and dimensions."""
        return f"{type(self).__name__}({len(self):,} words, dim={self.dim})"

    @overload  # A str is itself a sequence of str; this overload, the first, is meant for it.
    def similar(self, query: Token, top: int = 10) -> list[Neighbour]: ...  # type: ignore[overload-overlap]
    @overload
    def similar(self, query: Sequence[Token], top: int = 10) -> list[list[Neighbour]]: ...
    @overload
    def similar(
        self, query: NDArray[np.floating], top: int = 10
    ) -> list[Neighbour] | list[list[Neighbour]]: ...
    def similar(
        self, query: Token | Sequence[Token] | NDArray[np.floating], top: int = 10
    ) -> list[Neighbour] | list[list[Neighbour]]:
        """Find the words nearest to each query by cosine, x·y / (‖x‖ ‖y‖).

        Parameters
        ----------
        query : token, sequence of n tokens, (D,) array or (n, D) array
            One query, or many at once. A word is left out of its own answers.
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
            If `top` is below 1, or an array is not finite or of another shape.

        Examples
        --------
        >>> matrix = np.array([[1, 0], [4, 3], [0, 1]], dtype=np.float32)
        >>> vectors = Vectors(["tea", "coffee", "king"], matrix)
        >>> [word for word, score in vectors.similar("tea")]
        ['coffee', 'king']
        >>> vectors.similar(np.array([0.0, 2.0]), top=1)
        [Neighbour(word='king', score=1.0)]
        """
        _check_top(top)
        if isinstance(query, np.ndarray):
            answers = self._nearest(_checked_queries(query, self.dim), top, None)
            return answers if query.ndim == 2 else answers[0]
        rows = self._find_all(query)
        answers = self._nearest(self._unit_vectors[rows], top, rows[:, np.newaxis])
        return answers[0] if _is_one(query) else answers

    def analogy(
        self,
        positive: Token | Sequence[Token],
        negative: Token | Sequence[Token] = (),
        top: int = 10,
    ) -> list[Neighbour]:
        """Find the words nearest to a sum of words less others (3CosAdd).

        With û the vector of u at length one, the words w that maximise
        cos(w, Σ p̂ - Σ n̂) over p in `positive`, n in `negative`; these are no answers themselves.
        *King* and *woman* less *man*: man is to king as woman is to what?
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
        _check_top(top)
        added, taken = self._find_all(positive), self._find_all(negative)
        rows = np.concatenate([added, taken])
        if len(rows) == 0:
            raise ConfigError("an analogy needs at least one word")
        unit = self._unit_vectors
        target = unit[added].sum(axis=0) - unit[taken].sum(axis=0)
        return self._nearest(unit_rows(target[np.newaxis]), top, rows[np.newaxis])[0]

    def similarity(self, a: Token, b: Token) -> float:
        """Give the cosine of two words, a·b / (‖a‖ ‖b‖); 0 if a vector is zero.

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
        unit = unit_rows(self[[a, b]])
        return float(unit[0] @ unit[1])

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
        if _is_one(words) or len(words) < 3:
            raise ConfigError(f"to find the odd one out takes three words or more, got {words!r}")
        unit = unit_rows(self[words])
        return words[int(np.argmin(unit @ unit.mean(axis=0)))]

    @cached_property
    def _unit_vectors(self) -> NDArray[np.float32]:
        return unit_rows(self.input_vectors)

    def _nearest(
        self, queries: NDArray[np.float32], top: int, exclude: NDArray[np.int64] | None
    ) -> list[list[Neighbour]]:
        """Answer queries (n, D) of length one."""
        indices, scores = top_k(queries, self._unit_vectors, top, exclude=exclude)
        return [
            [Neighbour(self.words[i], score) for i, score in zip(*answer, strict=True) if i >= 0]
            for answer in zip(indices.tolist(), scores.tolist(), strict=True)
        ]

    def _find(self, word: Token) -> int:
        if not isinstance(word, str | int | np.integer):
            raise ConfigError(f"a word is text or an integer, got {type(word).__name__} {word!r}")
        row = self._rows.get(word)
        if row is None:
            raise unknown_word(word if isinstance(word, str) else int(word), self._rows)
        return row

    def _find_all(self, words: Token | Sequence[Token]) -> NDArray[np.int64]:
        several = cast("Sequence[Token]", [words] if _is_one(words) else words)
        return np.array([self._find(word) for word in several], dtype=np.int64)


def load(path: str | os.PathLike[str], *, encoding_errors: str = "strict") -> Vectors:
    """Read vectors from a folder or file.

    Parameters
    ----------
    path : path
        A folder that `Vectors.save` wrote, word2vec's binary format (`.bin`), or its text format
        (`.txt`, `.vec`), with or without the header that GloVe leaves out. With another suffix
        the first bytes decide. A text file whose first line is two whole numbers has a header.
    encoding_errors : "strict" or "replace"
        What to do with a word that is not UTF-8: raise, or put U+FFFD for the bytes at fault.

    Raises
    ------
    FormatError
        If there is no such file, it is damaged, or of no known format.

    Examples
    --------
    >>> import tempfile
    >>> matrix = np.array([[1, 0], [4, 3]], dtype=np.float32)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Vectors(["tea", "green tea"], matrix).save(f"{folder}/vectors")
    ...     load(f"{folder}/vectors")
    Vectors(2 words, dim=2)
    """
    table = read_table(path, encoding_errors)
    try:
        return Vectors(
            table.words,
            table.input_vectors,
            counts=table.counts,
            output_vectors=table.output_vectors,
            config=table.config,
        )
    except ConfigError as error:
        raise FormatError(f"{path}: {error}") from error


def _is_one(words: object) -> bool:
    return isinstance(words, str) or not isinstance(words, Iterable)


def _check_top(top: int) -> None:
    if not isinstance(top, int | np.integer) or top < 1:
        raise ConfigError(f"top must be a whole number of at least 1, got {top!r}")


def _checked_queries(queries: NDArray[np.floating], dim: int) -> NDArray[np.float32]:
    """Give query vectors, (D,) or (n, D), as rows (n, D) of length one."""
    if queries.ndim not in (1, 2) or queries.shape[-1] != dim or queries.dtype.kind != "f":
        raise ConfigError(
            f"a query array must hold floats of shape ({dim},) or (n, {dim}), "
            f"got {queries.dtype} {queries.shape}"
        )
    if not np.isfinite(queries).all():
        raise ConfigError("a query array must be finite, got NaN or infinity in it")
    return unit_rows(np.atleast_2d(queries))


def _number_words(words: tuple[Token, ...]) -> dict[Token, int]:
    if strangers := set(map(type, words)) - {str, int}:
        names = ", ".join(sorted(kind.__name__ for kind in strangers))
        raise ConfigError(f"words must be str or int, got {names}")
    rows: dict[Token, int] = {}
    for row, word in enumerate(words):
        if rows.setdefault(word, row) != row:
            raise ConfigError(
                f"words must differ: number {row + 1} is {one_line(repr(word))}, "
                f"like number {rows[word] + 1}{_hint_of_replaced(word)}"
            )
    return rows


def _hint_of_replaced(word: Token) -> str:
    if isinstance(word, str) and "\ufffd" in word:
        return (
            "; both hold bytes that are not UTF-8 and were replaced (encoding_errors='replace'): "
            "save the vectors anew as UTF-8 with the tool that wrote them, or convert a text file: "
            "iconv -f ENCODING -t UTF-8"
        )
    return ""


def _checked_matrix(
    matrix: NDArray[np.floating], words: tuple[Token, ...], name: str
) -> NDArray[np.float32]:
    """Give a read-only view of a finite (V, D) matrix, in float32."""
    matrix = np.asarray(matrix)
    if matrix.dtype.kind != "f" or matrix.ndim != 2 or 0 in matrix.shape:
        raise ConfigError(
            f"{name} must hold floats of shape (V, D), V and D at least 1; "
            f"got {matrix.dtype} {matrix.shape}"
        )
    if len(matrix) != len(words):
        raise ConfigError(f"{name} has {len(matrix):,} rows for {len(words):,} words")
    with np.errstate(over="ignore"):
        view = matrix.astype(np.float32, copy=False).view()
    for block in row_blocks(*view.shape):
        finite = np.isfinite(view[block]).all(axis=1)
        if not finite.all():
            row = block.start + int(np.argmin(finite))
            raise ConfigError(
                f"{name} must be finite: word number {row + 1}, {one_line(repr(words[row]))}, "
                "has NaN or infinity in its row"
            )
    view.flags.writeable = False
    return view


def _checked_counts(counts: NDArray[np.int64], V: int) -> NDArray[np.int64]:
    counts = np.asarray(counts)
    if counts.shape != (V,) or counts.dtype.kind not in "iu" or counts.min() < 0:
        raise ConfigError(
            f"counts must be {V:,} whole numbers of at least 0, one for each word; "
            f"got {counts.dtype} {counts.shape}"
        )
    view = counts.astype(np.int64, copy=False).view()
    view.flags.writeable = False
    return view
