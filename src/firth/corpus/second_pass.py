"""The second pass over a corpus: from symbols to token ids in a store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled
from firth.corpus.chunks import UNIT_END
from firth.corpus.numbers import UnitNumbers
from firth.corpus.raw_corpus import RawCorpus
from firth.corpus.tokens import ScratchArray, TokenStore

BATCH = 1 << 16


def second_pass(
    parts: Iterable[tuple[RawCorpus, NDArray[np.int32]]], blanks: ScratchArray[np.int64]
) -> tuple[TokenStore, list[int], UnitNumbers]:
    """Write the token ids of all parts to a store, one part after the other.

    Words without an id are left out, and so are units that have no word left.

    Parameters
    ----------
    parts : iterable of RawCorpus, int32 (words,)
        Each a corpus and the token id of each of its words, -1 for a word to leave out.
    blanks : ScratchArray of int64
        For each blank line or empty list of the first part, how many units come before it.

    Returns
    -------
    tokens, ends, numbers
        The store, the number of units in it up to the end of each part, and which lines or lists
        of the source the units of the first part are.
    """
    part_ends = []
    position = units = 0
    with (
        ScratchArray(np.int32) as id_file,
        ScratchArray(np.int64) as offset_file,
        ScratchArray(np.int64) as ordinal_file,
    ):
        offset_file.append(np.zeros(1, np.int64))
        for raw, ids_of_words in parts:
            for ids, unit_ends, ordinals in _token_ids(raw, ids_of_words, position):
                id_file.append(ids)
                offset_file.append(unit_ends)
                ordinal_file.append(ordinals)
                position += len(ids)
                units += len(unit_ends)
            part_ends.append(units)
        store_ids, mapping = id_file.map()
        offsets, offset_mapping = offset_file.map()
        numbers = UnitNumbers(ordinal_file.map()[0][: part_ends[0]], blanks.map()[0])
    store = TokenStore(store_ids, offsets, mapping=mapping, offset_mapping=offset_mapping)
    return store, part_ends, numbers


def _token_ids(
    raw: RawCorpus, ids_of_words: NDArray[np.int32], position: int
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]]:
    """Yield token ids, where units end in the store, and how many units stood before each.

    The store already holds `position` ids.
    """
    bounds, token_ids = _ids_of_symbols(raw, ids_of_words)
    longest = int(np.diff(bounds).max(initial=1))
    ids, ends = np.empty(max(BATCH, longest), np.int32), np.empty((2, BATCH), np.int64)
    last_end, ordinal = position, 0
    for symbols in raw.symbols.blocks(BATCH):
        while len(symbols):
            read, written, closed, ordinal = _expand(
                symbols, bounds, token_ids, ids, ends, position, last_end, ordinal
            )
            yield ids[:written], ends[0, :closed], ends[1, :closed]
            symbols = symbols[read:]
            position += written
            last_end = int(ends[0, closed - 1]) if closed else last_end


def _ids_of_symbols(
    raw: RawCorpus, ids_of_words: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the bounds of each symbol's token ids, and these ids, without words left out."""
    token_ids = ids_of_words[raw.words]
    is_kept = token_ids >= 0
    kept_before = np.concatenate([[0], np.cumsum(is_kept)])
    return kept_before[raw.bounds], token_ids[is_kept]


@compiled
def _expand(
    symbols: NDArray[np.int32],
    bounds: NDArray[np.int64],
    token_ids: NDArray[np.int32],
    ids: NDArray[np.int32],
    ends: NDArray[np.int64],
    position: int,
    last_end: int,
    ordinal: int,
) -> tuple[int, int, int, int]:
    """Write the token ids of `symbols` until `ids` is full.

    Symbol `s` stands for `token_ids[bounds[s]:bounds[s + 1]]`.

    Parameters
    ----------
    ids : int32
        Written; must have room for the token ids of any one symbol.
    ends : int64, (2, n)
        Written: where each unit ends in the store, and how many units stood before it, those that
        are left out too. At least as long as `symbols`.
    position, last_end, ordinal : int
        Token ids written before, the end of the last unit, and how many units stood before.

    Returns
    -------
    read, written, closed, ordinal
        How many symbols were used, how many items of `ids` and `ends` were written, and how many
        units stood before what follows.
    """
    written = closed = 0
    for read in range(len(symbols)):
        symbol = symbols[read]
        if symbol != UNIT_END:
            start, stop = bounds[symbol], bounds[symbol + 1]
            if written + stop - start > len(ids):
                return read, written, closed, ordinal
            for place in range(start, stop):
                ids[written] = token_ids[place]
                written += 1
        else:
            if position + written > last_end:
                last_end = position + written
                ends[0, closed], ends[1, closed] = last_end, ordinal
                closed += 1
            ordinal += 1
    return len(symbols), written, closed, ordinal
