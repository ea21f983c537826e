"""What is drawn in training, and from which distribution: plain NumPy, by token id."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.frequencies import keep_probabilities
from firth.frequencies import noise_distribution as noise_distribution

_ONE = 2.0**32

# Of a word's entries in the alias table, or else in the Huffman tree, and of its threshold of
# subsampling.
BYTES_PER_WORD = 8 + 4


def alias_table(probabilities: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Build the table from which `draws.noise_of` draws in one look (Walker 1977).

    V columns of equal weight hold a word's own share, and are filled up from one other word. Words
    below the mean weight, in order, are filled up from those above it, in order; one of the latter
    that falls below the mean in doing so is filled up from the next. Who fills up whom follows from
    the running sums of what is lacking and what is left over.

    Returns
    -------
    uint64, (V,)
        Column c: the probability of word c in 2**-32 (upper half), the other word (lower half).
    """
    size = len(probabilities)
    weights = probabilities * size
    # The heaviest word fills up others even where rounding puts it, and all, below the mean.
    fills = weights >= min(1.0, weights.max())
    small, large = np.flatnonzero(~fills), np.flatnonzero(fills)
    lacking = np.cumsum(1.0 - weights[small])
    left = np.cumsum(weights[large] - 1.0)
    own, other = np.ones(size), np.arange(size)

    fillers = np.searchsorted(left, np.concatenate([[0.0], lacking[:-1]])[: len(small)])
    own[small] = weights[small]
    other[small] = large[np.minimum(fillers, len(large) - 1)]

    exhausted_by = np.searchsorted(lacking, left[:-1], side="right")
    falls = exhausted_by < len(lacking)
    excess = lacking[exhausted_by[falls]] - left[:-1][falls]
    own[large[:-1][falls]] = 1.0 - excess
    other[large[:-1][falls]] = large[1:][falls]

    thresholds = np.clip(np.rint(own * _ONE), 0, _ONE - 1).astype(np.uint64)
    return (thresholds << np.uint64(32)) | other.astype(np.uint64)


def keep_thresholds(counts: NDArray[np.int64], sample: float) -> NDArray[np.uint32]:
    """Return each word's probability of being kept by subsampling, in 2**-32."""
    keep = keep_probabilities(counts, sample)
    # A draw of 32 bits is kept up to and including the threshold.
    return (np.clip(np.rint(keep * _ONE), 1.0, _ONE) - 1.0).astype(np.uint32)
