"""Windows in flight: how many are trained at the same time, and what that asks of frequent words.

    V vocabulary · B windows in flight · K noise words

Programs read rows that others are changing. A row that N of the B windows in flight change gets N
steps from the same place, where one after another would each start from where the last one ended,
and so go less far. If each of them closes a share f of what is left to go, all together close
1 - (1 - f)^N of it, and not N f. So the changes of a row are multiplied by

    (1 - exp(-z)) / z      z = c eta N

with eta the step size and N the number expected, which follows from how often words occur. Most
rows have N below 1, and change as they would alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.training.config import TrainConfig
from firth.training.engines.base import INPUT, OUTPUT, Composition, Floats, Sizes
from firth.training.rates import expected_changes, kept_shares, mean_pairs

# c above, for pairs of an input and its centre; chosen by simulation, see docs/log.md.
CURVATURE = 0.3
# At most so many windows in flight, and pairs of an input and a target: those of so many windows of
# skip-gram with word2vec's values.
MOST_WINDOWS = 2_560
MOST_PAIRS = MOST_WINDOWS * 6 * 6
# At most so many that the likeliest centre is expected this often among them,
MOST_OF_A_WORD = 64.0
# and that they are this share of an epoch.
MOST_OF_AN_EPOCH = 1 / 1_000
FROZEN = -1.0


def windows_in_flight(
    config: TrainConfig, counts: NDArray[np.int64], occurrences: NDArray[np.int64], most: int
) -> int:
    """Return how many windows to train at the same time, at most so many.

    Examples
    --------
    >>> counts = np.array([500_000, 250_000, 250_000])
    >>> windows_in_flight(TrainConfig(sample=0), counts, counts, 8_192)
    128
    """
    kept = kept_shares(counts, occurrences, config.sample)
    of_pairs = MOST_PAIRS / (mean_pairs(config) * ((config.negative or 0) + 1))
    of_a_word = MOST_OF_A_WORD * kept.sum() / kept.max()
    of_an_epoch = MOST_OF_AN_EPOCH * occurrences.sum() * kept.sum()
    return max(1, int(min(most, MOST_WINDOWS, of_pairs, of_a_word, of_an_epoch)))


def rates(
    config: TrainConfig,
    counts: NDArray[np.int64],
    occurrences: NDArray[np.int64],
    sizes: Sizes,
    windows: int,
    composition: Composition | None,
) -> tuple[Floats, Floats]:
    """Return c N of each row of the input and of the output table, see the head of the module.

    A step of an input, or of a target with one input, counts as one.
    """
    expected = expected_changes(config, counts, occurrences, sizes, composition)
    scale = CURVATURE * windows / kept_shares(counts, occurrences, config.sample).sum()
    inputs, outputs = ((scale * expected[name]).astype(np.float32) for name in (INPUT, OUTPUT))
    return inputs, outputs
