"""Words as plain texts, for formats that do not hold every word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from re import Pattern

from firth.errors import FormatError, one_line
from firth.vectors.table import Token

# What to do with words that a format does not hold.
ADVICE = "save in Firth's own format instead (a path without suffix)"


@dataclass(frozen=True)
class TextRule:
    """The words that a format cannot hold, beside those that are not Unicode.

    Parameters
    ----------
    holder : str
        What cannot hold them, for messages.
    refused : pattern, optional
        A regular expression that is found in such words.
    told : str
        The same in words.
    """

    holder: str
    refused: Pattern[str] | None = None
    told: str = ""

    def texts(self, words: Sequence[Token], path: Path) -> list[str]:
        """Return words as they are, integers as their digits.

        Raises
        ------
        FormatError
            If the format cannot hold a word, or an integer and a text would be read back the same.
        """
        texts = [str(word) for word in words]
        told = f"{self.told}, or not Unicode" if self.told else "not Unicode"
        for text in texts:
            if (self.refused and self.refused.search(text)) or not is_unicode(text):
                raise FormatError(
                    f"cannot write {path}: {self.holder} cannot hold the word "
                    f"{one_line(repr(text))} ({told}); {ADVICE}"
                )
        if len(set(texts)) < len(texts):
            raise FormatError(
                f"cannot write {path}: an integer and a text among the words would be read back "
                f"the same; {ADVICE}"
            )
        return texts


def is_unicode(text: str) -> bool:
    """Return whether there are no lone surrogates in a text."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
