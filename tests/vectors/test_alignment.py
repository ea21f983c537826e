"""Alignment: known rotations are found, and all that lies in the space turns with it."""

import warnings

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, FirthWarning, VocabularyError
from firth.phrases import Phrase, Phrases
from firth.subwords import make_subwords
from firth.vectors import RawTables, Vectors, align

WORDS = [f"w{number}" for number in range(60)]


def rotation(seed, D=6):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(D, D)))[0]


@pytest.fixture
def matrix():
    return np.random.default_rng(3).normal(size=(60, 6)).astype(np.float32)


@pytest.mark.parametrize("mirrored", [1, -1])
def test_a_rotation_is_undone(matrix, mirrored):
    turn = rotation(1) * mirrored
    onto = Vectors(WORDS[::-1], matrix[::-1])
    aligned = align(Vectors(WORDS, (matrix @ turn).astype(np.float32)), onto)
    np.testing.assert_allclose(aligned.input_vectors, matrix, atol=1e-5)
    assert aligned.config["aligned"]["anchors"] == 60
    assert aligned.config["aligned"]["mean_cosine"] == pytest.approx(1.0, abs=1e-6)


def test_the_rotation_is_the_best_there_is(matrix):
    rng = np.random.default_rng(8)
    other = matrix @ rotation(2) + rng.normal(size=matrix.shape).astype(np.float32)
    onto = Vectors(WORDS, matrix)
    best = align(Vectors(WORDS, other), onto).config["aligned"]["mean_cosine"]
    unit = [m / np.linalg.norm(m, axis=1, keepdims=True) for m in (other, matrix)]
    for seed in range(300):
        turned = unit[0] @ rotation(seed + 10)
        assert np.einsum("nd,nd->n", turned, unit[1]).mean() < best


def test_no_cosine_within_the_vectors_changes(matrix):
    vectors = Vectors(WORDS, matrix, counts=np.arange(60)[::-1])
    other = np.random.default_rng(4).normal(size=(60, 6)).astype(np.float32)
    aligned = align(vectors, Vectors(WORDS, other))
    for word in WORDS[:9]:
        expected = vectors.similar(word, top=5)
        assert [n.word for n in aligned.similar(word, top=5)] == [n.word for n in expected]
    np.testing.assert_array_equal(aligned.counts, vectors.counts)
    assert "aligned" not in vectors.config


def test_anchors_are_the_words_that_are_brought_together(matrix):
    turn, other_turn = rotation(1), rotation(5)
    # Half of the words are turned in one way, the others in another.
    mixed = np.vstack([matrix[:30] @ turn, matrix[30:] @ other_turn]).astype(np.float32)
    vectors, onto = Vectors(WORDS, mixed), Vectors(WORDS, matrix)
    for anchors, right in ((30, slice(0, 30)), (WORDS[30:], slice(30, 60))):
        aligned = align(vectors, onto, anchors=anchors)
        np.testing.assert_allclose(aligned.input_vectors[right], matrix[right], atol=1e-5)
        wrong = slice(30, 60) if right.start == 0 else slice(0, 30)
        assert np.abs(aligned.input_vectors[wrong] - matrix[wrong]).max() > 0.5
    # A word is as frequent as where it is rarer: the last of the one come first in the other.
    back = Vectors([*WORDS[30:], *WORDS[:30]], np.vstack([matrix[30:], matrix[:30]]))
    assert align(vectors, back, anchors=1000).config["aligned"]["anchors"] == 60
    assert align(vectors, back, anchors=np.int64(9)).config["aligned"]["anchors"] == 9


def test_words_of_only_one_are_kept_but_no_anchors(matrix):
    extra = Vectors([*WORDS[:40], "only"], np.vstack([matrix[:40] @ rotation(1), np.ones((1, 6))]))
    aligned = align(extra, Vectors(WORDS, matrix))
    assert aligned.words == extra.words
    assert aligned.config["aligned"]["anchors"] == 40
    np.testing.assert_allclose(aligned["only"], np.ones(6) @ rotation(1).T, atol=1e-5)


@pytest.mark.parametrize(
    "readout", ["plain", "subword", "components=1,output=0.3,unit=yes,axes=0.5"]
)
def test_everything_in_the_space_turns_too(readout):
    rng = np.random.default_rng(0)
    words = ["tea", "teas", "teapot", "kings", "king", "kingdom", "team", "walking"]
    subwords = make_subwords((3, 4), words, np.ones(8, np.int64), None)
    table = rng.normal(size=(8 + len(subwords), 4)).astype(np.float32)
    output = rng.normal(size=(8, 4)).astype(np.float32)
    options = {"negative": 5, "noise_exponent": 0.75, "sample": 0.0}
    vectors = Vectors.from_tables(
        words, RawTables(table, subwords), output_vectors=output, readout=readout,
        counts=np.arange(9, 1, -1), config={"options": options},
    )  # fmt: skip
    turn = rotation(3, D=4)
    onto = Vectors(words, vectors.input_vectors @ turn)
    aligned = align(vectors, onto)
    np.testing.assert_allclose(aligned.input_vectors, onto.input_vectors, atol=1e-5)
    np.testing.assert_allclose(aligned["teaking"], vectors["teaking"] @ turn, atol=1e-5)
    expected = vectors.company("tea", top=8)
    assert [c.word for c in aligned.company("tea", top=8)] == [c.word for c in expected]
    again, first = aligned.read_out("plain"), vectors.read_out("plain")
    np.testing.assert_allclose(again.input_vectors, first.input_vectors @ turn, atol=1e-5)


