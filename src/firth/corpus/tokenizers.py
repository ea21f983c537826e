r"""Cutting a line of text into words.

A tokenizer is a callable that takes a line (str) and returns its words. These have names:

============  ====================================================================================
`whitespace`  what stands between Unicode white space, as `str.split` cuts it
`words`       words by Unicode's default word boundaries, and sentence punctuation; lower-cased
`textbook`    runs of letters, digits and `_`, and each of ``,.!?``; lower-cased
`chinese`     jieba segmentation; words of other scripts whole; no punctuation (extra `chinese`)
============  ====================================================================================
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firth.checks import shown
from firth.errors import ConfigError, CorpusError, MissingExtraError, note_function
from firth.normalization import Normalization, normalize

if TYPE_CHECKING:
    from regex import Pattern

Tokenizer = Callable[[str], Iterable[str]]

_TEXTBOOK_WORD = re.compile(r"\b\w+\b|[,.!?]")

# (?w): \b is a boundary of Unicode's default rules (Standard Annex 29). A run of flags is taken as
# one piece: at every boundary in it, the pairs would be counted from its start.
_SEGMENT = r"(?w)[\U0001F1E6-\U0001F1FF]++|.+?\b"
# What ends sentences in every script, and the commas of scripts that have their own.
_PUNCTUATION = r"[\p{Sentence_Terminal},\u060c\u3001\u055d\u1363\uff0c\uff64]"
# Marks without their letter, and invisible signs at the ends of a word, such as those that change
# the direction of writing. Joiners may end a word.
_STRAY_ENDS = r"(?V1)^[\p{M}\p{Cf}]+|[\p{Cf}--[\u200c\u200d]]+$"

_HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# One word that jieba would cut: a run of letters without Han that holds a letter that is not ASCII,
# a mark, an apostrophe or a decimal separator. The look-behind and the possessive runs keep the
# search linear on long ASCII runs.
_FOREIGN_WORD = rf"""(?xV1)
    (   (?<! [A-Za-z0-9_] )
        (?: [A-Za-z0-9_]++ (?: [\p{{M}}\u200c\u200d] | ['’](?=[\w--[{_HAN}]]) | (?<=\d)[.,](?=\d) )
        |   [A-Za-z0-9_]*+ [[\p{{L}}\p{{N}}]--[\x00-\x7f{_HAN}]] )
        (?: [[\w\p{{M}}\u200c\u200d]--[{_HAN}]] | ['’](?=[\w--[{_HAN}]]) | (?<=\d)[.,](?=\d) )*
    )"""


@dataclass(frozen=True)
class LineTokenizer:
    """A tokenizer, and how it may be used.

    Parameters
    ----------
    split : callable
        Takes a line, returns the list of its words.
    by_chunk : bool
        Whether the chunks of a line (what stands between white space), split one by one, give the
        same words, none of which holds white space.
    lowers : bool
        Whether words are lower-cased whatever is asked for.
    """

    split: Callable[[str], list[str]]
    by_chunk: bool
    lowers: bool = False

    @property
    def keeps_chunks(self) -> bool:
        """Whether each chunk is one word, unchanged."""
        return self.split is whitespace


def get_tokenizer(
    tokenizer: str | Tokenizer, *, lowercase: bool, normalization: Normalization = "NFC"
) -> LineTokenizer:
    """Return the tokenizer of that name, or wrap a callable.

    The lines that it is given are normalized already. Lower-casing can undo that, and so can a
    callable, so their words are normalized again.

    Raises
    ------
    ConfigError
        If there is no tokenizer of that name.
    MissingExtraError
        If the extra that it needs is not installed.
    """
    if callable(tokenizer):
        chosen = LineTokenizer(_checked(tokenizer), by_chunk=False)
    elif isinstance(tokenizer, str) and tokenizer in _BY_NAME:
        chosen = _BY_NAME[tokenizer]()
    else:
        names = ", ".join(TOKENIZERS)
        given = shown(tokenizer)
        raise ConfigError(f"tokenizer must be one of {names}, or a callable, got {given}")
    change: Callable[[str, Normalization], str] = normalize
    if lowercase or chosen.lowers:
        change = _lower
    elif not callable(tokenizer):
        return chosen
    return dataclasses.replace(
        chosen, split=lambda line: [change(word, normalization) for word in chosen.split(line)]
    )


def whitespace(line: str) -> list[str]:
    """Split on Unicode white space.

    Examples
    --------
    >>> whitespace("Tea\u3000and  toast.")
    ['Tea', 'and', 'toast.']
    """
    return line.split()


def words(line: str) -> list[str]:
    """Return words by Unicode's default word boundaries, and sentence punctuation, lower-cased.

    A word is a segment that holds a letter or a number (Unicode Standard Annex 29; white space
    always ends it). Scripts without spaces come out as single characters or syllables: Chinese,
    Japanese (but for runs of katakana), Thai, Lao, Khmer, Burmese.

    Examples
    --------
    >>> words("Don't PANIC! It's 3,000 km, says the snake_case U.S. e-mail.")
    ["don't", 'panic', '!', "it's", '3,000', 'km', ',', 'says', 'the', 'snake_case', 'u.s', '.', 'e', 'mail', '.']
    """  # noqa: E501
    return [_lower(word, "NFC") for word in _segments(line)]


def textbook(line: str) -> list[str]:
    r"""Return what matches `\b\w+\b|[,.!?]`, lower-cased: the pattern of textbooks.

    It suits plain English. It cuts words at apostrophes, and in many scripts at their marks.

    Examples
    --------
    >>> textbook("Don't PANIC!")
    ['don', 't', 'panic', '!']
    """
    return [_lower(word, "NFC") for word in _textbook_words(line)]


def _textbook_words(line: str) -> list[str]:
    return _TEXTBOOK_WORD.findall(line)


def _segments(line: str) -> list[str]:
    """Return the words and the punctuation of a line, not lower-cased."""
    segment, punctuation, stray_ends = map(_pattern, (_SEGMENT, _PUNCTUATION, _STRAY_ENDS))
    found: list[str] = []
    for chunk in line.split():
        if chunk.isascii() and chunk.isalnum():
            found.append(chunk)
            continue
        for piece in segment.findall(chunk):
            if _holds_letter(piece):
                found.append(piece if piece.isascii() else stray_ends.sub("", piece))
            elif punctuation.match(piece):
                found.append(piece[0])
    return found


def _make_chinese() -> Callable[[str], list[str]]:
    try:
        import rjieba
    except ImportError as error:
        raise MissingExtraError("rjieba", "chinese") from error
    foreign_word = _pattern(_FOREIGN_WORD)

    def chinese(line: str) -> list[str]:
        found: list[str] = []
        # jieba cuts whatever is neither Han nor ASCII into single characters.
        for place, piece in enumerate(foreign_word.split(line)):
            if place % 2:
                found.append(piece)
            else:
                found += filter(_holds_letter, rjieba.cut(piece))
        return found

    return chinese


@functools.cache
def _pattern(source: str) -> Pattern[str]:
    import regex

    return regex.compile(source)


def _holds_letter(word: str) -> bool:
    return word.isalnum() or any(map(str.isalnum, word))


def _lower(word: str, form: Normalization) -> str:
    return normalize(word.lower(), form)


def _checked(tokenizer: Tokenizer) -> Callable[[str], list[str]]:
    def split(line: str) -> list[str]:
        try:
            found = tokenizer(line)
            if isinstance(found, Iterator):
                # If it is a generator, the function runs here.
                found = list(found)
        except Exception as error:
            note_function(error, "tokenizer", line)
            raise
        if isinstance(found, str) or not isinstance(found, Iterable):
            kind = type(found).__name__
            raise CorpusError(f"a tokenizer must give a list of words for a line, got {kind}")
        return [word if type(word) is str else _plain_word(word) for word in found]

    return split


def _plain_word(word: object) -> str:
    """Return a word as a plain `str`, which a string of NumPy is not."""
    if not isinstance(word, str):
        kind = type(word).__name__
        raise CorpusError(f"a tokenizer must give words as str, got {kind}: {shown(word)}")
    return str.__str__(word)


_BY_NAME: dict[str, Callable[[], LineTokenizer]] = {
    "whitespace": lambda: LineTokenizer(whitespace, by_chunk=True),
    "words": lambda: LineTokenizer(_segments, by_chunk=True, lowers=True),
    "textbook": lambda: LineTokenizer(_textbook_words, by_chunk=True, lowers=True),
    "chinese": lambda: LineTokenizer(_make_chinese(), by_chunk=False),
}
TOKENIZERS = tuple(_BY_NAME)
"""The names of the tokenizers."""
