"""floret's tables (`.floret`): rows of numbers, into which words and their n-grams are hashed.

The first line has the number of rows, D, the lengths of the shortest and longest n-grams, how many
rows an n-gram has, the seed of the hash, and the marks before and after a word. A line for each row
follows: its number from 0 and D numbers. A word's vector is the mean of the rows of the word and
its n-grams, so there is one for any word, and no list of words: the caller names them.

Source of the layout: floret 0.10.5, `FastText::saveFloretVectors`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, FormatError, counted, reraise
from firth.io.atomic import atomic_write
from firth.io.shell import shell_command
from firth.subwords.floret import Floret
from firth.subwords.subwords import Subwords
from firth.vectors.composition import RawTables, compose_words
from firth.vectors.formats.precision import blocks
from firth.vectors.formats.selection import Selection
from firth.vectors.formats.word2vec import Header, make_rows
from firth.vectors.formats.word2vec_text import encoder, read_lines
from firth.vectors.table import Table, Token

HEADER = re.compile(
    rb"([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,3}) ([0-9]{1,3}) ([1-4]) ([0-9]{1,10}) (\S+) (\S+)\r?\n"
)
HAS_WORDS = False
_LONGEST_HEADER = 1 << 10
# The same sums in another order differ by less than this share of the largest number.
_ROUNDING = 1e-5


def read(file: BinaryIO, size: int | None, path: Path, selection: Selection) -> Table:
    """Read the table, and compose the vectors of the words that the selection names.

    Raises
    ------
    FormatError
        If the file is damaged, words are whole, or the selection names none.
    """
    found = HEADER.fullmatch(file.readline(_LONGEST_HEADER))
    if found is None:
        raise FormatError(f"{path}: the first line is not that of a table of floret")
    buckets, dim, least, most, hashes, seed = map(int, found.groups()[:6])
    if not (buckets and dim):
        raise FormatError(
            f"{path}: line 1 promises {counted(buckets, 'row')} of {counted(dim, 'number')}"
        )
    words = words_asked(selection, path)
    with reraise(FormatError, f"read {path}", UnicodeDecodeError):
        marks = found[7].decode(), found[8].decode()
    subwords = subwords_of(least, most, buckets, (hashes, seed, *marks), path)
    left = None if size is None else size - file.tell()
    whole = Selection()
    shortest = (dim + 1) * len(b"1 ")
    rows = make_rows(Header(buckets, dim), left, path, whole, bytes_per_word=shortest)
    table = read_lines(file, rows, path, line=2, promised=buckets, selection=whole)
    numbers = map(str, range(buckets))
    for line, (number, expected) in enumerate(zip(table.words, numbers, strict=True), 2):
        if number != expected:
            raise FormatError(f"{path}: line {line}: expected row {expected}")
    return composed(words, table.input_vectors, subwords)


def words_asked(selection: Selection, path: Path) -> list[str]:
    """Return the words to compose, in the order in which they were named.

    Raises
    ------
    FormatError
        If none is named.
    ConfigError
        If none is text.
    """
    if not selection.asked:
        raise FormatError(
            f"{path}: a table of floret has vectors for any word, and no list of words; name them: "
            f"firth.load(path, words=[...]), or firth convert {shell_command([str(path)])} DST "
            "--words FILE, with a word in each line"
        )
    words = [word for word in selection.asked if isinstance(word, str)]
    if not words:
        raise ConfigError("words of a table of floret must be text, got integers")
    return words[: selection.limit]


def subwords_of(
    least: int, most: int, buckets: int, hashing: tuple[int, int, str, str], path: Path
) -> Subwords:
    """Return how words are cut and hashed; `hashing` has the parts of a `Floret`.

    Raises
    ------
    FormatError
        If words are whole, or a number is out of range.
    """
    if most < max(least, 1):
        raise FormatError(
            f"{path}: is a table of floret without n-grams, which Firth does not read"
        )
    with reraise(FormatError, f"read {path}", ConfigError):
        return Subwords(
            max(least, 1),
            most,
            buckets=buckets,
            normalization="none",
            exponent=1.0,
            floret=Floret(*hashing),
        )


def composed(words: list[str], rows: NDArray[np.floating], subwords: Subwords) -> Table:
    """Return words with the means of their rows.

    A word has no row of its own. Its vector serves as one: with it, the mean stays the same.
    """
    V = len(words)
    table = np.concatenate([np.zeros((V, rows.shape[1])), rows], dtype=np.float32)
    raw = RawTables(table, subwords)
    tokens: list[Token] = list(words)
    vectors = compose_words(raw, tokens, own_row=False)
    table[:V] = vectors
    config = {"floret": {"least": subwords.least, "most": subwords.most, "buckets": len(subwords)}}
    return Table(words=tokens, input_vectors=vectors, config=config, raw=raw)


def write(table: Table, path: Path) -> None:
    """Write the table of which the vectors are composed; the words are not in it.

    Raises
    ------
    FormatError
        If the vectors are not the means of rows of such a table.
    """
    raw = table.raw
    if raw is None or raw.subwords is None or raw.subwords.floret is None:
        raise FormatError(
            f"cannot write {path}: only vectors that come from a table of floret can be written "
            "as one; convert to fasttext, or to word2vec-text"
        )
    subwords, floret, V = raw.subwords, raw.subwords.floret, raw.words
    marks = [floret.begin, floret.end]
    if any(mark != "".join(mark.split()) or not mark for mark in marks):
        raise FormatError(f"cannot write {path}: its marks of words are empty, or hold white space")
    composed = compose_words(raw, table.words, own_row=False)
    largest = np.abs(composed).max(initial=0)
    if not np.allclose(composed, table.input_vectors, rtol=0, atol=_ROUNDING * largest):
        raise FormatError(
            f"cannot write {path}: the vectors are no longer those of the table (they were "
            "trained or read out anew); convert to word2vec-text"
        )
    numbers = [len(raw.input) - V, raw.input.shape[1], subwords.least, subwords.most]
    header = " ".join(map(str, [*numbers, floret.hashes, floret.seed, *marks]))
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        file.write(f"{header}\n".encode())
        first, encode = 0, encoder()
        for rows in blocks(raw.input[V:]):
            names = [str(number).encode() for number in range(first, first + len(rows))]
            file.write(encode(names, rows))
            first += len(rows)


def is_replaceable(path: Path) -> bool:
    """Return whether a file begins as such a table does."""
    with path.open("rb") as file:
        return HEADER.fullmatch(file.readline(_LONGEST_HEADER)) is not None
