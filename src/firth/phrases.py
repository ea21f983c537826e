"""Phrases: neighbouring words that are joined to one word, such as `new_york`.

A phrase model holds what was found in a text, pass by pass; the second pass joins phrases of
phrases. It is applied to token lists and to queries here, to a corpus that is read in
`firth.corpus`, where it is also learned.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import chain
from pathlib import Path
from types import NoneType
from typing import Any, NoReturn, Self, overload

from firth._version import __version__
from firth.checks import as_array, is_finite, shown, switch, whole_number
from firth.errors import ConfigError, CorpusError, FirthError, FormatError, counted, reraise
from firth.io.atomic import atomic_write, check_writable
from firth.io.contents import PHRASES, kind_of
from firth.io.json_files import read_json, write_json
from firth.io.paths import to_path

# How many connectors may stand between two words of a phrase, as in `prince of the blood`.
MOST_BETWEEN = 2
# How a text was read: the words are others if one of these is.
READING = ("tokenizer", "lowercase", "normalization")
_KIND = "phrases"
# The parts of a saved file that are read, in the order of `Phrases`, and of which type each is.
_PARTS: dict[str, tuple[type, ...]] = {
    "passes": (list,),
    "connectors": (list,),
    "delimiter": (str,),
    "learned": (dict,),
    "reading": (dict, NoneType),
}
_HELD = "Phrases holds what was found; firth.learn_phrases(source, min_count=5, ...) finds phrases"
_KINDS: dict[type, str] = {list: "a list", str: "a text", dict: "an object"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that are joined, with how often they were found together and their score.

    The words are those that the pass finds: from the second pass on, a word may be a phrase.
    """

    words: tuple[str, ...]
    count: int
    score: float


