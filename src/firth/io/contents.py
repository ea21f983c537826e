"""Recognizing the content of files and folders, so that it is neither read as text nor replaced.

The first bytes of a file, or the names in a folder, tell the content.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Collection
from pathlib import Path
from typing import Literal

Kind = Literal["vectors", "script", "log", "picture", "tensors", "phrases", "page"]

# The files of a folder in Firth's own format.
MODEL = "model.safetensors"
VOCABULARY = "vocabulary.json"
CONFIG = "config.json"
FOLDER_OF_VECTORS = (MODEL, VOCABULARY, CONFIG)
# Only vectors with n-grams have this file too.
SUBWORDS = "subwords.json"
# A file more if the vectors know phrases, and one if there are documents.
PHRASES = "phrases.json"
DOCUMENTS = "documents.safetensors"

# The events in the lines of the log of a run, or of a search.
_EVENTS = ("start", "progress", "epoch", "evaluation", "end", "trial", "tuned")
# What is read of a file.
HEAD_BYTES = 1 << 12
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*([0-9]{1,20})[ \t]+([0-9]{1,20})[ \t]*\r?\n")
_LOG = re.compile(rb'\s*\{\s*"event"\s*:\s*"(?:%s)"' % "|".join(_EVENTS).encode())
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg\b",
    re.DOTALL,
)
# Firth's own, and those of its face of gensim.
_PHRASES = (b'{"kind": "phrases"', b'{"kind": "Phrases"', b'{"kind": "FrozenPhrases"')
# What a script for PostgreSQL begins with.
SCRIPT = "-- Words and vectors for PostgreSQL with pgvector: psql --file this"
# What the pages that Firth writes begin with.
PAGE = "<!doctype html>\n<!-- A page of Firth -->\n"
_PICTURES = {
    b"\x89PNG\r\n\x1a\n": ".png",
    b"%PDF-": ".pdf",
    b"\xff\xd8\xff": ".jpg",
    b"GIF8": ".gif",
}


def kind_of(path: Path) -> Kind | None:
    """Return the kind of a file that is not a text to train on, judged by its beginning.

    None for all other files, and for those that cannot be read.
    """
    head = _head(path)
    return kind_of_bytes(head, path.stat().st_size if head else 0)


def kind_of_bytes(head: bytes, size: int) -> Kind | None:
    """Return the kind of a file of so many bytes that begins with `head`; see `kind_of`.

    Parameters
    ----------
    head : bytes
        `HEAD_BYTES` of them, or the whole file.
    """
    if _holds_vectors(head, size):
        return "vectors"
    # No vectors for other formats to replace: Firth does not read them back.
    if head.startswith(SCRIPT.encode()):
        return "script"
    if _is_log(head):
        return "log"
    if _picture_suffix(head) is not None:
        return "picture"
    if head.startswith(_PHRASES):
        return "phrases"
    if head.startswith(PAGE.encode()):
        return "page"
    return "tensors" if _holds_tensors(head) else None


def picture_suffix_of(path: Path) -> str | None:
    """Return the usual suffix of a picture's format, or None if the file is not a picture."""
    return _picture_suffix(_head(path))


def holds(folder: Path, name: str) -> bool:
    """Return whether a folder has a file of that name.

    A link to nothing counts: whoever reads it is told, and not without what it stood for.
    """
    return os.path.lexists(folder / name)


def is_folder_of_vectors(names: Collection[str]) -> bool:
    """Return whether a folder with these names in it is one of vectors in Firth's own format."""
    return all(name in names for name in FOLDER_OF_VECTORS)


def _is_log(head: bytes) -> bool:
    """Return whether a file is the log of a run. A power cut may have cut off its first line."""
    beginnings = (f'{{"event": "{event}"'.encode() for event in _EVENTS)
    is_part = bool(head) and any(beginning.startswith(head) for beginning in beginnings)
    return is_part or _LOG.match(head) is not None


def _head(path: Path) -> bytes:
    try:
        # Reading a pipe would wait.
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""


def _picture_suffix(head: bytes) -> str | None:
    for magic, suffix in _PICTURES.items():
        if head.startswith(magic):
            return suffix
    return ".svg" if _SVG.match(head) else None


def _holds_vectors(head: bytes, size: int) -> bool:
    """Return whether a file is in one of word2vec's formats, by its header, size and first row.

    A table of numbers without a header could be anything, and does not count as vectors.
    """
    header = _HEADER.match(head)
    if header is None:
        return False
    words, dim = int(header[1]), int(header[2])
    rest = head[header.end() :]
    room = size - header.end()
    if min(words, dim) < 1:
        return False
    # The last line of a text may lack the newline.
    is_text = words * (2 + 2 * dim) <= room + 1
    if is_text and _begins_with_a_line(rest, dim, is_all=size <= HEAD_BYTES):
        return True
    return words * (2 + 4 * dim) <= room and _begins_with_floats(rest, dim)


def begins_with_rows(head: bytes, dim: int) -> bool:
    """Return whether a file begins with a row of word2vec's formats; of text, if without a header.

    Parameters
    ----------
    head : bytes
        Its first bytes, decompressed: `HEAD_BYTES` of them, or the whole file.
    dim : int
        The numbers in a row, where no header tells them. There need not be as many rows as a header
        promises, as long as others may be appended.
    """
    header = _HEADER.match(head)
    rest, dim = (head, dim) if header is None else (head[header.end() :], int(header[2]))
    if dim < 1:
        return False
    is_all = len(head) < HEAD_BYTES
    # Without a header, any text could be numbers of the binary format.
    return _begins_with_a_line(rest, dim, is_all=is_all) or (
        header is not None and (not rest or _begins_with_floats(rest, dim))
    )


def _begins_with_a_line(rest: bytes, dim: int, *, is_all: bool) -> bool:
    line, newline, _ = rest.partition(b"\n")
    fields = line.split()
    # A word may contain spaces. If the line goes on, its last number may be cut off.
    is_whole = is_all or bool(newline)
    numbers = fields[-dim:] if is_whole else fields[1:-1]
    return len(fields) > (dim if is_whole else 2) and all(map(_is_number, numbers))


def _begins_with_floats(rest: bytes, dim: int) -> bool:
    word, space, numbers = rest.lstrip(b"\n").partition(b" ")
    first = numbers[: 4 * dim]
    floats = struct.unpack(f"<{len(first) // 4}f", first[: len(first) // 4 * 4])
    return bool(word and space and floats) and all(abs(number) < float("inf") for number in floats)


def _is_number(field: bytes) -> bool:
    try:
        return abs(float(field)) < float("inf")
    except ValueError:
        return False


def _holds_tensors(head: bytes) -> bool:
    """Return whether a file is one of safetensors: a header's length, then a JSON object."""
    if len(head) < 16:
        return False
    (length,) = struct.unpack_from("<Q", head)
    return 2 <= length < 1 << 40 and head[8:9] == b"{"
