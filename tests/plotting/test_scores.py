"""Pictures of scores."""

import math

import pytest

pytest.importorskip("matplotlib", reason="pictures need matplotlib (extra plot)")

from firth.errors import ConfigError
from firth.evaluation import AssociationResult, Evaluation, SimilarityResult, interval
from firth.plotting import score_bars, search_curve


def evaluation(*cosines):
    scores = tuple(float(n) for n in range(len(cosines)))
    weat = AssociationResult("weat.txt", ("x", "y", "a", "b"), 0.1, (0.5, 0.4, -0.5, -0.6), 2, 0)
    pairs = SimilarityResult("sets/pairs.txt", cosines, scores)
    empty = SimilarityResult("sets/unknown.txt", (None, None), (1.0, 2.0))
    return Evaluation((), (pairs, empty), 30_000, associations=(weat,))


def test_bars_are_scores_and_lines_are_intervals():
    found = [evaluation(0.1, 0.2, 0.9, 0.5, 0.6), evaluation(0.3, 0.2, 0.1, 0.6, 0.5)]
    picture = score_bars(found, ["ours", "theirs"], title="Scores")
    shares, effects = picture.axes
    heights = [bar.get_height() for bar in shares.patches]
    expected = [100 * each.similarity[0].spearman for each in found]
    assert [heights[0], heights[2]] == pytest.approx(expected)
    assert math.isnan(heights[1])
    (lines, *_) = [c.lines[2][0] for c in shares.containers if hasattr(c, "lines")]
    low, high = (float(point[1]) for point in lines.get_segments()[0])
    assert (low, high) == pytest.approx([100 * end for end in interval(found[0].similarity[0])])
    assert [tick.get_text() for tick in shares.get_xticklabels()] == ["pairs", "unknown"]
    assert effects.patches[0].get_height() == pytest.approx(found[0].associations[0].effect)
    assert [text.get_text() for text in shares.get_legend().get_texts()] == ["ours", "theirs"]
    assert picture.axes[0].get_title(loc="left") == "Scores"


def test_evaluations_of_other_files_are_refused():
    other = Evaluation((), (SimilarityResult("b.txt", (0.1, 0.2), (1.0, 2.0)),), 30_000)
    for given, names in (([], []), ([other], []), ([other, evaluation(0.1, 0.2)], ["a", "b"])):
        with pytest.raises(ConfigError, match="score_bars needs evaluations of the same files"):
            score_bars(given, names)


def test_the_course_of_a_search():
    scores, best = [2.0, None, 1.5], [2.0, 2.0, 1.5]
    picture = search_curve(scores, best, by_loss=True)
    dots, steps = picture.axes[0].lines
    assert dots.get_ydata().tolist() == [2.0, pytest.approx(math.nan, nan_ok=True), 1.5]
    assert steps.get_ydata().tolist() == best
    assert picture.axes[0].get_ylabel() == "held-out loss"
    with pytest.raises(ConfigError, match="must have the same length, at least 1, got 0 and 0"):
        search_curve([], [])