@dataclass(frozen=True)
class Phrases:
    """Which neighbouring words are joined to one word; `learn_phrases` finds them.

    Parameters
    ----------
    passes : sequence of sequences of Phrase
        What each pass joins.
    connectors : sequence of str
        Words such as `of` that may stand within a phrase, at most two together.
    delimiter : str
        Stands between the words of a joined phrase.
    learned : mapping
        How the phrases were chosen: `scoring`, `threshold` and `min_count`.
    reading : mapping, optional
        How the text was read: `tokenizer`, `lowercase` and `normalization`; None for token lists.

    Raises
    ------
    ConfigError
        If the delimiter is not a text without white space, a phrase is something else than two
        words with connectors between them, or a pass holds a phrase twice.

    Examples
    --------
    >>> phrases = Phrases([[Phrase(("new", "york"), 9, 250.0)]])
    >>> phrases.join(["in", "new", "york", "state"])
    ['in', 'new_york', 'state']
    >>> phrases.join([["new"], ["york"]])
    [['new'], ['york']]
    """

    passes: Sequence[Sequence[Phrase]]
    connectors: Sequence[str] = ()
    delimiter: str = "_"
    learned: Mapping[str, Any] = field(default_factory=dict)
    reading: Mapping[str, Any] | None = None

    def __new__(cls, *_: object, **named: object) -> Self:
        """Say what finds phrases if the options of gensim's class are given."""
        if strangers := [name for name in named if name not in {each.name for each in fields(cls)}]:
            raise ConfigError(f"{_HELD}; got {', '.join(strangers)}")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        """Check the parts, and make them immutable."""
        check_delimiter(self.delimiter)
        object.__setattr__(self, "passes", tuple(map(tuple, self.passes)))
        object.__setattr__(self, "connectors", tuple(self.connectors))
        connectors = frozenset(self.connectors)
        for phrase in chain.from_iterable(self.passes):
            if not isinstance(phrase, Phrase):
                raise ConfigError(f"{_HELD}; got {shown(phrase)}")
            first, *between, last = phrase.words if len(phrase.words) > 1 else ("", "", "")
            if (
                {first, last} & {"", *connectors}
                or len(between) > MOST_BETWEEN
                or not connectors.issuperset(between)
            ):
                raise ConfigError(
                    f"a phrase is two words with up to {MOST_BETWEEN} connectors between them, "
                    f"got {shown(phrase.words)}"
                )
        for number, found in enumerate(self.passes, start=1):
            seen: set[tuple[str, ...]] = set()
            for phrase in found:
                if phrase.words in seen:
                    raise ConfigError(f"pass {number} holds {shown(phrase.words)} twice")
                seen.add(phrase.words)

    def __len__(self) -> int:
        """Return the number of phrases of all passes."""
        return sum(map(len, self.passes))

    def __getitem__(self, tokens: object) -> NoReturn:
        """Say what Firth calls it: gensim joins so."""
        raise TypeError("Phrases has no items; Firth joins phrases by join(words)")

    def __repr__(self) -> str:
        """Return the numbers of phrases and passes."""
        return f"Phrases({counted(len(self), 'phrase')}, {counted(len(self.passes), 'pass')})"

    @overload  # A str is also an iterable of str; this first overload is for words.
    def join(  # type: ignore[overload-overlap]
        self, tokens: Sequence[str], *, among: Container[str] | None = None
    ) -> list[str]: ...
    @overload
    def join(
        self, tokens: Iterable[Iterable[str]], *, among: Container[str] | None = None
    ) -> list[list[str]]: ...
    def join(
        self, tokens: Iterable[Any], *, among: Container[str] | None = None
    ) -> list[str] | list[list[str]]:
        """Join the phrases in a list of words, or in several lists; none goes from one to another.

        From left to right, two words that are a phrase are joined, and the search goes on behind
        them, as in word2phrase (Mikolov et al. 2013). Each pass takes what the one before returns.

        Parameters
        ----------
        tokens : sequence of str, or iterable of such sequences
            A text that is cut into words, or several.
        among : container of str, optional
            Words, such as vectors: phrases that are not among them stay apart, as in training.

        Raises
        ------
        CorpusError
            If the tokens are not words.
        """
        if isinstance(tokens, str | bytes) or not isinstance(tokens, Iterable):
            raise CorpusError(
                f"join takes a list of words, or several lists, got {shown(tokens)}; split a text "
                "as it was split to learn the phrases"
            )
        given = [as_array(each) for each in tokens]
        if given and all(
            not isinstance(each, str) and isinstance(each, Iterable) for each in given
        ):
            return [self._join_unit(list(unit), among) for unit in given]
        return self._join_unit(given, among)

    def spell(self, text: str) -> str:
        """Return the words of a text as the one word that they would be if they were a phrase.

        Examples
        --------
        >>> Phrases([], reading={"lowercase": True}).spell("New York")
        'new_york'
        """
        words = text.split()
        if self.reading and self.reading.get("lowercase"):
            words = [word.lower() for word in words]
        return self.delimiter.join(words)

    def text_of(self, phrase: Phrase) -> str:
        """Return a phrase as one word."""
        return self.delimiter.join(phrase.words)

    def best(self, top: int = 20) -> list[Phrase]:
        """Return the phrases of all passes with the highest scores.

        Examples
        --------
        >>> Phrases([[Phrase(("new", "york"), 9, 250.0)]]).best()
        [Phrase(words=('new', 'york'), count=9, score=250.0)]
        """
        whole_number("top", top, least=1)
        return sorted(chain.from_iterable(self.passes), key=lambda phrase: -phrase.score)[:top]

    def facts(self) -> dict[str, object]:
        """Return how the phrases were found, and how many there are, without the phrases."""
        return {
            **self.learned,
            "connectors": list(self.connectors),
            "delimiter": self.delimiter,
            "found": [len(found) for found in self.passes],
        }

    def check_reading(self, reading: Mapping[str, Any] | None) -> None:
        """Raise if the phrases were learned from a text that was read in another way.

        Raises
        ------
        ConfigError
            If one of `READING` differs. Token lists, which are not cut, fit any phrases.
        """
        if reading is None or self.reading is None:
            return
        differing = [name for name in READING if self.reading.get(name) != reading[name]]
        if differing:
            learned, now = (
                ", ".join(f"{name}={shown(each.get(name))}" for name in differing)
                for each in (self.reading, reading)
            )
            raise ConfigError(
                f"the phrases were learned from text read with {learned}, and this text is read "
                f"with {now}; read it as the other, learn phrases anew (firth phrases), or join "
                "none (phrases=0)"
            )

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the phrases to a JSON file; phrases that are already there are replaced.

        Raises
        ------
        FirthError
            If the path cannot be written, or there is a file that holds something else and
            `overwrite` is False.
        """
        check_phrases_destination(path, overwrite=overwrite)
        with atomic_write(Path(path)) as temporary:
            write_json(self.to_dict(), temporary, "the phrases")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read the phrases that `save` wrote, or those in a folder of vectors.

        Raises
        ------
        FormatError
            If there is no such file, or it does not hold phrases.
        """
        file = to_path("phrases", path, what="a number of passes, Phrases or a path")
        # The system may refuse to look at a path, such as a name that is too long.
        with reraise(FormatError, f"read {file}"):
            if file.is_dir():
                file = file / PHRASES
        return cls.of_dict(read_json(file), os.fspath(file))

    def to_dict(self) -> dict[str, object]:
        """Return the phrases as JSON can hold them."""
        passes = [[[list(p.words), p.count, p.score] for p in found] for found in self.passes]
        return {
            "kind": _KIND,
            "firth": __version__,
            "learned": dict(self.learned),
            "reading": None if self.reading is None else dict(self.reading),
            "connectors": list(self.connectors),
            "delimiter": self.delimiter,
            "passes": passes,
        }

    @classmethod
    def of_dict(cls, content: Mapping[str, Any], path: str) -> Self:
        """Return phrases from what `to_dict` returned.

        Raises
        ------
        FormatError
            If it is not of that form; the message names `path`.
        """
        if content.get("kind") != _KIND:
            raise FormatError(f"{path} does not hold phrases; make some with: firth phrases")
        try:
            passes, connectors, delimiter, learned, reading = (
                _part(content, name, kinds) for name, kinds in _PARTS.items()
            )
            return cls(
                [[_phrase(entry) for entry in _listed(found)] for found in passes],
                _words(connectors),
                delimiter,
                learned,
                reading,
            )
        except FirthError as error:
            raise FormatError(f"{path}: damaged phrases: {error}") from error

    @cached_property
    def _texts(self) -> list[dict[tuple[str, ...], str]]:
        return [{each.words: self.text_of(each) for each in found} for found in self.passes]

    @cached_property
    def _parts(self) -> dict[str, tuple[str, ...]]:
        # A phrase that several passes find is the one of the first.
        return {text: words for texts in reversed(self._texts) for words, text in texts.items()}

    def _join_unit(self, unit: list[Any], among: Container[str] | None) -> list[str]:
        for token in unit:
            if not isinstance(token, str):
                raise CorpusError(f"phrases join words, got {type(token).__name__} {shown(token)}")
        connectors = frozenset(self.connectors)
        for texts in self._texts:
            unit = _join_once(unit, texts, connectors)
        if among is None:
            return unit
        return list(chain.from_iterable(self._separate(word, among) for word in unit))

    def _separate(self, word: str, among: Container[str]) -> list[str]:
        """Return a word, or if it is a phrase and not among others, those that it is joined of."""
        if word not in self._parts or word in among:
            return [word]
        return [each for part in self._parts[word] for each in self._separate(part, among)]


