"""Subwords by a function: what saved vectors and checkpoints do without it."""

import pickle

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, FirthWarning, VocabularyError
from firth.vectors import load

UNITS = [["tea", "team", "tear", "rate", "mate", "meat"] * 5, ["art", "rat", "tar", "arm"] * 5] * 9
OPTIONS = {"dim": 6, "epochs": 2, "sample": 0, "threads": 1, "progress": False}


def cut(word):
    return list(word)


@pytest.fixture
def vectors():
    return firth.train(UNITS, subwords=cut, **OPTIONS)


@pytest.fixture
def loaded(vectors, tmp_path):
    vectors.save(tmp_path / "v")
    return load(tmp_path / "v")


def test_known_words_do_not_need_it(vectors, loaded):
    assert loaded.similar("tea") == vectors.similar("tea")
    assert loaded.company("tea") == vectors.company("tea")
    for recipe in ("auto", "plain", "subword", "character"):
        expected = vectors.read_out(recipe).input_vectors
        np.testing.assert_array_equal(loaded.read_out(recipe).input_vectors, expected)


def test_unknown_words_ask_for_it(vectors, loaded, tmp_path):
    assert loaded.get("tame") is None
    with pytest.raises(VocabularyError, match=r"'tame' is not among .* vectors.with_cut\(function"):
        loaded.similar("tame")
    for again in (loaded.with_cut(cut), load(tmp_path / "v", cut=cut)):
        np.testing.assert_array_equal(again["tame"], vectors["tame"])
        assert again.similar("tea") == vectors.similar("tea")
    assert loaded.get("tame") is None


def test_another_function_is_refused(loaded):
    with pytest.raises(ConfigError, match="must be the function that the vectors were trained"):
        loaded.with_cut(lambda word: [word[0]])
    with pytest.raises(ConfigError, match="have no subwords"):
        firth.Vectors(["a"], np.ones((1, 2))).with_cut(cut)


def test_a_lambda_is_not_pickled(vectors):
    other = firth.train(UNITS, subwords=lambda word: list(word), **OPTIONS)
    twin = pickle.loads(pickle.dumps(other))
    np.testing.assert_array_equal(twin.read_out().input_vectors, vectors.input_vectors)
    with pytest.raises(VocabularyError, match="the function that cuts words is missing"):
        twin["tame"]


def test_runs_start_from_the_vectors(vectors, loaded):
    with pytest.warns(FirthWarning, match="whole words are trained, from the composed vectors"):
        whole = firth.train(UNITS, start=loaded, **OPTIONS)
    assert whole.raw is None
    on = firth.train(UNITS, start=loaded, subwords=cut, **OPTIONS)
    assert on.raw.subwords == vectors.raw.subwords
    expected = firth.train(UNITS, start=vectors, **OPTIONS)
    np.testing.assert_array_equal(on.input_vectors, expected.input_vectors)


def test_checkpoints_are_read_without_it(vectors, tmp_path):
    firth.train(UNITS, subwords=cut, checkpoint=tmp_path / "c", **OPTIONS)
    last = load(max((tmp_path / "c").iterdir()))
    np.testing.assert_array_equal(last.input_vectors, vectors.read_out("plain").input_vectors)
    with pytest.warns(FirthWarning, match="whole words are trained"):
        firth.train(UNITS, start=tmp_path / "c", **OPTIONS)
