"""How `firth.train` reads vectors out of the tables that training leaves."""

import dataclasses
import re

import numpy as np
import pytest

import firth
from firth import pipeline
from firth.errors import ConfigError
from firth.run_corpus import Reading, RunSource
from firth.subwords import make_subwords
from firth.training.config import TrainConfig
from firth.training.engines.base import TableShape
from firth.training.task import TrainResult
from firth.vectors import RawTables
from firth.vectors.readout import RECIPES

UNITS = [["tea", "teas", "milk"], ["milk", "milks", "tea"], ["king", "kings", "I"]] * 20


@pytest.fixture(scope="module")
def corpus():
    return firth.read_corpus(UNITS, min_count=1)


@pytest.fixture(scope="module")
def wrap(corpus):
    """Wrap tables as if an engine had trained them, with rows after those of words and n-grams."""
    words, counts = corpus.vocabulary.words, corpus.vocabulary.counts
    V, random = len(words), np.random.default_rng(0)

    def wrap(readout, *, ngrams=True, output=True):
        subwords = make_subwords((3, 4), words, counts, None) if ngrams else None
        rows = V + (len(subwords) if ngrams else 0)
        shapes = {"input": TableShape(rows + 2, 4, V), "output": TableShape(V, 4, V * output)}
        tables = {
            name: random.normal(size=(shape.rows, 4)).astype(np.float32)
            for name, shape in shapes.items()
        }
        result = TrainResult(tables, shapes, (1.0,), (), 1, 1.0, subwords=subwords)
        config = TrainConfig(dim=4)
        reading = Reading("whitespace", False, "strict", "NFC", 0, None, 0.0)
        running = pipeline._Running(None, (), None, (), None, "hogwild", readout, None)
        source = RunSource(corpus, config, reading, None, ())
        vectors = pipeline._wrap(result, corpus, config, source, running)
        return tables, vectors

    return wrap


def test_whole_words_are_the_trained_rows(wrap, corpus):
    tables, vectors = wrap("auto", ngrams=False)
    np.testing.assert_array_equal(vectors.input_vectors, tables["input"][: len(vectors)])
    assert np.shares_memory(vectors.input_vectors, tables["input"])
    assert vectors.raw is None
    assert vectors.config["readout"] == RECIPES["plain"].as_json()
    assert vectors.config["engine"] == "hogwild"


def test_words_of_ngrams_are_read_out_by_the_best_recipe(wrap):
    tables, vectors = wrap("auto")
    assert vectors.config["readout"] == RECIPES["subword"].as_json()
    rows = len(vectors) + len(vectors.raw.subwords)
    np.testing.assert_array_equal(vectors.raw.input, tables["input"][:rows])
    assert vectors.get("kingship") is not None
    # Inner nodes are no words.
    _, vectors = wrap("auto", output=False)
    assert vectors.config["readout"]["output"] == 0.0


def test_the_recipe_is_the_one_that_was_asked_for(wrap):
    _, plain = wrap("plain")
    _, changed = wrap("subword,components=2")
    assert plain.config["readout"]["name"] == "plain"
    assert changed.config["readout"]["components"] == 2
    np.testing.assert_array_equal(
        plain.input_vectors, plain.read_out("subword").read_out("plain").input_vectors
    )


