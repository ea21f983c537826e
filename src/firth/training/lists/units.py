"""A corpus as the lists read it: its tokens, unit after unit, and the documents of each unit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.compilation.arrays import read_only
from firth.corpus.tokens import TokenStore, UnitDocuments

_NONE = np.empty(0, np.int64)


class Units(NamedTuple):
    """A corpus as the lists read it; all arrays are read-only."""

    tokens: NDArray[np.int32]  # (n,) token ids
    offsets: NDArray[np.int64]  # (units + 1,) where each unit starts; the last offset is n
    # See `UnitDocuments`. Both are empty where unit u is document u.
    document_offsets: NDArray[np.int64]  # (units + 1,)
    documents: NDArray[np.int64]


def units_of(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], documents: UnitDocuments | None = None
) -> Units:
    """Return a corpus as the lists read it, from its token ids and where each unit starts."""
    of_units, rows = _NONE, _NONE
    if documents is not None:
        of_units, rows = documents.offsets, documents.rows
    return Units(read_only(ids), read_only(offsets), read_only(of_units), read_only(rows))


def units_in(tokens: TokenStore) -> Units:
    """Return the tokens of a corpus as the lists read them."""
    return units_of(tokens.ids, tokens.offsets, tokens.documents)
