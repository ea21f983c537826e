"""Pictures of neighbours: a graph, and the way of a word through several vector sets."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch

from firth.errors import ConfigError, VocabularyError
from firth.plotting import drift_path, neighbour_graph, save
from firth.vectors import Vectors

WORDS = ["tea", "coffee", "milk", "king", "queen", "7"]
MATRIX = np.array(
    [[9, 1, 0], [9, 2, 0], [8, 0, 1], [0, 9, 1], [0, 9, 2], [0, 1, 9]], dtype=np.float32
)


@pytest.fixture
def vectors():
    return Vectors(WORDS, MATRIX)


def names_of(picture):
    return [text.get_text() for text in picture.axes[0].texts]


def points_of(picture):
    return {t.get_text(): tuple(np.round(t.xy, 6)) for t in picture.axes[0].texts}


def edges_of(picture):
    (lines,) = [c for c in picture.axes[0].collections if isinstance(c, LineCollection)]
    places = {place: name for name, place in points_of(picture).items()}
    return {
        frozenset(places[tuple(np.round(end, 6))] for end in line) for line in lines.get_segments()
    }


def test_neighbours_are_joined_by_lines_and_others_are_not(vectors, tmp_path):
    picture = neighbour_graph(vectors, ["tea", "king"], top=1)
    assert names_of(picture) == ["tea", "king", "coffee", "queen"]
    assert edges_of(picture) == {frozenset({"tea", "coffee"}), frozenset({"king", "queen"})}
    more = neighbour_graph(vectors, "tea", top=2, title="tea")
    assert edges_of(more) == {
        frozenset(pair) for pair in [("tea", "coffee"), ("tea", "milk"), ("coffee", "milk")]
    }
    save(more, tmp_path / "graph.svg")


def test_a_word_may_be_an_integer_of_numpy():
    matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]], np.float32)
    assert names_of(neighbour_graph(Vectors([7, 8, 9], matrix), np.int64(7), top=1)) == ["7", "8"]


def test_the_way_of_a_word_ends_in_the_last_set(vectors):
    moved = MATRIX.copy()
    moved[[0, 3]] = moved[[3, 0]]
    before, after = vectors, Vectors(WORDS, moved)
    picture = drift_path({"1900": before, "2000": after}, "tea", top=2)
    names = names_of(picture)
    assert names[:2] == ["tea (1900)", "tea (2000)"]
    assert {"coffee", "queen"} <= set(names)
    (arrow,) = [p for p in picture.axes[0].patches if isinstance(p, FancyArrowPatch)]
    places = points_of(picture)
    start, end = (np.round(each, 6) for each in arrow._posA_posB)
    assert (tuple(start), tuple(end)) == (places["tea (1900)"], places["tea (2000)"])

    def distance(a, b):
        return np.hypot(*np.subtract(places[a], places[b]))

    assert distance("tea (1900)", "coffee") < distance("tea (2000)", "coffee")
    assert distance("tea (2000)", "queen") < distance("tea (1900)", "queen")


def test_sets_are_turned_into_one_space(vectors):
    """A set that is turned as a whole has not moved."""
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    turned = Vectors(WORDS, (MATRIX @ turn).astype(np.float32))
    places = points_of(drift_path({"a": turned, "b": vectors}, "tea"))
    np.testing.assert_allclose(places["tea (a)"], places["tea (b)"], atol=1e-5)


@pytest.mark.parametrize(
    ("draw", "error", "fault"),
    [
        (lambda v: neighbour_graph(v, []), ConfigError, "at least one word, got none"),
        (lambda v: neighbour_graph(v, "tae"), VocabularyError, "'tae' is not among"),
        (lambda v: neighbour_graph(v, "tea", top=0), ConfigError, "top must be at least 1"),
        (lambda v: drift_path({"now": v}, "tea"), ConfigError, "at least two sets, got 1"),
        (lambda v: drift_path({"a": v, "b": v}, "tae"), VocabularyError, "'tae' is not among"),
    ],
)
def test_what_cannot_be_drawn_is_reported(vectors, draw, error, fault):
    with pytest.raises(error, match=fault):
        draw(vectors)
