"""Words as plain texts, for formats that do not hold every word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from re import Pattern

from firth.checks import is_unicode
from firth.errors import FormatError, one_line
from firth.vectors.table import Token

# What to do with words that a format does not hold.
ADVICE = "save in Firth's own format instead (a path without suffix)"

# So many words are looked at together.
_LOOKED_AT = 1 << 20


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


def check_repeats(words: Sequence[Token], added: int, path: Path) -> None:
    """Raise if most of many words are the same, which a short compressed file may have without end.

    Words that are there twice are told at the end; these would fill the memory before. Call it
    after each addition to the words of a file.

    Parameters
    ----------
    words : sequence of tokens
        All so far.
    added : int
        How many of them are new.
    path : Path
        For messages.

    Raises
    ------
    FormatError
        If fewer than half of the last million words differ.
    """
    if len(words) // _LOOKED_AT == (len(words) - added) // _LOOKED_AT:
        return
    recent = words[-_LOOKED_AT:]
    if 2 * len(set(recent)) < len(recent):
        raise FormatError(
            f"{path}: damaged: most of its words are there several times, such as "
            f"{one_line(repr(recent[-1]))}"
        )
