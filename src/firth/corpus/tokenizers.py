r"""Cutting a line of text into words.

A tokenizer is a callable that takes a line (str) and gives its words. These have names:

============  ====================================================================================
`whitespace`  what stands between Unicode white space, as `str.split` has it
`words`       runs of letters, digits and `_`, and each of ``,.!?``, lower-cased
`chinese`     jieba segmentation; words of other scripts whole; no punctuation (extra `chinese`)
============  ====================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from firth.errors import ConfigError, CorpusError, MissingExtraError

Tokenizer = Callable[[str], Iterable[str]]

_WORD = re.compile(r"\b\w+\b|[,.!?]")

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# A run of letters with no Han and at least one that is not ASCII. The look-behind and the
# possessive run keep the search linear on long ASCII runs.
_FOREIGN_WORD = re.compile(rf"((?<![A-Za-z0-9_])[A-Za-z0-9_]*+[^\W\x00-\x7f{_HAN}][^\W{_HAN}]*)")


@dataclass(frozen=True)
class LineTokenizer:
    """A tokenizer, and how it may be used.

    Parameters
    ----------
    split : callable
        Takes a line, gives the list of its words.
    by_chunk : bool
        Whether splitting the white-space-delimited chunks of a line one by one gives the same
        words, none of which holds white space.
    """

    split: Callable[[str], list[str]]
    by_chunk: bool

    @property
    def keeps_chunks(self) -> bool:
        """Whether each chunk is one word as it stands."""
        return self.split is whitespace


def get_tokenizer(tokenizer: str | Tokenizer, *, lowercase: bool) -> LineTokenizer:
    """Give the tokenizer of that name, or wrap a callable.

    Raises
    ------
    ConfigError
        If there is no tokenizer of that name.
    MissingExtraError
        If the extra that it needs is not installed.
    """
    if callable(tokenizer):
        chosen = LineTokenizer(_checked(tokenizer), by_chunk=False)
    elif tokenizer in _BY_NAME:
        chosen = _BY_NAME[tokenizer]()
    else:
        names = ", ".join(_BY_NAME)
        raise ConfigError(f"tokenizer must be one of {names}, or a callable, got {tokenizer!r}")
    if not lowercase:
        return chosen
    return LineTokenizer(_lowered(chosen.split), chosen.by_chunk)


def whitespace(line: str) -> list[str]:
    """Split on Unicode white space.

    Examples
    --------
    >>> whitespace("Tea\u3000and  toast.")
    ['Tea', 'and', 'toast.']
    """
    return line.split()


def words(line: str) -> list[str]:
    """Give runs of word characters and each of ``,.!?``, lower-cased.

    Examples
    --------
    >>> words("Don't PANIC!")
    ['don', 't', 'panic', '!']
    """
    return [word.lower() for word in _WORD.findall(line)]


def _chinese() -> Callable[[str], list[str]]:
    try:
        import rjieba
    except ImportError as error:
        raise MissingExtraError("rjieba", "chinese") from error

    def chinese(line: str) -> list[str]:
        found: list[str] = []
        # jieba cuts whatever is neither Han nor ASCII into single characters.
        for place, piece in enumerate(_FOREIGN_WORD.split(line)):
            if place % 2:
                found.append(piece)
            else:
                found += filter(_holds_letter, rjieba.cut(piece))
        return found

    return chinese


def _holds_letter(word: str) -> bool:
    return word.isalnum() or any(map(str.isalnum, word))


def _checked(tokenizer: Tokenizer) -> Callable[[str], list[str]]:
    def split(line: str) -> list[str]:
        found = tokenizer(line)
        if isinstance(found, str) or not isinstance(found, Iterable):
            kind = type(found).__name__
            raise CorpusError(f"a tokenizer must give a list of words for a line, got {kind}")
        found = list(found)
        for word in found:
            if not isinstance(word, str):
                kind = type(word).__name__
                raise CorpusError(f"a tokenizer must give words as str, got {kind}: {word!r}")
        return found

    return split


def _lowered(split: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    return lambda line: [word.lower() for word in split(line)]


_BY_NAME: dict[str, Callable[[], LineTokenizer]] = {
    "whitespace": lambda: LineTokenizer(whitespace, by_chunk=True),
    "words": lambda: LineTokenizer(words, by_chunk=True),
    "chinese": lambda: LineTokenizer(_chinese(), by_chunk=False),
}