def check_phrases_destination(path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Raise `FirthError` if `Phrases.save` could not write to `path`. Nothing is changed."""
    file = to_path("the path of phrases", path)
    check_writable(file)
    is_other = file.is_file() and file.stat().st_size > 0 and kind_of(file) != _KIND
    if is_other and not switch("overwrite", overwrite):
        raise FirthError(
            f"cannot write {path}: the file there does not hold phrases; choose another name, or "
            "overwrite=True (--overwrite) to replace it"
        )


def check_delimiter(delimiter: object) -> None:
    """Raise `ConfigError` if something cannot stand between the words of a phrase."""
    if not isinstance(delimiter, str) or delimiter.split() != ([delimiter] if delimiter else []):
        raise ConfigError(f"delimiter must be a text without white space, got {shown(delimiter)}")


def _join_once(
    unit: Iterable[str], texts: Mapping[tuple[str, ...], str], connectors: frozenset[str]
) -> list[str]:
    joined: list[str] = []
    # A word that may begin a phrase, and the connectors after it.
    pending: list[str] = []
    for word in unit:
        if word in connectors:
            if 0 < len(pending) <= MOST_BETWEEN:
                pending.append(word)
            else:
                joined += [*pending, word]
                pending = []
            continue
        text = texts.get((*pending, word)) if pending else None
        if text is None:
            joined += pending
            pending = [word]
        else:
            joined.append(text)
            pending = []
    return joined + pending


def _part(content: Mapping[str, Any], name: str, kinds: tuple[type, ...]) -> Any:  # noqa: ANN401
    """Return a part of a saved file; raise `ConfigError` if it is missing, or of another kind."""
    if name not in content:
        raise ConfigError(f"{name} is missing")
    if not isinstance(content[name], kinds):
        raise ConfigError(f"{name} must be {_KINDS[kinds[0]]}, got {shown(content[name])}")
    return content[name]


def _listed(found: object) -> list[Any]:
    if not isinstance(found, list):
        raise ConfigError(f"a pass must be a list of phrases, got {shown(found)}")
    return found


def _phrase(entry: object) -> Phrase:
    if not isinstance(entry, list) or len(entry) != len(fields(Phrase)):
        raise ConfigError(f"expected a list of words, a count and a score, got {shown(entry)}")
    words, count, score = entry
    if not is_finite(score):
        raise ConfigError(f"a score must be a number, got {shown(score)}")
    return Phrase(_words(words), whole_number("a count", count, least=0), float(score))


def _words(words: object) -> tuple[str, ...]:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ConfigError(f"expected a list of words, got {shown(words)}")
    return tuple(words)
