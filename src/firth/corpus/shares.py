"""Sharing out files of text by ranges of bytes, so that several processes read a part each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from firth.corpus.file_kinds import HEAD_BYTES, check_is_text
from firth.corpus.first_pass import no_words
from firth.corpus.sources import TextFile
from firth.errors import CorpusError, reraise
from firth.io.compression import compression_of
from firth.io.remote import RemoteFile, at_once

# A share with a file that cannot be cut may be so many times as large as an even one.
_LARGEST = 1.5
# A line may be so long before a cut falls inside it.
_FARTHEST = 1 << 20
_BLOCK = 1 << 16
_LINE_ENDS = (b"\n",)
_SPACES = (b" ", b"\t", b"\n", b"\r")


def share_out(files: Sequence[TextFile], workers: int) -> list[list[TextFile]] | None:
    """Return the ranges of files that each of several workers reads, in the order of the text.

    The shares have about the same number of bytes, and together all bytes once. They are cut at
    line ends, or at white space where lines are longer than a megabyte. Not cut are compressed
    files, and those of servers that send a file only from its beginning. Readers of shares tell
    only that a file became shorter meanwhile; a `Watch` tells other changes.

    Returns
    -------
    list of list of TextFile, or None
        None if the size of a file is not known before it is read, as of standard input, or if
        files that cannot be cut make a share far larger than others: some readers would wait.

    Raises
    ------
    CorpusError
        If a file cannot be read or is no text, or all are empty.
    """
    shares: list[list[TextFile]] = [[] for _ in range(workers)]
    sizes = [file.size() for file in files]
    total = sum(size or 0 for size in sizes)
    if None in sizes:
        return None
    if total == 0:
        raise no_words()
    before = 0
    are_whole = _are_whole(files)
    for file, size, is_whole in zip(files, sizes, are_whole, strict=True):
        assert size is not None
        assert file.path is not None
        wanted = [total * worker // workers - before for worker in range(1, workers)]
        if is_whole:
            shares[sum(cut <= size // 2 for cut in wanted)].append(replace(file, is_part=True))
        else:
            cuts = [0, *(_cut_near(file.path, min(max(cut, 0), size)) for cut in wanted), size]
            for share, start, stop in zip(shares, cuts, cuts[1:], strict=False):
                if start < stop:
                    share.append(TextFile(file.path, start, stop, is_part=True))
        before += size
    largest = max(sum(part.size() or 0 for part in share) for share in shares)
    return None if any(are_whole) and largest > _LARGEST * total / workers else shares


def _are_whole(files: Sequence[TextFile]) -> list[bool]:
    """Return which files cannot be cut."""
    are_remote = any(isinstance(file.path, RemoteFile) for file in files)
    # Answers of a server take long, and do not wait for each other.
    return at_once(_is_whole, files) if are_remote else list(map(_is_whole, files))


def _is_whole(file: TextFile) -> bool:
    assert file.path is not None
    if not file.in_ranges:
        return True
    with reraise(CorpusError, f"read {file.name}"), file.path.open("rb", HEAD_BYTES) as opened:
        head = opened.read(HEAD_BYTES)
    if compression_of(head) is None:
        check_is_text(head, file.name)
        return False
    # What its first bytes are is known when they are decompressed.
    next(file.blocks(), None)
    return True


def _cut_near(path: Path | RemoteFile, wanted: int) -> int:
    """Return where a line begins at or after a byte, or a word if lines are long."""
    if wanted == 0:
        return 0
    with reraise(CorpusError, f"read {path}"), path.open("rb", _BLOCK) as file:
        size = file.seek(0, os.SEEK_END)
        for ends, farthest in ((_LINE_ENDS, wanted + _FARTHEST), (_SPACES, size)):
            place = file.seek(wanted - 1)
            while block := file.read(max(0, min(_BLOCK, farthest - place))):
                found = [at for at in map(block.find, ends) if at >= 0]
                if found:
                    return place + min(found) + 1
                place += len(block)
    return size
