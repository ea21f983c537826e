"""The second reading of a corpus: from the symbols of a draft to token ids in a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled
from firth.corpus.chunks import UNIT_END
from firth.corpus.raw_corpus import RawCorpus
from firth.corpus.tokens import ScratchArray, TokenStore

BATCH = 1 << 16


@dataclass(frozen=True)
class Part:
    """What is to be encoded: symbols, and what they become.

    Parameters
    ----------
    draft : RawCorpus
        The corpus as first read.
    stream : ScratchArray
        Its symbols, or some of them.
    ids : int32, (words,)
        Token id of each word of the draft, -1 for those to leave out.
    """

    draft: RawCorpus
    stream: ScratchArray[np.int32]
    ids: NDArray[np.int32]


def encode(parts: Sequence[Part]) -> tuple[TokenStore, list[int]]:
    """Write the token ids of all parts, one after the other.

    Words without an id are left out, and so are units that have no word left.

    Returns
    -------
    tokens, ends
        The store, and the number of units that it holds up to the end of each part.
    """
    part_ends = []
    position = units = 0
    with ScratchArray(np.int32) as id_file, ScratchArray(np.int64) as offset_file:
        offset_file.append(np.zeros(1, np.int64))
        for part in parts:
            for ids, unit_ends in _token_ids(part, position):
                id_file.append(ids)
                offset_file.append(unit_ends)
                position += len(ids)
                units += len(unit_ends)
            part_ends.append(units)
        store_ids, mapping = id_file.map()
        offsets, offset_mapping = offset_file.map()
        store = TokenStore(store_ids, offsets, mapping=mapping, offset_mapping=offset_mapping)
        return store, part_ends


def _token_ids(part: Part, position: int) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
    """Yield token ids, and where in the whole corpus units end; `position` ids came before."""
    bounds, token_ids = _symbol_ids(part)
    longest = int(np.diff(bounds).max(initial=1))
    ids, ends = np.empty(max(BATCH, longest), np.int32), np.empty(BATCH, np.int64)
    last_end = position
    for symbols in part.stream.blocks(BATCH):
        while len(symbols):
            read, written, closed = _expand(
                symbols, bounds, token_ids, ids, ends, position, last_end
            )
            yield ids[:written], ends[:closed]
            symbols = symbols[read:]
            position += written
            last_end = int(ends[closed - 1]) if closed else last_end


def _symbol_ids(part: Part) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Turn the words that each symbol stands for into token ids, without those left out."""
    token_ids = part.ids[part.draft.words]
    is_kept = token_ids >= 0
    kept_before = np.concatenate([[0], np.cumsum(is_kept)])
    return kept_before[part.draft.bounds], token_ids[is_kept]


@compiled
def _expand(
    symbols: NDArray[np.int32],
    bounds: NDArray[np.int64],
    token_ids: NDArray[np.int32],
    ids: NDArray[np.int32],
    ends: NDArray[np.int64],
    position: int,
    last_end: int,
) -> tuple[int, int, int]:
    """Write the token ids of `symbols` until they or the room in `ids` end.

    Symbol `s` stands for `token_ids[bounds[s]:bounds[s + 1]]`.

    Parameters
    ----------
    ids : int32
        Written; must hold at least the token ids of any one symbol.
    ends : int64
        Written: where in the whole corpus each unit ends. At least as long as `symbols`.
    position, last_end : int
        Token ids, and end of the last unit, written before.

    Returns
    -------
    read, written, closed
        How many symbols were used, and what stands in `ids` and `ends`.
    """
    written = closed = 0
    for read in range(len(symbols)):
        symbol = symbols[read]
        if symbol != UNIT_END:
            start, stop = bounds[symbol], bounds[symbol + 1]
            if written + stop - start > len(ids):
                return read, written, closed
            for place in range(start, stop):
                ids[written] = token_ids[place]
                written += 1
        elif position + written > last_end:
            last_end = position + written
            ends[closed] = last_end
            closed += 1
    return len(symbols), written, closed
