"""Categorisation: planted categories are found, and purity is that of its definition."""

import sys

import numpy as np
import pytest

from firth.errors import FormatError, MissingExtraError
from firth.evaluation import evaluate, interval
from firth.evaluation.categories import CategoryResult, read_categories

TEXT = ": drinks\ntea coffee milk absent\n: tools\nsaw, hammer\n: cities\nrome paris\n"


@pytest.fixture
def vectors():
    """Three directions with some noise; paris lies among the drinks."""
    words = ["tea", "coffee", "milk", "saw", "hammer", "rome", "paris"]
    axes = np.eye(3)[[0, 0, 0, 1, 1, 2, 0]]
    noise = np.random.default_rng(1).normal(size=(7, 3)) / 20
    return dict(zip(words, axes + noise, strict=True))


def test_planted_categories_are_found(write, vectors):
    pytest.importorskip("sklearn", reason="clusters need scikit-learn (extra sklearn)")
    path = write(TEXT)
    evaluation = evaluate(vectors, categories=path)
    (found,) = evaluation.categories
    assert evaluation.results == (found,)
    # Of seven words, only paris is in a cluster of others.
    assert found.purity == pytest.approx(6 / 7)
    assert (found.answered, found.missing, found.coverage) == (7, 1, 7 / 8)
    low, high = interval(found)
    assert low < found.purity < high
    assert evaluate(vectors, categories=path) == evaluation
    far = {**vectors, "paris": vectors["rome"]}
    better = evaluate(far, categories=path)
    assert better.categories[0].purity == 1.0
    assert better.compare(evaluation)[0].first == 1.0


def test_purity_is_the_share_in_the_most_frequent_category():
    found = CategoryResult(
        "f", ("a", "b", "c"), (0, 0, 0, 1, 1, 1, 2, 2), (1, 1, 0, 0, 0, 2, 2, None)
    )
    assert found.purity == (2 + 2 + 1) / 7
    assert found.to_dict()["coverage"] == 7 / 8
    assert found.score_of(np.array([0, 1])) == 1.0


def test_the_interval_of_small_categories_holds_their_purity():
    rng = np.random.default_rng(3)
    names = tuple(f"c{number}" for number in range(40))
    categories = tuple(np.repeat(np.arange(40), 3).tolist())
    found = CategoryResult("f", names, categories, tuple(rng.integers(40, size=120).tolist()))
    low, high = interval(found)
    assert low < found.purity < high
    assert found.score_of(np.repeat(np.arange(120), 5)) == found.purity


def test_a_single_known_category_has_no_purity(write, vectors):
    (found,) = evaluate(vectors, categories=write(": a\ntea milk\n: b\nx y\n")).categories
    assert found.purity is None
    assert found.missing == 4


def test_rows_of_a_word_and_its_category(write):
    expected = {"drink": ["tea", "green tea"], "tool": ["saw"]}
    assert read_categories(write("tea\tdrink\nsaw\ttool\ngreen tea\tdrink\n")) == expected
    assert read_categories(write("tea drink\nsaw tool\n")) == {"drink": ["tea"], "tool": ["saw"]}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("tea drink\nsaw\n", "line 2: expected a word and its category, or ': category' in the f"),
        (": one\ntea\n", "expected two categories or more, got 1"),
        ("", "expected two categories or more, got 0"),
    ],
)
def test_malformed_files(text, fault, write):
    path = write(text)
    with pytest.raises(FormatError, match=fault) as caught:
        read_categories(path)
    assert str(path) in str(caught.value)


def test_scikit_learn_is_named_when_it_is_missing(write, vectors, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)
    with pytest.raises(MissingExtraError, match=r"scikit-learn is not installed; run: pip install"):
        evaluate(vectors, categories=write(TEXT))
