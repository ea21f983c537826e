"""The vector loops of lists as they are compiled, against the Python functions that state them."""

import numba
import numpy as np
import pytest

from firth.training import draws, sampling
from firth.training.simd.listing import LANES, SLACK, draw_noise, list_rows, subsample

KEY = np.uint64(2**63 + 12345)
COUNTS = [0, 1, LANES - 1, LANES, LANES + 1, 3 * LANES + 2, 100]


@numba.njit
def compiled_subsample(*given):
    return subsample(*given)


@numba.njit
def compiled_noise(*given):
    draw_noise(*given)


@numba.njit
def compiled_rows(*given):
    list_rows(*given)


@pytest.mark.parametrize("start", [0, 3])
@pytest.mark.parametrize("count", COUNTS)
def test_subsampling(start, count):
    rng = np.random.default_rng(count)
    # Only the tokens that are asked for are there.
    tokens = rng.integers(0, 9, start + count).astype(np.int32)
    keep = rng.integers(0, 2**32, 9).astype(np.uint32)
    keep[:2] = 0, 2**32 - 1
    results = []
    for form in (compiled_subsample, subsample):
        size = 2 + count + SLACK
        words, positions = np.full(size, 7, np.int32), np.zeros(size, np.int64)
        streams = np.zeros(size, np.uint64)
        end = form(tokens, start, start + count, KEY, keep, words, positions, streams, 2)
        results.append([end, *(array[:end].tolist() for array in (words, positions, streams))])
    assert results[0] == results[1]


@pytest.mark.parametrize("negative", [1, 5, 20])
@pytest.mark.parametrize("count", [1, LANES, 2 * LANES + 1, 32])
@pytest.mark.parametrize("vocabulary", [2, 50])
def test_noise(negative, count, vocabulary):
    rng = np.random.default_rng(count)
    alias = sampling.alias_table(rng.dirichlet(np.ones(vocabulary)))
    words = rng.integers(0, vocabulary, 3 + count + SLACK).astype(np.int32)
    streams = rng.integers(0, 2**64, len(words), dtype=np.uint64)
    results = []
    for form in (compiled_noise, draw_noise):
        bits, noise = np.zeros(negative * 32, np.uint64), np.zeros(negative * 32, np.int64)
        is_repeated = np.zeros(32, np.bool_)
        form(words, streams, 3, 3 + count, negative, alias, bits, noise, is_repeated)
        results.append(
            [noise.reshape(negative, 32)[:, :count].tolist(), is_repeated[:count].tolist()]
        )
    assert results[0] == results[1]
    drawn = [
        draws.noise_of(np.uint64(draws.noise_bits(streams[3], k)), alias) for k in range(negative)
    ]
    assert np.array(results[0][0])[:, 0].tolist() == drawn


@pytest.mark.parametrize("count", COUNTS)
def test_rows_of_words(count):
    words = np.random.default_rng(1).integers(0, 2**31, count + 5 + SLACK).astype(np.int32)
    for stride in (1, 112, 2**20):
        rows = np.zeros(count + 2 + SLACK, np.int64)
        compiled_rows(words, 5, 5 + count, stride, rows, 2)
        assert (
            rows[2 : 2 + count].tolist()
            == (words[5 : 5 + count].astype(np.int64) * stride).tolist()
        )
        expected = np.zeros(count + 2, np.int64)
        list_rows(words, 5, 5 + count, stride, expected, 2)
        assert expected.tolist() == rows[: count + 2].tolist()
