"""What follows from the counts of words: how often each is kept, and how often it is noise.

Sources: Mikolov et al. 2013, arXiv:1310.4546, sections 2.2 and 2.3; word2vec.c where they differ.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_SMALLEST_SAMPLE = 1e-100


def noise_distribution(counts: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
    """Return the probability of each word as a noise word: count ** exponent, normalised.

    Examples
    --------
    >>> noise_distribution(np.array([8, 1]), 0.0).tolist()
    [0.5, 0.5]
    """
    # In logarithms, and relative to the likeliest word, so that only to 0 can a weight overflow.
    # With the C library's functions: NumPy's differ between processors in the last bits.
    distinct, places = np.unique(counts, return_inverse=True)
    logarithms = [math.log(count) for count in distinct.tolist()]
    likeliest = logarithms[-1 if exponent >= 0 else 0]
    weights = np.array([math.exp(exponent * (log - likeliest)) for log in logarithms])[places]
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def keep_probabilities(counts: NDArray[np.int64], sample: float) -> NDArray[np.float64]:
    """Return each word's probability of being kept by subsampling.

    With f the word's share of the corpus, it is (sqrt(f / sample) + 1) * sample / f, at most 1:
    word2vec.c's formula, which keeps a little more than the paper's. `sample` 0 keeps everything.

    Examples
    --------
    >>> keep_probabilities(np.array([900, 100]), 0.1).round(3).tolist()
    [0.444, 1.0]
    """
    if sample == 0:
        return np.ones(len(counts))
    share = counts / counts.sum(dtype=np.float64)
    # A smaller one would overflow, and draws of 32 bits could not tell it from this.
    sample = max(sample, _SMALLEST_SAMPLE)
    kept = (np.sqrt(share / sample) + 1.0) * sample / share
    return np.asarray(np.minimum(1.0, kept), dtype=np.float64)
