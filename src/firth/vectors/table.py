"""The named arrays that vector files hold: what formats read and write.

V words · D dimensions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firth.phrases import Phrases

if TYPE_CHECKING:
    from firth.vectors.composition import RawTables
    from firth.vectors.documents import DocumentTable

Token = str | int
"""A word as text, or the integer id of an item."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """Words and their vectors, as a file holds them; `Vectors` checks them and answers queries.

    Parameters
    ----------
    words : sequence of V tokens
    input_vectors : (V, D) float32
    counts : (V,) int64, optional
    output_vectors : (V, D) float32, optional
    config : mapping
        How the vectors were trained; whatever JSON can hold.
    raw : RawTables, optional
        What the vectors were read out of, if it is not themselves.
    phrases : Phrases, optional
        What was joined in the text.
    documents : DocumentTable, optional
        Documents and their vectors.
    """

    words: Sequence[Token]
    input_vectors: NDArray[np.float32]
    counts: NDArray[np.int64] | None = None
    output_vectors: NDArray[np.float32] | None = None
    config: Mapping[str, object] = field(default_factory=dict)
    raw: RawTables | None = None
    phrases: Phrases | None = None
    documents: DocumentTable | None = None
