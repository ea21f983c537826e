"""When workers bring their tables together: at fixed positions, known before a run begins.

What counts for the quality of vectors is how often this happens in a run, not how many words are
read in between. A longer corpus therefore needs less of it for each word.
"""

from __future__ import annotations

from firth.training.config import TrainConfig

# Steps of a run, at most; and the fewest tokens that a worker trains in a step.
_STEPS = 10_000
_LEAST_TOKENS = 1_024
# Blocks of a run, at least. After each, all rows are brought together.
_BLOCKS = 64


def block_length(config: TrainConfig, size: int) -> int:
    """Return the tokens after which all rows are brought together, for an epoch of `size` tokens.

    A run can be stopped there, and resumed.
    """
    blocks = min(-(-_BLOCKS // config.epochs), _steps(config, size))
    return max(1, -(-size // blocks))


def steps_of(config: TrainConfig, size: int, tokens: int) -> int:
    """Return how often rows are brought together in so many tokens of a corpus of `size`."""
    return max(1, round(_steps(config, size) * tokens / size))


def _steps(config: TrainConfig, size: int) -> int:
    """Return how often rows are brought together in an epoch."""
    most = size // (config.workers * _LEAST_TOKENS)
    return max(1, min(most, -(-_STEPS // config.epochs)))
