"""The choice of words to read from a vector file."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.checks import check_token, one_of, whole_number
from firth.errors import ConfigError, FormatError, counted
from firth.normalization import spellings
from firth.vectors.formats.precision import blocks
from firth.vectors.formats.row_store import store_rows
from firth.vectors.pair_options import config_of_part
from firth.vectors.queries import token_list
from firth.vectors.table import Table, Token

Choose = Callable[[Sequence[str], NDArray[np.float32]], Sequence[int]]


@dataclass(frozen=True)
class Selection:
    """The words to read from a vector file, and how to decode them.

    Parameters
    ----------
    encoding_errors : {"strict", "replace", "surrogateescape"}
        Whether to raise for words that are not UTF-8, replace the invalid bytes, or keep them as
        Python's lone surrogates, for a caller that decodes the words itself.
    limit : int, optional
        Read only this many words, from the start of the file.
    words : token or iterable of tokens, optional
        Read only these among the first `limit`, with composed or decomposed accents.
    folder : Path, optional
        Where to keep the vectors in a temporary file, which is mapped; by default in memory.
        Formats that are not read block by block take memory all the same.
    choose : callable, optional
        Takes words (n,) and their vectors (n, D), block after block, and returns the places of
        those to keep, rising. Only formats with `READS_BY_ROWS` ask it; they raise for words that
        are not UTF-8.

    Attributes
    ----------
    asked : tuple of tokens
        `words` as they were given, each once.

    Raises
    ------
    ConfigError
        If an option is out of range, or a word is neither text nor an integer.

    Examples
    --------
    >>> selection = Selection("strict", limit=10, words=["tea"])
    >>> selection.rows(1000), selection.takes("tea"), selection.takes("milk")
    (10, True, False)
    """

    encoding_errors: str = "strict"
    limit: int | None = None
    words: Token | Iterable[Token] | None = None
    folder: Path | None = None
    choose: Choose | None = None
    asked: tuple[Token, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        """Check the options."""
        errors = ["strict", "replace", "surrogateescape"]
        one_of("encoding_errors", self.encoding_errors, choices=errors)
        if self.limit is not None:
            whole_number("limit", self.limit, least=1, most=None)
        if self.words is not None:
            several, _ = token_list(self.words)
            object.__setattr__(self, "words", _spelt(several))
            object.__setattr__(self, "asked", tuple(dict.fromkeys(several)))

    @property
    def takes_all(self) -> bool:
        """Whether all words of the first `limit` are read."""
        return self.words is None and self.choose is None

    def rows(self, promised: int) -> int:
        """Return how many of the `promised` rows to read or skip over."""
        return promised if self.limit is None else min(promised, int(self.limit))

    def takes(self, word: object) -> bool:
        """Return whether to read a word."""
        return self.words is None or (
            isinstance(word, str | int) and word in self.words  # type: ignore[operator]
        )

    def places(self, words: Sequence[str]) -> list[int]:
        """Return the places of the words to read."""
        if self.words is None:
            return list(range(len(words)))
        chosen = self.words
        return [place for place, word in enumerate(words) if word in chosen]  # type: ignore[operator]


def _spelt(several: list[Token]) -> frozenset[Token]:
    """Return words in all their Unicode spellings."""
    if not several:
        raise ConfigError("words must name at least one word to read, got none")
    spelt: set[Token] = set()
    for word in several:
        check_token(word)
        spelt.update(spellings(word) if isinstance(word, str) else [int(word)])
    return frozenset(spelt)


def selected(table: Table, path: Path, selection: Selection) -> Table:
    """Return the rows of a whole table that are to be read, with all n-grams and documents.

    Raises
    ------
    FormatError
        If an array has not a row for each word.
    """
    if selection.limit is None and selection.words is None:
        return table
    V, raw = len(table.words), table.raw
    for name in ("input_vectors", "output_vectors", "counts"):
        array = getattr(table, name)
        if array is not None and len(array) != V:
            raise FormatError(
                f"{path}: has {counted(V, 'word')}, but {name} of length {len(array):,}"
            )
    rows = [row for row in range(selection.rows(V)) if selection.takes(table.words[row])]
    if raw is not None:
        ngrams = raw.input[V:]
        both = itertools.chain([raw.input[rows]], blocks(ngrams))
        kept = store_rows(both, selection.folder, len(rows) + len(ngrams))
        raw = dataclasses.replace(raw, input=kept)
    return dataclasses.replace(
        table,
        words=[table.words[row] for row in rows],
        input_vectors=table.input_vectors[rows],
        counts=None if table.counts is None else table.counts[rows],
        output_vectors=None if table.output_vectors is None else table.output_vectors[rows],
        config=_config_of(table, rows),
        raw=raw,
    )


def _config_of(table: Table, rows: list[int]) -> Mapping[str, object]:
    """Return the config of some rows, with what share they are, if that will be needed."""
    if table.output_vectors is None:
        return table.config
    return config_of_part(table.config, table.counts, rows)
