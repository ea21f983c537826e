"""How training drew pairs of words and their noise words, as Firth, gensim or fastText tell it.

Counts are those of the words that were read. Of vectors that are a part of others, `part` keeps
which share the words have of all draws, so that what is computed of them is as of all.

Sources: fastText 0.9.2, `NegativeSamplingLoss` (the square root of the counts) and
`Dictionary::initTableDiscard`; gensim 4.4, `Word2Vec.make_cum_table` and `prepare_vocab`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.checks import INT64_MAX, real_number
from firth.errors import ConfigError
from firth.frequencies import keep_probabilities, noise_distribution

Doubles = NDArray[np.float64]

# Where vectors that are a part of others keep what share they are.
PART = "part"
# The options of training that the company of a word depends on.
_NEEDED = ("negative", "noise_exponent", "sample")
_UNKNOWN = (
    "the company of a word needs to know how the vectors were trained (the counts of words and "
    "config['options']): take the folder that training saved"
)
_NOT_DRAWN = (
    "the company of a word needs vectors that were trained with noise words (negative sampling), "
    "and these were trained with "
)
_FASTTEXT_EXPONENT = 0.5
# In the place of fastText's lrUpdateRate, for noise words or vectors that are not fastText's.
OTHER_DRAWS = 0


@dataclass(frozen=True)
class PairOptions:
    """The options of negative sampling.

    Parameters
    ----------
    negative : float
        Noise words for each pair.
    noise_exponent : float
        They were drawn in proportion to the counts to this power.
    sample : float
        The threshold of subsampling, as a share of `tokens`; 0 for none.
    tokens : int, optional
        By default all that was counted.
    """

    negative: float
    noise_exponent: float
    sample: float
    tokens: int | None = None

    def share(self, total: float) -> float:
        """Return the threshold of subsampling as a share of `total` words."""
        share = self.sample if self.tokens is None else self.sample * self.tokens / total
        return min(max(share, 0.0), 1.0)


@dataclass(frozen=True)
class _Part:
    """Which share the words have of all that was counted, of what was kept, and of noise words."""

    counts: float = 1.0
    kept: float = 1.0
    noise: float = 1.0


@dataclass(frozen=True)
class Draws:
    """How often each of n words was drawn: from the text, and as one noise word; shares of all.

    `negative` is how many noise words each pair had.
    """

    near: Doubles
    noise: Doubles
    negative: float


def pair_options(config: Mapping[str, object]) -> PairOptions:
    """Return how noise words were drawn.

    Raises
    ------
    ConfigError
        If the config does not tell, or words were not trained with the words near them by negative
        sampling.
    """
    for name, read in (("options", _of_firth), ("gensim", _of_gensim), ("fasttext", _of_fasttext)):
        options = config.get(name)
        if isinstance(options, Mapping):
            return read(options)
    raise ConfigError(_UNKNOWN)


def are_drawn(counts: NDArray[np.int64] | None, config: Mapping[str, object]) -> bool:
    """Return whether `draws` has an answer."""
    try:
        _known(counts, config)
    except ConfigError:
        return False
    return True


def draws(counts: NDArray[np.int64] | None, config: Mapping[str, object]) -> Draws:
    """Return how often each word was drawn; 0 for those that were never counted.

    Raises
    ------
    ConfigError
        As `pair_options` does, or if there are no counts.
    """
    counts, options, part = _known(counts, config)
    counted = counts > 0
    near, noise = np.zeros((2, len(counts)))
    seen = counts[counted]
    total = float(seen.sum(dtype=np.float64)) / part.counts
    kept = seen * keep_probabilities(seen, options.share(total) / part.counts)
    near[counted] = kept / kept.sum() * part.kept
    noise[counted] = noise_distribution(seen, options.noise_exponent) * part.noise
    return Draws(near, noise, options.negative)


def _known(
    counts: NDArray[np.int64] | None, config: Mapping[str, object]
) -> tuple[NDArray[np.int64], PairOptions, _Part]:
    """Return the counts, how noise words were drawn, and what share the words are."""
    options = pair_options(config)
    if counts is None or not counts.any():
        raise ConfigError(_UNKNOWN)
    return counts, options, _part_of(config)


def config_of_part(
    config: Mapping[str, object], counts: NDArray[np.int64] | None, rows: Sequence[int]
) -> Mapping[str, object]:
    """Return the config of some of the words, which tells what share they are."""
    try:
        whole = draws(counts, config)
    except ConfigError:
        return config
    assert counts is not None
    shares = {
        "counts": float(counts[rows].sum() / counts.sum()) * _part_of(config).counts,
        "kept": float(whole.near[rows].sum()),
        "noise": float(whole.noise[rows].sum()),
    }
    # Words that were never counted have no share, and no company.
    return {**config, PART: shares} if all(shares.values()) else config


def _of_firth(options: Mapping[str, object]) -> PairOptions:
    if not options.keys() >= {*_NEEDED}:
        raise ConfigError(_UNKNOWN)
    if options.get("documents") == "alone":
        raise ConfigError(
            "with documents='alone' words were not trained with the words near them, so they have "
            "no company; train with documents='joint'"
        )
    negative, exponent, sample = (real_number(name, options[name]) for name in _NEEDED)
    if negative <= 0:
        raise ConfigError(f"{_NOT_DRAWN}none (negative {negative:g})")
    return PairOptions(negative, exponent, sample)


def _of_gensim(options: Mapping[str, object]) -> PairOptions:
    names = ("negative", "ns_exponent", "sample")
    if not options.keys() >= {*names}:
        raise ConfigError(_UNKNOWN)
    negative, exponent, sample = (real_number(name, options[name]) for name in names)
    if negative <= 0:
        raise ConfigError(f"{_NOT_DRAWN}hierarchical softmax (gensim's hs=1, negative=0)")
    # `sg` is the opposite of Doc2Vec's `dm`.
    if options.get("class") == "Doc2Vec" and options.get("sg") and not options.get("dbow_words"):
        raise ConfigError(
            "with dm=0 and dbow_words=0 Doc2Vec does not train words with the words near them, so "
            "they have no company; train with dbow_words=1"
        )
    # From 1 on, it is the count of a word, in gensim's unit.
    if sample >= 1:
        count = int(min(sample, INT64_MAX) * (3 + math.sqrt(5)) / 2)
        return PairOptions(negative, exponent, count, 1)
    return PairOptions(negative, exponent, sample)


def _of_fasttext(options: Mapping[str, object]) -> PairOptions:
    names = ("neg", "t", "loss", "model")
    if not options.keys() >= {*names} or options["t"] is None:
        raise ConfigError(_UNKNOWN)
    if options["model"] == "supervised":
        raise ConfigError(f"{_NOT_DRAWN}labels (fastText's supervised)")
    if options["loss"] != "ns":
        raise ConfigError(f"{_NOT_DRAWN}another loss (fastText's {options['loss']})")
    if options.get("lr_update_rate") == OTHER_DRAWS:
        raise ConfigError(
            "the company of a word needs to know how noise words were drawn, which this file of "
            "fastText does not tell: Firth wrote it of vectors that are read out, or were trained "
            "with other noise words than fastText's; take the folder that training saved"
        )
    negative, sample = (real_number(name, options[name]) for name in ("neg", "t"))
    if negative <= 0:
        raise ConfigError(f"{_NOT_DRAWN}none (fastText's neg 0)")
    # fastText's shares are those of the whole text, with the words that it leaves out.
    tokens = options.get("ntokens")
    if not isinstance(tokens, int) or not 0 < tokens <= INT64_MAX:
        tokens = None
    return PairOptions(negative, _FASTTEXT_EXPONENT, sample, tokens)


def draws_as_fasttext(config: Mapping[str, object]) -> bool:
    """Return whether noise words were drawn as fastText draws them."""
    try:
        return pair_options(config).noise_exponent == _FASTTEXT_EXPONENT
    except ConfigError:
        return False


def _part_of(config: Mapping[str, object]) -> _Part:
    shares = config.get(PART)
    if not isinstance(shares, Mapping):
        return _Part()
    try:
        part = _Part(*(real_number(name, shares[name]) for name in ("counts", "kept", "noise")))
    except (KeyError, TypeError) as error:
        raise ConfigError(_UNKNOWN) from error
    if not all(0 < share <= 1.0 + 1e-9 for share in (part.counts, part.kept, part.noise)):
        raise ConfigError(_UNKNOWN)
    if part.counts < 1 / INT64_MAX:
        raise ConfigError(_UNKNOWN)
    return part
