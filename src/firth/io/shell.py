"""Commands as a shell reads them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable


def shell_command(words: Iterable[str]) -> str:
    r"""Return the words of a command as one line that a shell reads.

    What cannot be printed is written as Bash, Zsh and POSIX of 2024 read it: in three octal digits,
    since POSIX does not say where hexadecimal digits end.

    Examples
    --------
    >>> print(shell_command(["firth", "info", "my vectors", "it's\nvectors"]))
    firth info 'my vectors' $'it\'s\012vectors'
    """
    return " ".join(shlex.quote(word) if word.isprintable() else _quoted(word) for word in words)


def _quoted(word: str) -> str:
    return f"$'{''.join(map(_escaped, word))}'"


def _escaped(letter: str) -> str:
    if letter.isprintable():
        return f"\\{letter}" if letter in "\\'" else letter
    # A byte of a path that is not UTF-8 is half of a surrogate pair here.
    units = letter.encode("utf-8", "surrogateescape")
    return "".join(f"\\{unit:03o}" for unit in units)
