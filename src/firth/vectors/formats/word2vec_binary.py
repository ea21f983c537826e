r"""word2vec's binary format: after the header `V D\n`, each word, a space, D float32 numbers.

The numbers are little-endian. word2vec.c ends each vector with a newline, gensim does not; both
are read, and the newline is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from firth.errors import CutShortError, FormatError, counted
from firth.normalization import spellings
from firth.vectors.formats.binary_blocks import (
    SPACE,
    Block,
    Window,
    whole_blocks,
)
from firth.vectors.formats.row_store import LITTLE_ENDIAN
from firth.vectors.formats.selection import Selection
from firth.vectors.formats.word2vec import (
    REPLACED,
    Header,
    Rows,
    after_header,
    make_rows,
    read_header,
    write_rows,
)
from firth.vectors.table import Table

READS_BY_ROWS = True
# To decode the words of a block takes as long as to search for so many.
_FEW = 16


def recognises(head: bytes) -> bool:
    """Return whether a file starts with a header; the caller has ruled out text with a header."""
    return after_header(head) is not None


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read words and vectors, at about the speed of copying them.

    Raises
    ------
    FormatError
        If the header is missing or does not match the size of the file, or a word is empty or not
        UTF-8.
    """
    header = read_header(file, path)
    if header is None:
        raise FormatError(f"{path}: line 1 must be words and dimensions, such as '5000 100'")
    shortest = len(b"a ") + header.dim * LITTLE_ENDIAN.itemsize
    left = None if size is None else size - file.tell()
    found = make_rows(header, left, path, selection, bytes_per_word=shortest)
    blocks = _blocks(Window(file), header, selection.rows(header.words), path)
    if selection.takes_all:
        decoded = ((block, _decoded(block, path, selection.encoding_errors)) for block in blocks)
        _copy_apart(decoded, found)
    else:
        for block in blocks:
            _add_chosen(block, found, path, selection)
    return found.table()


def _add_chosen(block: Block, found: Rows, path: Path, selection: Selection) -> None:
    """Add the chosen words of a block, and their rows."""
    # A choice is Python: a second thread that copies would wait for its lock.
    if selection.words is not None:
        block = _selected(block, path, selection)
    if selection.choose is None:
        _copy(block, _decoded(block, path, selection.encoding_errors), found)
    else:
        _text(block, path, "strict")
        _copy(block, block.lazy_words(), found)


def _selected(block: Block, path: Path, selection: Selection) -> Block:
    """Return the selected words of a block."""
    # Other words are not checked.
    words = _decoded(block, path, "replace") if _may_hold(block.text, selection) else []
    kept = selection.places(words)
    texts = block.texts() if kept else []
    text = b"".join(texts[order] + b" " for order in kept)
    return block._replace(
        numbers=block.numbers[kept],
        text=text,
        ends=np.flatnonzero(np.frombuffer(text, np.uint8) == SPACE),
        spaces=block.spaces[kept],
    )


def _may_hold(text: bytes, selection: Selection) -> bool:
    """Return whether a text may hold a selected word; more than a few are not searched for."""
    return len(selection.asked) > _FEW or any(
        spelling.encode("utf-8", "surrogatepass") in text or "\ufffd" in spelling
        for word in selection.asked
        if isinstance(word, str)
        for spelling in spellings(word)
    )


def _decoded(block: Block, path: Path, encoding_errors: str) -> list[str]:
    """Return the words of a block, decoded all at once: no word contains a space."""
    text = _text(block, path, encoding_errors)
    return text.removeprefix("\n").replace(" \n", " ").split(" ")[:-1]


def _text(block: Block, path: Path, encoding_errors: str) -> str:
    """Return the words of a block as they stand in the file, decoded."""
    try:
        return block.text.decode("utf-8", encoding_errors)
    except UnicodeDecodeError:
        _raise_undecodable(block, path)


def _copy_apart(decoded: Iterable[tuple[Block, list[str]]], found: Rows) -> None:
    """Add the words and rows of blocks in another thread, while the next words are found."""
    copied: Future[None] | None = None
    with ThreadPoolExecutor(max_workers=1) as other:
        for block, words in decoded:
            # The window has the buffer of the block before again, once that is copied.
            if copied is not None:
                copied.result()
            copied = other.submit(_copy, block, words, found)
        if copied is not None:
            copied.result()


def _copy(block: Block, words: Sequence[str], found: Rows) -> None:
    """Add the words and rows of a block."""
    found.add(words, block.rows(found.dim))


def _blocks(window: Window, header: Header, rows: int, path: Path) -> Iterator[Block]:
    """Iterate over the first `rows` words of a file, many at a time."""
    words = 0
    for block in whole_blocks(window, header.dim, rows):
        _check_not_empty(block, path)
        yield block
        words += len(block.ends)
    if words < rows:
        place = window.start + window.word_begin
        raise CutShortError(
            f"{path}: cut short in word number {words + 1} of {header.words} (byte {place})"
        )
    if rows < header.words:
        return
    window.read_on(2)
    if bytes(window.rest()) not in (b"", b"\n"):
        raise FormatError(
            f"{path}: the header (line 1) promises {counted(header.words, 'word')}, but more "
            f"follows (byte {window.start})"
        )


def _check_not_empty(block: Block, path: Path) -> None:
    if np.diff(block.ends, prepend=-1).min() > len("\n "):
        return
    words = block.words()
    if b"" in words:
        order = words.index(b"")
        place = block.begins()[order]
        raise FormatError(f"{path}: word number {block.numbers[order]} is empty (byte {place})")


def _raise_undecodable(block: Block, path: Path) -> NoReturn:
    """Raise for the first word of a block that is not UTF-8."""
    for number, begin, word in zip(block.numbers, block.begins(), block.words(), strict=True):
        try:
            word.decode()
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{path}: word number {number} is not UTF-8 at byte {begin + error.start} of the "
                f"file; {REPLACED}"
            ) from error
    raise AssertionError("all words are UTF-8")


def write(table: Table, path: Path) -> None:
    """Write words and input vectors, as word2vec.c does."""
    write_rows(table, path, encode)


def encode(words: Sequence[bytes], rows: NDArray[np.float32]) -> bytes:
    """Return each word and its vector."""
    pairs = zip(words, rows.astype(LITTLE_ENDIAN, copy=False), strict=True)
    return b"".join(b"%b %b\n" % (word, row.tobytes()) for word, row in pairs)