@pytest.mark.parametrize(
    ("readout", "fault"),
    [
        ("best", "readout must be auto, plain, subword, character, or changes"),
        ("subword", "own_row=no needs n-grams"),
        ("own_row=no", "own_row=no needs n-grams"),
        ("components=8", "components must be less than the 8 dimensions"),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused_before_training(corpus, readout, fault):
    with pytest.raises(ConfigError, match=fault):
        firth.train(corpus, dim=8, readout=readout, loss="hs")


def test_training_goes_on_from_what_was_trained(corpus):
    options = {"dim": 8, "sample": 0, "threads": 1, "epochs": 1}
    vectors = firth.train(corpus, **options, readout="components=1,output=0.5")
    plain = vectors.read_out("plain")
    assert not np.allclose(vectors.input_vectors, plain.input_vectors)
    again = [firth.train(corpus, **options, start=start) for start in (vectors, plain)]
    np.testing.assert_array_equal(again[0].input_vectors, again[1].input_vectors)


@pytest.fixture(scope="module")
def trained(corpus, tmp_path_factory):
    """Vectors of a run with n-grams, and the folder of its checkpoints."""
    folder = tmp_path_factory.mktemp("run")
    return firth.train(corpus, **SUBWORDS, checkpoint=folder), folder


SUBWORDS = {"dim": 8, "sample": 0, "threads": 1, "epochs": 2, "subwords": (3, 4)}
# Nothing moves by more than rounding.
STILL = {"lr": 1e-9, "min_lr": 0.0}


def test_a_run_with_ngrams_composes_unknown_words(trained, tmp_path):
    vectors, _ = trained
    assert vectors.config["readout"]["name"] == "subword"
    assert "kingship" not in vectors
    vectors.save(tmp_path / "v")
    np.testing.assert_array_equal(firth.load(tmp_path / "v")["kingship"], vectors["kingship"])


def test_a_checkpoint_of_such_a_run_is_loaded_as_it_was_trained(trained):
    vectors, folder = trained
    last = firth.load(max(folder.glob("checkpoint-*")))
    assert last.config["readout"]["name"] == "plain"
    np.testing.assert_array_equal(last.raw.input, vectors.raw.input)
    np.testing.assert_array_equal(last.input_vectors, vectors.read_out("plain").input_vectors)


def test_such_a_run_goes_on_with_its_ngrams(trained, corpus):
    vectors, _ = trained
    again = firth.train(corpus, **SUBWORDS, start=vectors, **STILL)
    np.testing.assert_allclose(again.raw.input, vectors.raw.input, atol=1e-6)
    # Whole words start from what was composed.
    whole = firth.train(corpus, **{**SUBWORDS, "subwords": "none"}, start=vectors, **STILL)
    plain = vectors.read_out("plain")
    np.testing.assert_allclose(whole[list(plain)], plain.input_vectors, atol=1e-6)


@pytest.mark.parametrize("subwords", [{"subwords": (3, 5)}, {"buckets": 50}, {"subwords": list}])
def test_the_ngrams_of_the_start_must_be_cut_alike(trained, corpus, subwords):
    with pytest.raises(ConfigError, match="have subwords by 3-4: give the same"):
        firth.train(corpus, **{**SUBWORDS, **subwords}, start=trained[0])


def vowels(word):
    """Cut a word behind its vowels."""
    return re.findall("[^aeiou]*[aeiou]?", word)[:-1]


@pytest.mark.parametrize("exponent", [0.5, 1.0])
@pytest.mark.parametrize(
    "options",
    [
        {"subwords": (3, 4)},
        {"subwords": (3, 4), "workers": 2},
        {"subwords": (3, 4), "loss": "hs"},
        {"subwords": (3, 4), "model": "cbow"},
        {"subwords": (3, 4), "buckets": 90},
        {"subwords": vowels},
    ],
)
def test_words_keep_the_vectors_from_which_a_run_starts(options, exponent):
    """New words make n-grams of one word such of two; other tools sum n-grams in another way."""
    options = {**SUBWORDS, "min_count": 1, **options}
    trained = firth.train(UNITS, **options, lr=0.1)
    subwords = dataclasses.replace(trained.raw.subwords, exponent=exponent)
    start = firth.Vectors.from_tables(
        trained.words,
        RawTables(trained.raw.input, subwords),
        counts=trained.counts,
        readout="plain",
    )
    more = [["kind", "steak", "silk", "Italy"], ["sting", "silks", "tealeaf"]] * 20
    again = firth.train(UNITS + more, start=start, **options, **STILL)
    plain = again.read_out("plain")[list(start)]
    np.testing.assert_allclose(plain, start.input_vectors, rtol=1e-4, atol=1e-6)
    assert "steak" in again
