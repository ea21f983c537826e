"""The lists against the reference's windows, on the same draws."""

import itertools

import numpy as np
import pytest

from firth.training import reference
from firth.training.lists.bags import PLACES
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
@pytest.mark.parametrize("negative", [1, 5, 20, None])
def test_a_stretch_lists_the_windows_of_the_reference(cbow, shrink, reach, negative):
    case = draw_case(
        cbow=cbow, dim=4, negative=negative, reach=reach, shrink=shrink, lengths=(3, 400, 0, 90)
    )
    assert_lists_agree(case)


def test_a_divided_gradient_is_listed_as_the_gain_of_the_mean():
    case = draw_case(cbow=True, dim=4, negative=5, divided=True)
    listed = case.listed()
    np.testing.assert_array_equal(listed.gains, listed.weights)
    assert_lists_agree(case)


@BOTH
@pytest.mark.parametrize("negative", [5, None])
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
    count = listed.bag_ends[:, 0] if cbow else listed.m
    rows = np.take_along_axis(listed.inputs, count[:, np.newaxis] - 1, axis=1)[:, 0]
    assert rows.tolist() == np.repeat(words + np.arange(5), lengths).tolist()


@BOTH
def test_a_vocabulary_of_two_repeats_everything(cbow):
    case = draw_case(cbow=cbow, dim=4, negative=5, vocabulary=2, sample=0.0, lengths=(40, 40))
    listed = case.listed()
    assert (listed.t <= 2).all()
    assert listed.repeated_noise.max() == 4
    assert cbow or (listed.m <= 2).all()
    assert_lists_agree(case)


def test_repetitions_name_what_they_repeat():
    listed = draw_case(cbow=False, dim=4, negative=9, vocabulary=6, sample=0.0).listed()
    assert listed.repeated_contexts.any()
    assert listed.repeated_noise.any()
    for w in range(len(listed.positions)):
        m, t, repeated_noise = listed.m[w], listed.t[w], listed.repeated_noise[w]
        assert len(set(listed.inputs[w, :m])) == m
        assert len(set(listed.targets[w, :t])) == t
        assert (listed.context_duplicates[w, : listed.repeated_contexts[w]] < m).all()
        again = listed.noise_duplicates[w, :repeated_noise]
        assert (listed.targets[w, again] == listed.targets[w, t : t + repeated_noise]).all()
        assert listed.labels[w, : t + repeated_noise].tolist() == [1.0] + [0.0] * (
            t + repeated_noise - 1
        )


def test_words_that_share_a_slot_are_told_apart():
    # Ids that are equal modulo the number of slots, repeated_contexts within a window.
    case = draw_case(cbow=False, dim=8, negative=5, vocabulary=3 * PLACES + 2, lengths=(12,))
    a, b = 1, 1 + PLACES
    case.ids = np.array([a, b, a, b + PLACES, b, a, 0, a, b, b, a, a], np.int32)
    case.sampling.keep[:] = 2**32 - 1
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
    assert not listed.repeated_noise.any()
    assert listed.is_relabelled.all()
    assert_lists_agree(case)
