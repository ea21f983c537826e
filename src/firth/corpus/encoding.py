"""The second reading of a corpus: from the symbols of a draft to token ids in a store."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.compilation import compiled
from firth.corpus.chunks import UNIT_END
from firth.corpus.drafts import Draft
from firth.corpus.tokens import ScratchArray, TokenStore

BATCH = 1 << 16


def encode(draft: Draft, stream: ScratchArray[np.int32], kept: NDArray[np.int64]) -> TokenStore:
    """Write the token ids of the words in `kept`, whose places become their ids.

    Other words are left out, and so are units that have no word left.

    Parameters
    ----------
    draft : Draft
        The corpus as first read.
    stream : ScratchArray
        Its symbols.
    kept : int64, (V,)
        Numbers of the words in the vocabulary.
    """
    bounds, token_ids = _symbol_ids(draft, kept)
    longest = int(np.diff(bounds).max(initial=1))
    ids, ends = np.empty(max(BATCH, longest), np.int32), np.empty(BATCH, np.int64)
    position = last_end = 0
    with ScratchArray(np.int32) as id_file, ScratchArray(np.int64) as offset_file:
        offset_file.append(np.zeros(1, np.int64))
        for symbols in stream.blocks(BATCH):
            while len(symbols):
                read, written, closed = _expand(
                    symbols, bounds, token_ids, ids, ends, position, last_end
                )
                id_file.append(ids[:written])
                offset_file.append(ends[:closed])
                symbols = symbols[read:]
                position += written
                last_end = int(ends[closed - 1]) if closed else last_end
        store_ids, mapping = id_file.map()
        offsets, offset_mapping = offset_file.map()
        return TokenStore(store_ids, offsets, mapping=mapping, offset_mapping=offset_mapping)


def _symbol_ids(
    draft: Draft, kept: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Turn the words that each symbol stands for into token ids, without those left out."""
    ids = np.full(len(draft.counts), -1, np.int32)
    ids[kept] = np.arange(len(kept), dtype=np.int32)
    token_ids = ids[draft.words]
    is_kept = token_ids >= 0
    kept_before = np.concatenate([[0], np.cumsum(is_kept)])
    return kept_before[draft.bounds], token_ids[is_kept]


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
