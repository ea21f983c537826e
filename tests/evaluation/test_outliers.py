"""Outliers: planted ones are found, and published files are read as they are."""

import numpy as np
import pytest

from firth.errors import FormatError
from firth.evaluation import evaluate, interval
from firth.evaluation.outliers import OutlierResult, OutlierSet, read_outliers
from firth.vectors import Vectors

EIGHTS = "red\nblue\ngreen\n\nking\nparis\n"


@pytest.fixture
def colours():
    matrix = np.array([[5, 1, 0], [5, 0, 1], [5, -1, 0], [0, 5, 1], [4, 0, 0.1]], np.float32)
    return Vectors(["red", "blue", "green", "king", "paris"], matrix)


def test_outliers_are_found_where_they_are_far(write, colours):
    (found,) = evaluate(colours, outliers=write(EIGHTS)).outliers
    # "paris" points to the middle of the colours: all are less central than it.
    assert found.positions == (1.0, 0.0)
    assert (found.accuracy, found.position, found.answered) == (0.5, 0.5, 2)


def test_the_position_is_that_of_a_slow_search(write):
    rng = np.random.default_rng(1)
    words = [f"w{k}" for k in range(20)]
    matrix = rng.normal(size=(20, 4))
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)

    def share_more_central(outlier):
        among = [*range(8), outlier]
        mean = {a: np.mean([unit[a] @ unit[b] for b in among if b != a]) for a in among}
        return np.mean([mean[a] > mean[outlier] for a in range(8)])

    expected = tuple(share_more_central(outlier) for outlier in range(8, 20))
    # Some are far from the group, some in its middle.
    assert len(set(expected)) > 2
    path = write("\n".join([*words[:8], "", *words[8:]]))
    assert evaluate(Vectors(words, matrix), outliers=path).outliers[0].positions == expected


def test_each_outlier_of_a_large_group_is_compared_with_the_group_alone(write):
    rng = np.random.default_rng(2)
    words = [f"w{k}" for k in range(40)]
    matrix = rng.normal(size=(40, 4))
    one_by_one = [
        evaluate(Vectors(words, matrix), outliers=write("\n".join([*words[:30], "", outlier])))
        for outlier in words[30:]
    ]
    together = evaluate(
        Vectors(words, matrix), outliers=write("\n".join([*words[:30], "", *words[30:]]))
    )
    expected = [each.outliers[0].positions[0] for each in one_by_one]
    assert together.outliers[0].positions == tuple(expected)
    assert len(set(expected)) > 3


def test_unknown_words_are_counted(write, colours):
    path = write("red\nblue\nmauve\n\nking\nqueen\n")
    (found,) = evaluate(colours, outliers=path).outliers
    assert found.positions == (1.0, None)
    assert (found.answered, found.skipped, found.missing) == (1, 1, 1)
    (found,) = evaluate(colours, outliers=write("red\nx\ny\n\nking\n")).outliers
    assert (found.accuracy, found.position, found.skipped) == (None, None, 1)


def test_several_groups_in_a_file(write):
    path = write(": colours\n" + EIGHTS + "\n\n: towns\n\nrome\noslo\n\n\ntea\n\n", "several.txt")
    assert read_outliers(path) == [
        OutlierSet(["red", "blue", "green"], ["king", "paris"]),
        OutlierSet(["rome", "oslo"], ["tea"]),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("red\nblue\n", "got 2 words and 0 outliers"),
        ("red\n\nking\n", "got 1 word and 1 outlier"),
        ("", "got 0 words and 0 outliers"),
        ("red\nblue\n\n: next\nrome\noslo\n\ntea\n", "line 4: expected two words or more"),
        # Another group, whose words would be outliers of the first.
        ("red\nblue\n\nking\n\nrome\noslo\n\ntea\n", "line 6: a word after the outliers and a"),
    ],
)
def test_malformed_files(text, fault, write):
    with pytest.raises(FormatError, match=fault):
        read_outliers(write(text))


def test_the_mean_position_has_an_interval_too():
    # Half of the outliers are found, the others are nearly found.
    result = OutlierResult("file", (1.0, 0.9) * 200 + (None,), (0,) * 401, 0)
    low, high = interval(result.by_position)
    assert result.position == pytest.approx(0.95)
    assert 0.94 < low < 0.95 < high < 0.96
    assert interval(result)[0] < 0.46
    assert interval(OutlierResult("file", (None,), (0,), 1).by_position) is None
