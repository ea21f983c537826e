"""When workers bring their tables together: at fixed positions, known before a run begins.

What counts for the quality of vectors is how often this happens in a run, not how many words are
read in between. A longer corpus therefore needs less of it for each word.

On a short corpus the words in between are few, and what counts is how far rows go meanwhile: with
the step size, the pairs of a window and the noise words.
"""

from __future__ import annotations

from firth.cluster.agreement import RULE
from firth.training.config import TrainConfig
from firth.training.rates import changes_of_token

# How strongly a noise word is drawn back, where a centre counts 1: the curvature of the loss is
# s (1 - s), and the score s of most noise words is near 0.
NOISE_WEIGHT = 0.15
# Steps of a run, at most.
_STEPS = 10_000
# The way that all rows go together in the shortest step: 128 tokens with a window of 5, 5 noise
# words and a step size of 0.05.
_SHORTEST_WAY = 128 * 10.5 * 0.05
_FEWEST_TOKENS, _MOST_TOKENS = 16, 1_024
# The fewest rows of each table that are brought together at every step.
_LEAST_HOT = 64
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


def hot_rows(config: TrainConfig, size: int) -> int:
    """Return how many rows of each table are brought together at every step.

    They are those of the rule where steps are far apart. Where steps are close they are fewer, so
    that not much more travels for each word.
    """
    tokens = size / (_steps(config, size) * config.workers)
    return round(min(max(RULE.hot * tokens / _MOST_TOKENS, _LEAST_HOT), RULE.hot))


def shortest_step(config: TrainConfig) -> int:
    """Return the fewest tokens that a worker trains between two steps."""
    way = config.lr * changes_of_token(config, NOISE_WEIGHT)
    return round(min(max(_SHORTEST_WAY / way, _FEWEST_TOKENS), _MOST_TOKENS))


def _steps(config: TrainConfig, size: int) -> int:
    """Return how often rows are brought together in an epoch."""
    most = size // (config.workers * shortest_step(config))
    return max(1, min(most, -(-_STEPS // config.epochs)))
