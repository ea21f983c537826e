"""Which rows each n-gram of a word has: by a table of n-grams, or hashed as fastText or floret."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.checks import one_of, real_number, shown, whole_number
from firth.errors import ConfigError, FormatError, counted, one_line, reraise
from firth.normalization import Normalization
from firth.subwords.cutting import (
    END_OF_LINE,
    bounded,
    character_ngrams,
    checked_text,
    fasttext_hash,
    parts_of,
)
from firth.subwords.floret import Floret
from firth.subwords.options import GIVE_CUT, Cut, Token, check_buckets, check_lengths

if TYPE_CHECKING:
    from firth.subwords.compiled import NgramTable

_KEYS = ("least", "most", "buckets", "ngrams")
# Beside them if they are not as Firth trains.
_OPTIONAL = {"normalization": "NFC", "exponent": 0.5}
# Beside them for a function that cuts words.
_KNOWN = "known"
# Beside them where n-grams are hashed as floret does.
_FLORET = "floret"
# So many words must be cut as before by a function that is given again.
_COMPARED = 1_000


@dataclass(frozen=True, repr=False)
class Subwords:
    """How words are cut into n-grams, and which row each n-gram has. Immutable.

    Words are cut between the marks `<` and `>`.

    Parameters
    ----------
    least, most : int
        Lengths of the n-grams in Unicode characters, marks included; 0 if a function cuts words.
    buckets : int, optional
        Rows that n-grams are hashed into, as fastText does; by default each has a row of its own.
    ngrams : tuple of str
        The n-grams that have rows of their own, in the order of the rows.
    cut : callable, optional
        Takes a word and returns its parts, which serve as n-grams.
    known : mapping of str to tuple of int, optional
        The rows of words that were cut by the function, which they do not need again.
    normalization : "NFC" or "none"
        The form in which words are cut: composed, or as they are, as fastText does.
    exponent : float
        What the sum of a word's k rows is divided by: k**exponent. It is 0.5 where Firth trains; 1,
        the mean, in the models of fastText, gensim and floret.
    floret : Floret, optional
        How n-grams are hashed into the buckets if not as fastText does. A word between its marks
        is then one of its own n-grams, whatever its length.

    Raises
    ------
    ConfigError
        If these do not fit together.

    Examples
    --------
    >>> subwords = Subwords(3, 4, ngrams=("ea>", "<te"))
    >>> len(subwords), subwords.ngrams_of("tea"), subwords.rows_of("tea")
    (2, ['<te', '<tea', 'tea', 'tea>', 'ea>'], [1, 0])
    """

    least: int
    most: int
    buckets: int | None = None
    ngrams: tuple[str, ...] = ()
    cut: Cut | None = None
    known: Mapping[str, tuple[int, ...]] = field(default_factory=dict, hash=False)
    normalization: Normalization = "NFC"
    exponent: float = 0.5
    floret: Floret | None = None

    def __post_init__(self) -> None:
        """Check that the parts fit together."""
        for name in ("least", "most"):
            self._set(name, whole_number(f"`{name}` of subwords", getattr(self, name), least=0))
        if not self.by_function:
            check_lengths("subwords", self.least, self.most)
            if self.cut is not None:
                raise ConfigError("subwords are cut by lengths or by a function, not by both")
        if self.buckets is not None:
            self._set("buckets", check_buckets("buckets", self.buckets))
            if self.ngrams or self.by_function:
                raise ConfigError("hashed subwords have lengths, and no list of n-grams")
        elif self.floret is not None:
            raise ConfigError("subwords that are hashed as floret does have buckets")
        one_of("normalization of subwords", self.normalization, choices=("NFC", "none"))
        self._set("exponent", real_number("exponent of subwords", self.exponent, least=0, most=1))
        self._check_ngrams()
        self._check_known()

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """Return how a pickle is made: without the tables for looking up.

        A function that cannot be pickled, such as a lambda, is left out.
        """
        fields = (self.least, self.most, self.buckets, self.ngrams)
        cut = self.cut if _is_pickled(self.cut) else None
        return type(self), (
            *fields,
            cut,
            self.known,
            self.normalization,
            self.exponent,
            self.floret,
        )

    def __copy__(self) -> Self:
        """Return the same, as it is immutable."""
        return self

    def __deepcopy__(self, memo: object) -> Self:
        """Return the same, as it is immutable."""
        return self

    def _set(self, name: str, value: float) -> None:
        object.__setattr__(self, name, value)

    def _check_ngrams(self) -> None:
        for ngram in self.ngrams:
            if not isinstance(ngram, str):
                raise ConfigError(f"n-grams must be text, got {shown(ngram)}")
            if not self.by_function and not self.least <= len(ngram) <= self.most:
                raise ConfigError(
                    f"n-grams must have {self.least} to {self.most} characters, got {shown(ngram)}"
                )
        if len(self._places) != len(self.ngrams):
            twice = next(n for row, n in enumerate(self.ngrams) if self._places[n] != row)
            raise ConfigError(f"n-grams must differ, got {shown(twice)} twice")

    def _check_known(self) -> None:
        if self.known and not self.by_function:
            raise ConfigError("subwords that are cut by lengths keep no rows of known words")
        n = len(self.ngrams)
        for word, rows in self.known.items():
            if any(type(row) is not int or not 0 <= row < n for row in rows):
                raise ConfigError(
                    f"the rows of a word's n-grams must be from 0 to {n - 1:,}; those of "
                    f"{one_line(repr(word))} are {shown(rows)}"
                )

    @property
    def by_function(self) -> bool:
        """Whether a function cuts words, not lengths in characters."""
        return self.least == self.most == 0

    def __len__(self) -> int:
        """Return the number of rows of n-grams."""
        return len(self.ngrams) if self.buckets is None else self.buckets

    def __repr__(self) -> str:
        """Show how words are cut and the number of rows."""
        how = "a function" if self.by_function else f"{self.least}-{self.most}"
        kind = "row" if self.buckets is None else "bucket"
        return f"<Subwords by {how}, {counted(len(self), kind)}>"

    def ngrams_of(self, word: Token) -> list[str]:
        """Return the n-grams of a word, with repetitions, whether they have rows or not.

        Raises
        ------
        ConfigError
            If the word is not text or too long, or the function that cuts words is missing.
        """
        text = self._text(word)
        if self.by_function:
            return parts_of(text, self._checked_cut())
        whole = self._bounded(text)
        ngrams = list(character_ngrams(whole, self.least, self.most))
        return [whole, *ngrams] if self.floret is not None and whole else ngrams

    def rows_of(self, word: Token) -> list[int]:
        """Return the rows of a word's n-grams, from 0, with repetitions; [] if it has none.

        Raises
        ------
        ConfigError
            If the word is not text or too long, or the function that cuts words is missing.
        """
        if self.by_function and (known := self.known.get(self._text(word))) is not None:
            return list(known)
        ngrams = self.ngrams_of(word)
        if self.buckets is not None and self.floret is not None:
            found = (self.floret.rows_of(ngram, self.buckets) for ngram in ngrams)
            return list(itertools.chain.from_iterable(found))
        if self.buckets is not None:
            return [fasttext_hash(ngram) % self.buckets for ngram in ngrams]
        return [self._places[ngram] for ngram in ngrams if ngram in self._places]

    def rows_of_all(self, words: Sequence[Token]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the rows of the n-grams of many words, in compiled code.

        Returns
        -------
        offsets : int64, (n + 1,)
            The rows of word i are `rows[offsets[i] : offsets[i + 1]]`.
        rows : int32, (offsets[-1],)
            As `rows_of` returns them, one word after the other.

        Raises
        ------
        ConfigError
            If a word is not text or too long, or the function that cuts words is missing.

        Examples
        --------
        >>> offsets, rows = Subwords(3, 4, ngrams=("ea>", "<te")).rows_of_all(["tea", "sea", "I"])
        >>> offsets.tolist(), rows.tolist()
        ([0, 2, 3, 3], [1, 0, 0])
        """
        if self.by_function:
            found = [self.rows_of(word) for word in words]
            offsets = np.zeros(len(found) + 1, np.int64)
            np.cumsum([len(rows) for rows in found], out=offsets[1:])
            rows = (row for rows in found for row in rows)
            return offsets, np.fromiter(rows, np.int32, offsets[-1])
        from firth.subwords.compiled import find_rows, hash_rows, spell

        whole = [self._bounded(self._text(word)) for word in words]
        if self.buckets is not None and self.floret is not None:
            from firth.subwords.murmur import murmur_rows

            return murmur_rows(whole, self.least, self.most, self.buckets, self.floret)
        spelled = spell(whole)
        if self.buckets is not None:
            return hash_rows(spelled, self.least, self.most, self.buckets)
        return find_rows(spelled, self.least, self.most, self._table)

    def rows_from(self, other: Subwords) -> NDArray[np.int64]:
        """Return the row of each n-gram of other subwords, or -1; both are cut in the same way.

        Examples
        --------
        >>> subwords = Subwords(3, 4, ngrams=("ea>", "<te"))
        >>> subwords.rows_from(Subwords(3, 4, ngrams=("<te", "<se"))).tolist()
        [1, -1]
        """
        if self.buckets is not None:
            return np.arange(self.buckets)
        return np.array([self._places.get(ngram, -1) for ngram in other.ngrams], np.int64)

    def with_cut(self, cut: Cut) -> Self:
        """Return the same subwords with the function that cuts words.

        It is not saved with the vectors, so unknown words need it again after loading.

        Raises
        ------
        ConfigError
            If these subwords are not cut by a function, or by another one than this.
        """
        if not callable(cut):
            raise ConfigError(f"cut must be a function that cuts a word, got {shown(cut)}")
        if not self.by_function:
            raise ConfigError("these subwords are cut by lengths: no function cuts their words")
        for word, rows in itertools.islice(self.known.items(), _COMPARED):
            parts = parts_of(word, cut)
            if [self._places[part] for part in parts if part in self._places] != list(rows):
                before = [self.ngrams[row] for row in rows]
                raise ConfigError(
                    f"cut must be the function that the vectors were trained with; it cuts "
                    f"{one_line(repr(word))} into {shown(parts)}, before were found "
                    f"{shown(before)}"
                )
        return dataclasses.replace(self, cut=cut)

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` makes the same subwords of.

        Of a function there are the rows of the words that it has cut.

        Examples
        --------
        >>> hashed_ngrams(3, 6, 2_000_000).as_json()
        {'least': 3, 'most': 6, 'buckets': 2000000, 'ngrams': []}
        """
        saved = {**{key: getattr(self, key) for key in _KEYS}, "ngrams": list(self.ngrams)}
        if self.by_function:
            saved[_KNOWN] = {word: list(rows) for word, rows in self.known.items()}
        if self.floret is not None:
            saved[_FLORET] = self.floret.as_json()
        other = {key: getattr(self, key) for key in _OPTIONAL}
        return saved | {key: other[key] for key in other if other[key] != _OPTIONAL[key]}

    @classmethod
    def from_json(cls, saved: Any) -> Self:  # noqa: ANN401
        """Return the subwords that `as_json` described.

        Raises
        ------
        FormatError
            If the description is damaged.
        """
        if not isinstance(saved, Mapping) or set(saved) - {_KNOWN, _FLORET, *_OPTIONAL} != set(
            _KEYS
        ):
            given = ", ".join(map(str, saved)) if isinstance(saved, Mapping) else shown(saved)
            expected = ", ".join(_KEYS)
            raise FormatError(f"subwords must have the keys {expected}; got {one_line(given)}")
        if not isinstance(saved["ngrams"], list):
            raise FormatError(f"ngrams must be a list of texts, got {shown(saved['ngrams'])}")
        known = saved.get(_KNOWN, {})
        if not isinstance(known, Mapping) or not all(isinstance(r, list) for r in known.values()):
            raise FormatError(f"known words must have lists of rows, got {shown(known)}")
        rows = {word: tuple(found) for word, found in known.items()}
        with reraise(FormatError, "read the subwords", ConfigError):
            floret = Floret.from_json(saved[_FLORET]) if _FLORET in saved else None
            whole = {"ngrams": tuple(saved["ngrams"]), _KNOWN: rows, _FLORET: floret}
            return cls(**{**saved, **whole})

    def _text(self, word: Token) -> str:
        return checked_text(word, self.normalization)

    def _bounded(self, text: str) -> str:
        if self.buckets is not None and text == END_OF_LINE:
            return ""
        if self.floret is not None:
            return f"{self.floret.begin}{text}{self.floret.end}"
        return bounded(text)

    def _checked_cut(self) -> Cut:
        if self.cut is None:
            raise ConfigError(f"the function that cuts words into subwords is not here; {GIVE_CUT}")
        return self.cut

    @functools.cached_property
    def _places(self) -> dict[str, int]:
        return {ngram: row for row, ngram in enumerate(self.ngrams)}

    @functools.cached_property
    def _table(self) -> NgramTable:
        from firth.subwords.compiled import table_of

        return table_of(self.ngrams)


def _is_pickled(cut: Cut | None) -> bool:
    try:
        pickle.dumps(cut)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def hashed_ngrams(least: int, most: int, buckets: int) -> Subwords:
    """Return subwords whose n-grams are hashed into rows, exactly as fastText does.

    Examples
    --------
    >>> hashed_ngrams(3, 3, 2_000_000).rows_of("tea")
    [1484008, 23337, 55895]
    """
    return Subwords(least, most, buckets=buckets)
