"""The first reading of a corpus: everything is numbered as it appears, and counted.

Text whose tokenizer works chunk by chunk is numbered by compiled code, and the tokenizer sees each
distinct chunk once; integers are numbered by the same code. The words of other text, and of token
lists, are numbered one by one in Python.
"""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from typing import cast

import numpy as np
from numpy.typing import NDArray

from firth.corpus.chunks import UNIT_END, Chunks, ChunkTable
from firth.corpus.spacing import find_unspaced_script
from firth.corpus.tokenizers import LineTokenizer
from firth.corpus.tokens import ScratchArray
from firth.corpus.units import Unit
from firth.corpus.vocabulary import Token
from firth.errors import CorpusError
from firth.normalization import Normalization, is_normalized, normalize

BATCH = 1 << 16
_CHUNKS_AT_ONCE = 1 << 12
_MAX_WORDS = np.iinfo(np.int32).max


@dataclass(frozen=True)
class RawCorpus:
    """A corpus that was read once, before its vocabulary is chosen.

    The stream of symbols (distinct chunks, or words themselves) stands in a file of its own, with
    `UNIT_END` after each unit. Symbols and words are numbered by first appearance.

    Parameters
    ----------
    units : int
        Units in the stream: lines that are not blank, or token lists that are not empty.
    bounds : int64, (symbols + 1,)
        Symbol `s` stands for `words[bounds[s]:bounds[s + 1]]`.
    words : int32, (bounds[-1],)
        Numbers of words.
    counts : int64, (words,)
        Occurrences of each word.
    spell : callable
        Gives the words of some numbers.
    unspaced : str, optional
        The languages of most of the text, where it has no spaces between words and the tokenizer
        is one that needs them.
    """

    units: int
    bounds: NDArray[np.int64]
    words: NDArray[np.int32]
    counts: NDArray[np.int64]
    spell: Callable[[NDArray[np.int64]], Sequence[Token]]
    unspaced: str | None = None

    def count_words(self, symbol_counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the occurrences of each word where each symbol occurs so often: int64 (words,)."""
        occurrences = np.repeat(symbol_counts, np.diff(self.bounds))
        return _count_words(len(self.counts), self.words, occurrences)


def draft_chunks(
    pieces: Iterable[str],
    tokenizer: LineTokenizer,
    form: Normalization,
    stream: ScratchArray[np.int32],
) -> RawCorpus:
    """Read text whose tokenizer works chunk by chunk.

    The distinct chunks are normalized, which is the same as to normalize the text: no form changes
    what is white space already or joins anything to it.

    Parameters
    ----------
    pieces : iterable of str
        The text, cut after white space only, with a line end at the end.
    tokenizer : LineTokenizer
        Cuts the chunks into words.
    form : {"NFC", "NFKC", "none"}
        The Unicode form that words are to have.
    stream : ScratchArray
        Takes the chunk numbers.
    """
    chunks = ChunkTable()
    units = sum(_enter_pieces(pieces, chunks, stream))
    unspaced = find_unspaced_script(chunks)
    is_normal = _are_normalized(chunks, form)
    if is_normal and tokenizer.keeps_chunks:
        draft = _draft_of_words(units, chunks.counts, chunks.spell)
        return dataclasses.replace(draft, unspaced=unspaced)
    table, lengths, words = _split_chunks(chunks, tokenizer.split, "none" if is_normal else form)
    counts = _count_words(len(table), words, np.repeat(chunks.counts, lengths))
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    return RawCorpus(units, bounds, words, counts, table.spell, unspaced)


def _are_normalized(chunks: ChunkTable, form: Normalization) -> bool:
    """Tell whether all chunks have that form: every part of a text that has it does."""
    numbers = chunks.non_ascii()
    return all(
        is_normalized(chunks.join(numbers[start : start + _CHUNKS_AT_ONCE]), form)
        for start in range(0, len(numbers), _CHUNKS_AT_ONCE)
    )


def _enter_pieces(
    pieces: Iterable[str], chunks: ChunkTable, stream: ScratchArray[np.int32]
) -> Iterator[int]:
    """Write the chunk numbers of all pieces to `stream`; yield the units of each piece.

    Each piece is read and cut while the one before it is looked up in another thread.
    """

    def enter(cut: Chunks) -> int:
        symbols = chunks.enter(cut)
        stream.append(symbols)
        return int(np.count_nonzero(symbols == UNIT_END))

    with ThreadPoolExecutor(max_workers=1) as other:
        before: Future[int] | None = None
        for piece in pieces:
            cut = chunks.split(piece)
            if before is not None:
                yield before.result()
            before = other.submit(enter, cut)
        if before is not None:
            yield before.result()


def draft_units(units: Iterator[Unit], stream: ScratchArray[np.int32]) -> RawCorpus:
    """Read token lists, all of words or all of integers, and write their numbers to `stream`."""
    first = list(islice(units, 1))
    if first and isinstance(first[0], np.ndarray):
        return _draft_integers(cast("Iterator[NDArray[np.int64]]", chain(first, units)), stream)
    return draft_words(cast("Iterator[Sequence[str]]", chain(first, units)), stream)


def draft_words(units: Iterable[Sequence[str]], stream: ScratchArray[np.int32]) -> RawCorpus:
    """Read units whose words are known, and write their numbers to `stream`.

    Raises
    ------
    CorpusError
        If the distinct words are too many to be numbered by int32.
    """
    numbers = _Numbers()
    units_read = 0
    for symbols in _batches_of_words(units, numbers):
        units_read += int(np.count_nonzero(symbols == UNIT_END))
        stream.append(symbols)
    counts = np.zeros(len(numbers), np.int64)
    for symbols in stream.blocks(BATCH):
        np.add.at(counts, symbols[symbols != UNIT_END], 1)
    words = list(numbers)
    return _draft_of_words(units_read, counts, lambda chosen: [words[n] for n in chosen.tolist()])


def _draft_integers(
    units: Iterable[NDArray[np.int64]], stream: ScratchArray[np.int32]
) -> RawCorpus:
    table = ChunkTable()
    units_read = 0
    for batch in _batches_of_integers(units):
        units_read += len(batch)
        stream.append(table.number_integers(batch))
    return _draft_of_words(units_read, table.counts, table.integers)


def _batches_of_integers(
    units: Iterable[NDArray[np.int64]],
) -> Iterator[list[NDArray[np.int64]]]:
    batch: list[NDArray[np.int64]] = []
    size = 0
    for unit in units:
        batch.append(unit)
        size += len(unit)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Numbers(dict[str, int]):
    """Gives each new word the next number."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


def _batches_of_words(
    units: Iterable[Sequence[str]], numbers: _Numbers
) -> Iterator[NDArray[np.int32]]:
    batch = array("i")
    for unit in units:
        batch.extend(map(numbers.__getitem__, unit))
        batch.append(UNIT_END)
        if len(batch) >= BATCH:
            yield np.frombuffer(batch, np.int32)
            batch = array("i")
        if len(numbers) > _MAX_WORDS:
            raise CorpusError(f"{len(numbers)} distinct words are too many for int32 ids")
    yield np.frombuffer(batch, np.int32)


def _split_chunks(
    chunks: ChunkTable, split: Callable[[str], list[str]], form: Normalization
) -> tuple[ChunkTable, NDArray[np.int64], NDArray[np.int32]]:
    """Normalize and tokenize each distinct chunk.

    Returns
    -------
    table, lengths, words
        The distinct words, and each chunk's: how many, and which, chunk after chunk.
    """
    table = ChunkTable()
    lengths = np.zeros(len(chunks), np.int64)
    numbers = [np.zeros(0, np.int32)]
    for start in range(0, len(chunks), BATCH):
        batch = np.arange(start, min(start + BATCH, len(chunks)))
        found = [split(normalize(chunk, form)) for chunk in chunks.spell(batch)]
        lengths[batch] = [len(words) for words in found]
        # Words hold no white space, so they can be numbered as chunks of one line in turn.
        line = table.number(" ".join(word for words in found for word in words) + "\n")
        numbers.append(line[line != UNIT_END])
    return table, lengths, np.concatenate(numbers)


def _count_words(
    size: int, words: NDArray[np.int32], occurrences: NDArray[np.int64]
) -> NDArray[np.int64]:
    counts = np.zeros(size, np.int64)
    np.add.at(counts, words, occurrences)
    return counts


def _draft_of_words(
    units: int,
    counts: NDArray[np.int64],
    spell: Callable[[NDArray[np.int64]], Sequence[Token]],
) -> RawCorpus:
    """Return the draft of a stream whose symbols are words already."""
    size = len(counts)
    return RawCorpus(units, np.arange(size + 1), np.arange(size, dtype=np.int32), counts, spell)
