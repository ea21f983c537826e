"""Combining vectors: what is kept, what must not matter, and bad input."""

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, FirthWarning, VocabularyError
from firth.phrases import Phrase, Phrases
from firth.vectors import Vectors, combination, combine, load

WORDS = [f"word{number}" for number in range(30)]


def random_vectors(seed, dim=5, words=WORDS):
    matrix = np.random.default_rng(seed).normal(size=(len(words), dim)).astype(np.float32)
    return Vectors(words, matrix, counts=np.arange(len(words), 0, -1))


def cosines_of(vectors):
    rows = vectors.input_vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


def test_with_all_dimensions_cosines_are_the_means_of_the_parts():
    parts = [random_vectors(0), random_vectors(1, dim=7)]
    both = combine(parts, dim=12)
    expected = (cosines_of(parts[0]) + cosines_of(parts[1])) / 2
    np.testing.assert_allclose(cosines_of(both), expected, atol=1e-5)
    assert both.words == tuple(WORDS)
    np.testing.assert_array_equal(both.counts, parts[0].counts)
    assert both.config["readout"] == {"name": "combined", "dims": [5, 7], "left_out": [0, 0]}


def test_by_default_there_are_100_dimensions_or_all():
    assert combine([random_vectors(0), random_vectors(1)]).dim == 10
    assert combine([random_vectors(0, dim=70), random_vectors(1, dim=70)]).dim == 100


def test_the_largest_axes_are_kept():
    parts = [random_vectors(0), random_vectors(1)]
    whole, few = combine(parts, dim=10), combine(parts, dim=3)
    np.testing.assert_allclose(whole.input_vectors[:, :3], few.input_vectors, atol=1e-6)
    squares = (whole.input_vectors.astype(np.float64) ** 2).sum(axis=0)
    assert (np.diff(squares) < 0).all()


def test_axes_are_those_of_frequent_words(monkeypatch):
    monkeypatch.setattr(combination, "FREQUENT", 4)
    parts = [random_vectors(0), random_vectors(1)]
    both = combine(parts, dim=4)
    # Four words lie in a space of four dimensions; the others do not.
    lengths = np.linalg.norm(both.input_vectors, axis=1)
    np.testing.assert_allclose(lengths[:4], np.sqrt(2), rtol=1e-5)
    assert (lengths[4:] < 1.4).all()


def test_rotating_and_scaling_the_parts_does_not_change_cosines():
    parts = [random_vectors(0), random_vectors(1)]
    turn, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(5, 5)))
    turned = Vectors(WORDS, 9 * parts[1].input_vectors @ turn)
    found, expected = combine([parts[0], turned], dim=6), combine(parts, dim=6)
    np.testing.assert_allclose(cosines_of(found), cosines_of(expected), atol=1e-4)


def test_blocks_change_nothing(monkeypatch):
    parts = [random_vectors(0), random_vectors(1)]
    expected = combine(parts, dim=6).input_vectors
    monkeypatch.setattr("firth.vectors.blocks.NUMBERS_PER_BLOCK", 40)
    np.testing.assert_allclose(combine(parts, dim=6).input_vectors, expected, atol=1e-5)


def test_common_words_are_in_the_order_of_the_first():
    first, second = random_vectors(0), random_vectors(1, words=[*WORDS[:1:-1], "other"])
    with pytest.warns(FirthWarning, match=r"left out, 2 and 1 of them; the result has 28 words"):
        both = combine([first, second], dim=10)
    assert both.words == tuple(WORDS[2:])
    assert both.counts.tolist() == list(range(28, 0, -1))
    expected = (cosines_of(first)[2:, 2:] + cosines_of(second)[:28, :28][::-1, ::-1]) / 2
    np.testing.assert_allclose(cosines_of(both), expected, atol=1e-5)


def test_words_that_one_of_several_lacks_are_told():
    with pytest.warns(FirthWarning, match=r"left out, 1 and 0 of them; the result has 29 words"):
        combine([random_vectors(0), random_vectors(1, words=WORDS[:29])])


def test_phrases_are_kept_if_all_have_the_same():
    first, second = (Phrases([[Phrase(("new", word), 9, 200.0)]]) for word in ("york", "town"))
    parts = [Vectors(WORDS, np.eye(30), phrases=phrases) for phrases in (first, first, second)]
    assert combine(parts[:2]).phrases == first
    assert combine(parts).phrases is None


def test_the_result_is_like_any_vectors(tmp_path):
    both = firth.combine([random_vectors(0), random_vectors(1), random_vectors(2)], dim=8)
    both.save(tmp_path / "both")
    loaded = load(tmp_path / "both")
    assert loaded.similar("word3") == both.similar("word3")
    assert loaded.config == both.config
    with pytest.raises(ConfigError, match="lack the tables"):
        loaded.read_out("plain")
    with pytest.raises(VocabularyError):
        loaded["unseen"]


@pytest.mark.parametrize(
    ("given", "dim", "error", "fault"),
    [
        ([], 2, ConfigError, "needs at least two Vectors, got 0"),
        ([random_vectors(0)], 2, ConfigError, "needs at least two Vectors, got 1"),
        (random_vectors(0), 2, ConfigError, "needs at least two Vectors, got 1"),
        (5, 2, ConfigError, "from firth.load; got 5"),
        ([random_vectors(0), "vectors"], 2, ConfigError, "from firth.load; got 'vectors'"),
        ([random_vectors(0)] * 2, 11, ConfigError, "dim must be at most 10, got 11"),
        ([random_vectors(0)] * 2, 0, ConfigError, "dim must be at least 1"),
        ([random_vectors(0), Vectors(["a"], np.ones((1, 2)))], 2, VocabularyError, "no word in"),
    ],
)
def test_bad_input(given, dim, error, fault):
    with pytest.raises(error, match=fault):
        combine(given, dim=dim)
