"""gensim's `utils`: how most of its programs cut a text into words, and read and write texts."""

from __future__ import annotations

import builtins
import bz2
import gzip
import lzma
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from firth.compat.gensim.vocabularies import (  # noqa: F401 - gensim has them in this module.
    RULE_DEFAULT,
    RULE_DISCARD,
    RULE_KEEP,
)
from firth.io.atomic import atomic_write
from firth.io.paths import to_path
from firth.normalization import in_form

_OPENERS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_LETTERS = re.compile(r"(?:(?!\d)\w)+")


def simple_preprocess(
    doc: str, deacc: bool = False, min_len: int = 2, max_len: int = 15
) -> list[str]:
    """Return the words of a text: runs of letters, in lower case, neither short nor long.

    With `deacc`, accents are removed. Words that begin with `_` are left out.

    Examples
    --------
    >>> simple_preprocess("2 Cafés in\u00a0Montréal, _a_ day!", deacc=True)
    ['cafes', 'in', 'montreal', 'day']
    """
    words = tokenize(doc, lowercase=True, deacc=deacc)
    return [word for word in words if min_len <= len(word) <= max_len and word[0] != "_"]


def tokenize(text: str, lowercase: bool = False, deacc: bool = False) -> Iterator[str]:
    """Iterate over the runs of letters in a text, in lower case and without accents on request.

    Examples
    --------
    >>> list(tokenize("2 Cafés, big_city!", deacc=True))
    ['Cafes', 'big_city']
    """
    text = text.lower() if lowercase else text
    return (word[0] for word in _LETTERS.finditer(deaccent(text) if deacc else text))


def deaccent(text: str) -> str:
    """Return a text without accents.

    Examples
    --------
    >>> deaccent("Šéf")
    'Sef'
    """
    parts = in_form(text, "NFD")
    kept = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    return in_form(kept, "NFC")


def to_unicode(text: str | bytes, encoding: str = "utf8", errors: str = "strict") -> str:
    """Return text as it is, and bytes decoded."""
    return text if isinstance(text, str) else text.decode(encoding, errors)


def to_utf8(text: str | bytes, errors: str = "strict", encoding: str = "utf8") -> bytes:
    r"""Return text as UTF-8; bytes are checked, and may be in another encoding.

    Examples
    --------
    >>> to_utf8("é"), to_utf8(b"\xe9", encoding="latin-1")
    (b'\xc3\xa9', b'\xc3\xa9')
    """
    return to_unicode(text, encoding, errors).encode("utf-8")


any2unicode, any2utf8 = to_unicode, to_utf8


def open(  # The name is gensim's.
    uri: str | os.PathLike[str],
    mode: str = "r",
    encoding: str | None = None,
    errors: str | None = None,
) -> IO[Any]:
    """Open a file, compressed if its name ends in .gz, .bz2 or .xz; text is UTF-8 by default."""
    is_text = "b" not in mode
    opener = _OPENERS.get(Path(uri).suffix, builtins.open)
    with_letter = mode if not is_text or "t" in mode else f"{mode}t"
    found: IO[Any] = opener(
        uri, with_letter, encoding=encoding or "utf-8" if is_text else None, errors=errors
    )
    return found


def save_as_line_sentence(corpus: Iterable[Sequence[str]], filename: str) -> None:
    """Write a sentence on each line, its words between spaces, as `LineSentence` reads it.

    The file is replaced at the end, so that the corpus may be read from it.
    """
    target = to_path("filename", filename)
    with atomic_write(target) as temporary, open(temporary, "w") as file:
        file.writelines(" ".join(sentence) + "\n" for sentence in corpus)
