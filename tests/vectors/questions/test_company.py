"""The company of words: the mathematics on a known distribution, and a planted text."""

import pickle

import numpy as np
import pytest

import firth
from companies import WORDS, V, assert_planted, assert_same, perfect, planted
from firth.errors import ConfigError, FirthWarning, VocabularyError
from firth.vectors import Vectors


@pytest.mark.parametrize("sample", [0.0, 0.02])
@pytest.mark.parametrize("exponent", [0.75, 0.0, 1.0, -0.5])
def test_of_perfect_vectors_it_is_the_mutual_information(sample, exponent):
    vectors, near, share = perfect(sample, exponent)
    information = np.log(near / share)
    for row, word in enumerate(WORDS):
        found = vectors.company(word, top=V)
        order = np.argsort(-information[row])
        assert [companion.word for companion in found] == [WORDS[place] for place in order]
        np.testing.assert_allclose([c.score for c in found], information[row, order], atol=1e-5)
        np.testing.assert_allclose([c.probability for c in found], near[row, order], rtol=1e-5)


def test_shared_company_is_the_least_of_both():
    vectors, near, share = perfect()
    least = np.minimum(near[2], near[5])
    found = vectors.shared_company("w2", "w5", top=V)
    order = np.argsort(-least / share)
    assert [companion.word for companion in found] == [WORDS[place] for place in order]
    np.testing.assert_allclose([c.probability for c in found], least[order], rtol=1e-5)
    assert found == vectors.shared_company("w5", "w2", top=V)
    assert vectors.shared_company("w2", "w2") == vectors.company("w2")


def test_answers_can_be_chosen():
    vectors, *_ = perfect()
    everything = vectors.company("w3", top=V)
    left_out = [everything[0].word, everything[4].word]
    assert vectors.company("w3", exclude=left_out, top=V) == [
        each for each in everything if each.word not in left_out
    ]
    first = [each for each in everything if each.word in WORDS[:5]]
    assert vectors.company("w3", restrict=5, top=V) == first
    assert vectors.company("w3", restrict=WORDS[:5], top=V) == first
    assert vectors.company("w3", top=2) == everything[:2]


@pytest.mark.parametrize("options", [{}, {"subwords": (3, 5)}, {"model": "cbow"}])
def test_of_a_planted_text_it_is_what_was_planted(options):
    assert_planted(planted(**options), numbers=not options)


def test_it_does_not_depend_on_how_vectors_are_read_out():
    vectors = planted(subwords=(3, 5))
    expected = vectors.company("ahead")
    for readout in ("plain", "subword", "plain,components=2,unit=yes,axes=0.5"):
        other = vectors.read_out(readout)
        assert [c.word for c in other.company("ahead")] == [c.word for c in expected]
        np.testing.assert_allclose(
            [c.score for c in other.company("ahead")], [c.score for c in expected], atol=1e-4
        )
    with pytest.warns(FirthWarning, match="'aheads' is not among the 60 words; near: ahead; its"):
        assert len(vectors.company("aheads", top=3)) == 3


def test_words_that_were_never_counted_are_no_company():
    vectors, *_ = perfect()
    counts = vectors.counts.copy()
    counts[4] = 0
    vectors = Vectors(
        WORDS, vectors.input_vectors, output_vectors=vectors.output_vectors, counts=counts,
        config=vectors.config,
    )  # fmt: skip
    found = vectors.company("w4", top=V)
    assert len(found) == V - 1
    assert all(np.isfinite(companion.score) for companion in found)
    assert "w4" not in [companion.word for companion in found]


@pytest.mark.parametrize(
    ("without", "told"),
    [
        ("output_vectors", "needs output vectors, and these vectors have none: take the folder"),
        ("counts", "needs to know how the vectors were trained"),
        ("any count", "needs to know how the vectors were trained"),
        ("options", "needs to know how the vectors were trained"),
        ("negative", "needs to know how the vectors were trained"),
        ("words", "with documents='alone' words were not trained with the words near them"),
    ],
)
def test_what_is_missing_is_told_in_one_line(without, told):
    vectors, *_ = perfect()
    options = dict(vectors.config["options"])
    options.pop(without, None)
    if without == "words":
        options["documents"] = "alone"
    counts = {"counts": None, "any count": np.zeros(V, np.int64)}
    other = Vectors(
        WORDS,
        vectors.input_vectors,
        output_vectors=None if without == "output_vectors" else vectors.output_vectors,
        counts=counts.get(without, vectors.counts),
        config={} if without == "options" else {"options": options},
    )
    for ask in (lambda: other.company("w1"), lambda: other.shared_company("w1", "w2")):
        with pytest.raises(ConfigError, match=told) as caught:
            ask()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("sample", [0.0, 0.02])
def test_of_a_part_of_the_words_it_is_as_of_all(sample, tmp_path):
    vectors, *_ = perfect(sample)
    vectors.save(tmp_path / "v")
    everything = vectors.company("w3", restrict=5, top=V)
    part = firth.load(tmp_path / "v", limit=5)
    assert_same(part.company("w3", top=V), everything)
    part.save(tmp_path / "part")
    chosen = firth.load(tmp_path / "part", words=["w1", "w3"])
    assert_same(
        chosen.company("w3", top=V), [each for each in everything if each.word in ("w1", "w3")]
    )


def test_wrong_questions_are_told():
    vectors, *_ = perfect()
    with pytest.raises(VocabularyError, match="'w99' is not among the 12 words"):
        vectors.company("w99")
    with pytest.raises(VocabularyError, match="'w99' is not among the 12 words"):
        vectors.shared_company("w1", "w99")
    with pytest.raises(ConfigError, match="top must be at least 1, got 0"):
        vectors.company("w1", top=0)
    with pytest.raises(ConfigError, match="Firth calls it top"):
        vectors.company("w1", topn=3)


def test_saved_vectors_keep_it(tmp_path):
    vectors = planted()
    vectors.save(tmp_path / "vectors")
    assert firth.load(tmp_path / "vectors").company("ahead") == vectors.company("ahead")
    assert pickle.loads(pickle.dumps(vectors)).company("ahead") == vectors.company("ahead")
    vectors.save(tmp_path / "vectors.bin")
    with pytest.raises(ConfigError, match="needs output vectors"):
        firth.load(tmp_path / "vectors.bin").company("ahead")
