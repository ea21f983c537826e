"""The lists against the reference's windows, on the same draws."""

import itertools

import numpy as np
import pytest

from firth.training import TrainConfig, reference
from firth.training.draws import epoch_key
from firth.training.lists import stretch
from firth.training.lists.gathering import PLACES, Gathered, room_for
from firth.training.lists.reach import InReach
from firth.training.lists.windows import sampling_of, window_of
from training_case import BOTH, draw_case


def normal(window):
    """Return what a window holds, whatever the order of its bags and of its noise words."""
    bags = zip(window.bags, window.weights, window.gains, strict=True)
    return (
        window.position,
        sorted(
            (tuple(sorted(bag)), pytest.approx(weight), pytest.approx(gain))
            for bag, weight, gain in bags
        ),
        sorted(zip(window.targets, window.labels, strict=True)),
    )


def assert_lists_agree(case, cuts=()):
    bounds = [0, *cuts, len(case.ids)]
    listed = [case.listed(a, b, stride=7) for a, b in itertools.pairwise(bounds)]
    ours = [
        normal(reference.window_in(part, w, stride=7))
        for part in listed
        for w in range(len(part.positions))
    ]
    assert ours == [normal(window) for window in case.windows()]


@BOTH
@pytest.mark.parametrize("shrink", [False, True])
@pytest.mark.parametrize("reach", [1, 2, 5, 100])
@pytest.mark.parametrize("negative", [1, 5, 20, pytest.param(None, id="tree")])
def test_a_stretch_lists_the_windows_of_the_reference(cbow, shrink, reach, negative):
    case = draw_case(
        cbow=cbow, dim=4, negative=negative, reach=reach, shrink=shrink, lengths=(3, 400, 0, 90)
    )
    assert_lists_agree(case)


def test_a_divided_gradient_is_listed_as_the_gain_of_the_mean():
    case = draw_case(cbow=True, dim=4, negative=5, divided=True)
    listed = case.listed()
    np.testing.assert_array_equal(listed.gains, (1.0 / listed.m).astype(np.float32))
    assert_lists_agree(case)


@BOTH
@pytest.mark.parametrize("negative", [5, pytest.param(None, id="tree")])
def test_where_the_corpus_is_cut_changes_nothing(cbow, negative):
    case = draw_case(cbow=cbow, dim=4, negative=negative, reach=4)
    for cuts in ([1], [49, 50, 51, 52, 53], range(1, len(case.ids))):
        assert_lists_agree(case, cuts)


@BOTH
@pytest.mark.parametrize("reach", [1, 5, 100])
def test_the_document_of_each_window_is_listed(cbow, reach):
    lengths = (3, 200, 0, 90, 1)
    case = draw_case(
        cbow=cbow, dim=4, negative=2, reach=reach, lengths=lengths, sample=0.0, documents="joint"
    )
    for cuts in ((), [1], [203, 204, 292, 293], range(1, len(case.ids), 7)):
        assert_lists_agree(case, cuts)
    listed, words = case.listed(), len(case.outputs)
    # Each centre has a window, and one input is the row of its unit.
    assert listed.positions.tolist() == list(range(len(case.ids)))
    rows = np.take_along_axis(listed.inputs, listed.m[:, np.newaxis] - 1, axis=1)[:, 0]
    assert rows.tolist() == np.repeat(words + np.arange(5), lengths).tolist()


@BOTH
@pytest.mark.parametrize("documents", ["joint", "alone"])
@pytest.mark.parametrize("tags", [1, 3, 40])
def test_all_documents_of_a_unit_are_listed(cbow, documents, tags):
    if cbow and documents == "alone":
        pytest.skip("documents alone are for skip-gram")
    case = draw_case(
        cbow=cbow, dim=4, negative=2, lengths=(3, 200, 0, 90, 1, 1, 7), documents=documents,
        tags=tags,
    )  # fmt: skip
    for cuts in ((), [1], [203, 204, 292, 293, 294], range(1, len(case.ids), 7)):
        assert_lists_agree(case, cuts)
    # The first unit has them all, and some unit has none.
    first, words = case.listed(stop=3), len(case.outputs)
    for rows, m in zip(first.inputs, first.m, strict=True):
        assert rows[:m].tolist()[-tags:] == [words + k for k in range(tags)]
    assert (np.diff(case.documents.offsets) == 0).any()


