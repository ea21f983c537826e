"""Intervals hold the truth as often as they say, and comparisons do not call noise a difference."""

import numpy as np
import pytest

from firth.errors import ConfigError
from firth.evaluation.analogies import AnalogyResult, SectionResult
from firth.evaluation.resampling import Interval, _quantiles, _samples, compare_results, interval
from firth.evaluation.similarity import SimilarityResult

SHARES = (0.2, 0.5, 0.9)


def analogies(rng, sizes=(200, 100, 60), shares=SHARES):
    return AnalogyResult(
        "a.txt",
        tuple(
            SectionResult(f"s{k}", tuple((rng.random(size) < share).tolist()))
            for k, (size, share) in enumerate(zip(sizes, shares, strict=True))
        ),
    )


def similarity(x, y):
    return SimilarityResult("s.txt", tuple(x.tolist()), tuple(y.tolist()))


def correlated(rng, n, rho):
    x, y = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=n).T
    return x, y


def share_that_holds(truth, draw, runs=400):
    rng = np.random.default_rng(1)
    found = [interval(draw(rng), resamples=200, seed=run) for run in range(runs)]
    return np.mean([low <= truth <= high for low, high in found])


def test_intervals_of_analogies_hold_the_truth():
    truth = np.dot((200, 100, 60), SHARES) / 360
    assert share_that_holds(truth, analogies) == pytest.approx(0.95, abs=0.03)


def test_intervals_of_similarity_hold_the_truth():
    # Spearman's correlation of a normal pair, Pearson's being 0.6.
    truth = 6 / np.pi * np.arcsin(0.3)
    found = share_that_holds(truth, lambda rng: similarity(*correlated(rng, 150, 0.6)))
    assert found == pytest.approx(0.95, abs=0.03)


def test_a_lower_level_is_narrower():
    result = analogies(np.random.default_rng(2))
    narrow, wide = interval(result, level=0.5), interval(result, level=0.99)
    assert wide.low < narrow.low < result.accuracy < narrow.high < wide.high
    assert interval(result) == interval(result)
    assert isinstance(wide, Interval)


def test_each_section_keeps_its_size():
    # All of one section is right, all of the other wrong: within sections, nothing varies.
    sections = (SectionResult("a", (True,) * 9), SectionResult("b", (False,) * 5))
    assert interval(AnalogyResult("f", sections)) == (9 / 14, 9 / 14)


def test_a_section_has_an_interval_too():
    rng = np.random.default_rng(3)
    outcomes = tuple(bool(right) for right in rng.random(400) < 0.7)
    low, high = interval(SectionResult("a", outcomes))
    assert interval(AnalogyResult("f", (SectionResult("a", outcomes),))) == (low, high)
    # Of a share, two standard errors on either side.
    share = sum(outcomes) / 400
    error = 1.96 * np.sqrt(share * (1 - share) / 400)
    np.testing.assert_allclose([low, high], [share - error, share + error], atol=0.01)


def test_skipped_items_are_never_drawn():
    section = SectionResult("a", (None, True, None, True))
    assert interval(AnalogyResult("f", (section,))) == (1.0, 1.0)
    assert interval(AnalogyResult("f", (SectionResult("a", (None, None)),))) is None
    assert interval(section) == (1.0, 1.0)
    assert interval(SectionResult("a", (None, None))) is None
    assert interval(SectionResult("a", ())) is None


def test_an_undefined_score_has_no_interval():
    assert interval(similarity(np.array([1.0, 1.0, 1.0]), np.array([1.0, 2.0, 3.0]))) is None


@pytest.mark.parametrize(("share", "has_interval"), [(0.45, False), (0.55, True)])
def test_a_score_that_most_samples_lack_has_no_interval(share, has_interval):
    scores = np.where(np.arange(1000) < 1000 * share, 0.5, np.nan)
    assert _quantiles(scores, 0.95) == (Interval(0.5, 0.5) if has_interval else None)


def test_of_two_that_differ_by_chance_few_are_told_apart():
    rng = np.random.default_rng(3)
    noise = 0
    for run in range(200):
        x, y = correlated(rng, 100, 0.6)
        ours, theirs = (similarity(x + rng.normal(size=100) / 2, y) for _ in range(2))
        noise += not compare_results(ours, theirs, resamples=200, seed=run).is_noise
    assert noise <= 200 * 0.05 + 3 * np.sqrt(200 * 0.05 * 0.95)


def test_a_real_difference_is_found_and_signed():
    rng = np.random.default_rng(4)
    x, y = correlated(rng, 300, 0.9)
    good, poor = similarity(x, y), similarity(x + 2 * rng.normal(size=300), y)
    found = compare_results(good, poor)
    assert found.first > found.second
    assert 0 < found.low < found.first - found.second < found.high
    assert found.p < 0.01
    assert not found.is_noise
    back = compare_results(poor, good)
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


@pytest.mark.parametrize(("items", "p"), [(1, 1.0), (3, 0.25), (5, 0.0625), (6, 0.03125)])
def test_few_items_do_not_tell_two_apart(items, p):
    """All samples of them are alike where all were right, and all wrong."""
    all_right, all_wrong = (
        AnalogyResult("f", (SectionResult("a", (right,) * items),)) for right in (True, False)
    )
    found = compare_results(all_right, all_wrong)
    assert (found.low, found.high, found.p) == (1.0, 1.0, p)
    assert found.is_noise == (p > 0.05)


def test_samples_without_a_score_do_not_make_a_difference_more_certain():
    # In nearly half of the samples, all of the few scores of people are the same.
    scores = (1.0,) * 14 + (2.0,)
    values = np.random.default_rng(7).normal(size=(2, 15))
    ours, theirs = (SimilarityResult("f", tuple(row.tolist()), scores) for row in values)
    drawn = [
        (ours.score_of(items), theirs.score_of(items)) for items in _samples(ours.strata, 1_000, 1)
    ]
    defined = np.array([a - b for a, b in drawn if a is not None])
    assert 550 < len(defined) < 750
    least = min((defined <= 0).sum(), (defined >= 0).sum())
    found = compare_results(ours, theirs)
    assert found.p == pytest.approx(min(1.0, 2 * (least + 1) / (len(defined) + 1)))
    assert found.p < 1.0


def test_only_common_items_are_compared():
    first = AnalogyResult("f", (SectionResult("a", (True, None, True, False)),))
    second = AnalogyResult("f", (SectionResult("a", (True, False, None, True)),))
    found = compare_results(first, second)
    assert (found.items, found.first, found.second) == (2, 0.5, 1.0)
    nothing = AnalogyResult("f", (SectionResult("a", (None,) * 4),))
    assert compare_results(first, nothing) is None


def test_results_on_other_sets_are_refused():
    rng = np.random.default_rng(5)
    first, second = analogies(rng), similarity(*correlated(rng, 10, 0.5))
    with pytest.raises(ConfigError, match=r"cannot compare results on a\.txt and s\.txt"):
        compare_results(first, second)


@pytest.mark.parametrize(("option", "value"), [("level", 1.5), ("resamples", 0)])
def test_options_are_checked(option, value):
    with pytest.raises(ConfigError, match=option):
        interval(analogies(np.random.default_rng(6)), **{option: value})
