"""The distributions that training draws from, and the draws themselves, by chi-square."""

import numpy as np
import pytest
from scipy import stats

from firth.training import draws, reference, sampling

COUNTS = np.array([50_000, 20_000, 20_000, 5_000, 800, 90, 7, 1])


def stream_at(key, position):
    """Return a stream as the unsigned number that it is; compiled code returns a Python integer."""
    return np.uint64(draws.stream_at(key, position))


def decode(table):
    """Return the probability of each word that an alias table stands for."""
    size = len(table)
    own, other = (table >> np.uint64(32)).astype(float) / 2**32, table & np.uint64(0xFFFFFFFF)
    total = own.copy()
    np.add.at(total, other.astype(int), 1.0 - own)
    return total / size


@pytest.mark.parametrize("exponent", [0.75, 1.0, 0.0, -0.5, 2.5])
def test_noise_is_counts_to_the_power(exponent):
    expected = COUNTS.astype(float) ** exponent
    np.testing.assert_allclose(
        sampling.noise_distribution(COUNTS, exponent), expected / expected.sum(), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("exponent", "expected"),
    [
        (400.0, [0.5, 0.5, 0.0]),
        (-400.0, [0.0, 0.0, 1.0]),
        (1e308, [0.5, 0.5, 0.0]),
        (-1e308, [0.0, 0.0, 1.0]),
        (1e-308, [1 / 3] * 3),
        (-0.0, [1 / 3] * 3),
    ],
)
def test_noise_at_the_extremes(exponent, expected):
    counts = np.array([2**62, 2**62, 1])
    np.testing.assert_allclose(sampling.noise_distribution(counts, exponent), expected)


@pytest.mark.parametrize("size", [1, 2, 3, 10, 1000, 100_000])
@pytest.mark.parametrize("exponent", [0.0, 0.75, 3.0, -1.0])
def test_alias_table_stands_for_its_distribution(size, exponent):
    counts = np.random.default_rng(size).zipf(1.3, size).clip(max=10**9)
    probabilities = sampling.noise_distribution(counts, exponent)
    table = sampling.alias_table(probabilities)
    np.testing.assert_allclose(decode(table), probabilities, rtol=1e-6, atol=1e-9 / size)


@pytest.mark.parametrize("size", range(1, 300))
def test_alias_table_of_equal_words(size):
    # V times 1 / V is less than 1 for some V, when rounded.
    table = sampling.alias_table(sampling.noise_distribution(np.full(size, 7), 0.75))
    np.testing.assert_allclose(decode(table), 1.0 / size, rtol=1e-6)


def test_alias_table_of_a_word_hardly_below_the_mean():
    probabilities = np.array([0.25 - 1e-13, 0.25, 0.25, 0.25 + 1e-13])
    np.testing.assert_allclose(decode(sampling.alias_table(probabilities)), 0.25, rtol=1e-6)


def test_noise_words_follow_their_distribution():
    probabilities = sampling.noise_distribution(COUNTS, 0.75)
    table = sampling.alias_table(probabilities)
    key = draws.epoch_key(1, 0)
    drawn = [
        draws.noise_of(np.uint64(draws.noise_bits(stream_at(key, position), k)), table)
        for position in range(40_000)
        for k in range(5)
    ]
    seen = np.bincount(drawn, minlength=len(COUNTS))
    assert stats.chisquare(seen, probabilities * len(drawn)).pvalue > 1e-3


def test_keep_is_the_formula_of_word2vec():
    share = COUNTS / COUNTS.sum()
    expected = np.minimum(1.0, (np.sqrt(share / 1e-2) + 1) * 1e-2 / share)
    kept = (sampling.keep_thresholds(COUNTS, 1e-2).astype(float) + 1) / 2**32
    np.testing.assert_allclose(kept, expected, rtol=1e-8)
    assert (sampling.keep_thresholds(COUNTS, 0.0) == 2**32 - 1).all()


@pytest.mark.parametrize("sample", [5e-324, 1e-310, 1e-200, 1e-100, 1e-40])
def test_the_smallest_thresholds_keep_almost_nothing(sample):
    assert (sampling.keep_thresholds(COUNTS, sample) == 0).all()


@pytest.mark.parametrize("count", [2**62, 2**63 - 1])
def test_counts_whose_sum_exceeds_64_bits(count):
    words = 8
    expected = sampling.keep_thresholds(np.full(words, 1000), 1e-3)
    assert (sampling.keep_thresholds(np.full(words, count), 1e-3) == expected).all()


def test_subsampling_keeps_words_at_their_rate():
    thresholds = sampling.keep_thresholds(COUNTS, 1e-2)
    key = draws.epoch_key(4, 2)
    tries = 20_000
    streams = [stream_at(key, position) for position in range(tries)]
    for word, threshold in enumerate(thresholds):
        kept = sum(draws.is_kept(stream, threshold) for stream in streams)
        rate = (float(threshold) + 1) / 2**32
        if rate == 1.0:
            assert kept == tries, word
        else:
            assert stats.binomtest(kept, tries, rate).pvalue > 1e-3


def test_windows_shrink_uniformly_and_independently_of_what_is_kept():
    key = draws.epoch_key(1, 0)
    streams = [stream_at(key, position) for position in range(40_000)]
    for chosen in (streams, [s for s in streams if draws.is_kept(s, np.uint32(2**30))]):
        reaches = [draws.reach_at(stream, 5, True) for stream in chosen]
        seen = np.bincount(reaches, minlength=6)[1:]
        assert stats.chisquare(seen).pvalue > 1e-3
    assert draws.reach_at(streams[0], 5, False) == 5


def test_no_two_positions_or_epochs_share_a_stream():
    # Workers train different positions, so they never share a stream either.
    streams = {
        int(draws.stream_at(draws.epoch_key(seed, epoch), position))
        for seed in (1, 2)
        for epoch in range(5)
        for position in range(5000)
    }
    assert len(streams) == 2 * 5 * 5000
    first = draws.epoch_key(1, 0)
    (expected,) = reference.streams(np.array([first]), np.array([7]))
    assert draws.stream_at(first, 7) == expected
