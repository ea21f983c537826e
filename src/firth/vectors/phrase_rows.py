"""Looking words up that are joined in the text: `new york` has the row of `new_york`."""

from __future__ import annotations

from typing import Any

from firth.normalization import find_word
from firth.phrases import Phrases
from firth.vectors.table import Token


def spelled(word: Any, phrases: Phrases | None) -> Any:  # noqa: ANN401
    """Return several words as the phrase that they would be; any other word as it is.

    Examples
    --------
    >>> spelled("new jersey", Phrases([])), spelled("tea", Phrases([])), spelled("a b", None)
    ('new_jersey', 'tea', 'a b')
    """
    is_text = isinstance(word, str) and len(word.split()) > 1
    return phrases.spell(word) if is_text and phrases is not None else word


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
        if row is None and (joined := spelled(word, self._phrases)) != word:
            # A delimiter is no white space, so this looks the joined words up as they are.
            row = find_word(joined, self)
        return default if row is None else row
