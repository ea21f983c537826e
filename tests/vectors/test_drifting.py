"""Drift: planted changes are found, and chance is not called change."""

import numpy as np
import pytest

from firth.errors import ConfigError, FirthWarning, VocabularyError
from firth.vectors import Moved, Vectors, drift

V, D = 3000, 20
WORDS = [f"w{number}" for number in range(V)]
# Rare words move more by chance.
NOISE = np.linspace(0.2, 1.2, V)[:, np.newaxis]


def draw(rng, table):
    """Make vectors of a table: with errors that grow with the rank, in axes of their own."""
    turn = np.linalg.qr(rng.normal(size=(D, D)))[0]
    return Vectors(WORDS, ((table + NOISE * rng.normal(size=(V, D))) @ turn).astype(np.float32))


def case(seed, changed=(), pairs=1):
    """Make vectors before and after, of which some words are changed, and shuffled pairs."""
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(V, D))
    after = table.copy()
    after[list(changed)] *= -1
    halves = [(draw(rng, table), draw(rng, table)) for _ in range(pairs)]
    return draw(rng, table), draw(rng, after), halves


def test_planted_changes_are_found_whatever_their_frequency():
    changed = range(5, V, 100)
    before, after, shuffled = case(1, changed, pairs=4)
    found = drift(before, after, shuffled=shuffled)
    assert len(found) == V
    significant = {moved.word for moved in found if moved.q_value <= 0.05}
    planted = {f"w{number}" for number in changed}
    # The rarest differ by chance nearly as much as two words do.
    frequent = {f"w{number}" for number in changed if number < 1500}
    assert frequent <= significant
    assert len(significant - planted) <= 0.2 * len(significant)


@pytest.mark.parametrize("seed", [2, 3])
def test_chance_is_not_called_change(seed):
    before, after, shuffled = case(seed)
    found = drift(before, after, shuffled=shuffled)
    assert sum(moved.q_value <= 0.05 for moved in found) <= 2
    p_values = np.array([moved.p_value for moved in found])
    # They are uniform, among frequent and rare words alike.
    for share in (0.05, 0.2, 0.5, 0.8):
        assert (p_values <= share).mean() == pytest.approx(share, abs=0.04)
    rows = np.array([before.index[moved.word] for moved in found])
    for part in (rows < V // 3, rows >= 2 * V // 3):
        assert (p_values[part] <= 0.2).mean() == pytest.approx(0.2, abs=0.06)


def test_the_fields_say_what_they_are():
    before, after, shuffled = case(4, [10])
    found = drift(before, after, shuffled=shuffled * 2)
    by_word = {moved.word: moved for moved in found}
    assert all(isinstance(moved, Moved) for moved in found)
    assert found[0].word == "w10"
    # With the pair twice, nothing but the number of distances by chance is different.
    assert found[0].p_value == pytest.approx(1 / (1 + 2 * V))
    frequent, rare = by_word["w100"], by_word["w2900"]
    assert frequent.expected < rare.expected
    values = [(moved.p_value, moved.q_value) for moved in found]
    assert values == sorted(values)
    assert all(p <= q <= 1 for p, q in values)


def test_words_that_are_not_in_both_and_zeros_are_left_out():
    before, after, shuffled = case(5)
    matrix = after.input_vectors.copy()
    matrix[7] = 0
    first = before.input_vectors.copy()
    first[9] = 0
    words = ["new" if word == "w3" else word for word in WORDS]
    moved = drift(Vectors(WORDS, first), Vectors(words, matrix), shuffled=shuffled)
    assert {each.word for each in moved} == set(WORDS) - {"w3", "w7", "w9"}


def test_the_same_vectors_have_not_moved():
    before, _, shuffled = case(6)
    found = drift(before, before, shuffled=shuffled)
    assert max(moved.distance for moved in found) < 1e-6
    assert min(moved.p_value for moved in found) > 0.9
    # Where nothing moves by chance, any distance is more.
    still = drift(before, before, shuffled=[(before, before)])
    assert len(still) == V


def test_what_chance_does_too_is_not_beyond_it():
    before, after, _ = case(6)
    found = drift(before, after, shuffled=[(before, after)])
    assert min(moved.p_value for moved in found) == pytest.approx(2 / (1 + V))


@pytest.mark.parametrize(
    ("shuffled", "error", "told"),
    [
        ([], ConfigError, "drift needs at least one pair of Vectors of shuffled halves"),
        (None, ConfigError, "shuffled takes pairs of Vectors, got None"),
        ([Vectors(["a"], np.ones((1, D)))], ConfigError, "shuffled takes pairs of Vectors, got"),
        ([(1, 2)], ConfigError, "must be Vectors, as from firth.load; got 1"),
        ([(Vectors(["a"], np.ones((1, D))), Vectors(["b"], np.ones((1, D))))], VocabularyError,
         "no word in common"),
        ([(Vectors(["a"], np.ones((1, D))), Vectors(["a"], np.ones((1, 3))))], ConfigError,
         "as many dimensions"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_told(shuffled, error, told):
    before, after, _ = case(7)
    with pytest.raises(error, match=told):
        drift(before, after, shuffled=shuffled)


def test_anchors_may_be_an_iterator():
    before, after, shuffled = case(8)
    given = WORDS[:500]
    assert drift(before, after, shuffled=shuffled, anchors=iter(given)) == drift(
        before, after, shuffled=shuffled, anchors=given
    )


def test_too_few_anchors_are_told_once_for_all_pairs():
    before, after, shuffled = case(1, pairs=2)
    with pytest.warns(FirthWarning, match="5 words cannot determine a rotation") as told:
        drift(before, after, shuffled=shuffled, anchors=5)
    assert len(told) == 1
