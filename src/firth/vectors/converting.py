"""Converting vectors from one format to another, with little of them in memory at a time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import FirthError, FormatError, counted, reraise
from firth.io.atomic import is_same
from firth.io.compression import open_decompressed
from firth.io.lines import short_lines
from firth.io.mapping import drop_pages
from firth.io.mistaken import refuse_mistaken
from firth.io.paths import absolute
from firth.vectors.formats.format import FLOAT32
from firth.vectors.formats.precision import SCALE, narrowed, widen
from firth.vectors.formats.registry import check_destination
from firth.vectors.formats.selection import Selection
from firth.vectors.loading import load_selection
from firth.vectors.readout import check_readout
from firth.vectors.search import top_k, unit_rows
from firth.vectors.table import Token

# How many words the loss of quality is measured on, how many of them are asked for neighbours.
_SAMPLE, _QUERIES, _NEIGHBOURS = 10_000, 500, 10


@dataclass(frozen=True)
class Loss:
    """What vectors lost as they were written with fewer bytes, measured on a sample.

    Parameters
    ----------
    dtype : str
        The type of the numbers.
    mean, largest : float
        By how much a cosine of two words changes.
    kept : float
        The share of the nearest neighbours that are the same, from 0 to 1.
    words : int
        The size of the sample.
    """

    dtype: str
    mean: float
    largest: float
    kept: float
    words: int

    def __str__(self) -> str:
        """Return what was lost in one line."""
        return (
            f"{self.dtype}: a cosine changes by {self.mean:.2g} on average and {self.largest:.2g} "
            f"at most, {self.kept:.1%} of the {_NEIGHBOURS} nearest neighbours stay "
            f"({counted(self.words, 'word')})"
        )


@dataclass(frozen=True)
class Converted:
    """What was written: its size, and what was lost if numbers have fewer bytes.

    `missing` are the words that were named, but are not in the source. `rows` is the number of rows
    of a table of n-grams, which has no words.
    """

    words: int
    dim: int
    loss: Loss | None
    missing: tuple[str, ...] = ()
    rows: int | None = None

    @property
    def size(self) -> str:
        """What a file holds, in a few words."""
        count = counted(self.words, "word") if self.rows is None else counted(self.rows, "row")
        return f"{count}, {counted(self.dim, 'dimension')}"


def convert(
    source: Path,
    destination: Path,
    *,
    readout: str | None = None,
    source_format: str | None = None,
    format: str | None = None,
    dtype: str = FLOAT32,
    encoding_errors: str = "strict",
    overwrite: bool = False,
    words: Path | None = None,
) -> Converted:
    """Write the vectors of a file in another format, or read out by another recipe.

    Vectors are kept in a temporary file beside the destination where the format of the source can
    be read block by block, and words in memory. If `words` is given, a text with a word in each
    line, only these are written; a table of floret needs it.

    Raises
    ------
    FirthError
        If the source or the list of words cannot be read, the destination cannot be written, or
        it is the source or that list.
    """
    if readout is not None:
        check_readout(readout)
    if is_same(source, destination):
        raise FirthError(f"cannot write {destination}: it is what is to be read")
    if words is not None and is_same(words, destination):
        raise FirthError(f"cannot write {destination}: it has the words that are to be read")
    form = check_destination(destination, overwrite=overwrite, format=format, dtype=dtype)
    folder = None if readout is not None else _nearest_folder(destination)
    lines = None if words is None else read_word_list(words)
    asked = None if lines is None else list(itertools.chain.from_iterable(map(_tokens, lines)))
    selection = Selection(encoding_errors, words=asked, folder=folder)
    vectors = load_selection(source, selection, source_format)
    if readout is not None:
        vectors = vectors.read_out(readout)
    loss = None if dtype == FLOAT32 else measured_loss(vectors.input_vectors, dtype)
    vectors.save(destination, overwrite=overwrite, format=format, dtype=dtype)
    missing = [line for line in lines or () if not any(w in vectors for w in _tokens(line))]
    raw = None if getattr(form.load(), "HAS_WORDS", True) else vectors.raw
    rows = None if raw is None else len(raw.input) - raw.words
    return Converted(len(vectors), vectors.dim, loss, tuple(missing), rows)


def _decoded_lines(lines: Iterable[bytes], path: Path) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{path}: line {number:,} is not UTF-8; save the list as UTF-8"
            ) from error
        yield text.removesuffix("\n").removesuffix("\r")


def read_word_list(path: Path) -> list[str]:
    """Return the words of a text with one in each line, each once; empty lines are none.

    Raises
    ------
    FormatError
        If there is no such file, it is not UTF-8, or holds no word.
    """
    with reraise(FormatError, f"read {path}"), open_decompressed(path) as (file, _):
        refuse_mistaken(file, path, decompressed=True)
        # A short compressed file may have a word very often.
        found = list(dict.fromkeys(_decoded_lines(short_lines(file, path), path)))
    if len(found) == 1 and "\r" in found[0]:
        raise FormatError(
            f"{path}: the lines end with carriage returns alone; replace them: tr '\\r' '\\n'"
        )
    words = [line for line in found if line.strip()]
    if not words:
        raise FormatError(f"{path}: expected a word in each line, found none")
    return words


def _tokens(line: str) -> list[Token]:
    """Return what a line may mean: a word, and the integer that it spells."""
    is_integer = re.fullmatch(r"0|-?[1-9][0-9]{0,18}", line) is not None
    return [line, int(line)] if is_integer else [line]


def _nearest_folder(path: Path) -> Path:
    """Return the folder of a path, or the nearest one above it that is there."""
    folder = absolute(path).parent
    return next(each for each in (folder, *folder.parents) if each.is_dir())


def measured_loss(matrix: NDArray[np.float32], dtype: str) -> Loss:
    """Return what vectors (V, D) lose as numbers of another type, measured on a sample.

    Examples
    --------
    >>> matrix = np.random.default_rng(0).normal(size=(100, 8)).astype(np.float32)
    >>> loss = measured_loss(matrix, "int8")
    >>> loss.words, loss.mean < loss.largest < 0.01 < 0.9 < loss.kept
    (100, True)
    """
    sample = np.ascontiguousarray(matrix[:: -(-len(matrix) // _SAMPLE)])
    drop_pages(matrix)
    found = narrowed({"rows": sample}, dtype)
    narrow, scales = found["rows"][slice(0, len(sample))], found.get("rows" + SCALE)
    again = widen(narrow, scales).astype(np.float32)
    before, after = unit_rows(sample), unit_rows(again)
    chosen = np.arange(0, len(sample), -(-len(sample) // _QUERIES))
    changes = np.abs(after[chosen] @ after.T - before[chosen] @ before.T)
    few = max(1, min(_NEIGHBOURS, len(sample) - 1))
    nearest = [
        top_k(rows[chosen], rows, few, exclude=chosen[:, None])[0] for rows in (before, after)
    ]
    same = [len(np.intersect1d(*pair)) for pair in zip(*nearest, strict=True)]
    return Loss(
        dtype, float(changes.mean()), float(changes.max()), float(np.mean(same)) / few, len(sample)
    )
