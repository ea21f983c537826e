"""Words of files in other encodings than UTF-8."""

from __future__ import annotations

import codecs
import os
from collections.abc import Sequence

from firth.checks import shown
from firth.compat.gensim.options import NotSupported
from firth.errors import counted, warn
from firth.vectors.table import Token

# How Firth's readers keep bytes that are not UTF-8.
KEPT = "surrogateescape"


def check_utf8(encoding: str) -> None:
    """Raise if an encoding is another than UTF-8."""
    if codecs.lookup(encoding).name != "utf-8":
        raise NotSupported(f"encoding={shown(encoding)} is not supported here: words are UTF-8")


def check_splits(encoding: str) -> None:
    """Raise if spaces and digits are not bytes of their own in an encoding."""
    if " 0\n".encode(encoding) != b" 0\n":
        raise NotSupported(
            f"encoding={shown(encoding)} is not supported: ASCII characters must be single bytes"
        )


def decoded(
    words: Sequence[str], encoding: str, errors: str, path: str | os.PathLike[str]
) -> Sequence[str]:
    """Return words that were read with the bytes of the file kept, as the encoding has them.

    Raises
    ------
    UnicodeDecodeError
        If the encoding has no such word.
    """
    if codecs.lookup(encoding).name == "utf-8" and _is_text("".join(words)):
        return words
    found = []
    for number, word in enumerate(words, 1):
        try:
            found.append(word.encode("utf-8", KEPT).decode(encoding, errors))
        except UnicodeDecodeError as error:
            error.reason += (
                f", in word number {number:,} of {os.fspath(path)}; give another encoding, or "
                "unicode_errors='replace' or 'ignore'"
            )
            raise
    return found


def escaped(words: Sequence[Token], path: str | os.PathLike[str]) -> Sequence[Token]:
    r"""Return words that were read with the bytes of the file kept, those not UTF-8 escaped.

    gensim does so with the words of fastText's models: the byte F3 becomes `\xf3`. A warning tells.
    """
    texts = [word for word in words if isinstance(word, str)]
    if _is_text("".join(texts)):
        return words
    found = [
        word.encode("utf-8", KEPT).decode("utf-8", "backslashreplace")
        if isinstance(word, str)
        else word
        for word in words
    ]
    number = sum(word != old for word, old in zip(found, words, strict=True))
    warn(
        f"{os.fspath(path)}: bytes of {counted(number, 'word')} are not UTF-8, and are escaped, as "
        "\\xf3 is; their vectors are right"
    )
    return found


def _is_text(text: str) -> bool:
    """Return whether no bytes were kept in a text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
