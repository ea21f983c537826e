from collections import Counter

import numpy as np
import pytest

from firth.corpus.pairs import (
    FIRST_CONNECTOR,
    MOST_CONNECTORS,
    MOST_RANKS,
    NO_PART,
    PairTable,
    Pending,
    code_of,
    connectors_of,
    keys_of,
    list_pairs,
    split_keys,
)


def test_a_key_holds_all_that_makes_a_pair():
    base = MOST_CONNECTORS + 1
    highest = code_of([MOST_CONNECTORS - 1] * 2, base)
    ranks = np.array([0, 1, MOST_RANKS - 1])
    codes = np.array([0, code_of([3], base), highest])
    triples = np.stack(np.meshgrid(ranks, codes, ranks)).reshape(3, -1)
    keys = keys_of(*triples)
    assert len(set(keys.tolist())) == triples.shape[1]
    assert keys.min() >= 0
    assert np.array_equal(np.stack(split_keys(keys)), triples)
    for connectors in ([], [0], [3, 0], [MOST_CONNECTORS - 1] * 2):
        assert connectors_of(code_of(connectors, base), base) == connectors


def test_counts_are_exact_while_the_table_grows():
    keys = np.random.default_rng(1).zipf(1.1, 300_000) % (1 << 60)
    table = PairTable()
    for block in np.array_split(keys, 7):
        table.count(block)
    counted = Counter(keys.tolist())
    assert len(table) == len(counted) > 1 << 16
    assert dict(zip(*(each.tolist() for each in table.items()), strict=True)) == counted
    frequent = {key: count for key, count in counted.items() if count >= 3}
    assert dict(zip(*(each.tolist() for each in table.items(3)), strict=True)) == frequent
    assert table.dropped == 0


@pytest.mark.parametrize("most", [3, 50, 1_000])
def test_a_full_table_drops_the_rarest_and_tells_how_much_may_be_missing(most):
    draw = np.random.default_rng(1)
    frequent = np.repeat(np.arange(most // 4), 500)
    keys = draw.permutation(np.concatenate([frequent, draw.integers(10**6, 10**9, 1_500)]))
    table = PairTable(most)
    table.count(keys)
    counted = Counter(keys.tolist())
    found = dict(zip(*(each.tolist() for each in table.items()), strict=True))
    assert len(table) <= most
    assert table.dropped > 0
    assert all(
        counted[key] - table.dropped <= number <= counted[key] for key, number in found.items()
    )
    assert set(range(most // 4)) <= set(found)


def test_numbers_that_are_put_are_found():
    table = PairTable()
    keys = np.random.default_rng(1).permutation(100_000)
    table.put(keys, keys * 3)
    assert len(table) == 100_000
    found, numbers = table.items(0)
    assert np.array_equal(numbers, 3 * found)


def test_pairs_go_over_no_end_no_other_word_and_at_most_two_connectors():
    # Words 0 to 3 have ranks 0 to 3, word 4 has no role, words 5 and 6 are connectors.
    roles = np.array([0, 1, 2, 3, NO_PART, FIRST_CONNECTOR, FIRST_CONNECTOR - 1], np.int32)
    counts, bounds = np.full(4, 10.0), np.full(4, np.inf)

    def pairs(words, pending=Pending(), bounds=bounds):  # noqa: B008 (immutable)
        keys = np.zeros(len(words), np.int64)
        pending, written = list_pairs(
            np.array(words, np.int32), roles, 3, counts, bounds, pending, keys
        )
        first, between, last = split_keys(keys[:written])
        return pending, list(zip(first.tolist(), between.tolist(), last.tolist(), strict=True))

    assert pairs([0, 1, 2])[1] == [(0, 0, 1), (1, 0, 2)]
    assert pairs([0, -1, 1, 4, 2])[1] == []
    assert pairs([5, 0, 5, 1, 6, 5, 2])[1] == [(0, 1, 1), (1, 2 + 3 * 1, 2)]
    assert pairs([0, 5, 5, 5, 1, 5])[1] == []
    # Wherever a block ends.
    whole = [0, 5, 6, 1, 2, -1, 3, 6, 0]
    for cut in range(len(whole) + 1):
        pending, head = pairs(whole[:cut])
        assert head + pairs(whole[cut:], pending)[1] == pairs(whole)[1]
    # A pair that cannot reach the threshold is not listed.
    assert pairs([0, 1, 2], bounds=np.array([10.0, 11.0, 11.0, 11.0]))[1] == [(1, 0, 2)]
