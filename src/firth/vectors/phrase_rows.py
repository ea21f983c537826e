"""Looking words up that are joined in the text: `new york` has the row of `new_york`."""

from __future__ import annotations

from typing import Any

from firth.normalization import find_word
from firth.phrases import Phrases
from firth.vectors.table import Token


class PhraseRows(dict[Token, int]):
    """The rows of words; `get` looks a text with spaces up as a phrase if it is no word itself.

    Examples
    --------
    >>> rows = PhraseRows(Phrases([]))
    >>> rows["new_york"] = 7
    >>> rows.get("new york"), rows.get("new jersey"), "new york" in rows
    (7, None, False)
    """

    def __init__(self, phrases: Phrases) -> None:
        super().__init__()
        self._phrases = phrases

    def get(self, word: Any, default: Any = None) -> Any:  # noqa: ANN401
        """Return the row of a word or phrase, or `default`."""
        row = super().get(word)
        if row is None and isinstance(word, str) and len(word.split()) > 1:
            joined = self._phrases.spell(word)
            # A delimiter is no white space, so this looks the joined words up as they are.
            row = None if joined == word else find_word(joined, self)
        return default if row is None else row
