"""Files that were saved or fetched in another way than was meant, by their first bytes."""

from __future__ import annotations

import io
import os
import re

from firth.errors import FormatError
from firth.io.compression import compression_of

# Enough where files of one kind only are expected; more of it may look like anything.
_FEW = 64

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (rb"version https://git-lfs", "a pointer of Git LFS", "fetch the file: git lfs pull"),
    (
        rb"\xff\xfe\x00\x00|\x00\x00\xfe\xff",
        "UTF-32 text, not UTF-8",
        "convert it: iconv -f UTF-32 -t UTF-8",
    ),
    (rb"\xff\xfe|\xfe\xff", "UTF-16 text, not UTF-8", "convert it: iconv -f UTF-16 -t UTF-8"),
)


def mistaken_for(head: bytes) -> str | None:
    """Return what a file is that nobody meant to be read, and what to do; None for all others.

    Parameters
    ----------
    head : bytes
        Its first bytes, decompressed.

    Examples
    --------
    >>> mistaken_for(b"version https://git-lfs.github.com/spec/v1")
    'a pointer of Git LFS; fetch the file: git lfs pull'
    """
    if compression_of(head):
        return "compressed once more; decompress it once first"
    for magic, what, advice in _KINDS:
        if re.match(magic, head):
            return f"{what}; {advice}"
    order = _utf16_order(head)
    if order:
        return f"UTF-16 text, not UTF-8; convert it: iconv -f UTF-16{order} -t UTF-8"
    return None


def refuse_mistaken(
    file: io.BufferedReader, path: str | os.PathLike[str], *, decompressed: bool = False
) -> None:
    """Raise for a file of one known kind, in whose place there is another, by its first few bytes.

    Parameters
    ----------
    file : io.BufferedReader
        At its start.
    path : path
        Its name in a message.
    decompressed : bool
        Whether it is read decompressed, so that what is compressed is so once more.

    Raises
    ------
    FormatError
        If it is compressed, or what `mistaken_for` tells.
    """
    head = file.peek(_FEW)[:_FEW]
    mistaken = mistaken_for(head)
    if compression_of(head) and not decompressed:
        mistaken = "compressed; decompress it first"
    if mistaken is not None:
        raise FormatError(f"{path} is {mistaken}")


def _utf16_order(head: bytes) -> str | None:
    """Return the byte order if it is UTF-16 text without a mark, whose every other byte is 0."""
    pairs = len(head) // 2
    even, odd = head[: 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    for zeros, others, order in ((odd, even, "LE"), (even, odd, "BE")):
        if pairs >= 4 and zeros > 0.7 * pairs and others < 0.05 * pairs:
            return order
    return None
