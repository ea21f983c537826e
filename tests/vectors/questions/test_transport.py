"""Word mover's distance: compared with linear programming, and small cases by hand."""

import math
import sys
from collections import Counter

import numpy as np
import pytest

from firth.errors import ConfigError, MissingExtraError, VocabularyError
from firth.vectors import Vectors


@pytest.fixture
def vectors():
    return Vectors(list("abcdefgh"), np.random.default_rng(1).normal(size=(8, 5)))


@pytest.fixture
def movers(vectors):
    pytest.importorskip("ot", reason="word mover's distance needs POT (extra wmd)")
    return vectors.word_movers_distance


def least_cost(vectors, a, b):
    """Solve the definition by SciPy: flows from each word to each, whose sums are the shares."""
    optimize = pytest.importorskip("scipy.optimize")
    first, second = Counter(a), Counter(b)
    unit = {word: vectors[word] / np.linalg.norm(vectors[word]) for word in {*a, *b}}
    costs = [np.linalg.norm(unit[x] - unit[y]) for x in first for y in second]
    n, m = len(first), len(second)
    sums = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    shares = [count / len(a) for count in first.values()]
    shares += [count / len(b) for count in second.values()]
    return optimize.linprog(costs, A_eq=sums, b_eq=shares).fun


def test_the_distance_is_the_least_cost(vectors, movers):
    draw = np.random.default_rng(2)
    for _ in range(20):
        a, b = (draw.choice(list("abcdefgh"), size=draw.integers(1, 12)).tolist() for _ in "ab")
        assert movers(a, b) == pytest.approx(least_cost(vectors, a, b), abs=1e-7)


def test_words_and_texts_by_hand(vectors, movers):
    unit = {word: vectors[word] / np.linalg.norm(vectors[word]) for word in "ab"}
    apart = np.linalg.norm(unit["a"] - unit["b"])
    assert movers(["a"], ["b"]) == pytest.approx(apart)
    assert movers(["a", "a", "b"], ["b", "a", "a"]) == pytest.approx(0, abs=1e-12)
    # A quarter of the words has to move.
    assert movers(["a", "a", "b", "b"], ["a", "b", "b", "b"]) == pytest.approx(apart / 4)
    assert movers(iter("ab"), ("a", "b", "unknown")) == pytest.approx(0, abs=1e-12)
    assert movers(["a"], ["c"]) == movers(["c"], ["a"])


def test_what_is_no_text_is_refused(vectors):
    with pytest.raises(ConfigError, match="a text is a list of words, got 'a b'; split it first"):
        vectors.word_movers_distance("a b", ["a"])
    for words, told in (
        (["x", "y", "y"], "of the 2 different words of a text none"),
        (["x"], "of the 1 different word of a text none"),
        ([], "a text has no words"),
    ):
        with pytest.raises(VocabularyError, match=told):
            vectors.word_movers_distance(["a"], words)


def test_counts_of_words_are_not_left_out_silently(vectors):
    with pytest.raises(ConfigError, match=r"got a Counter; .* list\(counter.elements\(\)\)"):
        vectors.word_movers_distance(Counter("aab"), ["c"])


def test_pot_is_named_when_it_is_missing(vectors, monkeypatch):
    monkeypatch.setitem(sys.modules, "ot", None)
    with pytest.raises(MissingExtraError, match="POT is not installed; run: pip install 'fi"):
        vectors.word_movers_distance(["a"], ["b"])


def test_gensims_name_leaves_unknown_words_out(vectors, movers):
    from firth.compat.gensim import KeyedVectors

    kv = KeyedVectors(vectors)
    assert kv.wmdistance("abba", "abcx") == movers(list("abba"), list("abc"))
    assert kv.wmdistance("abc", ["x"]) == math.inf
    plain = np.linalg.norm(vectors["a"] - vectors["b"])
    assert kv.wmdistance("a", "b", norm=False) == pytest.approx(plain)