@BOTH
def test_a_vocabulary_of_two_repeats_everything(cbow):
    case = draw_case(cbow=cbow, dim=4, negative=5, vocabulary=2, sample=0.0, lengths=(40, 40))
    listed = case.listed()
    # Noise words that are the centre are left out.
    assert listed.t.min() < 6
    assert listed.has_repetitions.all()
    assert_lists_agree(case)


def has_repetitions(listed, w):
    inputs, targets = listed.inputs[w, : listed.m[w]], listed.targets[w, : listed.t[w]]
    return len(set(inputs)) < len(inputs) or len(set(targets)) < len(targets)


@pytest.mark.parametrize("reach", [1, 3, 40])
@pytest.mark.parametrize("negative", [1, 9])
def test_windows_with_repetitions_are_marked(reach, negative):
    case = draw_case(cbow=False, dim=4, negative=negative, vocabulary=900, reach=reach)
    case.ids = np.random.default_rng(1).integers(0, 900, len(case.ids)).astype(np.int32)
    case.ids[20:60:3] = case.ids[20]
    listed = case.listed()
    expected = [has_repetitions(listed, w) for w in range(len(listed.m))]
    assert any(expected)
    assert not all(expected)
    # Where words occur within reach but not within the window, or as the centre, it may be too.
    assert (listed.has_repetitions >= np.array(expected)).all()
    assert not listed.has_repetitions.all()


def test_words_of_equal_remainders_are_told_apart():
    # Ids that are equal modulo the number of places, some of them repeated within a window.
    case = draw_case(cbow=False, dim=8, negative=5, vocabulary=3 * PLACES + 2, lengths=(12,))
    a, b = 1, 1 + PLACES
    case.ids = np.array([a, b, a, b + PLACES, b, a, 0, a, b, b, a, a], np.int32)
    case.sampling.keep[:] = 2**32 - 1
    assert case.listed().has_repetitions.any()
    assert_lists_agree(case)


@BOTH
def test_the_word_that_comes_into_reach_is_listed(cbow):
    case = draw_case(cbow=cbow, dim=4, negative=1, reach=3, shrink=False, sample=0.0, lengths=(30,))
    arrivals = case.listed().arrivals
    assert arrivals[: 30 - 3].tolist() == case.ids[3:].tolist()


def test_lists_agree_where_nothing_is_compiled(run_uncompiled):
    run_uncompiled(
        __file__,
        "for cbow in (False, True):\n"
        "    for negative in (5, None):\n"
        "        case = draw_case(cbow=cbow, dim=11, negative=negative, lengths=(20, 1, 0, 30))\n"
        "        assert_lists_agree(case)",
    )


@pytest.mark.parametrize("vocabulary", [2, 3, 700])
def test_a_path_leads_from_the_centres_leaf_to_the_root(vocabulary):
    case = draw_case(
        cbow=False, dim=4, negative=None, vocabulary=vocabulary, sample=0.0, lengths=(90, 30)
    )
    listed = case.listed()
    assert listed.targets.shape[1] == case.window.longest_path
    assert (listed.targets[np.arange(len(listed.t)), listed.t - 1] == vocabulary - 2).all()
    assert (listed.has_repetitions <= (listed.m > 1)).all()
    assert listed.is_relabelled.all()
    assert_lists_agree(case)


@pytest.mark.parametrize("subwords", ["none", (3, 4)])
def test_a_stretch_in_a_long_unit_fits_its_room(monkeypatch, subwords):
    """Nothing is written beyond the arrays, although windows reach far on both sides."""
    guarded = []

    def guard(array):
        larger = np.full(len(array) + 9_000, 77, array.dtype)
        larger[: len(array)] = array
        guarded.append(larger[len(array) :])
        return larger[: len(array)]

    def make_room(window, size):
        gathered = room_for(window, size)
        in_reach = InReach(*map(guard, gathered.in_reach))
        return Gathered(*map(guard, gathered[:-1]), in_reach)

    monkeypatch.setattr(stretch, "room_for", make_room)
    config = TrainConfig(window=1_000, negative=2, sample=0, threads=1, subwords=subwords)
    tokens, counts = np.arange(5_000, dtype=np.int32), np.full(5_000, 1)
    listed = stretch.list_stretch(
        tokens, np.array([0, 5_000]), 2_500, 2_600, epoch_key(1, 0),
        sampling_of(counts, config), window_of(config),
    )  # fmt: skip
    assert len(listed.m) == 100
    assert all((beyond == beyond.dtype.type(77)).all() for beyond in guarded)
