"""What is drawn in training, and from which distribution: plain NumPy, by token id.

Sources: Mikolov et al. 2013, arXiv:1310.4546, sections 2.2 and 2.3; word2vec.c where they differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_ONE = 2.0**32
_SMALLEST_SAMPLE = 1e-100

# Of a word's entries in the alias table, or else in the Huffman tree, and of its threshold of
# subsampling.
BYTES_PER_WORD = 8 + 4


def noise_distribution(counts: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
    """Return the probability of each word as a noise word: count ** exponent, normalised.

    Examples
    --------
    >>> noise_distribution(np.array([8, 1]), 0.0).tolist()
    [0.5, 0.5]
    """
    # In logarithms, and relative to the likeliest word, so that only to 0 can a weight overflow.
    logarithms = np.log(counts.astype(np.float64))
    likeliest = logarithms.max() if exponent >= 0 else logarithms.min()
    with np.errstate(over="ignore", under="ignore"):
        weights = np.exp(exponent * (logarithms - likeliest))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


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
    """Return each word's probability of being kept by subsampling, in 2**-32.

    With f the word's share of the corpus, it is (sqrt(f / sample) + 1) * sample / f, at most 1:
    word2vec.c's formula, which keeps a little more than the paper's. `sample` 0 keeps everything.
    """
    keep = np.ones(len(counts))
    if sample > 0:
        share = counts / counts.sum(dtype=np.float64)
        # A smaller one would overflow, and draws of 32 bits could not tell it from this.
        sample = max(sample, _SMALLEST_SAMPLE)
        keep = np.minimum(1.0, (np.sqrt(share / sample) + 1.0) * sample / share)
    # A draw of 32 bits is kept up to and including the threshold.
    return (np.clip(np.rint(keep * _ONE), 1.0, _ONE) - 1.0).astype(np.uint32)
