"""How often each row of each table is expected to change, for each token that is read.

V vocabulary size · K noise words · m inputs of a window · T targets

A change counts by how far it goes: one input row that is one of n parts of a word counts 1 / n,
unless what all of its parts do together is asked for.

How often a word occurs in the text that is trained on may differ from its count in the vocabulary,
by which it is subsampled and drawn as noise: with vectors to start from, or a vocabulary that was
given.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.training.config import TrainConfig
from firth.training.engines.base import INPUT, OUTPUT, Composition, Sizes
from firth.training.huffman import huffman_paths
from firth.training.sampling import keep_thresholds, noise_distribution

Rates = NDArray[np.float64]
# Counting copies so many ids as int64 at a time: 8 MB. More, where a sum has more words.
_IDS_AT_ONCE = 1 << 20


def occurrences_in(ids: NDArray[np.int32], words: int) -> NDArray[np.int64]:
    """Return how often each word occurs among token ids: (V,).

    Examples
    --------
    >>> occurrences_in(np.array([0, 2, 0], np.int32), 3).tolist()
    [2, 0, 1]
    """
    found, at_once = np.zeros(words, np.int64), max(_IDS_AT_ONCE, words)
    for start in range(0, len(ids), at_once):
        found += np.bincount(ids[start : start + at_once], minlength=words)
    return found


def kept_shares(counts: NDArray[np.int64], occurrences: NDArray[np.int64], sample: float) -> Rates:
    """Return how often each word is expected to be kept by subsampling, for each token read."""
    keep = (keep_thresholds(counts, sample) + 1.0) * 2.0**-32
    return np.asarray(occurrences / occurrences.sum() * keep, np.float64)


def mean_inputs(config: TrainConfig) -> float:
    """Return how many context words a window has in the middle of a long unit."""
    # The reach of a window is uniform in 1 .. window, or fixed.
    return config.window + 1.0 if config.shrink_windows else 2.0 * config.window


def mean_pairs(config: TrainConfig) -> float:
    """Return how many pairs of an input and its centre such a window has: 1 with CBOW."""
    return 1.0 if config.model == "cbow" else mean_inputs(config)


def changes_of_token(config: TrainConfig, noise_weight: float) -> float:
    """Return how many changes of input or output rows a window makes, whichever are more.

    Parameters
    ----------
    noise_weight : float
        What a noise word counts, where a centre counts 1.
    """
    noise = noise_weight * (config.negative or 0)
    return max(mean_inputs(config), mean_pairs(config) * (1.0 + noise))


def expected_changes(
    config: TrainConfig,
    counts: NDArray[np.int64],
    occurrences: NDArray[np.int64],
    sizes: Sizes,
    composition: Composition | None,
    noise_weight: float = 1.0,
    *,
    parts_together: bool = False,
) -> dict[str, Rates]:
    """Return the expected changes of each row of each table, for each token that is read.

    Rows of documents are not among them: the windows of one document change its row.

    Parameters
    ----------
    counts : int64, (V,)
        The counts of the vocabulary.
    occurrences : int64, (V,)
        How often each word occurs in the text that is trained on.
    noise_weight : float
        What a noise word counts, where a centre counts 1.
    parts_together : bool
        Whether a change of a word counts whole for each row of which the word is composed, since
        they all go the same way at once, or is shared among them.
    """
    kept = kept_shares(counts, occurrences, config.sample)
    m, pairs = mean_inputs(config), mean_pairs(config)
    inputs = np.zeros(sizes.words + sizes.ngrams)
    if composition is None:
        inputs[: sizes.words] = m * kept
    else:
        parts = np.diff(composition.starts)
        of_row = m * kept if parts_together else m * kept / parts
        np.add.at(inputs, composition.rows, np.repeat(of_row, parts))
    if config.noise_exponent is None:
        outputs = _node_rates(counts, kept * pairs)
    else:
        assert config.negative is not None
        noise = noise_distribution(counts, config.noise_exponent)
        outputs = pairs * (kept + noise_weight * config.negative * kept.sum() * noise)
    return {INPUT: inputs, OUTPUT: outputs}


def _node_rates(counts: NDArray[np.int64], rates: Rates) -> Rates:
    """Return how often the inner nodes of the tree change: with each word below them."""
    nodes, _ = huffman_paths(counts)
    is_node = nodes >= 0
    weights = np.repeat(rates, is_node.sum(axis=1))
    found = np.bincount(nodes[is_node], weights, minlength=len(counts) - 1)
    return np.asarray(found, np.float64)
