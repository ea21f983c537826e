"""The first pass over a source: everything is numbered as it appears, and counted.

If the tokenizer works chunk by chunk, compiled code numbers the chunks of the text, and the
tokenizer sees each distinct chunk once. Other text is cut line by line into token lists. In token
lists, words are numbered in Python and integers in compiled code.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import chain, islice
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from firth.checks import one_of, switch
from firth.corpus.chunk_table import ChunkTable
from firth.corpus.chunks import UNIT_END, Chunks, cut_integers, cut_text
from firth.corpus.columns import open_iterable, read_texts
from firth.corpus.finding import find_text
from firth.corpus.numbers import without_blank
from firth.corpus.raw_corpus import RawCorpus, count_items
from firth.corpus.sources import EncodingErrors, Progress, TextFile, read_text, regroup
from firth.corpus.spacing import CHINESE_OR_JAPANESE, find_unspaced_script
from firth.corpus.tokenizers import LineTokenizer, Tokenizer, get_tokenizer
from firth.corpus.tokens import ScratchArray
from firth.corpus.units import Unit, check_units
from firth.errors import ConfigError, CorpusError, NoWordsError, warn
from firth.normalization import Normalization, is_normalized, normalize

BATCH = 1 << 16
_CHUNKS_AT_ONCE = 1 << 12
_MAX_WORDS = np.iinfo(np.int32).max
_LINE_ENDS = "\n\r"
# Chunks end at any white space. These characters are enough to keep pieces of real text short.
_CHUNK_ENDS = "\n\r\t \u3000"


@dataclass(frozen=True)
class TextOptions:
    """How text becomes words: the options of `read_corpus` that token lists do not have.

    Raises
    ------
    ConfigError
        If one of them is out of range.
    """

    tokenizer: str | Tokenizer = "whitespace"
    lowercase: bool = False
    encoding_errors: EncodingErrors = "strict"
    normalization: Normalization = "NFC"

    def __post_init__(self) -> None:
        """Check the options, but not the tokenizer."""
        for name, kind in (("encoding_errors", EncodingErrors), ("normalization", Normalization)):
            one_of(name, getattr(self, name), choices=get_args(kind))
        switch("lowercase", self.lowercase)


class OpenedSource:
    """A source that was looked at and not read yet.

    Parameters
    ----------
    given : object
        What the caller gave.
    options : TextOptions
        How text is read.
    leave_out : sequence of Path
        Files that are not part of a folder.
    files : list of TextFile, optional
        The text, if its files are known already.

    Raises
    ------
    ConfigError
        If there is no such tokenizer, or the source holds token lists and has options for text.
    CorpusError
        If the source names no files, or is a text and not a path.
    MissingExtraError
        If the tokenizer needs a package that is not installed.
    """

    def __init__(
        self,
        given: object,
        options: TextOptions,
        leave_out: Sequence[Path] = (),
        files: list[TextFile] | None = None,
    ) -> None:
        self.options = options
        self.tokenizer = get_tokenizer(
            options.tokenizer, lowercase=options.lowercase, normalization=options.normalization
        )
        files = find_text(given, leave_out) if files is None else files
        self.files = files or []
        self.opened = None if files is not None else open_iterable(given)
        self.holds_tokens = self.opened is not None and not self.opened.are_texts
        changed = [f.name for f in fields(options) if getattr(options, f.name) != f.default]
        if self.holds_tokens and changed:
            raise ConfigError(
                f"{' and '.join(changed)} {'is' if len(changed) == 1 else 'are'} for text, and the "
                "source holds token lists"
            )


def first_pass(
    source: OpenedSource,
    symbols: ScratchArray[np.int32],
    on_progress: Progress | None = None,
    blanks: ScratchArray[np.int64] | None = None,
) -> RawCorpus:
    """Read a source once, and write its symbols to `symbols`.

    Parameters
    ----------
    source, symbols, on_progress
        What is read, what is written, and who is told.
    blanks : ScratchArray of int64, optional
        Written: how many units come before each blank line or empty list.

    Raises
    ------
    CorpusError
        If the source cannot be read, or holds something else than text or tokens.
    """
    opened, errors = source.opened, source.options.encoding_errors
    if opened is not None and source.holds_tokens:
        given = check_units(opened.given, on_progress, opened.total)
        return _number_units(without_blank(given, _is_empty, blanks), symbols)
    tokenizer, form = source.tokenizer, source.options.normalization
    if opened is not None:
        blocks = read_texts(opened.given, errors, on_progress, opened.total)
    else:
        blocks = read_text(source.files, errors, on_progress)
    if tokenizer.by_chunk:
        return _number_chunks(regroup(blocks, _CHUNK_ENDS), tokenizer, form, symbols, blanks)
    pieces = (normalize(piece, form) for piece in regroup(blocks, _LINE_ENDS))
    lines = without_blank(_lines(pieces), _is_blank, blanks)
    return _number_words(map(tokenizer.split, lines), symbols)


def _is_empty(unit: Unit) -> bool:
    return len(unit) == 0


def _is_blank(line: str) -> bool:
    return not line or line.isspace()


def first_pass_of_words(
    source: OpenedSource,
    symbols: ScratchArray[np.int32],
    on_progress: Progress | None = None,
    blanks: ScratchArray[np.int64] | None = None,
    *,
    purpose: str = "train on",
) -> RawCorpus:
    """Read a source as `first_pass` does; warn if its text has no spaces between words.

    Raises
    ------
    CorpusError
        If the source cannot be read, or holds no words.
    """
    raw = first_pass(source, symbols, on_progress, blanks)
    check_words(raw, source.options.tokenizer, purpose)
    return raw


def check_words(raw: RawCorpus, tokenizer: object, purpose: str = "train on") -> None:
    """Raise CorpusError if a corpus holds no words; warn if it has no spaces between words."""
    if raw.words_read == 0:
        raise no_words(purpose)
    if raw.unspaced:
        _warn_of_missing_spaces(raw.unspaced, tokenizer)


def no_words(purpose: str = "train on") -> NoWordsError:
    """Return the error for a corpus that holds no words."""
    return NoWordsError(f"the corpus holds no words: nothing to {purpose}")


def _warn_of_missing_spaces(languages: str, tokenizer: object) -> None:
    segmenter = "a callable that segments it as tokenizer, or text with spaces between words"
    if languages == CHINESE_OR_JAPANESE:
        segmenter = f"tokenizer='chinese' (--tokenizer chinese); for Japanese, {segmenter}"
    warn(
        f"most of the text is {languages} without spaces between words, which the tokenizer "
        f"{tokenizer!r} does not cut into words; use {segmenter}"
    )


def _number_chunks(
    pieces: Iterable[str],
    tokenizer: LineTokenizer,
    form: Normalization,
    symbols: ScratchArray[np.int32],
    blanks: ScratchArray[np.int64] | None,
) -> RawCorpus:
    """Read text whose tokenizer works chunk by chunk.

    The distinct chunks are normalized. The result is the same as if the text were normalized: no
    form changes white space or joins anything to it. The pieces of the text are cut after white
    space only, and a line end is at the end.
    """
    table = ChunkTable()
    units = _enter_pieces(pieces, table, symbols, blanks)
    unspaced = find_unspaced_script(table)
    is_normal = _is_normalized(table, form)
    if is_normal and tokenizer.keeps_chunks:
        return RawCorpus.of_words(symbols, units, table.counts, table.spell, unspaced)
    words, lengths, numbers = _split_chunks(table, tokenizer.split, "none" if is_normal else form)
    counts = count_items(numbers, np.repeat(table.counts, lengths), len(words))
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    return RawCorpus(symbols, units, bounds, numbers, counts, words.spell, unspaced)


def _split_chunks(
    table: ChunkTable, split: Callable[[str], list[str]], form: Normalization
) -> tuple[ChunkTable, NDArray[np.int64], NDArray[np.int32]]:
    """Normalize and tokenize each distinct chunk.

    Returns
    -------
    words, lengths, numbers
        The distinct words; of each chunk, the number of its words; and their numbers in `words`,
        chunk after chunk.
    """
    words = ChunkTable()
    lengths = np.zeros(len(table), np.int64)
    numbers = [np.zeros(0, np.int32)]
    for start in range(0, len(table), BATCH):
        batch = np.arange(start, min(start + BATCH, len(table)))
        found = [split(normalize(chunk, form)) for chunk in table.spell(batch)]
        lengths[batch] = [len(words_of_chunk) for words_of_chunk in found]
        # Words hold no white space, so they can be numbered as the chunks of one line.
        line = words.number(cut_text(" ".join(chain.from_iterable(found)) + "\n"))
        numbers.append(line[line != UNIT_END])
    return words, lengths, np.concatenate(numbers)


def _enter_pieces(
    pieces: Iterable[str],
    table: ChunkTable,
    symbols: ScratchArray[np.int32],
    blanks: ScratchArray[np.int64] | None,
) -> int:
    """Write the chunk numbers of all pieces to `symbols`; return the number of units.

    Another thread looks up the chunks of a piece while the next piece is read and cut.
    """

    def enter(chunks: Chunks) -> None:
        symbols.append(table.number(chunks))

    units, unit_is_open, after_return = 0, False, False
    with ThreadPoolExecutor(max_workers=1) as other:
        entering: Future[None] | None = None
        for piece in pieces:
            chunks = cut_text(piece, unit_is_open=unit_is_open, after_return=after_return)
            if blanks is not None and len(chunks.blanks):
                blanks.append(units + chunks.blanks)
            units += int(np.count_nonzero(chunks.tags == UNIT_END))
            unit_is_open, after_return = chunks.unit_is_open, chunks.after_return
            if entering is not None:
                entering.result()
            entering = other.submit(enter, chunks)
        if entering is not None:
            entering.result()
    return units


def _is_normalized(table: ChunkTable, form: Normalization) -> bool:
    """Return whether all chunks are in a normalization form: if a text is, its parts are."""
    numbers = table.non_ascii()
    return all(
        is_normalized(table.join(numbers[start : start + _CHUNKS_AT_ONCE]), form)
        for start in range(0, len(numbers), _CHUNKS_AT_ONCE)
    )


def _number_units(units: Iterator[Unit], symbols: ScratchArray[np.int32]) -> RawCorpus:
    """Read token lists, all of words or all of integers."""
    first = list(islice(units, 1))
    number = _number_integers if first and isinstance(first[0], np.ndarray) else _number_words
    # `check_units` lets only one kind of tokens pass.
    return number(chain(first, units), symbols)  # type: ignore[arg-type]


def _number_words(units: Iterable[Sequence[str]], symbols: ScratchArray[np.int32]) -> RawCorpus:
    """Read units of words."""
    numbers = _WordNumbers()
    units_read, batch = 0, array("i")
    for unit in units:
        batch.extend(map(numbers.__getitem__, unit))
        batch.append(UNIT_END)
        units_read += 1
        if len(batch) >= BATCH:
            symbols.append(np.frombuffer(batch, np.int32))
            batch = array("i")
        if len(numbers) > _MAX_WORDS:
            raise CorpusError(f"{len(numbers)} distinct words are too many for int32 ids")
    symbols.append(np.frombuffer(batch, np.int32))
    counts = np.zeros(len(numbers), np.int64)
    for block in symbols.blocks(BATCH):
        np.add.at(counts, block[block != UNIT_END], 1)
    # `spell` keeps this list alive, but not the dictionary, which is larger.
    words = list(numbers)
    return RawCorpus.of_words(
        symbols, units_read, counts, lambda chosen: [words[number] for number in chosen.tolist()]
    )


class _WordNumbers(dict[str, int]):
    """The number of each word; a new word takes the next number."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


def _number_integers(
    units: Iterable[NDArray[np.int64]], symbols: ScratchArray[np.int32]
) -> RawCorpus:
    """Read units of integers, in batches of about `BATCH`."""
    table = ChunkTable()
    units_read = size = 0
    batch: list[NDArray[np.int64]] = []
    for unit in units:
        batch.append(unit)
        units_read += 1
        size += len(unit)
        if size >= BATCH:
            symbols.append(table.number(cut_integers(batch)))
            batch, size = [], 0
    if batch:
        symbols.append(table.number(cut_integers(batch)))
    return RawCorpus.of_words(symbols, units_read, table.counts, table.integers)


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the lines of pieces that end with a line end: CR, LF, or both."""
    after_return = False
    for piece in pieces:
        text = piece[1:] if after_return and piece[0] == "\n" else piece
        after_return = piece[-1] == "\r"
        yield from text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]
