import numpy as np
import pytest

from firth.cluster.parts import CutCorpus
from firth.corpus import read_corpus


def make(lengths, **options):
    rng = np.random.default_rng(0)
    units = [[f"w{k}" for k in rng.integers(0, 50, length)] for length in lengths]
    return read_corpus(units, min_count=1, **options)


def cut(corpus, workers, **options):
    shared = CutCorpus(corpus, workers, **options)
    return list(zip(shared.whole.places, shared.parts(), strict=True))


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_parts_are_the_corpus_cut_between_units(workers):
    corpus = make([3] * 700)
    parts = cut(corpus, workers)
    ids = np.concatenate([store.ids for _, store in parts])
    np.testing.assert_array_equal(ids, corpus.tokens.ids)
    assert sum(len(store) for _, store in parts) == 700
    sizes = [place.size for place, _ in parts]
    assert max(sizes) - min(sizes) <= 6
    assert [place.first for place, _ in parts] == [0, *np.cumsum(sizes)[:-1]]


def test_long_units_are_cut():
    parts = cut(make([10_000]), 4)
    assert [place.size for place, _ in parts] == [2_500] * 4
    assert [store.offsets.tolist() for _, store in parts] == [[0, 2_500]] * 4


def test_a_part_may_end_within_a_unit_after_whole_ones():
    parts = cut(make([100, 100, 4_000, 100, 100]), 2)
    assert [store.offsets.tolist() for _, store in parts] == [
        [0, 100, 200, 2_200],
        [0, 2_000, 2_100, 2_200],
    ]
    assert [place.units for place, _ in parts] == [3, 3]


def test_a_part_ends_with_a_unit_that_is_hardly_longer():
    # Up to 2 % of a part, which is 20 tokens here.
    lengths = [1_020, 980, 1_021, 979]
    assert [place.size for place, _ in cut(make(lengths), 4)] == [1_020, 980, 1_000, 1_000]


@pytest.mark.parametrize(
    ("lengths", "workers", "sizes"),
    [
        ([10_000], 3, [0, 10_000, 0]),
        ([400] * 10, 3, [1_200, 1_600, 1_200]),
        ([333, 333, 334], 3, [333, 333, 334]),
        ([2, 2], 5, [0, 2, 0, 2, 0]),
        ([900, 10, 10, 10], 2, [900, 30]),
    ],
)
def test_whole_units_are_not_cut(lengths, workers, sizes):
    corpus = make(lengths)
    parts = cut(corpus, workers, whole_units=True)
    assert [place.size for place, _ in parts] == sizes
    assert [place.units for place, _ in parts] == [len(store) for _, store in parts]
    units = [store.unit(k).tolist() for _, store in parts for k in range(len(store))]
    assert units == [corpus.tokens.unit(k).tolist() for k in range(len(lengths))]


def test_held_out_units_stand_at_the_end_of_each_part():
    corpus = make([10] * 300, holdout=0.1)
    size = corpus.tokens.size - corpus.held_out
    parts = cut(corpus, 3)
    trained = [store.ids[: place.size] for place, store in parts]
    held_out = [store.ids[place.size :] for place, store in parts]
    np.testing.assert_array_equal(np.concatenate(trained), corpus.tokens.ids[:size])
    np.testing.assert_array_equal(np.concatenate(held_out), corpus.tokens.ids[size:])
    assert all(place.held_out > 0 for place, _ in parts)
    for place, store in parts:
        expected = [*range(10, place.size, 10), *range(place.size, len(store.ids), 10)]
        assert store.offsets.tolist() == [0, *expected, len(store.ids)]


def test_the_tokens_of_a_text_are_not_copied():
    corpus = make([10] * 300)
    shared = CutCorpus(corpus, 3)
    assert shared.whole.size == corpus.tokens.size
    assert all(np.shares_memory(part.ids, corpus.tokens.ids) for part in shared.parts())


def test_more_parts_than_units():
    parts = cut(make([2, 2]), 5)
    assert sum(place.size for place, _ in parts) == 4


@pytest.mark.parametrize("holdout", [0, 0.1])
@pytest.mark.parametrize("workers", [1, 3])
def test_every_position_of_each_part_is_reached_once(workers, holdout):
    corpus = make([7] * 200, holdout=holdout)
    whole = CutCorpus(corpus, workers).whole
    total = whole.size + whole.held_out
    for rank, place in enumerate(whole.places):
        located = [whole.locate(position, rank) for position in range(total + 1)]
        assert located[0] == 0
        assert located[whole.size] == place.size
        assert located[-1] == place.size + place.held_out
        assert located == sorted(located)
