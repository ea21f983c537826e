"""Which of the words in a file are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from firth.checks import shown, whole_number
from firth.errors import ConfigError
from firth.normalization import spellings
from firth.vectors.table import Token


@dataclass(frozen=True)
class Selection:
    """What to read of a file of vectors, and how.

    Parameters
    ----------
    encoding_errors : "strict" or "replace"
        What to do with words that are not UTF-8.
    limit : int, optional
        Only the first so many words.
    words : token or iterable of tokens, optional
        Only these, of the first `limit`, with their accents composed or not.

    Raises
    ------
    ConfigError
        If an option is out of range, or what should be a word is none.

    Examples
    --------
    >>> selection = Selection("strict", limit=10, words=["tea"])
    >>> selection.rows(1000), selection.takes("tea"), selection.takes("milk")
    (10, True, False)
    """

    encoding_errors: str = "strict"
    limit: int | None = None
    words: Token | Iterable[Token] | None = None

    def __post_init__(self) -> None:
        """Check the options."""
        if self.encoding_errors not in ("strict", "replace"):
            raise ConfigError(
                f"encoding_errors must be 'strict' or 'replace', got {shown(self.encoding_errors)}"
            )
        if self.limit is not None:
            whole_number("limit", self.limit, least=1, most=None)
        if self.words is not None:
            object.__setattr__(self, "words", _spelt(self.words))

    def rows(self, promised: int) -> int:
        """Return how many of so many rows are looked at."""
        return promised if self.limit is None else min(promised, int(self.limit))

    def takes(self, word: object) -> bool:
        """Tell whether a word is to be read."""
        return self.words is None or (
            isinstance(word, str | int) and word in self.words  # type: ignore[operator]
        )


def _spelt(words: Token | Iterable[Token]) -> frozenset[Token]:
    """Return words in every spelling of theirs."""
    several = [words] if isinstance(words, str | int) else list(words)
    if not several:
        raise ConfigError("words must name at least one word to read, got none")
    spelt: set[Token] = set()
    for word in several:
        if not isinstance(word, str | int | np.integer):
            raise ConfigError(
                f"a word is text or an integer, got {type(word).__name__} {shown(word)}"
            )
        spelt.update(spellings(word) if isinstance(word, str) else [int(word)])
    return frozenset(spelt)
