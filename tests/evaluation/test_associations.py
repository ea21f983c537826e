"""Associations: a planted one is found, and the p-value is that of all partitions."""

import itertools

import numpy as np
import pytest

from firth.errors import FormatError
from firth.evaluation import evaluate
from firth.evaluation.associations import effect_size, permutation_p
from firth.evaluation.word_groups import read_groups
from firth.vectors import Vectors

TEXT = ": flowers\nrose lily\n: insects\nant, fly\n: good\nlove\n: bad\nfilth\n"


@pytest.fixture
def vectors():
    matrix = [[1, 0.1], [1, 0.3], [0.2, 1], [0.1, 1], [1, 0], [0, 1]]
    return Vectors(["rose", "lily", "ant", "fly", "love", "filth"], np.array(matrix, np.float32))


def test_a_planted_association_is_found(write, vectors):
    (found,) = evaluate(vectors, associations=write(TEXT)).associations
    assert found.groups == ("flowers", "insects", "good", "bad")
    unit = vectors.input_vectors / np.linalg.norm(vectors.input_vectors, axis=1, keepdims=True)
    s = unit[:4] @ (unit[4] - unit[5])
    expected = (s[:2].mean() - s[2:].mean()) / s.std(ddof=1)
    assert found.effect == pytest.approx(expected, rel=1e-5)
    assert found.effect > 1
    # Of the six partitions, one is as extreme.
    assert found.p == pytest.approx(1 / 6)
    assert found.missing == 0


def test_the_other_way_round_the_sign_turns(write, vectors):
    lines = TEXT.splitlines()
    turned = "\n".join([*lines[:4], *lines[6:], *lines[4:6]])
    (found,) = evaluate(vectors, associations=write(turned)).associations
    assert found.effect < -1
    assert found.p == 1.0


def test_drawn_partitions_agree_with_all():
    rng = np.random.default_rng(1)
    x, y = rng.normal(0.7, 1, 8), rng.normal(0, 1, 8)
    both = np.concatenate([x, y])
    sums = [both[list(chosen)].sum() for chosen in itertools.combinations(range(16), 8)]
    exact = np.mean(np.array(sums) >= x.sum() - 1e-9)
    assert 0.01 < exact < 0.3
    # 12,870 partitions are more than are tried.
    assert permutation_p(x, y) == pytest.approx(exact, abs=4 * np.sqrt(exact / 10_000))


def test_without_a_group_it_is_undefined(write, vectors):
    (found,) = evaluate(vectors, associations=write(TEXT.replace("filth", "x"))).associations
    assert (found.effect, found.p, found.missing) == (None, None, 1)
    (found,) = evaluate(vectors, associations=write(TEXT.replace("rose lily", "x y"))).associations
    assert (found.effect, found.p, found.missing) == (None, None, 2)
    assert effect_size(np.ones(2), np.ones(2)) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rose\n", "line 1: a word before the first ': group'"),
        (": a\n: b\nx\n", "the group 'a' is empty"),
        (": a\nx\n: a\ny\n", "line 3: a second group named 'a'"),
        ("// nothing\n", "no groups"),
    ],
)
def test_malformed_files(text, fault, write):
    with pytest.raises(FormatError, match=fault):
        read_groups(write(text))


def test_four_groups_are_needed(write, vectors):
    with pytest.raises(FormatError, match=r"expected four groups, .*, got 2"):
        evaluate(vectors, associations=write(": a\nx\n: b\ny\n"))