def test_documents_turn_too():
    units = [["tea", "milk"] * 9, ["bread", "salt"] * 9, ["milk", "tea"] * 9]
    corpus = firth.read_corpus(units, min_count=1).with_documents([["a", 7], ["b"], ["a"]])
    vectors = firth.train(
        corpus, documents="joint", dim=4, epochs=20, sample=0, threads=1, progress=False
    )
    turn = rotation(3, D=4)
    aligned = align(vectors, Vectors(vectors.words, vectors.input_vectors @ turn))
    expected = vectors.documents.input_vectors @ turn
    np.testing.assert_allclose(aligned.documents.input_vectors, expected, atol=1e-5)
    assert aligned.documents.words == ("a", 7, "b")


def test_phrases_stay(matrix):
    phrases = Phrases([[Phrase(("new", "york"), 9, 200.0)]])
    vectors = Vectors(WORDS, matrix, phrases=phrases)
    assert align(vectors, Vectors(WORDS, matrix)).phrases == phrases


def test_anchors_are_frequent_in_both(matrix):
    # The first three of each are the last of the other.
    other = [*WORDS[-3:], *WORDS[3:-3], *WORDS[:3]]
    aligned = align(Vectors(WORDS, matrix), Vectors(other, matrix), anchors=50)
    assert aligned.config["aligned"]["mean_cosine"] == pytest.approx(1.0)


def test_few_anchors_are_warned_of(matrix):
    vectors = Vectors(WORDS, matrix)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        align(vectors, vectors, anchors=6)
    with pytest.warns(
        FirthWarning, match="5 words cannot determine a rotation in 6 dimensions; give"
    ):
        align(vectors, vectors, anchors=5)


def test_numbers_that_float32_has_no_room_for_when_they_are_turned_are_told(matrix):
    huge = matrix.astype(np.float32)
    huge[1] = 3e38
    vectors = Vectors(WORDS, huge)
    # One axis of it is the diagonal of the others.
    axes = np.eye(matrix.shape[1])
    axes[:, 0] = 1.0
    turned = matrix @ np.linalg.qr(axes)[0]
    with pytest.raises(ConfigError, match=r"numbers up to 3e\+38 cannot be turned"):
        align(vectors, Vectors(WORDS, turned))
    huge[1] = 1e38
    assert np.isfinite(align(Vectors(WORDS, huge), Vectors(WORDS, turned)).input_vectors).all()


@pytest.mark.parametrize(
    ("onto", "anchors", "error", "told"),
    [
        (None, 5, ConfigError, "must be Vectors, as from firth.load; got None"),
        (Vectors(WORDS, np.ones((60, 5))), 5, ConfigError, "as many dimensions .*, got 6 and 5"),
        (Vectors(["x"], np.ones((1, 6))), 5, VocabularyError, "no word in common"),
        (Vectors(WORDS, np.ones((60, 6))), 0, ConfigError, "anchors must be at least 1, got 0"),
        (Vectors(WORDS, np.ones((60, 6))), [], ConfigError, "anchors needs a number or at least"),
        (Vectors(WORDS, np.ones((60, 6))), ["w99"], VocabularyError, "'w99' is not among the 60"),
        (Vectors(WORDS[:9], np.ones((9, 6))), "w10", VocabularyError, "'w10' is not among the 9"),
        (Vectors(WORDS, np.ones((60, 6))), True, ConfigError, "anchors must be a whole number"),
    ],
)
def test_wrong_arguments_are_told(matrix, onto, anchors, error, told):
    with pytest.raises(error, match=told):
        align(Vectors(WORDS, matrix), onto, anchors=anchors)


def test_words_without_a_direction_are_no_anchors(matrix):
    words = [f"w{row}" for row in range(len(matrix))]
    without = matrix.copy()
    without[:5] = 0
    turned = align(Vectors(words, without), Vectors(words, matrix))
    assert turned.config["aligned"]["anchors"] == len(matrix) - 5
    assert turned.config["aligned"]["mean_cosine"] == pytest.approx(1.0, abs=1e-6)
    with pytest.raises(ConfigError, match="no anchor has a direction in both"):
        align(Vectors(words, np.zeros_like(matrix)), Vectors(words, matrix))
    with pytest.raises(ConfigError, match="no anchor has a direction in both"):
        align(Vectors(words, matrix), Vectors(words, without), anchors=words[:5])
    with pytest.raises(ConfigError, match="anchors must be a number or a list of words, got None"):
        align(Vectors(words, matrix), Vectors(words, matrix), anchors=None)
